/// <reference types="@rbxts/testez/globals" />
import { currentPlatform } from "../../../../src/platform/current";
import { RandomStream, VirtualGame, VirtualServer } from "../../../../src/testing";
import { statusOf } from "./memory-fixture";

/** Runs `body` in a thread of that server; the status it ended with is filled in. */
function start(server: VirtualServer, body: (service: MemoryStoreService) => void): { status?: string } {
	const ended: { status?: string } = {};
	server.Do(() =>
		server.Engine.task.spawn(() => {
			const [success, failure] = pcall(() => body(server.MemoryStoreService));
			ended.status = success ? "Success" : statusOf(failure);
		}),
	);
	return ended;
}

/** A game in which servers use everything, under all faults, and come and go. */
function eventfulGame(seed: number): VirtualGame {
	const world = VirtualGame({
		seed,
		memoryErrors: 0.05,
		memoryHangs: 0.01,
		memoryConflicts: 0.1,
		memoryExpirySeconds: [-1, 1],
		memoryStaleReads: 0.2,
		memoryShortLivedErrors: 0.5,
	});
	const random = new RandomStream(seed, "what servers do");
	const addServer = (): void => {
		const server = world.AddServer({ players: 20 });
		const service = server.MemoryStoreService;
		server.Engine.task.spawn(() => {
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q", 5)];
			while (true) {
				const key = `key ${math.floor(random.next() * 5)}`;
				pcall(() => map.UpdateAsync(key, (value?: number) => (value ?? 0) + 1, 10));
				pcall(() => sorted.SetAsync(key, server.Number, 5, random.next()));
				pcall(() => queue.AddAsync(key, 20, random.next()));
				pcall(() => sorted.GetRangeAsync("Ascending", 5));
				pcall(() => map.ListItemsAsync(2));
				pcall(() => queue.RemoveAsync(queue.ReadAsync(2, false, 3)[1]));
				server.Engine.task.wait(random.next());
			}
		});
	};
	for (const _ of $range(1, 4)) addServer();
	for (const _ of $range(1, 10)) {
		world.Run(3);
		const servers = world.GetServers();
		const chosen = servers[math.floor(random.next() * servers.size())]!;
		if (random.next() < 0.5) chosen.Freeze(4);
		else chosen.Crash();
		addServer();
	}
	return world;
}

