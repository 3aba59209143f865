/// <reference types="@rbxts/testez/globals" />
import { DefineModule, Fn, ModuleContext, Systems, System } from "../../../src/system";
import { VirtualServer } from "../../../src/testing";
import { Arena, ArenaOptions, inArena, isNumber } from "../support/arena";

type LampStatus = { level: number; hours: number };
type Start = (module: ModuleContext<LampStatus>, server: VirtualServer, arena: Arena) => void;

/** Servers that run lamps, which start as it is said. */
function lamps(
	servers: number,
	seed: number,
	start: Start,
	scenario: (arena: Arena, first: VirtualServer) => void,
	{ lazySeconds, allowsErrors }: { lazySeconds?: number; allowsErrors?: boolean } = {},
	options: ArenaOptions = {},
): void {
	const setup = (arena: Arena, server: VirtualServer): void => {
		DefineModule<LampStatus, { go: ReturnType<typeof Fn<[], void>> }>(
			"Lamp",
			{
				status: { level: isNumber, hours: isNumber },
				functions: { go: Fn([]) },
				...(lazySeconds === undefined ? {} : { lazySeconds }),
			},
			(module) => {
				start(module, server, arena);
				return { go: () => {} };
			},
		);
	};
	inArena(
		{ servers, seed, setup, ...options },
		(arena) => {
			arena.setModules(arena.servers[0]!, "lamps", [["l1", "Lamp"]]);
			scenario(arena, arena.servers[0]!);
		},
		allowsErrors,
	);
}

