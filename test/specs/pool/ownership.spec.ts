/// <reference types="@rbxts/testez/globals" />
import { messagesOf } from "../support/messages";
import { inWorld } from "../support/world";

export = () => {
	describe("a key", () => {
		it("belongs to the server that contributed it last", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second, third] = world.start(3);
				first!.put("key", "a");
				world.run(5);
				second!.put("key", "b");
				world.run(5);
				world.expectAll("key=b@2");
				third!.put("key", "c");
				world.run(5);
				world.expectAll("key=c@3");
			});
		});

		it("tells its former owner who has it now, once", () => {
			inWorld({ seed: 1, duplication: 0.3 }, (world) => {
				const [first, second] = world.start(3);
				const told = new Array<string>();
				first!.pool.OwnershipLost.Connect((key, owner) => told.push(`${key} to ${world.numberOf(owner)}`));
				first!.put("key");
				world.run(5);
				second!.put("key", "theirs");
				world.run(30);
				expect(told.join()).to.equal("key to 2");
				expect(second!.fold.ownershipLost).to.equal(0);
			});
		});

		it("is not withdrawn by a former owner: RemoveContribution is false, and nothing changes", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key", "a");
				world.run(5);
				second!.put("key", "b");
				world.run(5);
				const sent = first!.server.Cluster.GetStatistics().Sent.Records;
				expect(first!.remove("key")).to.equal(false);
				world.run(10);
				world.expectAll("key=b@2");
				expect(first!.server.Cluster.GetStatistics().Sent.Records).to.equal(sent);
			});
		});

		it("is withdrawn by its owner, everywhere", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(3);
				first!.put("key");
				world.run(5);
				expect(first!.remove("key")).to.equal(true);
				expect(first!.view()).to.equal("");
				world.run(5);
				world.expectAll("");
				expect(first!.remove("key")).to.equal(false);
			});
		});

		it("that nobody contributed cannot be withdrawn", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				expect(peer!.remove("nobody's")).to.equal(false);
			});
		});

		it("survives a removal by its former owner that arrives half a minute late", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key", "old");
				world.run(20);
				first!.server.SetMute(true);
				expect(first!.remove("key")).to.equal(true);
				second!.put("key", "new");
				// The removal is lost, its repeats too; what the former owner still has of it arrives much later.
				world.run(20);
				first!.server.SetMute(false);
				world.run(30);
				world.expectAll("key=new@2");
			});
		});

		it("survives a copy of its former owner's removal, ten minutes later", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key", "old");
				world.run(20);
				const seen = messagesOf(world);
				first!.remove("key");
				world.run(10);
				second!.put("key", "new");
				world.run(600);
				world.heal();
				world.replay(seen.broadcasts.filter(({ from, atSeconds }) => from === 1 && atSeconds < 50));
				world.run(30);
				world.expectAll("key=new@2");
			});
		});

		it("can be had again by a former owner", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("key", "a");
				world.run(5);
				second!.put("key", "b");
				world.run(5);
				first!.put("key", "c");
				world.run(5);
				world.expectAll("key=c@1");
				expect(second!.remove("key")).to.equal(false);
				expect(first!.remove("key")).to.equal(true);
				world.run(5);
				world.expectAll("");
			});
		});

		it("that is claimed in the handler of OwnershipLost comes back", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.pool.OwnershipLost.Connect((key) =>
					first!.pool.ReplaceContribution({ key, value: "mine again" }),
				);
				first!.put("key", "a");
				world.run(5);
				second!.put("key", "b");
				world.run(10);
				world.expectAll("key=mine again@1");
			});
		});

		it("has one owner after a minute in which twelve servers took it from each other", () => {
			for (const seed of $range(1, 3)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const peers = world.start(12);
					let last = 0;
					for (const tenth of $range(0, 597, 3)) {
						world.after(tenth / 10, () => {
							last = (tenth * 7 + seed) % 12;
							peers[last]!.put("key", tostring(tenth));
						});
					}
					world.run(60);
					world.until("all agree", 25, () => world.isAgreed());
					world.expectAll(`key=597@${last + 1}`);
				});
			}
		});
	});
};
