/// <reference types="@rbxts/testez/globals" />
import { messagesOf } from "../support/messages";
import { inWorld } from "../support/world";

export = () => {
	describe("a copy of everything a server ever said, ten minutes late,", () => {
		for (const ending of ["crashes", "closes"] as const) {
			it(`does not raise a server that ${ending}`, () => {
				for (const seed of $range(1, 3)) {
					inWorld({ seed, onOwnerGone: "remove" }, (world) => {
						const seen = messagesOf(world);
						const [first] = world.start(4);
						first!.put("key");
						first!.put("other");
						world.run(40);
						if (ending === "crashes") first!.server.Crash();
						else first!.server.Close();
						world.run(60);
						world.heal();
						world.expectAll("");
						const [joiner] = world.start(1);
						let joined = 0;
						for (const peer of world.live()) peer.server.Cluster.ServerJoined.Connect(() => (joined += 1));
						world.run(540);
						world.replay(seen.broadcasts.filter(({ from }) => from === 1));
						world.replay(seen.addressed.filter(({ from }) => from === 1));
						world.expectAll("");
						world.run(60);
						world.expectAll("");
						expect(joined).to.equal(0);
						expect(joiner!.sees()).to.equal("2 3 4 5");
					});
				}
			});
		}

		it("does not bring back what it removed, after its tombstones are gone", () => {
			for (const seed of $range(11, 13)) {
				inWorld({ seed }, (world) => {
					const seen = messagesOf(world);
					const [first] = world.start(4);
					for (const index of $range(1, 5)) first!.put(`k${index}`);
					world.run(20);
					for (const index of $range(1, 5)) first!.remove(`k${index}`);
					world.run(600);
					world.heal();
					for (const peer of world.live()) expect(peer.server.Cluster.GetStatistics().Tombstones).to.equal(0);
					world.replay(seen.broadcasts.filter(({ from, atSeconds }) => from === 1 && atSeconds < 60));
					world.expectAll("");
					world.run(60);
					world.expectAll("");
				});
			}
		});

		it("does not bring back values it has changed since", () => {
			inWorld({ seed: 21 }, (world) => {
				const seen = messagesOf(world);
				const [first] = world.start(4);
				for (const round of $range(1, 10)) {
					first!.put("key", tostring(round));
					world.run(5);
				}
				world.run(540);
				world.heal();
				world.replay(seen.broadcasts.filter(({ atSeconds }) => atSeconds < 90));
				world.expectAll("key=10@1");
				for (const peer of world.live()) expect(peer.fold.signals()).to.equal(10);
			});
		});

		it("does not make anybody leave who was given up wrongly then, and is back", () => {
			inWorld({ seed: 31 }, (world) => {
				const [first, second] = world.start(4);
				first!.put("key");
				world.run(20);
				const seen = messagesOf(world);
				first!.server.SetMute(true);
				world.run(60);
				first!.server.SetMute(false);
				world.run(540);
				world.heal();
				world.expectAll("key=1@1");
				let left = 0;
				for (const peer of world.peers) peer.server.Cluster.ServerLeft.Connect(() => (left += 1));
				const accusations = seen.broadcasts.filter(({ kinds }) => kinds.includes("departures"));
				expect(accusations.size() > 0).to.equal(true);
				world.replay(accusations);
				world.run(60);
				expect(left).to.equal(0);
				expect(second!.view()).to.equal("key=1@1");
			});
		});

		it("of accusations that were refuted does not make anybody leave", () => {
			inWorld({ seed: 32 }, (world) => {
				const [first, second] = world.start(4);
				first!.put("key");
				world.run(20);
				// Only the second server fails to hear the first one.
				const seen = messagesOf(world);
				world.run(1);
				world.emulated.SetFilter((sender, receiver) =>
					sender === first!.id && receiver === second!.id ? "drop" : "deliver",
				);
				world.run(60);
				world.heal();
				world.run(540);
				world.expectAll("key=1@1");
				expect(seen.broadcasts.size() >= 0).to.equal(true);
			});
		});
	});

	describe("a copy that comes within a minute", () => {
		it("does not bring a dead server to one that joined after its death", () => {
			for (const seed of $range(41, 43)) {
				inWorld({ seed }, (world) => {
					const seen = messagesOf(world);
					const [first] = world.start(4);
					first!.put("key");
					world.run(20);
					const before = seen.broadcasts.size();
					first!.put("key", "2");
					world.run(3);
					first!.server.Crash();
					world.run(33);
					world.heal();
					const [joiner] = world.add();
					world.run(8);
					world.replay(seen.broadcasts.filter(({ from }, index) => from === 1 && index >= before));
					world.run(5);
					expect(joiner!.sees()).to.equal("2 3 4 5");
					world.expectAll("");
				});
			}
		});
	});
};
