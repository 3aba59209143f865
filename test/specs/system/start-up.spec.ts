/// <reference types="@rbxts/testez/globals" />
import { DefineModule, StartUpState, System, Systems } from "../../../src/system";
import { VirtualServer } from "../../../src/testing";
import { Arena, inArena } from "../support/arena";

/** The versions of which a server was told that all are ready for them. */
function stableOf(server: VirtualServer): number[] {
	const versions = new Array<number>();
	server.Do(() => Systems().OnStable((version) => versions.push(version)));
	return versions;
}

function last(versions: ReadonlyArray<number>): number | undefined {
	return versions[versions.size() - 1];
}

/** A module that takes so many seconds to load on one server. */
function slowOn(serverNumber: number, seconds: number): (arena: Arena, server: VirtualServer) => void {
	return (_arena, server) => {
		const slow = DefineModule("Slow", {}, () => {
			if (server.Number === serverNumber) server.Engine.task.wait(seconds);
			return {};
		});
		slowModules.set(server, slow as never);
	};
}
const slowModules = new Map<VirtualServer, never>();

function setSlow(server: VirtualServer, count: number): void {
	const entries = new Array<{ id: string; module: never }>();
	for (const index of $range(1, count)) entries.push({ id: `slow${index}`, module: slowModules.get(server)! });
	server.Do(() => System("slow").SetModules(entries));
}

