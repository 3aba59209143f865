/// <reference types="@rbxts/testez/globals" />
import { DefineModule, Fn, Parameter, System, Systems, TypeLabel } from "../../../src/system";
import { GetCluster } from "../../../src/cluster";
import { VirtualGame } from "../../../src/testing";
import { inArena, isNumber, isString } from "../support/arena";
import { expectBlame } from "../support/blame";

const PREFIX = "[net-server-sync] ";

export = () => {
	const blamed = (misuse: () => void, text: string): void => {
		const world = VirtualGame();
		const server = world.AddServer();
		server.Do(() => expectBlame(misuse, PREFIX + text));
		world.Destroy();
	};

	describe("definitions", () => {
		for (const [specification, text] of [
			[
				{ interfaces: [] },
				'there is no option "interfaces"; the options are implements, status, functions, requirements, security, exclusive, lazySeconds',
			],
			[{ status: { input: "text" } }, 'the check of status "input" must be a function, but is "text"'],
			[{ functions: { go: 5 } }, 'function "go" is 5; make it by Fn'],
			[{ security: { wizard: [] } }, 'there is no level "wizard"; the levels are support, administrator'],
			[{ security: { support: ["go"] } }, 'security of support names "go", which is no function of it'],
			[{ exclusive: 1 }, "exclusive must be true or false, but is 1"],
			[{ lazySeconds: 0 }, "lazySeconds must be 1 to 3,600, but is 0"],
		] as Array<[object, string]>) {
			it(`refuse ${text}`, () => {
				blamed(() => DefineModule("Door", specification, () => ({})), `DefineModule "Door": ${text}`);
			});
		}

		it("refuse names that are none, or taken", () => {
			blamed(
				() => DefineModule("a door", {}, () => ({})),
				'DefineModule: the name must be letters, digits and "_", at most 50, but is "a door"',
			);
			blamed(
				() => DefineModule("Door_2", {}, () => ({})),
				'DefineModule "Door_2": a name that ends with "_" and digits means one of several; choose another name',
			);
			blamed(() => {
				DefineModule("Door", {}, () => ({}));
				DefineModule("Door", {}, () => ({}));
			}, 'DefineModule "Door": there is a definition of this name already; choose another name');
			blamed(() => {
				for (const number of $range(1, 141)) DefineModule(`Door${number}`, {}, () => ({}));
			}, 'DefineModule "Door141": there are 140 definitions already, which is the most; give modules settings instead');
		});

		it("refuse parameters that do not fit together", () => {
			blamed(
				() => Fn([Parameter("a", isString, "x"), Parameter("b", isString)]),
				'Fn: "b" comes after "a" and has no default; put it first, or give it one',
			);
			blamed(
				() => Parameter("a", isString, 5 as never),
				'Parameter "a": the default, 5, does not pass the check; change one of them',
			);
			blamed(() => TypeLabel("", isString), 'TypeLabel: the label must be a string of 1 to 50 bytes, but is ""');
		});
	});

	describe("systems", () => {
		it("refuse lists that are not as they must be, and stay as they were", () => {
			inArena({ servers: 1 }, (arena) => {
				const [server] = arena.servers as [(typeof arena.servers)[0]];
				const display = arena.display(server);
				arena.setDisplays(server, ["d1"]);
				for (const [list, text] of [
					[5, "SetModules takes a list, but got 5"],
					[
						[
							{ id: "d1", module: display },
							{ id: "d1", module: display },
						],
						'two modules have the id "d1"; give each its own',
					],
					[[{ id: "d1", module: {} }], 'module "d1": module must be made by DefineModule, but is a table'],
					[[{ id: "", module: display }], 'module 1: the id must be a string of 1 to 100 bytes, but is ""'],
					[
						[{ id: "d1", module: display, index: 2 }],
						'module 1 has "index", which is none of id, module, name, settings',
					],
					[
						[{ id: "d1", module: display, name: "Wall_2" }],
						'module "d1": the name "Wall_2" ends with a number, which the order of the list gives; leave it out',
					],
				] as Array<[never, string]>)
					server.Do(() =>
						expectBlame(() => System("arena").SetModules(list), `${PREFIX}System "arena": ${text}`),
					);
				const many = new Array<{ id: string; module: never }>();
				for (const index of $range(1, 1000))
					many.push({ id: `module number ${index}`, module: display as never });
				server.Do(() => {
					const [success, problem] = pcall(() => System("arena").SetModules(many));
					expect(success).to.equal(false);
					expect(tostring(problem).find("split them over several systems", 1, true)[0]).to.be.ok();
				});
				expect(server.Do(() => System("arena").Count("Display"))).to.equal(1);
			});
		});

		it("refuse wrong options of calls, subscriptions and servers", () => {
			inArena({ servers: 1 }, (arena) => {
				const [server] = arena.servers as [(typeof arena.servers)[0]];
				arena.setDisplays(server, ["d1"]);
				arena.untilStable();
				const proxy = arena.module(server);
				for (const [misuse, text] of [
					[
						() => proxy.Call("clear", {}, { timeout: 5 } as never),
						'Display_1 of system "arena".clear: there is no option "timeout"; the options are deadlineSeconds and caller',
					],
					[
						() => proxy.Call("clear", {}, { deadlineSeconds: 0 }),
						'Display_1 of system "arena".clear: deadlineSeconds must be 0.1 to 60, but is 0',
					],
					[
						() => proxy.Call("clear", {}, { caller: { kind: "wizard" } as never }),
						'Display_1 of system "arena".clear: caller.kind must be "system", "administrator", "support" or "player", but is "wizard"',
					],
					[
						() => proxy.Subscribe("colour" as never, () => {}),
						'Display_1 of system "arena": Display has no status "colour"; see GetMetadata().Status',
					],
					[
						() => proxy.Get("input"),
						'Display_1 of system "arena": it has no value of "input"; use TryGet, or Subscribe',
					],
					[() => Systems().SetWeight(-1), "Systems: SetWeight takes a number from 0 to 100, but got -1"],
					[
						() => System("arena").Module("Display", 0),
						'System "arena": the index of "Display" must be a whole number from 1, but is 0',
					],
				] as Array<[() => void, string]>)
					server.Do(() => expectBlame(misuse, PREFIX + text));
				const status = arena.status("d1");
				server.Do(() => {
					expectBlame(
						() => status.Set("count", "many" as never),
						`${PREFIX}Status "count" of module "d1": "many" does not pass its check; change it or the check`,
					);
					expectBlame(
						() => status.Set("colour" as never, "red" as never),
						`${PREFIX}Module "d1" (Display): there is no status "colour"; it has count, input, power`,
					);
					expectBlame(
						() => status.Set("count", 5, 0),
						`${PREFIX}Status "count" of module "d1": a value expires in 1 to 86,400 seconds, not 0`,
					);
				});
				expect(isNumber(status.TryGet("count"))).to.equal(false);
			});
		});

		it("refuse to begin after Close()", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			server.Do(() => GetCluster().Close());
			server.Do(() =>
				expectBlame(
					() => System("arena"),
					`${PREFIX}System "arena": this server has left the cluster; call System before Close()`,
				),
			);
			world.Destroy();
		});

		it("keep their channel's name to the library", () => {
			blamed(
				() => GetCluster().Channel("net-server-sync/systems"),
				`Channel "net-server-sync/systems": names that begin with "net-server-sync/" are the library's own; choose another name`,
			);
		});
	});

	describe("what comes from the wire", () => {
		it("is counted where it is not what it must be, and changes nothing", () => {
			inArena({ servers: 2, seed: 3 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				const [first, second] = arena.servers;
				const { directory } = arena.systems(first!);
				const before = arena.systems(second!).GetStatistics().Malformed;
				first!.Do(() => {
					directory.systems.put("d/arena", "[1", 0);
					directory.systems.put("d/other", '[1,[["x"]]]', 0);
					directory.systems.put("m/Odd", '1 {"Name":"Even"}', 0);
					directory.hosts.put("h/d9", "[-1]", 0);
					directory.hosts.put(`n/${second!.ServerId}`, "[1,[]]", 0);
					directory.status.view.put("d1/count", "5 5~", 0);
					directory.status.view.put("nothing", "5 5=1", 0);
				});
				arena.world.Run(10);
				const { Malformed } = arena.systems(second!).GetStatistics();
				expect(Malformed - before >= 7).to.equal(true);
				expect(arena.module(second!).GetId()).to.equal("d1");
				expect(second!.Do(() => Systems().GetSystems()).join(" ")).to.equal("arena");
			});
		});
	});
};
