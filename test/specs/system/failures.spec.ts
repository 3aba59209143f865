/// <reference types="@rbxts/testez/globals" />
import { GetCluster } from "../../../src/cluster";
import { ChannelHost } from "../../../src/cluster/channels";
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { CALL_CHANNEL } from "../../../src/system/call-messages";
import { CallError, DefineModule, Fn, Parameter, System, Systems } from "../../../src/system";
import { VirtualServer } from "../../../src/testing";
import { Arena, ArenaOptions, inArena, isNumber, isString } from "../support/arena";

const MINUTE = 60;

/** Servers with displays that are stable. */
function steady(
	servers: number,
	ids: ReadonlyArray<string>,
	options: ArenaOptions,
	scenario: (arena: Arena, first: VirtualServer) => void,
): void {
	inArena({ servers, ...options }, (arena) => {
		arena.setDisplays(arena.servers[0]!, ids);
		arena.untilStable(90);
		scenario(arena, arena.servers[0]!);
	});
}

/** A kind of modules whose function takes so many seconds, and how often it ran. */
function slowKind(seconds: number): {
	readonly runs: Map<number, number>;
	readonly setup: (arena: Arena, server: VirtualServer) => void;
} {
	const runs = new Map<number, number>();
	const setup = (_arena: Arena, server: VirtualServer): void => {
		DefineModule("Slow", { functions: { work: Fn([Parameter("number", isNumber)], isNumber) } }, () => ({
			work: ({ number }) => {
				runs.set(number, (runs.get(number) ?? 0) + 1);
				server.Engine.task.wait(seconds);
				return number;
			},
		}));
	};
	return { runs, setup };
}

/** Sends a letter that this version would not. */
function say(sender: VirtualServer, receiver: VirtualServer, text: string): void {
	const channel = (sender.Cluster as ServerCluster).ownChannel<defined>(CALL_CHANNEL);
	const { host } = channel as unknown as { readonly host: ChannelHost };
	host.send(receiver.ServerId, CALL_CHANNEL, text, MINUTE);
}

