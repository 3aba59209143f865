/// <reference types="@rbxts/testez/globals" />
import { parsePlace } from "../../../src/system/names";
import { DefineModule, System } from "../../../src/system";
import { Arena, inArena } from "../support/arena";

/** One server with displays that run. */
function alone(ids: ReadonlyArray<string>, scenario: (arena: Arena) => void, allowsErrors = false): void {
	inArena(
		{ servers: 1, seed: 7 },
		(arena) => {
			arena.setDisplays(arena.servers[0]!, ids);
			arena.untilStable();
			scenario(arena);
		},
		allowsErrors,
	);
}

export = () => {
	describe("a module's status", () => {
		it("P-1: is empty after undefined was set", () => {
			alone(["d1"], (arena) => {
				arena.change("d1", (status) => status.Set("input", undefined));
				expect(arena.status("d1").Names().size()).to.equal(0);
				expect(arena.module(arena.servers[0]!).GetStatusNames().size()).to.equal(0);
			});
		});

		it("P-2: is removed by undefined or Delete, which subscribers are told once, and Delete returns what it was", () => {
			alone(["d1"], (arena) => {
				const { told } = arena.follow(arena.servers[0]!, 1, "power");
				arena.change("d1", (status) => status.Set("power", true));
				arena.change("d1", (status) => status.Set("power", undefined));
				arena.change("d1", (status) => status.Set("power", true));
				arena.change("d1", (status) => {
					expect(status.Delete("power")).to.equal(true);
					expect(status.Delete("power")).to.equal(undefined);
				});
				arena.world.Run(1);
				expect(told.join(", ")).to.equal("true current, nil deleted, true changed, nil deleted");
			});
		});

		it("P-3: is told only where it changes, or is signalled", () => {
			inArena({ servers: 2, seed: 8 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				const told = arena.servers.map((server) => arena.follow(server, 1, "input").told);
				for (const _ of $range(1, 3)) {
					arena.change("d1", (status) => status.Set("input", "hdmi"));
					arena.world.Run(5);
				}
				arena.change("d1", (status) => status.Signal("input"));
				arena.world.Run(5);
				for (const each of told) expect(each.join(", ")).to.equal("hdmi current, hdmi signalled");
			});
		});

		it("P-4: expires where it was told to, and can be renewed if it is there", () => {
			inArena({ servers: 2, seed: 9 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, ["d1"]);
				arena.untilStable();
				const told = arena.servers.map((server) => arena.follow(server, 1, "count").told);
				arena.change("d1", (status) => {
					status.Set("count", 5, 20);
					expect(status.Expire("input", 20)).to.equal(false);
				});
				arena.world.Run(15);
				arena.change("d1", (status) => expect(status.Expire("count", 20)).to.equal(true));
				arena.world.Run(15);
				expect(arena.status("d1").TryGet("count")).to.equal(5);
				arena.world.Run(10);
				expect(arena.status("d1").TryGet("count")).to.equal(undefined);
				for (const each of told) expect(each.join(", ")).to.equal("5 current, nil expired");
			});
		});

		it("throws on reading what is not there, and has it as JSON for front ends", () => {
			alone(["d1"], (arena) => {
				const [success, problem] = pcall(() => arena.status("d1").Get("input"));
				expect(success).to.equal(false);
				expect(tostring(problem).find('Status "input" of module "d1" has no value', 1, true)[0]).to.be.ok();
				arena.change("d1", (status) => status.Set("input", 'a "b"\n'));
				const proxy = arena.module(arena.servers[0]!);
				expect(proxy.Get("input")).to.equal('a "b"\n');
				expect(proxy.TryGetJson("input")).to.equal('"a \\"b\\"\\n"');
				expect(proxy.TryGetJson("count")).to.equal(undefined);
			});
		});
	});

	describe("the places of a system", () => {
		it("P-6: are numbered from 1 by name, in order of the list", () => {
			inArena({ servers: 1 }, (arena) => {
				const [server] = arena.servers as [(typeof arena.servers)[0]];
				const switcher = server.Do(() => DefineModule("Switcher", {}, () => ({})));
				server.Do(() =>
					System("arena").SetModules([
						{ id: "d1", module: arena.display(server) },
						{ id: "d2", module: arena.display(server) },
						{ id: "s1", module: switcher },
						{ id: "d3", module: arena.display(server), name: "Wall" },
					]),
				);
				const system = server.Do(() => System("arena"));
				const ids = ["Display_1", "Display_2", "Switcher_1", "Wall", "Display_3"].map(
					(name) => system.Module(name).GetId() ?? "none",
				);
				expect(ids.join(" ")).to.equal("d1 d2 s1 d3 none");
				expect(system.Count("Display")).to.equal(2);
				expect(system.Exists("Display_2")).to.equal(true);
				expect(system.Exists("Display", 3)).to.equal(false);
				expect(system.All("Display").size()).to.equal(2);
				expect(
					system
						.ModulesImplementing("Powerable")
						.map(({ Name }) => Name)
						.join(" "),
				).to.equal("Display_1 Display_2 Wall_1");
			});
		});

		it("P-7: are those of the new list once it is set, also where one of its modules fails", () => {
			inArena({ servers: 1 }, (arena) => {
				const [server] = arena.servers as [(typeof arena.servers)[0]];
				const broken = server.Do(() => DefineModule("Broken", {}, () => error("no such device", 0)));
				arena.setDisplays(server, ["d3", "d2", "d1"]);
				arena.untilStable();
				server.Do(() =>
					System("arena").SetModules([
						{ id: "b1", module: broken },
						{ id: "d1", module: arena.display(server) },
						{ id: "d2", module: arena.display(server) },
					]),
				);
				const system = server.Do(() => System("arena"));
				const ids = (): string =>
					system
						.All("Display")
						.map((proxy) => proxy.GetId()!)
						.join(" ");
				expect(ids()).to.equal("d1 d2");
				arena.untilStable();
				expect(ids()).to.equal("d1 d2");
				expect(arena.story.join(" ")).to.equal("+d3 +d2 +d1 -d3");
			});
		});

		it("P-9: are named by a number at the end, and only by that", () => {
			for (const [text, name, index] of [
				["Display_3", "Display", 3],
				["Display", "Display", 1],
				["My_Display", "My_Display", 1],
				["A_B_12", "A_B", 12],
			] as Array<[string, string, number]>) {
				const place = parsePlace(text);
				expect(place.name).to.equal(name);
				expect(place.index).to.equal(index);
			}
		});

		it("are swapped as a whole: no reader ever sees some of the one list and some of the other", () => {
			inArena({ servers: 3, seed: 4, loss: 0.05 }, (arena) => {
				const lists = [
					["a1", "a2", "a3", "a4"],
					["b1", "b2", "b3", "b4"],
				];
				arena.setDisplays(arena.servers[0]!, lists[0]!);
				arena.untilStable();
				let seen = 0;
				arena.world.SetObserver((server) => {
					if (!arena.servers.includes(server)) return;
					const letters = new Set<string>();
					const system = server.Do(() => System("arena"));
					for (const index of $range(1, 4)) {
						const id = system.Module("Display", index).GetId();
						if (id === undefined) error("a place was missing", 0);
						letters.add(id.sub(1, 1));
					}
					if (letters.size() !== 1) error("two lists were mixed", 0);
					seen += 1;
				});
				for (const round of $range(1, 6)) {
					arena.setDisplays(arena.servers[round % 3]!, lists[round % 2]!);
					arena.world.Run(5);
				}
				expect(seen > 100).to.equal(true);
			});
		});
	});
};
