/// <reference types="@rbxts/testez/globals" />
import { StringPool } from "../../../src/pool/pools";
import { inWorld } from "../support/world";

export = () => {
	describe("a pool", () => {
		for (const servers of $range(2, 12)) {
			it(`shows each of ${servers} servers the union of what all contribute`, () => {
				inWorld({ seed: servers }, (world) => {
					for (const peer of world.start(servers)) peer.put(string.format("k%02d", peer.number));
					world.run(15);
					const expected = new Array<string>();
					for (const peer of world.peers)
						expected.push(string.format("k%02d=1@%d", peer.number, peer.number));
					world.expectAll(expected.join(" "));
				});
			});
		}

		it("takes contributions before any subscription is up", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.add(2);
				first!.put("a");
				second!.put("b");
				expect(first!.view()).to.equal("a=1@1");
				expect(second!.view()).to.equal("b=1@2");
				world.run(20);
				world.expectAll("a=1@1 b=1@2");
			});
		});

		it("tells at once what its own server contributed", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				peer!.put("a");
				expect(peer!.view()).to.equal("a=1@1");
				expect(peer!.fold.added).to.equal(1);
			});
		});

		it("has everything the others contributed before it was asked for", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.server.Do(() => StringPool("Late").ReplaceContribution("x"));
				world.run(10);
				const late = second!.server.Do(() => StringPool("Late"));
				expect(late.GetAllContributions().join(",")).to.equal("x");
				expect(late.Size()).to.equal(1);
				expect(late.GetOwner("x")).to.equal(first!.id);
			});
		});

		it("tells which contributions are this server's own", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("a");
				second!.put("b");
				world.run(10);
				expect(
					first!.pool
						.GetOwnContributions()
						.map((entry) => entry.key)
						.join(","),
				).to.equal("a");
				expect(
					second!.pool
						.GetOwnContributions()
						.map((entry) => entry.key)
						.join(","),
				).to.equal("b");
				expect(first!.pool.GetOwner("nobody's")).to.equal(undefined);
			});
		});

		it("keeps pools of different names apart", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const named = (name: string) => second!.server.Do(() => StringPool(name));
				first!.server.Do(() => StringPool("One").ReplaceContribution("x"));
				world.run(10);
				expect(named("One").Size()).to.equal(1);
				expect(named("Two").Size()).to.equal(0);
			});
		});
	});
};
