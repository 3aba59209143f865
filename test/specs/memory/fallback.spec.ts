/// <reference types="@rbxts/testez/globals" />
import { ConfigureCluster } from "../../../src/cluster";
import { VirtualServerOptions } from "../../../src/testing";
import { writeStoredState } from "../../../src/wire/stored-items";
import { inWorld, Peer, World } from "../support/world";
import { fill, join, memoryOf, WITH, writersOf } from "./scenario";

const MAP = "net-server-sync/1";

/** A game whose state is kept. */
function kept(world: World, servers = 5): Peer[] {
	const peers = world.start(servers, WITH);
	fill(peers, 100, 40);
	world.run(40);
	if (writersOf(world).isEmpty()) error("nobody writes");
	return peers;
}

/** Joins by messages, not later than it takes to give up and ask. */
function joinByMessages(world: World, limitSeconds: number, options = WITH): Peer {
	const { peer, seconds } = join(world, options);
	if (memoryOf(peer).Joined) error("joined by what was kept");
	if (seconds > limitSeconds) error(`took ${seconds} s`);
	world.run(30);
	world.agreed();
	if (peer.pool.Size() < 100) error(`${peer.pool.Size()} contributions`);
	return peer;
}

/** Puts something else where the state is, all the time. */
function overwrite(world: World, key: string, value: unknown): void {
	const stranger = world.live()[0]!.server;
	for (const tick of $range(0, 200)) {
		stranger.Schedule(tick / 10, () => {
			stranger.MemoryStoreService.GetHashMap(MAP).SetAsync(key, value, 60);
		});
	}
}

export = () => {
	describe("the state is given by messages", () => {
		it("at once where nothing is kept", () => {
			inWorld({ seed: 1 }, (world) => {
				fill(world.start(5), 100, 40);
				world.run(20);
				joinByMessages(world, 6);
			});
		});

		it("when the calls fail", () => {
			inWorld({ seed: 2 }, (world) => {
				kept(world);
				world.emulated.SetFaults({ memoryErrors: 1 });
				const peer = joinByMessages(world, 6);
				expect(memoryOf(peer).Failures >= 1).to.equal(true);
				const warnings = peer.server.GetOutput().filter(({ level }) => level === "warn");
				expect(warnings.size()).to.equal(1);
				expect(string.find(warnings[0]!.text, "MemoryStoreService fails", 1, true)[0]).to.be.ok();
			});
		});

		it("when the calls hang, however long", () => {
			for (const memoryHangSeconds of [30, math.huge]) {
				inWorld({ seed: 3 }, (world) => {
					kept(world);
					world.emulated.SetFaults({ memoryHangs: 1, memoryHangSeconds });
					joinByMessages(world, 8);
					world.run(60);
					// It comes back by itself.
					world.emulated.SetFaults({ memoryHangs: 0 });
					world.run(120);
					expect(memoryOf(join(world).peer).Joined).to.equal(true);
				});
			}
		});

		it("when the service is throttled; then it is left alone for a while", () => {
			inWorld({ seed: 4, memoryStructureUnits: 20 }, (world) => {
				const peers = kept(world);
				world.run(600);
				const requests = world.emulated.GetStatistics().memory.requests;
				if (requests > 220) error(`${requests} requests`);
				for (const peer of peers) {
					const warnings = peer.server.GetOutput().filter(({ level }) => level === "warn");
					expect(warnings.size() <= 1).to.equal(true);
				}
			});
		});

		it("where there is no such service; one line says so", () => {
			const cases: VirtualServerOptions[] = [
				{ memoryStore: "denied" },
				{ memoryStore: "unpublished" },
				{ memoryStore: "denied", environment: "studio" },
			];
			for (const options of cases) {
				inWorld({ seed: 5 }, (world) => {
					kept(world);
					const lines = new Array<string>();
					const logger = (level: string, text: string) => lines.push(`${level}: ${text}`);
					const setup = () => ConfigureCluster({ memoryStore: true, logger });
					const peer = joinByMessages(world, 6, { ...options, setup });
					world.run(100);
					const said = lines.filter(
						(line) => string.find(line, "MemoryStoreService", 1, true)[0] !== undefined,
					);
					expect(said.size()).to.equal(1);
					expect(string.sub(said[0]!, 1, 5)).to.equal("info:");
					expect(memoryOf(peer).Units).to.equal(1);
				});
			}
		});

		it("when what is there is something else", () => {
			const forged = writeStoredState(
				{
					writer: "aaaaaaaa",
					incarnation: 0,
					count: 1,
					generation: 1,
					pages: 3,
					bytes: 3,
					pagesStamp: 5,
					pagesChecksum: 7,
					baseStamp: 9,
					writtenAt: 2 ** 41,
					frontier: 9,
					difference: "nonsense",
				},
				0,
			);
			for (const value of [5, "text", string.rep("x", 30_000), { state: 1 }, forged]) {
				inWorld({ seed: 6 }, (world) => {
					kept(world);
					overwrite(world, "state", value);
					world.run(1);
					joinByMessages(world, 9);
				});
			}
		});

		it("when the writer no longer goes on", () => {
			inWorld({ seed: 7, memoryExpirySeconds: [100, 100] }, (world) => {
				kept(world);
				writersOf(world)[0]!.server.Freeze(12);
				world.run(3);
				joinByMessages(world, 8);
			});
		});

		it("when a page is missing, or of another generation", () => {
			inWorld({ seed: 8 }, (world) => {
				kept(world);
				const [writer] = writersOf(world);
				const values = new Map<string, unknown>();
				// Its pages are the items other than the state itself.
				writer!.server.Schedule(0, () => {
					const map = writer!.server.MemoryStoreService.GetHashMap(MAP);
					type Item = { readonly key: string; readonly value: unknown };
					const items = map.ListItemsAsync(100).GetCurrentPage() as unknown as ReadonlyArray<Item>;
					for (const { key, value } of items) if (key !== "state") values.set(key, value);
				});
				world.run(1);
				expect(values.size() >= 1).to.equal(true);
				let other: unknown;
				for (const [, value] of values) other = value;
				for (const [key, value] of values) {
					if (values.size() === 1 || value === other) overwrite(world, key, "torn");
					else overwrite(world, key, other);
				}
				world.run(1);
				joinByMessages(world, 8);
			});
		});

		it("when the state does not fit", () => {
			inWorld({ seed: 9 }, (world) => {
				const peers = world.start(3, WITH);
				fill(peers, 400, 100);
				world.run(120);
				// Three servers with ten players each: 25 kB of 100 kB in all.
				for (const peer of peers) expect(memoryOf(peer).Bytes < 25_000).to.equal(true);
				expect(peers.some((peer) => memoryOf(peer).Skipped > 0)).to.equal(true);
				const { peer } = join(world);
				expect(memoryOf(peer).Joined).to.equal(false);
				world.run(30);
				world.agreed();
				const { bytes, quotaBytes } = world.emulated.GetStatistics().memory;
				expect(bytes <= quotaBytes / 4).to.equal(true);
			});
		});
	});
};