export = () => {
	describe("starting up", () => {
		it("R6: a server alone becomes ready, and stable once", () => {
			inArena({ servers: 1, seed: 1 }, (arena) => {
				const versions = stableOf(arena.servers[0]!);
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				arena.world.Run(60);
				expect(versions.size()).to.equal(1);
				expect(versions[0]).to.equal(arena.systems(arena.servers[0]!).GetVersion());
			});
		});

		it("R7: where a second one joins both become stable in the same version, once both are ready for it", () => {
			inArena({ servers: 1, seed: 2, setup: slowOn(2, 12) }, (arena) => {
				setSlow(arena.servers[0]!, 8);
				arena.untilStable();
				const first = stableOf(arena.servers[0]!);
				arena.world.Run(1);
				const before = first.size();
				const joined = arena.add();
				const second = stableOf(joined);
				arena.until("the second takes part", 30, () => arena.systems(joined).GetVersion() > last(first)!);
				const start = arena.world.Now();
				arena.until("stable", 60, () => first.size() > before);
				// Its modules take so long.
				expect(arena.world.Now() - start > 6).to.equal(true);
				arena.until("stable there", 10, () => last(second) === last(first));
				arena.world.Run(30);
				expect(last(second)).to.equal(last(first));
				expect(first.size()).to.equal(before + 1);
			});
		});

		for (const [id, who] of [
			["R8", "leader"],
			["R9", "follower"],
		] as const) {
			for (const how of ["closes", "crashes"]) {
				it(`${id}: when the ${who} ${how} the others become stable again`, () => {
					inArena({ servers: 3, seed: 3 }, (arena) => {
						arena.setDisplays(arena.servers[0]!, ["d1", "d2", "d3"]);
						arena.untilStable();
						// The oldest server leads.
						const gone = arena.servers[who === "leader" ? 0 : 1]!;
						const rest = arena.servers.filter((server) => server !== gone);
						const before = arena.systems(rest[0]!).GetVersion();
						if (how === "closes") gone.Close();
						else gone.Crash();
						const versions = rest.map(stableOf);
						arena.until("stable in a later version", 90, () =>
							versions.every((told) => last(told)! > before),
						);
						expect(last(versions[0]!)).to.equal(last(versions[1]!));
						for (const module of ["d1", "d2", "d3"]) arena.mustHost(module);
					});
				});
			}
		}

		it("R10: after a crash and a replacement that takes ten seconds all are stable only when that is ready", () => {
			inArena({ servers: 3, seed: 4, setup: slowOn(4, 10) }, (arena) => {
				setSlow(arena.servers[0]!, 12);
				arena.untilStable();
				arena.servers[1]!.Crash();
				const replacement = arena.add();
				arena.until(
					"its modules start",
					60,
					() =>
						arena.systems(replacement).hosting.find("slow1") !== undefined ||
						arena.systems(replacement).GetStatistics().Started > 0 ||
						arena.systems(replacement).GetState() === "start",
				);
				const isReady = (): boolean => {
					const { hosting } = arena.systems(replacement);
					return hosting.isSettled();
				};
				arena.world.SetObserver(() => {
					if (arena.live().size() < 3 || arena.systems(replacement).GetVersion() === 0) return;
					if (arena.systems(replacement).GetState() === "stable" && !isReady()) error("stable too early", 0);
				});
				arena.untilStable(90);
				expect(arena.systems(replacement).GetStatistics().Started > 0).to.equal(true);
			});
		});

		it("R12: of changes that come while another one is being settled only the last becomes stable", () => {
			inArena({ servers: 2, seed: 5, setup: slowOn(1, 8) }, (arena) => {
				arena.untilStable();
				const versions = stableOf(arena.servers[1]!);
				arena.world.Run(1);
				const before = versions.size();
				const targets = new Set<number>();
				arena.world.SetObserver((server) => targets.add(arena.systems(server)?.GetVersion() ?? 0));
				for (const count of $range(4, 7)) {
					setSlow(arena.servers[0]!, count);
					arena.world.Run(2);
				}
				arena.world.Run(30);
				arena.untilStable();
				expect(targets.size() > 3).to.equal(true);
				expect(versions.size() - before).to.equal(1);
			});
		});

		it("R12: readiness for a former version counts for nothing", () => {
			inArena({ servers: 2, seed: 6 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				const { directory } = arena.systems(arena.servers[0]!);
				const other = arena.systems(arena.servers[1]!).directory;
				const former = directory.target!.version;
				const [, follower] = arena.servers;
				// What the follower says from now on gets lost.
				arena.world.SetFilter((sender) => (sender === follower!.ServerId ? "drop" : "deliver"));
				arena.setDisplays(arena.servers[0]!, ["d1", "d2"]);
				arena.world.Run(8);
				expect(directory.target!.version > former).to.equal(true);
				expect(directory.ready.get(follower!.ServerId)).to.equal(former);
				expect(directory.stable).to.equal(former);
				arena.world.SetFilter(undefined);
				arena.untilStable();
				expect(other.stable).to.equal(directory.stable);
			});
		});

		it("R15: a module that fails to load three times is reported everywhere, and holds up no other", () => {
			let attempts = 0;
			const broken = new Map<VirtualServer, never>();
			const setup = (_arena: Arena, server: VirtualServer): void => {
				broken.set(
					server,
					DefineModule("Broken", {}, () => {
						attempts += 1;
						error("no such device", 0);
					}) as never,
				);
			};
			inArena({ servers: 2, seed: 7, setup }, (arena) => {
				const [server] = arena.servers as [VirtualServer];
				server.Do(() =>
					System("arena").SetModules([
						{ id: "b1", module: broken.get(server)! },
						{ id: "d1", module: arena.display(server) },
						{ id: "d2", module: arena.display(server) },
					]),
				);
				arena.untilStable();
				expect(attempts).to.equal(3);
				arena.mustHost("d1");
				arena.mustHost("d2");
				for (const each of arena.servers) {
					const failures = each.Do(() => Systems().GetFailures());
					expect(failures.size()).to.equal(1);
					expect(failures[0]!.ModuleId).to.equal("b1");
					expect(failures[0]!.Message.find("no such device", 1, true)[0]).to.be.ok();
				}
			});
		});

		it("R16: who asks late is told the latest version at once", () => {
			inArena({ servers: 2, seed: 8 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				arena.world.Run(20);
				for (const server of arena.servers) {
					const versions = stableOf(server);
					expect(versions.size()).to.equal(1);
					expect(versions[0]).to.equal(arena.systems(server).GetVersion());
				}
			});
		});

		it("R17: the states come one after the other, each awaitable", () => {
			const order: ReadonlyArray<StartUpState> = ["define", "join", "index", "start", "ready", "stable"];
			inArena({ seed: 9 }, (arena) => {
				const server = arena.add();
				arena.setDisplays(server, ["d1", "d2"]);
				const reached = new Array<string>();
				for (const state of order)
					server
						.Do(() => Systems().WaitFor(state))
						.then((version) => {
							reached.push(`${state}${version > 0 ? "" : " 0"}`);
							if (state === "index") reached.push(`${arena.story.size()} started`);
							if (state === "ready") reached.push(`${arena.story.size()} started`);
						});
				arena.world.Run(15);
				expect(reached.join(", ")).to.equal(
					"define 0, join 0, index 0, 0 started, start, ready, 2 started, stable",
				);
			});
		});
	});
};