export = () => {
	/** Each module runs on one server, and its last value is everywhere. */
	const expectWhole = (arena: Arena, ids: ReadonlyArray<string>, count: number): void => {
		ids.forEach((id, index) => {
			arena.change(id, (status) => status.Set("count", count + index));
			const hosts = arena.live().filter((server) => arena.systems(server).hosting.find(id) !== undefined);
			expect(hosts.size()).to.equal(1);
		});
		const isKnown = (server: VirtualServer): boolean =>
			ids.every((_, index) => arena.module(server, index + 1).TryGet("count") === count + index);
		arena.until("all know all", MINUTE, () => arena.live().every(isKnown));
	};

	describe("while nothing can be published for a minute", () => {
		it("calls end at their deadlines, and afterwards everything is as it was said to be", () => {
			steady(3, ["d1", "d2", "d3"], { seed: 1 }, (arena, first) => {
				const host = arena.mustHost("d1");
				const caller = arena.otherThan(host);
				const { told } = arena.follow(caller, 1, "count");
				arena.world.SetFaults({ publishErrors: 1, publishErrorsAfterEffect: 0 });
				arena.change("d1", (status) => status.Set("count", 1));
				arena.world.Run(10);
				const start = arena.world.Now();
				const { error: problem } = arena.call(caller, "switch_input", ["hdmi"], { deadlineSeconds: 8 });
				expect(problem?.kind).to.equal("timeout");
				expect(problem?.outcome).to.equal("unknown");
				expect(math.abs(arena.world.Now() - start - 8) < 0.1).to.equal(true);
				// On the server itself nothing is missing.
				expect(arena.call(host, "add", [1]).value).to.equal(201);
				arena.setDisplays(first, ["d3", "d2", "d1", "d4"]);
				arena.change("d1", (status) => status.Set("count", 2));
				arena.world.Run(MINUTE - 18);
				arena.world.SetFaults({ publishErrors: 0 });
				arena.world.Run(30);
				arena.untilStable(120);
				expect((arena.runs.get("d1 hdmi") ?? 0) <= 1).to.equal(true);
				for (const server of arena.servers) {
					const ids = server.Do(() => System("arena").Modules()).map((proxy) => proxy.GetId()!);
					expect(ids.join(" ")).to.equal("d3 d2 d1 d4");
				}
				expectWhole(arena, ["d3", "d2", "d1", "d4"], 10);
				expect(told[told.size() - 1]!.sub(1, 3)).to.equal("10 ");
			});
		});

		it("a server that closes has closed in time, with a store that fails as well", () => {
			for (const exclusive of [false, true]) {
				steady(3, ["d1", "d2", "d3", "d4"], { seed: 2, exclusive }, (arena) => {
					arena.until("all run", 90, () =>
						["d1", "d2", "d3", "d4"].every((id) => arena.hostOf(id) !== undefined),
					);
					const host = arena.mustHost("d1");
					const subscription = arena.follow(host, 1, "count");
					arena.world.SetFaults({
						publishErrors: 1,
						publishErrorsAfterEffect: 0,
						memoryErrors: 1,
						memoryErrorsAfterEffect: 0,
					});
					arena.world.Run(5);
					const { hosting } = arena.systems(host);
					let outcome: CallError | undefined;
					const remote = host
						.Do(() => System("arena").Modules())
						.find((proxy) => proxy.GetHost() !== host.ServerId)!;
					host.Do(() => remote.Call("add", [1], { deadlineSeconds: MINUTE })).catch((problem: unknown) => {
						outcome = problem as CallError;
					});
					let closedAfter: number | undefined;
					const start = arena.world.Now();
					host.Do(() => GetCluster().Close()).then(() => {
						closedAfter = arena.world.Now() - start;
					});
					arena.until("closed", 30, () => closedAfter !== undefined);
					// Five seconds for modules, six and a half for leaderships, eight for the goodbye.
					expect(closedAfter! < 20).to.equal(true);
					for (const id of ["d1", "d2", "d3", "d4"]) expect(hosting.find(id)).to.equal(undefined);
					// It was asked, or not: either is told.
					expect(outcome?.kind === "hostLost" || outcome?.kind === "closed").to.equal(true);
					const before = subscription.told.size();
					arena.world.SetFaults({ publishErrors: 0, memoryErrors: 0 });
					arena.until("they run elsewhere", 200, () =>
						["d1", "d2", "d3", "d4"].every((id) => {
							const now = arena.hostOf(id);
							return now !== undefined && now !== host;
						}),
					);
					arena.change("d1", (status) => status.Set("count", 9));
					arena.world.Run(5);
					// Who has left hears nothing more.
					expect(subscription.told.size()).to.equal(before);
				});
			}
		});
	});

	describe("a server that stands still for half a minute", () => {
		it("in the middle of a call runs its function once, and the outcome is said to be unknown", () => {
			const { runs, setup } = slowKind(3);
			inArena({ servers: 3, seed: 10, setup }, (arena) => {
				arena.setModules(arena.servers[0]!, "slow", [["s1", "Slow"]]);
				arena.untilStable();
				const host = arena.mustHost("s1");
				const caller = arena.otherThan(host);
				arena.world.Schedule(1.5, () => host.Freeze(30));
				const { error: problem } = arena.call(caller, "work", [1], { deadlineSeconds: 10 }, "Slow", "slow");
				expect(problem?.outcome).to.equal("unknown");
				expect(problem?.kind === "timeout" || problem?.kind === "hostLost").to.equal(true);
				arena.world.Run(MINUTE);
				arena.untilStable(120);
				expect(runs.get(1)).to.equal(1);
				const live = arena.live().filter((server) => arena.systems(server).hosting.find("s1") !== undefined);
				expect(live.size()).to.equal(1);
				expect(arena.call(caller, "work", [2], undefined, "Slow", "slow").value).to.equal(2);
			});
		});

		it("in the middle of a start leaves one server that runs the module, ready", () => {
			const setup = (arena: Arena, server: VirtualServer): void => {
				DefineModule("Slow", { functions: { where: Fn([], isNumber) } }, (module) => {
					arena.note(`+${module.Id}`);
					module.OnStop(() => arena.note(`-${module.Id}`));
					server.Engine.task.wait(5);
					return { where: () => server.Number };
				});
			};
			for (const seed of $range(11, 14)) {
				inArena({ servers: 3, seed, setup }, (arena) => {
					arena.untilStable();
					arena.setModules(arena.servers[0]!, "slow", [["s1", "Slow"]]);
					arena.until("it starts", 30, () => arena.story.size() > 0);
					const host = arena.live().find((server) => arena.systems(server).hosting.find("s1") !== undefined)!;
					host.Freeze(30);
					arena.world.Run(2 * MINUTE);
					arena.untilStable(120);
					const now = arena.mustHost("s1");
					for (const server of arena.servers) {
						const running = arena.systems(server).hosting.find("s1") !== undefined;
						expect(running).to.equal(server === now);
						expect(arena.call(server, "where", {}, undefined, "Slow", "slow").value).to.equal(now.Number);
					}
					const starts = arena.story.filter((text) => text === "+s1").size();
					expect(arena.story.size() - starts).to.equal(starts - 1);
				});
			}
		});
	});

	describe("a partition", () => {
		it("of which each side sets another list ends with the later one, and one server for each module", () => {
			for (const seed of $range(20, 22)) {
				steady(4, ["d1", "d2"], { seed, loss: 0.02 }, (arena) => {
					const sideOf = (serverId: string): number =>
						arena.servers.findIndex((server) => server.ServerId === serverId) % 2;
					arena.world.SetFilter((sender, receiver) =>
						sideOf(sender) === sideOf(receiver) ? "deliver" : "drop",
					);
					arena.world.Run(10);
					arena.setDisplays(arena.servers[0]!, ["d1", "d2", "d3"]);
					arena.world.Run(MINUTE);
					arena.setDisplays(arena.servers[1]!, ["d4", "d2", "d1"]);
					arena.world.Run(MINUTE);
					const followed = arena.servers.map((server) => arena.follow(server, 1, "count").told);
					arena.world.SetFilter(undefined);
					arena.world.Run(MINUTE);
					arena.untilStable(120);
					for (const server of arena.servers) {
						const ids = server.Do(() => System("arena").Modules()).map((proxy) => proxy.GetId()!);
						expect(ids.join(" ")).to.equal("d4 d2 d1");
						expect(arena.systems(server).hosting.find("d3")).to.equal(undefined);
					}
					expectWhole(arena, ["d4", "d2", "d1"], 20);
					for (const told of followed) expect(told[told.size() - 1]!.sub(1, 3)).to.equal("20 ");
				});
			}
		});
	});

	describe("several systems", () => {
		it("share a module by its id, and what one of them does leaves the others as they are", () => {
			inArena({ servers: 3, seed: 30, loss: 0.02 }, (arena) => {
				const [first, second] = arena.servers as [VirtualServer, VirtualServer];
				const set = (server: VirtualServer, system: string, ids: ReadonlyArray<string>): void =>
					server.Do(() =>
						System(system).SetModules(ids.map((id) => ({ id, module: arena.display(server) }))),
					);
				set(first, "hall", ["d1", "d2"]);
				set(second, "lobby", ["d2", "d3"]);
				set(second, "yard", ["d4"]);
				arena.untilStable();
				arena.story.clear();
				const inLobby = second.Do(() => System("lobby").Module("Display"));
				const inHall = second.Do(() => System("hall").Module("Display", 2));
				expect(inLobby.GetId()).to.equal("d2");
				expect(inHall.GetHost()).to.equal(inLobby.GetHost());
				const told = new Array<string>();
				const note = (value: unknown, { Reason }: { Reason: string }): void => {
					told.push(`${value} ${Reason}`);
				};
				second.Do(() => inHall.Subscribe("count", note));
				arena.change("d2", (status) => status.Set("count", 1));
				arena.world.Run(5);
				// It leaves one of the two, and runs on.
				set(first, "lobby", ["d3"]);
				arena.world.Run(5);
				arena.untilStable();
				expect(told.join(", ")).to.equal("1 current");
				expect(arena.story.includes("-d2")).to.equal(false);
				expect(inLobby.GetId()).to.equal("d3");
				set(second, "hall", []);
				arena.world.Run(5);
				arena.untilStable();
				expect(arena.hostOf("d2")).to.equal(undefined);
				expect(told.join(", ")).to.equal("1 current, nil unmapped");
				expect(first.Do(() => Systems().GetSystems()).join(" ")).to.equal("lobby yard");
				expect(arena.story.sort().join(" ")).to.equal("-d1 -d2");
				// What it knew is forgotten everywhere.
				for (const server of arena.servers)
					expect(arena.systems(server).directory.status.names("d2").size()).to.equal(0);
			});
		});
	});

	describe("what servers of another version say", () => {
		it("may have more to it", () => {
			steady(2, ["d1"], { seed: 40 }, (arena) => {
				const host = arena.mustHost("d1");
				const other = arena.otherThan(host);
				const { directory } = arena.systems(other);
				const { revision } = directory.indexes.get("arena")!;
				const stamp = string.format("%.0f", revision + 1);
				const before = arena.systems(host).GetStatistics().Malformed;
				other.Do(() => {
					directory.systems.put(
						"d/arena",
						`[${stamp},[["d1","Display","Display",{"a":1},{"zone":"eu"}],["d2","Display"]],"more"]`,
						0,
					);
					directory.systems.put("z/new", '"of another kind"', 0);
					directory.hosts.put("z/new", '"of another kind"', 0);
					directory.hosts.put(`n/${other.ServerId}`, '[1,["Display","Future"],{"zone":"eu"}]', 0);
					const known = directory.systems.get("m/Display")!;
					directory.systems.put("m/Display", known.sub(1, -2) + ',"Zone":"eu"}', 0);
				});
				arena.world.Run(5);
				arena.untilStable();
				for (const server of arena.servers) {
					expect(arena.module(server, 2).GetId()).to.equal("d2");
					expect(arena.module(server).GetMetadata()?.Functions.add?.Parameters.size()).to.equal(2);
					expect(arena.call(server, "add", [1]).value).to.equal(201);
				}
				expect(arena.systems(host).GetStatistics().Malformed).to.equal(before);
				const asked = arena.mustHost("d1");
				const asking = arena.otherThan(asked);
				const requests = arena.systems(asked).GetStatistics().Requests;
				// A request with more to it, and a letter of a kind that there is not.
				asking.Do(() => {
					say(asking, asked, '{"k":"ask","i":900,"m":"d1"}');
					say(
						asking,
						asked,
						'{"k":"call","i":901,"m":"d1","f":"switch_input","a":{"input":"dp"},"c":{"kind":"system","zone":"eu"},"z":[1,2]}',
					);
				});
				arena.world.Run(5);
				expect(arena.systems(asked).GetStatistics().Requests).to.equal(requests + 1);
				expect(arena.runs.get("d1 dp")).to.equal(1);
			});
		});

		it("of how a module does in words that are not known keeps it where it is", () => {
			steady(2, ["d1"], { seed: 41 }, (arena) => {
				const host = arena.mustHost("d1");
				const other = arena.otherThan(host);
				const { term } = arena.hosted("d1");
				host.Do(() =>
					arena
						.systems(host)
						.directory.hosts.put("h/d2", `[${string.format("%.0f", term)},"paused","",7]`, 0),
				);
				arena.world.Run(2);
				other.Do(() =>
					System("arena").SetModules(["d1", "d2"].map((id) => ({ id, module: arena.display(other) }))),
				);
				host.Do(() => Systems().SetWeight(0));
				arena.world.Run(10);
				// By everybody's reckoning it belongs to the other one; but the first one has it, however it does there.
				expect(arena.systems(other).hosting.find("d2")).to.equal(undefined);
				expect(arena.module(other, 2).GetState()).to.equal("starting");
				expect(arena.module(other, 2).GetHost()).to.equal(host.ServerId);
			});
		});

		it("cannot put an end to what others say later", () => {
			steady(2, ["d1"], { seed: 42 }, (arena, first) => {
				const host = arena.mustHost("d1");
				const other = arena.otherThan(host);
				const { directory } = arena.systems(other);
				const most = string.format("%.0f", 2 ** 53 - 1);
				other.Do(() => {
					directory.systems.put("d/arena", `[${most},[["x1","Display"]]]`, 0);
					directory.hosts.put("stable", most, 0);
					directory.hosts.put("target", `[${most},1,1]`, 0);
					directory.hosts.put("h/d1", `[${most},"ready",""]`, 0);
					directory.status.view.put("d1/count", `${most} ${most}=7`, 0);
				});
				arena.world.Run(10);
				arena.setDisplays(first, ["d1", "d2"]);
				arena.world.Run(10);
				arena.untilStable(90);
				for (const server of arena.servers) expect(arena.module(server, 2).GetId()).to.equal("d2");
				expectWhole(arena, ["d1", "d2"], 30);
				expect(arena.systems(host).GetStatistics().Malformed >= 4).to.equal(true);
			});
		});
	});

	describe("a game's own code", () => {
		it("that throws or yields where it is told of something disturbs nobody", () => {
			const setup = (_arena: Arena, server: VirtualServer): void => {
				DefineModule("Bell", { functions: { hang: Fn([]), ring: Fn([], isString) } }, () => ({
					hang: () => coroutine.yield(),
					ring: () => `${server.Number}`,
				}));
			};
			inArena(
				{ servers: 2, seed: 50, setup },
				(arena) => {
					const did = new Array<string>();
					const [first] = arena.servers as [VirtualServer];
					first.Do(() => {
						Systems().OnStable(() => error("not now", 0));
						Systems().OnStable(() => coroutine.yield());
						Systems().OnStable(() => did.push("stable"));
						Systems()
							.WaitFor("ready")
							.then(() => error("nor now", 0))
							.catch(() => {});
						Systems()
							.WaitFor("ready")
							.then(() => did.push("ready"));
					});
					arena.setModules(first, "bells", [["b1", "Bell"]]);
					arena.untilStable();
					arena.world.Run(1);
					expect(did.includes("stable") && did.includes("ready")).to.equal(true);
					for (const server of arena.servers) {
						const { error: hung } = arena.call(server, "hang", {}, { deadlineSeconds: 3 }, "Bell", "bells");
						expect(hung?.kind).to.equal("timeout");
						expect(hung?.outcome).to.equal("unknown");
						expect(arena.call(server, "ring", {}, undefined, "Bell", "bells").value).to.be.ok();
					}
					// What hangs does not keep the module where it is.
					const host = arena.mustHost("b1");
					host.Do(() => Systems().SetWeight(0));
					arena.until(
						"it has moved",
						20,
						() => arena.hostOf("b1") !== undefined && arena.hostOf("b1") !== host,
					);
				},
				true,
			);
		});
	});
};