export = () => {
	describe("MemoryStoreService of virtual servers", () => {
		it("is shared by all servers of a game, and outlives them", () => {
			const world = VirtualGame();
			const [left, right] = [world.AddServer(), world.AddServer()];
			start(left, (service) => service.GetHashMap("m").SetAsync("a", { from: "left" }, 600));
			world.Run(1);
			left.Crash();
			let value: unknown;
			start(right, (service) => (value = service.GetHashMap("m").GetAsync("a")));
			world.Run(1);
			expect((value as { from: string }).from).to.equal("left");
			right.Crash();
			start(world.AddServer(), (service) => (value = service.GetHashMap("m").GetAsync("a")));
			world.Run(1);
			expect((value as { from: string }).from).to.equal("left");
			world.Destroy();
		});

		it("is not shared by two games in one script", () => {
			const [world, other] = [VirtualGame(), VirtualGame()];
			start(world.AddServer(), (service) => service.GetHashMap("m").SetAsync("a", 1, 600));
			world.Run(1);
			other.Run(1);
			expect(world.GetStatistics().memory.items).to.equal(1);
			expect(other.GetStatistics().memory.items).to.equal(0);
			world.Destroy();
			other.Destroy();
		});

		it("runs transform functions and what follows a call as code of the server", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			const ids = new Array<string>();
			server.Schedule(0, () => {
				server.MemoryStoreService.GetHashMap("m").UpdateAsync(
					"a",
					() => {
						ids.push(currentPlatform().serverId);
						return 1;
					},
					60,
				);
				ids.push(currentPlatform().serverId);
			});
			world.Run(1);
			expect(ids.join()).to.equal([server.ServerId, server.ServerId].join());
			world.Destroy();
		});

		it("never answers a server that is gone; what it sent still happens", () => {
			const world = VirtualGame({ memorySeconds: [1, 1] });
			const [server, other] = [world.AddServer(), world.AddServer()];
			const set = start(server, (service) => service.GetHashMap("m").SetAsync("a", 1, 600));
			const update = start(server, (service) => service.GetHashMap("m").UpdateAsync("b", () => 1, 600));
			server.Crash();
			world.Run(10);
			expect(set.status).to.equal(undefined);
			expect(update.status).to.equal(undefined);
			let seen: string | undefined;
			start(other, (service) => {
				const map = service.GetHashMap("m");
				seen = `${map.GetAsync("a")} ${map.GetAsync("b")}`;
			});
			world.Run(10);
			// The transform was never run: the update got no further than its read.
			expect(seen).to.equal("1 nil");
			world.Destroy();
		});

		it("answers a frozen server when it is not frozen any more, and runs its transforms then", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			const set = start(server, (service) => service.GetHashMap("m").SetAsync("a", 1, 600));
			const update = start(server, (service) => service.GetHashMap("m").UpdateAsync("b", () => 1, 600));
			server.Freeze(20);
			world.Run(19);
			expect(set.status).to.equal(undefined);
			expect(world.GetStatistics().memory.items).to.equal(1);
			world.Run(2);
			expect(set.status).to.equal("Success");
			expect(update.status).to.equal("Success");
			expect(world.GetStatistics().memory.items).to.equal(2);
			world.Destroy();
		});

		it("lets a frozen or crashed server's waiting reads take nothing", () => {
			const world = VirtualGame();
			const [frozen, crashed, other] = [world.AddServer(), world.AddServer(), world.AddServer()];
			const reading = start(frozen, (service) => service.GetQueue("q").ReadAsync(1));
			start(crashed, (service) => service.GetQueue("q").ReadAsync(1));
			world.Run(5);
			frozen.Freeze(60);
			crashed.Crash();
			world.Run(5);
			start(other, (service) => service.GetQueue("q").AddAsync("a", 600));
			world.Run(10);
			let visible: number | undefined;
			start(other, (service) => (visible = service.GetQueue("q").GetSizeAsync(true)));
			world.Run(1);
			expect(visible).to.equal(1);
			world.Run(60);
			expect(reading.status).to.equal("Success");
			world.Destroy();
		});

		it("has data of its own in Studio", () => {
			const world = VirtualGame();
			const studio = world.AddServer({ environment: "studio" });
			const live = world.AddServer();
			start(studio, (service) => service.GetHashMap("m").SetAsync("a", "studio", 600));
			world.Run(1);
			let value: unknown = "unread";
			start(live, (service) => (value = service.GetHashMap("m").GetAsync("a")));
			world.Run(1);
			expect(value).to.equal(undefined);
			start(world.AddServer({ environment: "studio" }), (service) => {
				value = service.GetHashMap("m").GetAsync("a");
			});
			world.Run(1);
			expect(value).to.equal("studio");
			world.Destroy();
		});

		it("refuses clients, unpublished places and servers without access, each in its way", () => {
			const world = VirtualGame();
			const unpublished = world.AddServer({ memoryStore: "unpublished" });
			const denied = world.AddServer({ memoryStore: "denied" });
			const available = world.AddServer({ memoryStore: "available" });
			const client = world.AddServer({ environment: "client" });
			const ended = [unpublished, denied, available, client].map((server) =>
				start(server, (service) => service.GetHashMap("m").GetAsync("a")),
			);
			world.Run(1);
			const statuses = ended.map(({ status }) => tostring(status)).join(" ");
			expect(statuses).to.equal("UnpublishedPlace AccessDenied Success InvalidClientAccess");
			world.Destroy();
		});

		it("remembers the players who have left for eight days", () => {
			const world = VirtualGame();
			const server = world.AddServer({ players: 3 });
			const quota = (): number => world.GetStatistics().memory.quotaBytes;
			server.AddPlayer("Ann");
			server.RemovePlayer("Ann");
			expect(quota()).to.be.near(65536 + 4 * 1228.8, 1e-6);
			world.AddServer({ players: 5 }).Crash();
			expect(quota()).to.be.near(65536 + 8 * 1228.8, 1e-6);
			world.AddServer({ players: 10 }).Close();
			expect(quota()).to.be.near(65536 + 13 * 1228.8, 1e-6);
			expect(world.GetStatistics().memory.unitsPerMinute).to.equal(1360);
			world.Destroy();
		});

		it("can be used by a server that is closing, until it is gone", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			let status: string | undefined;
			server.Engine.DataModel.BindToClose(() => {
				server.MemoryStoreService.GetHashMap("m").RemoveAsync("a");
				status = "removed";
			});
			server.Close();
			world.Run(5);
			expect(status).to.equal("removed");
			world.Destroy();
		});

		it("reports errors that nobody caught, with their status", () => {
			const world = VirtualGame({ memoryErrors: 1 });
			const server = world.AddServer();
			server.Schedule(0, () => server.MemoryStoreService.GetHashMap("m").GetAsync("a"));
			world.Run(1);
			expect(world.Errors.size()).to.equal(1);
			expect(world.Errors[0]!.serverId).to.equal(server.ServerId);
			expect(statusOf(world.Errors[0]!.text)).to.equal("InternalError");
			world.Destroy();
		});

		it("says that it yields where nobody could wait", () => {
			const world = VirtualGame();
			const map = world.AddServer().MemoryStoreService.GetHashMap("m");
			expect(() => map.GetAsync("a")).to.throw("HashMap.GetAsync yields");
			world.Destroy();
		});

		it("leaves a thread alone that was cancelled while it waited", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			let returned = false;
			const thread = server.Do(() =>
				server.Engine.task.spawn(() => {
					server.MemoryStoreService.GetHashMap("m").SetAsync("a", 1, 60);
					returned = true;
				}),
			);
			server.Engine.task.cancel(thread);
			world.Run(1);
			expect(returned).to.equal(false);
			expect(world.Errors.size()).to.equal(0);
			expect(world.GetStatistics().memory.items).to.equal(1);
			world.Destroy();
		});

		it("changes its faults while the game runs", () => {
			const world = VirtualGame({ memoryErrors: 1 });
			const server = world.AddServer();
			const get = (): string | undefined => {
				const ended = start(server, (service) => service.GetHashMap("m").GetAsync("a"));
				world.Run(1);
				return ended.status;
			};
			expect(get()).to.equal("InternalError");
			world.SetFaults({ memoryErrors: 0, loss: 0.5 });
			expect(get()).to.equal("Success");
			world.Destroy();
		});

		it("refuses unknown options and values that make no sense, by name", () => {
			expect(() => VirtualGame({ memoryError: 1 } as object)).to.throw('there is no option "memoryError"');
			const bad: [string, unknown][] = [
				["memorySeconds", [-1, 1]],
				["memoryErrors", 2],
				["memoryExpirySeconds", 1],
				["memoryBounds", "both"],
				["memoryKilobyteBytes", 1023],
				["memoryPartitions", 0],
				["memoryUpdateRetries", 0.5],
				["memoryFailuresCost", 1],
				["countedUsers", -1],
			];
			for (const [name, value] of bad) {
				expect(() => VirtualGame({ [name]: value } as object)).to.throw(`${name} is`);
			}
			const world = VirtualGame();
			const setUpdateRetries = (): void => world.SetFaults({ memoryUpdateRetries: 1 } as object);
			expect(setUpdateRetries).to.throw('there is no option "memoryUpdateRetries"');
			expect(() => world.AddServer({ memoryStore: true } as object)).to.throw("memoryStore is true");
			world.Destroy();
		});

		it("counts what ended how", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			start(server, (service) => {
				const map = service.GetHashMap("m");
				map.SetAsync("a", 1, 60);
				pcall(() => map.SetAsync("", 1, 60));
				pcall(() => map.SetAsync("a", 1, -1));
				service.GetQueue("q").ReadAsync(1, false, 0);
			});
			world.Run(2);
			const { statuses, requests, units } = world.GetStatistics().memory;
			expect(statuses.Success).to.equal(1);
			expect(statuses.InvalidRequest).to.equal(1);
			expect(statuses.InvalidExpirationTime).to.equal(1);
			expect(statuses.NoItemFound).to.equal(1);
			expect(requests).to.equal(3);
			expect(units).to.equal(3);
			world.Destroy();
		});

		it("adds to the game's trace, which is the same for the same seed", () => {
			const hashes = [3, 3, 4].map((seed) => {
				const world = eventfulGame(seed);
				const hash = `${world.GetTraceHash()} ${world.GetStatistics().memory.requests}`;
				world.Destroy();
				return hash;
			});
			expect(hashes[0]).to.equal(hashes[1]);
			expect(hashes[0]).never.to.equal(hashes[2]);
			const traces = [false, true].map((used) => {
				const world = VirtualGame();
				const server = world.AddServer();
				if (used) start(server, (service) => service.GetHashMap("m").GetAsync("a"));
				world.Run(1);
				const hash = world.GetTraceHash();
				world.Destroy();
				return hash;
			});
			expect(traces[0]).never.to.equal(traces[1]);
		});
	});
};
