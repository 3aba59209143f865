/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	describe("with clocks that are up to five minutes wrong", () => {
		for (const seed of $range(1, 4)) {
			it(`what is done after something was seen wins over it (seed ${seed})`, () => {
				inWorld({ seed, clockSkewSeconds: [-300, 300], loss: 0.02 }, (world) => {
					const peers = world.start(5);
					for (const round of $range(1, 12)) {
						const peer = peers[(round * 3) % 5]!;
						peer.put("key", tostring(round));
						world.run(12);
						world.expectAll(`key=${round}@${peer.number}`);
					}
				});
			});
		}

		it("a removal right after a claim was seen removes it", () => {
			inWorld({ seed: 11 }, (world) => {
				const [ahead] = world.start(1, { clockSkewSeconds: 300 });
				const [behind] = world.start(1, { clockSkewSeconds: -300 });
				for (const round of $range(1, 4)) {
					ahead!.put("key", `ahead ${round}`);
					world.run(8);
					behind!.put("key", `behind ${round}`);
					world.run(8);
					world.expectAll(`key=behind ${round}@2`);
					expect(behind!.remove("key")).to.equal(true);
					world.run(8);
					world.expectAll("");
				}
			});
		});

		it("a key that is claimed all the time from all sides ends up the same everywhere", () => {
			for (const seed of $range(21, 23)) {
				inWorld({ seed, clockSkewSeconds: [-300, 300], loss: 0.05 }, (world) => {
					const peers = world.start(6);
					for (const step of $range(1, 150)) {
						world.after(step * 0.4, () => peers[(step * step) % 6]!.put("key", tostring(step)));
					}
					world.run(60);
					world.until("all agree", 40, () => world.isAgreed());
				});
			}
		});

		it("tombstones go away, and servers that close or crash do too", () => {
			inWorld({ seed: 31, clockSkewSeconds: [-300, 300] }, (world) => {
				const peers = world.start(5);
				for (const peer of peers) peer.put(`k${peer.number}`);
				world.run(20);
				for (const peer of peers) if (peer.number > 2) peer.remove(`k${peer.number}`);
				peers[0]!.server.Close();
				peers[1]!.server.Crash();
				world.run(700);
				world.expectAll("");
				for (const peer of world.live()) expect(peer.server.Cluster.GetStatistics().Tombstones).to.equal(0);
			});
		});
	});

	describe("a clock that jumps", () => {
		for (const seconds of [-600, -30, 30, 600]) {
			it(`by ${seconds} s while the server runs does no harm`, () => {
				inWorld({ seed: 41 }, (world) => {
					const [first, second] = world.start(3);
					first!.put("key", "1");
					second!.put("other");
					world.run(20);
					first!.server.JumpClock(seconds);
					first!.put("key", "2");
					world.run(20);
					world.expectAll("key=2@1 other=1@2");
					second!.put("key", "3");
					world.run(20);
					world.expectAll("key=3@2 other=1@2");
					first!.put("key", "4");
					world.run(120);
					world.expectAll("key=4@1 other=1@2");
				});
			});
		}
	});

	describe("a clock that drifts by a second an hour", () => {
		it("does no harm in an hour", () => {
			inWorld({ seed: 51, clockDrift: [-3e-4, 3e-4] }, (world) => {
				const peers = world.start(3);
				for (const minute of $range(1, 12)) {
					world.after(minute * 300, () => peers[minute % 3]!.put("key", tostring(minute)));
				}
				world.run(3700);
				world.expectAll("key=12@1");
			});
		});
	});
};