export = () => {
	describe("the life of a module", () => {
		it("is start, settings, OnStart, and OnStop from the last to the first", () => {
			const did = new Array<string>();
			lamps(
				1,
				1,
				(module) => {
					did.push("start");
					module.OnStart(() => did.push("OnStart"));
					module.OnSettings(({ watts }) => did.push(`settings ${watts}`));
					module.OnStop(() => did.push("OnStop first"));
					module.OnStop(() => did.push("OnStop last"));
				},
				(arena, server) => {
					const set = (watts: number): void =>
						server.Do(() =>
							System("lamps").SetModules([
								{ id: "l1", module: arena.definition(server, "Lamp"), settings: { watts } },
							]),
						);
					set(60);
					arena.untilStable();
					set(100);
					arena.world.Run(5);
					set(100);
					arena.world.Run(5);
					server.Do(() => System("lamps").SetModules([]));
					arena.world.Run(5);
					expect(did.join(", ")).to.equal(
						"start, settings 60, OnStart, settings 100, OnStop last, OnStop first",
					);
				},
			);
		});

		it("reaches the module on another server when its settings change, and does not start it again", () => {
			const did = new Array<string>();
			lamps(
				2,
				2,
				(module) => {
					did.push("start");
					module.OnSettings(({ watts }) => did.push(`${watts}`));
				},
				(arena) => {
					arena.untilStable();
					const other = arena.otherThan(arena.mustHost("l1"));
					other.Do(() =>
						System("lamps").SetModules([
							{ id: "l1", module: arena.definition(other, "Lamp"), settings: { watts: 40 } },
						]),
					);
					arena.world.Run(5);
					expect(did.join(" ")).to.equal("start nil 40");
				},
			);
		});

		it("goes on though its handlers throw, which is reported", () => {
			const did = new Array<string>();
			lamps(
				2,
				3,
				(module, server) => {
					module.OnSettings(({ watts }) => {
						if (watts !== undefined) error("no such lamp", 0);
					});
					module.OnStop(() => did.push(`stopped on ${server.Number}`));
					module.OnStop(() => error("stuck", 0));
				},
				(arena) => {
					arena.untilStable();
					const host = arena.mustHost("l1");
					host.Do(() =>
						System("lamps").SetModules([
							{ id: "l1", module: arena.definition(host, "Lamp"), settings: { watts: 40 } },
						]),
					);
					arena.world.Run(5);
					expect(arena.call(host, "go", {}, undefined, "Lamp", "lamps").error).to.equal(undefined);
					host.Do(() => Systems().SetWeight(0));
					arena.world.Run(5);
					expect(did.join(" ")).to.equal(`stopped on ${host.Number}`);
					expect(arena.mustHost("l1") === host).to.equal(false);
					expect(arena.world.Errors.size()).to.equal(2);
				},
				{ allowsErrors: true },
			);
		});

		it("ends what it follows itself", () => {
			const told = new Array<string>();
			lamps(
				2,
				4,
				(module, server) => {
					System("arena")
						.Module("Display")
						.Subscribe("count", (value) => told.push(`${server.Number}: ${value}`), module.Subscriptions);
				},
				(arena, first) => {
					arena.setDisplays(first, ["d1"]);
					arena.untilStable();
					const former = arena.mustHost("l1");
					arena.change("d1", (status) => status.Set("count", 1));
					arena.world.Run(5);
					former.Do(() => Systems().SetWeight(0));
					arena.untilStable();
					const host = arena.mustHost("l1");
					arena.change("d1", (status) => status.Set("count", 2));
					arena.world.Run(5);
					expect(told.filter((text) => text === `${former.Number}: 1`).size()).to.equal(1);
					expect(told.filter((text) => text === `${former.Number}: 2`).size()).to.equal(0);
					expect(told[told.size() - 1]).to.equal(`${host.Number}: 2`);
				},
			);
		});

		it("P4: begins with a clean slate, also where a lazy one is started again on the same server", () => {
			let starts = 0;
			lamps(
				2,
				5,
				(module) => {
					starts += 1;
					expect(module.Status.TryGet("level")).to.equal(undefined);
					expect(module.Status.Names().size()).to.equal(0);
					module.Status.Set("hours", starts);
				},
				(arena) => {
					const proxies = arena.servers.map((server) => server.Do(() => System("lamps").Module("Lamp")));
					arena.untilStable();
					arena.call(arena.servers[0]!, "go", {}, undefined, "Lamp", "lamps");
					const host = arena.mustHost("l1");
					host.Do(() =>
						(arena.hosted("l1").status as unknown as { Set(name: string, value: number): void }).Set(
							"level",
							3,
						),
					);
					arena.world.Run(20);
					// It has stopped: its last values stay until it starts.
					for (const proxy of proxies) {
						expect(proxy.GetState()).to.equal("idle");
						expect(proxy.GetStatusNames().join(" ")).to.equal("hours level");
					}
					arena.call(arena.servers[1]!, "go", {}, undefined, "Lamp", "lamps");
					arena.world.Run(3);
					expect(starts).to.equal(2);
					for (const proxy of proxies) {
						expect(proxy.GetStatusNames().join(" ")).to.equal("hours");
						expect(proxy.TryGet("hours")).to.equal(2);
					}
				},
				{ lazySeconds: 5 },
			);
		});

		it("has a value expire while a lazy module is idle", () => {
			lamps(
				2,
				6,
				(module) => module.Status.Set("level", 1, 20),
				(arena) => {
					arena.untilStable();
					arena.call(arena.servers[0]!, "go", {}, undefined, "Lamp", "lamps");
					const proxy = arena.servers[1]!.Do(() => System("lamps").Module("Lamp"));
					arena.world.Run(10);
					expect(proxy.GetState()).to.equal("idle");
					expect(proxy.TryGet("level")).to.equal(1);
					arena.world.Run(15);
					expect(proxy.TryGet("level")).to.equal(undefined);
				},
				{ lazySeconds: 5 },
			);
		});
	});

	describe("a module whose code takes long", () => {
		it("to start is given up after 30 seconds, three times, and holds up no other", () => {
			const starts = new Map<string, number>();
			lamps(
				2,
				10,
				(_module, { ServerId }) => {
					starts.set(ServerId, (starts.get(ServerId) ?? 0) + 1);
					coroutine.yield();
				},
				(arena, first) => {
					arena.setDisplays(first, ["d1", "d2"]);
					const took = arena.untilStable(150);
					expect(took > 60).to.equal(true);
					for (const server of arena.servers) {
						const [failure] = server.Do(() => Systems().GetFailures());
						expect(failure?.ModuleId).to.equal("l1");
						expect(starts.get(failure!.ServerId)).to.equal(3);
						expect(failure?.Message).to.equal("start has not returned after 30 seconds");
					}
					arena.mustHost("d1");
				},
			);
		});

		it("to stop is waited for, five seconds at most, before it starts elsewhere", () => {
			for (const [seconds, waited] of [
				[3, 3],
				[1000, 5],
			] as Array<[number, number]>) {
				let stoppedAt = 0;
				let startedAt = 0;
				lamps(
					2,
					11,
					(module, server, arena) => {
						startedAt = arena.world.Now();
						module.OnStop(() => {
							stoppedAt = arena.world.Now();
							server.Engine.task.wait(seconds);
						});
					},
					(arena) => {
						arena.untilStable();
						const host = arena.mustHost("l1");
						host.Do(() => Systems().SetWeight(0));
						arena.untilStable();
						expect(arena.mustHost("l1") === host).to.equal(false);
						expect(startedAt - stoppedAt >= waited).to.equal(true);
						expect(startedAt - stoppedAt < waited + 4).to.equal(true);
					},
				);
			}
		});

		it("to stop for idleness has stopped before it starts elsewhere", () => {
			let running = 0;
			let most = 0;
			lamps(
				2,
				12,
				(module, server) => {
					running += 1;
					most = math.max(most, running);
					module.OnStop(() => {
						server.Engine.task.wait(4);
						running -= 1;
					});
				},
				(arena) => {
					arena.untilStable();
					arena.call(arena.servers[0]!, "go", {}, undefined, "Lamp", "lamps");
					const host = arena.mustHost("l1");
					// Its handlers run.
					arena.until("it stops", 10, () => arena.hosted("l1").state === "starting");
					host.Do(() => Systems().SetWeight(0));
					const other = arena.otherThan(host);
					arena.world.Run(0.5);
					expect(arena.call(other, "go", {}, undefined, "Lamp", "lamps").error).to.equal(undefined);
					expect(most).to.equal(1);
				},
				{ lazySeconds: 5 },
			);
		});

		it("to stop does not keep its server from closing", () => {
			lamps(
				2,
				13,
				(module, server) => module.OnStop(() => server.Engine.task.wait(4)),
				(arena) => {
					arena.untilStable();
					const host = arena.mustHost("l1");
					host.Do(() => Systems().SetWeight(0));
					arena.world.Run(1);
					expect(arena.systems(host).hosting.find("l1")).to.be.ok();
					host.Close();
					const took = arena.until(
						"it has closed",
						31,
						() => host.GetState() !== "running" && host.GetState() !== "closing",
					);
					expect(took < 10).to.equal(true);
				},
			);
		});

		it("in a function is waited for before it moves, five seconds at most", () => {
			const did = new Array<string>();
			const setup = (_arena: Arena, server: VirtualServer): void => {
				DefineModule("Oven", { functions: { bake: Fn([], isNumber) } }, (module) => {
					did.push("start");
					module.OnStop(() => did.push("stop"));
					return {
						bake: () => {
							server.Engine.task.wait(3);
							did.push("baked");
							return 1;
						},
					};
				});
			};
			inArena({ servers: 2, seed: 14, setup }, (arena) => {
				arena.setModules(arena.servers[0]!, "oven", [["o1", "Oven"]]);
				arena.untilStable();
				const host = arena.mustHost("o1");
				const caller = arena.otherThan(host);
				arena.world.Schedule(2, () => host.Do(() => Systems().SetWeight(0)));
				expect(arena.call(caller, "bake", {}, undefined, "Oven", "oven").value).to.equal(1);
				arena.untilStable();
				expect(arena.mustHost("o1")).to.equal(caller);
				expect(did.join(", ")).to.equal("start, baked, stop, start");
			});
		});
	});
};
