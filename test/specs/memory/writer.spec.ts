/// <reference types="@rbxts/testez/globals" />
import { inWorld, Peer, World } from "../support/world";
import { fill, join, memoryOf, WITH, writersOf, writingNow } from "./scenario";

/** How often a server wrote the whole state down within so many seconds. */
function generationsIn(world: World, peer: Peer, seconds: number): number {
	const before = memoryOf(peer).Generations;
	world.run(seconds);
	return memoryOf(peer).Generations - before;
}

export = () => {
	describe("the state in MemoryStoreService", () => {
		it("is kept by the oldest server", () => {
			inWorld({ seed: 1 }, (world) => {
				const [oldest] = world.start(1, WITH);
				world.start(4, WITH);
				world.run(20);
				const writing = writingNow(world);
				expect(writing.size()).to.equal(1);
				expect(writing[0] === oldest).to.equal(true);
			});
		});

		it("is kept by another than the hub", () => {
			inWorld({ seed: 2 }, (world) => {
				const [oldest] = world.start(1, WITH);
				world.start(15, WITH);
				world.run(60);
				const writing = writingNow(world);
				expect(writing.size()).to.equal(1);
				// The oldest is the hub.
				expect(writing[0] === oldest).to.equal(false);
				expect(memoryOf(join(world).peer).Joined).to.equal(true);
			});
		});

		it("is written anew every minute, and sooner when much of it has changed, but no more often than every ten seconds", () => {
			inWorld({ seed: 3 }, (world) => {
				const peers = world.start(4, WITH);
				fill(peers, 100, 40);
				world.run(60);
				const [writer] = writingNow(world);
				const calm = generationsIn(world, writer!, 240);
				if (calm < 3 || calm > 5) error(`${calm} generations`);
				for (const second of $range(1, 60)) {
					world.after(second, () => {
						for (const index of $range(0, 9)) {
							const key = (second * 10 + index) % 100;
							peers[key % 4]!.put(`key-${key}`, `${second}${string.rep("w", 40)}`);
						}
					});
				}
				const busy = generationsIn(world, writer!, 60);
				if (busy < 2 || busy > 7) error(`${busy} generations`);
				expect(memoryOf(join(world).peer).Joined).to.equal(true);
			});
		});

		it("is taken over when its writer crashes, or closes", () => {
			for (const ending of ["Crash", "Close"] as const) {
				for (const servers of [5, 16]) {
					inWorld({ seed: 4 }, (world) => {
						fill(world.start(servers, WITH), 50, 40);
						world.run(60);
						const [former] = writingNow(world);
						former!.server[ending]();
						world.run(100);
						const writing = writingNow(world);
						expect(writing.size()).to.equal(1);
						expect(writing[0] === former).to.equal(false);
						expect(memoryOf(join(world).peer).Joined).to.equal(true);
						world.run(20);
						world.agreed();
					});
				}
			}
		});

		it("is kept by one again after several did", () => {
			inWorld({ seed: 5 }, (world) => {
				const peers = world.start(6, WITH);
				fill(peers, 50, 40);
				world.run(30);
				world.partition((number) => (number <= 3 ? 0 : 1));
				world.run(120);
				world.heal();
				world.run(200);
				world.agreed();
				expect(writingNow(world).size()).to.equal(1);
			});
		});

		it("is gone soon after the game", () => {
			inWorld({ seed: 6 }, (world) => {
				const peers = world.start(4, WITH);
				fill(peers, 50, 40);
				world.run(60);
				expect(world.emulated.GetStatistics().memory.items > 1).to.equal(true);
				for (const peer of peers) peer.server.Crash();
				world.emulated.Run(130);
				expect(world.emulated.GetStatistics().memory.items).to.equal(0);
			});
		});

		it("takes no more than a quarter of what the game may", () => {
			inWorld({ seed: 7 }, (world) => {
				const peers = world.start(6, { ...WITH, players: 3 });
				fill(peers, 60, 60);
				for (const second of $range(1, 200)) {
					world.after(second, () =>
						peers[second % 6]!.put(`key-${(second % 10) * 6 + (second % 6)}`, `${second}`),
					);
				}
				for (const second of $range(1, 5))
					world.after(30 * second, () => world.add(2, { ...WITH, players: 3 }));
				world.run(200);
				const { limits, bytes, quotaBytes } = world.emulated.GetStatistics().memory;
				for (const { name, share } of limits) {
					if (name === "memory request units") expect(share <= 0.25).to.equal(true);
				}
				expect(bytes <= quotaBytes / 4).to.equal(true);
				expect(writersOf(world).size() >= 1).to.equal(true);
			});
		});
	});

	describe("what was removed", () => {
		it("does not come back to who joins, nor by it, however long ago the pages were written", () => {
			for (const onOwnerGone of ["remove", "adopt"] as const) {
				for (const servers of [5, 16]) {
					for (const delay of [1, 4, 12, 25, 45]) {
						inWorld({ seed: 10 + delay, onOwnerGone }, (world) => {
							const peers = world.start(servers, WITH);
							fill(peers, 40, 30);
							world.run(70);
							// Few of many: the pages stay as they are.
							for (const index of [3, 7, 11]) peers[index % servers]!.remove(`key-${index}`);
							world.run(delay);
							const { peer } = join(world);
							if (!memoryOf(peer).Joined) error(`not joined: ${onOwnerGone} ${servers} ${delay}`);
							for (const index of [3, 7, 11]) {
								// What had not arrived at its writer yet may be there for a moment.
								if (delay >= 12) expect(peer.get(`key-${index}`)).to.equal(undefined);
							}
							world.run(10);
							for (const index of [3, 7, 11]) expect(peer.get(`key-${index}`)).to.equal(undefined);
							// Its owners go: nobody adopts it.
							peers[3]!.server.Crash();
							peers[2]!.server.Close();
							world.run(150);
							world.agreed();
							for (const index of [3, 7, 11]) expect(peer.get(`key-${index}`)).to.equal(undefined);
						});
					}
				}
			}
		});

		it("is forgotten nevertheless", () => {
			inWorld({ seed: 30 }, (world) => {
				const peers = world.start(5, WITH);
				fill(peers, 40, 30);
				world.run(30);
				for (const index of $range(0, 9)) peers[index % 5]!.remove(`key-${index}`);
				world.run(110);
				for (const { server } of peers) expect(server.Cluster.GetStatistics().Tombstones).to.equal(0);
			});
		});
	});
};
