/// <reference types="@rbxts/testez/globals" />
import { CloudFaults } from "../../../src/testing";
import { inWorld } from "../support/world";

/** Six servers change things for a minute and a half under these faults; some time later, all agree on the last values. */
function everythingArrives(seed: number, faults: CloudFaults, patienceSeconds: number): void {
	inWorld({ seed, loss: 0.02, ...faults }, (world) => {
		const peers = world.add(6);
		for (const second of $range(1, 90)) {
			world.after(second, () =>
				peers[(second * 5) % 6]!.put(`k${(second * 5) % 6}-${second % 4}`, tostring(second)),
			);
		}
		world.run(90);
		world.until("all agree on the last values", patienceSeconds, () => {
			for (const second of $range(79, 90)) {
				for (const peer of peers) {
					if (peer.get(`k${(second * 5) % 6}-${second % 4}`) !== tostring(second)) return false;
				}
			}
			return true;
		});
	});
}

export = () => {
	describe("everything arrives, though", () => {
		it("three of ten publishes fail after the message went out", () => {
			for (const seed of $range(11, 13)) {
				everythingArrives(seed, { publishErrors: 0.3, publishErrorsAfterEffect: 1 }, 60);
			}
		});

		it("one of twenty publishes hangs for 30 s, whether or not the message went out", () => {
			for (const seed of $range(21, 23)) everythingArrives(seed, { publishHangs: 0.05 }, 60);
		});

		it("every publish takes three seconds", () => {
			for (const seed of $range(31, 32)) everythingArrives(seed, { publishSeconds: [2, 4] }, 60);
		});

		it("messages come twice, and hours of them in any order", () => {
			for (const seed of $range(41, 43)) everythingArrives(seed, { duplication: 0.5, reorderSeconds: 8 }, 90);
		});
	});

	describe("when every publish has failed for two minutes", () => {
		it("what was contributed meanwhile arrives once they work again", () => {
			inWorld({ seed: 51 }, (world) => {
				const peers = world.start(5);
				for (const peer of peers) peer.put(`own${peer.number}`, "old");
				world.run(20);
				world.emulated.SetFaults({ publishErrors: 1, publishErrorsAfterEffect: 0 });
				world.after(30, () => {
					for (const peer of peers) peer.put(`own${peer.number}`, "new");
				});
				world.run(120);
				const statistics = peers[0]!.server.Cluster.GetStatistics();
				expect(statistics.QueueDepth <= 1).to.equal(true);
				expect(statistics.Sent.Failures < 120).to.equal(true);
				world.emulated.SetFaults({ publishErrors: 0 });
				world.until("all have the new values", 90, () => {
					for (const peer of peers) {
						for (const other of peers) if (peer.get(`own${other.number}`) !== "new") return false;
					}
					return true;
				});
			});
		});
	});

	describe("a publish that never returns", () => {
		it("holds up nothing", () => {
			inWorld({ seed: 52 }, (world) => {
				const [first, second] = world.start(3);
				world.emulated.SetFaults({ publishHangs: 1, publishHangSeconds: math.huge });
				first!.put("a");
				world.run(1);
				world.emulated.SetFaults({ publishHangs: 0 });
				first!.put("b");
				world.until("both are there", 30, () => second!.view() === "a=1@1 b=1@1");
			});
		});
	});
};
