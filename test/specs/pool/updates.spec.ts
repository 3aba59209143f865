/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";
import { entryPool } from "../support/entries";

export = () => {
	describe("a key that changes fifty times a second", () => {
		for (const seed of $range(1, 3)) {
			it(`costs no more messages than flushing allows, and has its last value everywhere soon (seed ${seed})`, () => {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(10);
					const [first] = peers;
					const before = first!.server.Cluster.GetStatistics().Sent;
					for (const tick of $range(0, 2999)) {
						world.after(tick / 50, () => first!.put("hot", tostring(tick)));
					}
					world.run(60);
					const seconds = world.until("all have the last value", 8, () => {
						for (const peer of peers) if (peer.get("hot") !== "2999") return false;
						return true;
					});
					expect(seconds <= 5).to.equal(true);
					const after = first!.server.Cluster.GetStatistics().Sent;
					// A flush every half second, at most.
					expect(after.Records - before.Records <= 125).to.equal(true);
				});
			});
		}

		it("shows the others values in order, never an older one after a newer", () => {
			inWorld({ seed: 4, loss: 0.1, reorderSeconds: 3, duplication: 0.1 }, (world) => {
				const [first, second] = world.start(4);
				let latest = -1;
				let backwards = 0;
				const note = (value: string) => {
					if (tonumber(value)! < latest) backwards += 1;
					latest = tonumber(value)!;
				};
				second!.pool.ContributionAdded.Connect((entry) => note(entry.value));
				second!.pool.ContributionUpdated.Connect((entry) => note(entry.value));
				for (const tick of $range(0, 999)) world.after(tick / 20, () => first!.put("hot", tostring(tick)));
				world.run(80);
				expect(latest).to.equal(999);
				expect(backwards).to.equal(0);
			});
		});
	});

	describe("many keys that change at once", () => {
		it("arrive with their last values, though there is not enough room for all changes", () => {
			inWorld({ seed: 5, loss: 0.02 }, (world) => {
				const peers = world.start(6);
				for (const second of $range(0, 30)) {
					world.after(second, () => {
						for (const peer of peers) {
							for (const index of $range(1, 20))
								peer.put(`${peer.number}-${index}`, `${second} ${string.rep("v", 30)}`);
						}
					});
				}
				world.run(31);
				world.until("everything is everywhere", 60, () => {
					for (const peer of peers) {
						if (peer.pool.Size() !== 120) return false;
						for (const { value } of peer.pool.GetAllContributions()) {
							if (string.sub(value, 1, 3) !== "30 ") return false;
						}
					}
					return true;
				});
			});
		});

		it("go by priority, and those of low priority arrive too", () => {
			inWorld({ seed: 6 }, (world) => {
				const [first, second] = world.start(8);
				const named = (peer: typeof first, name: string, priority: number) =>
					peer!.server.Do(() => entryPool(name, { priority }));
				const low = named(first, "Low", -3);
				const high = named(first, "High", 3);
				const lowThere = named(second, "Low", -3);
				const highThere = named(second, "High", 3);
				first!.server.Do(() => {
					for (const index of $range(1, 300)) {
						low.ReplaceContribution({ key: `k${index}`, value: string.rep("v", 90) });
					}
					for (const index of $range(1, 50)) {
						high.ReplaceContribution({ key: `k${index}`, value: string.rep("v", 90) });
					}
				});
				world.until("all of the high ones are there", 120, () => highThere.Size() === 50);
				expect(lowThere.Size() < 100).to.equal(true);
				world.until("all of the low ones are there", 400, () => lowThere.Size() === 300);
			});
		});
	});

	describe("a contribution that is set and removed before it is sent", () => {
		it("costs nothing", () => {
			inWorld({ seed: 7 }, (world) => {
				const [first] = world.start(2);
				const before = first!.server.Cluster.GetStatistics();
				for (const index of $range(1, 100)) {
					first!.put(`k${index}`);
					first!.remove(`k${index}`);
				}
				world.run(20);
				const after = first!.server.Cluster.GetStatistics();
				expect(after.Sent.Records).to.equal(before.Sent.Records);
				expect(after.Tombstones).to.equal(0);
			});
		});
	});

	describe("a burst of a thousand contributions", () => {
		it("arrives everywhere, in messages that are nearly full", () => {
			inWorld({ seed: 8 }, (world) => {
				const peers = world.start(4);
				const [first] = peers;
				const before = first!.server.Cluster.GetStatistics().Sent;
				for (const index of $range(1, 1000)) first!.put(string.format("key%04d", index), "0123456789");
				const seconds = world.until("everything is everywhere", 300, () => {
					for (const peer of peers) if (peer.pool.Size() !== 1000) return false;
					return true;
				});
				const after = first!.server.Cluster.GetStatistics().Sent;
				expect(after.Records - before.Records).to.equal(1000);
				// About thirty a message, and beats.
				expect(after.Broadcasts - before.Broadcasts <= 45 + seconds / 5).to.equal(true);
			});
		});
	});
};
