/// <reference types="@rbxts/testez/globals" />
import { LimitName } from "../../../src/testing";
import { World, WorldOptions, inWorld } from "../support/world";

/** The highest share of a documented limit that was used. */
function shareOf(world: World, name: LimitName): number {
	for (const use of world.emulated.GetStatistics().limits) if (use.name === name) return use.share;
	return 0;
}

/** More than there is room for: every server changes ten keys a second for a minute and a half, and one joins. */
function rush(world: World, servers: number): void {
	world.add(servers);
	for (const tick of $range(1, 90)) {
		world.after(tick, () => {
			for (const peer of world.live()) {
				for (const index of $range(1, 10))
					peer.put(`${peer.number}-${(tick * 7 + index) % 50}`, string.rep("v", 60));
			}
		});
	}
	world.after(30, () => world.add(1));
	world.run(90);
}

export = () => {
	describe("no documented limit is exceeded", () => {
		for (const [servers, share, players] of [
			[2, 0.5, 0],
			[2, 1, 20],
			[5, 0.5, 20],
			[5, 1, 0],
			[12, 0.5, 20],
			[12, 1, 20],
		] as const) {
			it(`by ${servers} busy servers with ${players} players each and a share of ${share}`, () => {
				inWorld({ seed: servers, loss: 0.02, budgetShare: share }, (world) => {
					rush(world, servers);
					for (const name of ["received by the game", "received on a topic", "message bytes"] as const) {
						expect(shareOf(world, name) <= 1).to.equal(true);
					}
				});
			});
		}

		it("when servers crash and close in the middle of it", () => {
			inWorld({ seed: 7, loss: 0.02 }, (world) => {
				world.after(40, () => world.peers[0]!.server.Crash());
				world.after(60, () => world.peers[1]!.server.Close());
				rush(world, 7);
				world.run(60);
			});
		});

		it("where a limit counts messages once, whatever the receivers, either", () => {
			inWorld({ seed: 21, loss: 0.02, reading: "publishes" }, (world) => rush(world, 6));
		});

		it("where limits are counted by the minute of the clock, either", () => {
			inWorld({ seed: 22, loss: 0.02, minute: "fixed", budgetShare: 1 }, (world) => rush(world, 6));
		});

		it("by twelve servers that start, join and change at once", () => {
			for (const seed of $range(31, 32)) {
				inWorld({ seed, loss: 0.05, budgetShare: 1 }, (world) => {
					for (const peer of world.add(6))
						for (const index of $range(1, 50)) peer.put(`${peer.number}-${index}`, string.rep("v", 50));
					world.run(20);
					for (const peer of world.add(6))
						for (const index of $range(1, 50)) peer.put(`${peer.number}-${index}`, string.rep("v", 50));
					world.run(90);
					world.until("all is everywhere", 200, () => {
						for (const peer of world.live()) if (peer.pool.Size() !== 600) return false;
						return true;
					});
					world.agreed();
				});
			}
		});
	});

	describe("an idle game of ten servers", () => {
		it("uses less than a fifth of the documented limits, and of the sends next to nothing", () => {
			inWorld({ seed: 41, loss: 0.01 }, (world) => {
				world.start(10);
				world.run(120);
				const before = world.emulated.GetStatistics().deliveries;
				world.run(300);
				const perMinute = (world.emulated.GetStatistics().deliveries - before) / 5;
				expect(perMinute <= 0.2 * (400 + 200 * 10)).to.equal(true);
				for (const peer of world.live())
					expect(peer.server.Cluster.GetStatistics().Repair.Requested <= 8).to.equal(true);
			});
		});
	});

	/** Deliveries in a minute, after two minutes in which nothing happened. */
	function restlessness(options: WorldOptions, scenario: (world: World) => void): { busy: number; idle: number } {
		let idle = 0;
		inWorld(options, (world) => {
			scenario(world);
			world.run(150);
			const before = world.emulated.GetStatistics().deliveries;
			world.run(60);
			idle = world.emulated.GetStatistics().deliveries - before;
		});
		let plain = 0;
		inWorld({ seed: 1 }, (world) => {
			world.start(6);
			world.run(150);
			const before = world.emulated.GetStatistics().deliveries;
			world.run(60);
			plain = world.emulated.GetStatistics().deliveries - before;
		});
		return { busy: idle, idle: plain };
	}

	describe("traffic falls to that of an idle game", () => {
		it("after a rush", () => {
			const { busy, idle } = restlessness({ seed: 51, loss: 0.05 }, (world) => {
				const peers = world.start(6);
				for (const tick of $range(1, 300)) {
					world.after(tick / 5, () => peers[tick % 6]!.put(`k${tick % 40}`, string.rep("v", 100)));
				}
				world.run(60);
				world.emulated.SetFaults({ loss: 0 });
			});
			expect(busy <= 1.3 * idle + 20).to.equal(true);
		});

		it("after a partition", () => {
			const { busy, idle } = restlessness({ seed: 52 }, (world) => {
				const peers = world.start(6);
				for (const peer of peers) for (const index of $range(1, 10)) peer.put(`${peer.number}-${index}`);
				world.run(20);
				world.partition((number) => number % 2);
				world.run(90);
				world.heal();
			});
			expect(busy <= 1.3 * idle + 20).to.equal(true);
		});

		it("after twenty minutes in which servers come and go", () => {
			const { busy, idle } = restlessness({ seed: 53, loss: 0.01 }, (world) => {
				world.start(6);
				for (const step of $range(1, 30)) {
					world.after(step * 40, () => {
						const [oldest] = world.live();
						if (step % 2 === 0) oldest!.server.Crash();
						else oldest!.server.Close();
						for (const peer of world.add(1)) peer.put(`k${peer.number}`);
					});
				}
				world.run(1230);
				world.emulated.SetFaults({ loss: 0 });
			});
			expect(busy <= 1.3 * idle + 20).to.equal(true);
		});
	});

	describe("what a server keeps", () => {
		it("does not grow with time: queues are empty and nothing is missing after an hour of change", () => {
			inWorld({ seed: 61, loss: 0.02 }, (world) => {
				const peers = world.start(3);
				for (const step of $range(1, 360)) {
					world.after(step * 10, () => {
						const peer = peers[step % 3]!;
						peer.put(`k${step}`, string.rep("v", step % 200));
						peer.remove(`k${step - 30}`);
					});
				}
				world.run(3700);
				for (const peer of peers) {
					const statistics = peer.server.Cluster.GetStatistics();
					expect(statistics.Records <= 60).to.equal(true);
					expect(statistics.Tombstones <= 30).to.equal(true);
					expect(statistics.QueueDepth).to.equal(0);
					expect(statistics.Repair.Missing).to.equal(0);
				}
			});
		});
	});
};
