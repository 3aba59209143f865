/// <reference types="@rbxts/testez/globals" />
import { DefineComponent, EntitySpace } from "../../../src/entity";
import { registerScript } from "../../../src/entity/registry";
import { AnyScript, ScriptDefinition } from "../../../src/entity/script-types";
import { Entity } from "../../../src/entity/types";
import { VirtualGame } from "../../../src/testing";
import { inArena } from "../support/entity-arena";
import { expectBlame } from "../support/blame";

const PREFIX = "[net-server-sync] ";
const isBoolean = (value: unknown): value is boolean => typeIs(value, "boolean");
const isVector = (value: unknown): value is Vector3 => typeIs(value, "Vector3");
const isTextOrNil = (value: unknown): value is string | undefined => value === undefined || typeIs(value, "string");

const IMAGE = DefineComponent<{ url: string | undefined; place: Vector3 }>("SpecImage", {
	url: isTextOrNil,
	place: isVector,
});

interface DoorProperties {
	open: boolean;
	by: string | undefined;
}
const DOOR: ScriptDefinition<DoorProperties, object, object, void> = {
	Name: "SpecDoor",
	Properties: { open: isBoolean, by: isTextOrNil },
	Messages: {},
	Actions: {},
};
registerScript(DOOR as AnyScript);

export = () => {
	describe("EntitySpace", () => {
		const blamed = (misuse: () => void, text: string): void => {
			const world = VirtualGame();
			world.AddServer().Do(() => expectBlame(misuse, PREFIX + text));
			world.Destroy();
		};

		it("is the same for the same name", () => {
			const world = VirtualGame();
			world.AddServer().Do(() => {
				expect(EntitySpace("A")).to.equal(EntitySpace("A"));
				expect(EntitySpace("A")).never.to.equal(EntitySpace("B"));
			});
			world.Destroy();
		});

		for (const [options, text] of [
			[
				{ mode: "lease" },
				'EntitySpace "A": there is no option "mode"; the options are election, cluster, edits, verdictSeconds, noVerdict, energy',
			],
			[{ election: "quorum" }, 'EntitySpace "A": election must be "lease", "bully" or "local", but is "quorum"'],
			[{ edits: "never" }, 'EntitySpace "A": edits must be "immediate" or "delayed", but is "never"'],
			[{ noVerdict: 1 }, 'EntitySpace "A": noVerdict must be "revert" or "keep", but is 1'],
			[{ verdictSeconds: 0 }, 'EntitySpace "A": verdictSeconds must be a number from 1 to 600, but is 0'],
			[5, 'EntitySpace "A": options must be a table, but are 5'],
		] as Array<[object, string]>) {
			it(`refuses ${text.split(": ")[1]}`, () => blamed(() => EntitySpace("A", options), text));
		}

		it("refuses names that are none", () => {
			blamed(() => EntitySpace(5 as never), "EntitySpace: the name must be a string, but is 5");
			blamed(() => EntitySpace(""), "EntitySpace: the name is 0 bytes, names are 1 to 30; choose another one");
		});

		it("finds entities by id, name, script, kind and parent", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const ids = first!.do((space) => {
					const door = space.CreateEntity("door", DOOR, { open: false });
					const button = space.CreateEntity("button", { parent: door });
					const lamp = space.CreateEntity("lamp", { parent: door });
					lamp.AddComponent(IMAGE, { place: new Vector3(1, 2, 3) });
					return [door.Id, button.Id, lamp.Id];
				});
				arena.run(5);
				second!.do((space) => {
					const door = space.GetEntityByName("door", DOOR)!;
					expect(door.Id).to.equal(ids[0]);
					expect(space.GetEntityById(ids[1]!)!.Name).to.equal("button");
					expect(space.GetEntityById("nobody")).to.equal(undefined);
					expect(space.GetEntityByName("lamp", DOOR)).to.equal(undefined);
					const names = (entities: Entity[]) => {
						const sorted = entities.map(({ Name }) => Name);
						sorted.sort();
						return sorted.join(" ");
					};
					expect(names(space.GetEntities())).to.equal("button door lamp");
					expect(names(space.GetEntities({ script: DOOR }))).to.equal("door");
					expect(names(space.GetEntities({ kind: IMAGE }))).to.equal("lamp");
					expect(names(space.GetEntities({ parent: door as Entity }))).to.equal("button lamp");
					expect(names(space.GetEntities({ name: "lamp", kind: "SpecImage" }))).to.equal("lamp");
					expect(names(space.GetEntities(({ Name }) => Name.size() === 4))).to.equal("door lamp");
					expect(names(space.GetRootEntities())).to.equal("door");
					const order = space.GetEntities().map(({ Id }) => Id);
					const sorted = [...order];
					sorted.sort();
					expect(order.join()).to.equal(sorted.join());
				});
			});
		});

		it("destroys an entity with all that is part of it, on every server", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const room = first!.create("room");
				const door = first!.do((space) => space.CreateEntity("door", { parent: room }));
				first!.do((space) => space.CreateEntity("handle", { parent: door }));
				first!.create("tree");
				arena.run(5);
				second!.do((space) => space.GetEntityByName("room")!.Destroy());
				expect(second!.view()).to.equal("tree{}");
				arena.run(5);
				expect(arena.agreed()).to.equal("tree{}");
			});
		});

		it("keeps what is part of what another server destroys at the same time: it is part of nothing then", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const room = first!.create("room");
				arena.run(5);
				second!.do((space) => space.CreateEntity("door", { parent: space.GetEntityByName("room")! }));
				first!.do(() => room.Destroy());
				arena.run(10);
				expect(arena.agreed()).to.equal("door{}");
				expect(first!.space.GetRootEntities().size()).to.equal(1);
			});
		});

		it("refuses to make an entity part of itself", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const room = actor!.create("room");
				const door = actor!.do((space) => space.CreateEntity("door", { parent: room }));
				actor!.do(() => {
					expectBlame(
						() => room.SetParent(door),
						PREFIX +
							'EntitySpace "Arena": entity "room": "door" is part of it, or is itself; choose another parent',
					);
					door.SetParent(undefined);
					room.SetParent(door);
					expect(room.GetParent()).to.equal(door);
					expect(door.GetChildren().size()).to.equal(1);
				});
			});
		});

		it("survives circles that two servers close together", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("a");
				first!.create("b");
				arena.run(5);
				first!.do((space) => space.GetEntityByName("a")!.SetParent(space.GetEntityByName("b")));
				second!.do((space) => space.GetEntityByName("b")!.SetParent(space.GetEntityByName("a")));
				arena.run(5);
				first!.do((space) => {
					const third = space.CreateEntity("c", { parent: space.GetEntityByName("a")! });
					third.SetParent(space.GetEntityByName("b"));
					space.GetEntityByName("a")!.Destroy();
				});
				arena.run(5);
				expect(arena.agreed()).to.equal("");
			});
		});
	});

	describe("A property", () => {
		it("S18: of a wrong type is refused at the caller's line, and what was there stays", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				actor!.do((space) => {
					const door = space.CreateEntity("door", DOOR, { open: false });
					const label = PREFIX + 'EntitySpace "Arena": entity "door": ';
					expectBlame(
						() => door.Set("open", "yes" as never),
						label + 'property "open" cannot be "yes"; its guard refuses that',
					);
					expectBlame(
						() => door.Set("open", undefined as never),
						label + 'property "open" is missing, and its guard takes no nil; give it a value',
					);
					expectBlame(
						() => door.Set("colour" as never, 1 as never),
						label + 'there is no property "colour"; the properties are by, open',
					);
					door.Set("by", undefined);
					expect(door.Get("open")).to.equal(false);
					expectBlame(
						() => space.CreateEntity("second", DOOR, {} as never),
						PREFIX +
							'EntitySpace "Arena": CreateEntity "second": property "open" is missing, and its guard takes no nil; give it a value',
					);
					expect(space.GetEntityByName("second")).to.equal(undefined);
				});
			});
		});

		it("S18: is none of what no property can be", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const lamp = actor!.create("lamp", { lit: 1 });
				actor!.do(() => {
					const label = PREFIX + 'EntitySpace "Arena": entity "lamp": property "lit" ';
					const nan = 0 / 0;
					expectBlame(
						() => lamp.Set("lit", nan),
						label + "is NaN, which equals nothing, not even itself; set another number",
					);
					expectBlame(
						() => lamp.Set("lit", new Vector3(1, nan, 1)),
						label + "has NaN in it; set other numbers",
					);
					expectBlame(
						() => lamp.Set("lit", (() => {}) as never),
						label +
							"is a function; set a boolean, number, string, Vector2, Vector3, CFrame, Color3, or a map from texts to texts",
					);
					expectBlame(
						() => lamp.Set("lit", { a: 5 } as never),
						label + 'is a table with 5 as "a"; tables are maps from texts to texts',
					);
					expectBlame(
						() => lamp.Set("lit", ["a"] as never),
						label + "is a table with 1 as a key; tables are maps from texts to texts",
					);
					expectBlame(
						() => lamp.Set("lit", string.rep("x", 8192)),
						label +
							"is 8,193 bytes serialized, the most is 8,192; set less, or split it over several properties",
					);
					expectBlame(
						() => lamp.Set("lit", string.char(255)),
						label + "is not valid UTF-8; encode binary data as text",
					);
					expectBlame(
						() => lamp.Set("a/b", 1),
						PREFIX +
							'EntitySpace "Arena": entity "lamp": the name of a property has a "/" in it; choose another one',
					);
					expect(lamp.Get("lit")).to.equal(1);
				});
			});
		});

		it("can be of every type, and arrives as it was", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const values = {
					yes: true,
					pi: math.pi,
					far: math.huge,
					text: 'a "quoted" \\ text\n',
					empty: "",
					five: "5",
					nothing: "-",
					truth: "true",
					mark: "'",
					later: "~",
					vector: "v3(1,2,3)",
					json: '{"a":"b"}',
					flat: new Vector2(1, 2.5),
					deep: new Vector3(0.1, -2, 3e10),
					frame: new CFrame(1, 2, 3),
					red: new Color3(1, 0, 0.5),
					map: { a: "1", b: "2" },
				};
				const thing = first!.create("thing");
				arena.run(5);
				first!.do(() => {
					for (const [name, value] of pairs(values)) thing.Set(name, value);
				});
				arena.run(5);
				const there = second!.entity("thing")!;
				for (const [name, value] of pairs(values)) {
					if (name !== "map" && there.Get(name) !== value) error(`${name} is ${there.Get(name)}`);
				}
				const map = there.Get("map") as { readonly a: string; readonly b: string };
				expect(map.a + map.b).to.equal("12");
				expect(table.isfrozen(map)).to.equal(true);
			});
		});

		it("does not follow a table that its game changes afterwards", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const map: { a: string } = { a: "1" };
				const thing = actor!.create("thing", { map });
				map.a = "2";
				expect((thing.Get("map") as { a: string }).a).to.equal("1");
			});
		});

		it("S15: set to what it is tells nobody; set to something else tells everybody once", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("lamp", { lit: 1, map: { a: "b" } });
				arena.run(5);
				const heard = [first!.watch("lamp", "lit"), second!.watch("lamp", "lit"), first!.watch("lamp", "map")];
				const { Batches } = first!.space.GetStatistics();
				first!.set("lamp", "lit", 1);
				first!.set("lamp", "map", { a: "b" });
				arena.run(5);
				expect(heard.map((words) => words.join(" ")).join("|")).to.equal("||");
				expect(first!.space.GetStatistics().Batches).to.equal(Batches);
				first!.set("lamp", "lit", 2);
				arena.run(5);
				expect(heard.map((words) => words.join(" ")).join("|")).to.equal("2<1|2<1|");
			});
		});

		it("S16: set where another one's change is told has changed in the same turn", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const lamp = first!.create("lamp", { lit: 1, hue: 1 });
				first!.do(() => lamp.GetPropertyChangedSignal("lit").Connect((value) => lamp.Set("hue", value)));
				first!.do(() => {
					lamp.Set("lit", 2);
					expect(lamp.Get("hue")).to.equal(2);
				});
				arena.run(5);
				expect(second!.view()).to.equal("lamp{hue=2 lit=2}");
			});
		});

		it("is told of in the order in which it changed, also where a handler changes it again", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("lamp", { lit: 0 });
				arena.run(5);
				const lamp = second!.entity("lamp")!;
				second!.do(() =>
					lamp.GetPropertyChangedSignal("lit").Connect((value: unknown) => {
						if (value === 1) lamp.Set("lit", 2);
					}),
				);
				const heard = second!.watch("lamp", "lit");
				first!.set("lamp", "lit", 1);
				arena.run(5);
				expect(arena.agreed()).to.equal("lamp{lit=2}");
				expect(heard[heard.size() - 1]!.split("<")[0]).to.equal("2");
			});
		});

		it("can be taken away, also one that the entity was created with", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("lamp", { lit: 1 });
				arena.run(5);
				first!.set("lamp", "hue", "red");
				arena.run(5);
				second!.set("lamp", "lit", undefined);
				second!.set("lamp", "hue", undefined);
				arena.run(60);
				// Who comes later does not see it again.
				arena.start(1);
				expect(arena.agreed()).to.equal("lamp{}");
			});
		});

		it("keeps both of two servers' edits of different properties, and one of those of the same", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("lamp", { a: 0, b: 0, c: 0 });
				arena.run(5);
				first!.set("lamp", "a", 1);
				second!.set("lamp", "b", 2);
				first!.set("lamp", "c", 1);
				second!.set("lamp", "c", 2);
				arena.run(10);
				const view = arena.agreed();
				expect(string.match(view, "^lamp{a=1 b=2 c=[12]}$")[0]).to.equal(view);
			});
		});

		it("that another version of the game wrote, and the guard refuses, is dropped and counted", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const door = first!.do((space) => space.CreateEntity("door", DOOR, { open: false }));
				arena.run(5);
				// What is not checked here is checked there.
				first!.do((space) => {
					space.cluster.contribute("net-server-sync/e/Arena", "adopt", `${door.Id}//open`, '"yes"', 0);
					space.cluster.contribute("net-server-sync/e/Arena", "adopt", `${door.Id}//by`, "~nonsense", 0);
					space.cluster.contribute("net-server-sync/e/Arena", "adopt", "no such key!", "1", 0);
				});
				arena.run(5);
				expect(second!.view()).to.equal("door{open=false}");
				expect(second!.space.GetStatistics().Dropped).to.equal(3);
			});
		});
	});

	describe("A component", () => {
		it("has properties of its own, seen on every server", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const sign = first!.create("sign");
				first!.do(() => {
					sign.AddComponent(IMAGE, { url: "x", place: new Vector3(1, 2, 3) }, "front");
					sign.AddComponent("Anything", { free: 1 });
				});
				arena.run(5);
				const there = second!.entity("sign")!;
				expect(
					there
						.GetComponents()
						.map(({ Name, Kind }) => `${Name}:${Kind}`)
						.join(" "),
				).to.equal("Anything:Anything front:SpecImage");
				const front = there.GetComponent("front", IMAGE)!;
				expect(front.Get("place")).to.equal(new Vector3(1, 2, 3));
				expect(there.GetComponent(IMAGE)).to.equal(front);
				expect(front.GetPropertyNames().join(" ")).to.equal("place url");
				const heard = new Array<string>();
				second!.do(() =>
					front.GetPropertyChangedSignal("url").Connect((value, previous) => {
						heard.push(`${value}<${previous}`);
					}),
				);
				first!.do(() => sign.GetComponent("front", IMAGE)!.Set("url", "y"));
				arena.run(5);
				expect(heard.join(" ")).to.equal("y<x");
			});
		});

		it("S18: refuses what its kind does not allow", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const sign = actor!.create("sign");
				actor!.do(() => {
					const label = PREFIX + 'EntitySpace "Arena": entity "sign"';
					expectBlame(
						() => sign.AddComponent(IMAGE, { url: "x" } as never),
						label +
							': AddComponent "SpecImage": property "place" is missing, and its guard takes no nil; give it a value',
					);
					const image = sign.AddComponent(IMAGE, { place: new Vector3() });
					expectBlame(
						() => image.Set("place", 5 as never),
						label + ', component "SpecImage": property "place" cannot be 5; its guard refuses that',
					);
					expectBlame(
						() => image.Set("depth" as never, 5 as never),
						label + ', component "SpecImage": there is no property "depth"; the properties are place, url',
					);
					expectBlame(
						() => sign.AddComponent(IMAGE, { place: new Vector3() }),
						label +
							': AddComponent "SpecImage": the entity has a component of this name; choose another name, or remove that one',
					);
				});
			});
		});

		it("S19: cannot be of a schema with properties that have no name or no guard", () => {
			expectBlame(
				() => DefineComponent("SpecBad", { "": isBoolean }),
				PREFIX +
					'DefineComponent "SpecBad": the name of a property is 0 bytes, names are 1 to 50; choose another one',
			);
			expectBlame(
				() => DefineComponent("SpecBad", { x: 5 as never }),
				PREFIX +
					'DefineComponent "SpecBad": the guard of property "x" must be a function, such as t.boolean, but is 5',
			);
			expectBlame(
				() => DefineComponent("SpecImage", {}),
				PREFIX + 'DefineComponent "SpecImage": this kind is defined already; define it once and share it',
			);
		});

		it("S8: removed and added again is a new one, on every server", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const sign = first!.create("sign");
				first!.do(() => sign.AddComponent(IMAGE, { url: "x", place: new Vector3() }));
				arena.run(5);
				const story = new Array<string>();
				second!.space.ComponentAdded.Connect(({ Name }) => {
					story.push(`+${Name}`);
				});
				second!.space.ComponentRemoved.Connect(({ Name }) => {
					story.push(`-${Name}`);
				});
				const image = second!.entity("sign")!.GetComponent(IMAGE)!;
				first!.do(() => sign.GetComponent(IMAGE)!.Remove());
				arena.run(5);
				expect(image.Exists()).to.equal(false);
				expect(image.Get("url")).to.equal(undefined);
				first!.do(() => sign.AddComponent(IMAGE, { place: new Vector3(1, 1, 1) }));
				arena.run(5);
				const again = second!.entity("sign")!.GetComponent(IMAGE)!;
				expect(again.Get("url")).to.equal(undefined);
				expect(again.Get("place")).to.equal(new Vector3(1, 1, 1));
				expect(story.join(" ")).to.equal("-SpecImage +SpecImage");
			});
		});
	});

	describe("A player's entity", () => {
		it("is there on every server while the player is on his", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.server.AddPlayer("Ann");
				const player = first!.server.Engine.Players.GetPlayers().find(({ Name }) => Name === "Ann")!;
				const avatar = first!.do((space) => space.GetPlayerEntity(player));
				first!.do(() => avatar.Set("score", 5));
				expect(first!.do((space) => space.GetPlayerEntity(player))).to.equal(avatar);
				arena.run(5);
				const there = second!.do((space) => space.GetPlayerEntity(player.UserId))!;
				expect(there.Name).to.equal("Ann");
				expect(there.Get("score")).to.equal(5);
				second!.do(() => there.Set("score", 6));
				arena.run(5);
				expect(avatar.Get("score")).to.equal(6);
				first!.server.RemovePlayer("Ann");
				arena.run(5);
				expect(arena.agreed()).to.equal("");
				expect(second!.do((space) => space.GetPlayerEntity(player.UserId))).to.equal(undefined);
			});
		});

		it("is gone with a server that crashes, and what others wrote about it soon after", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(3);
				first!.server.AddPlayer("Ann");
				const { UserId } = first!.server.Engine.Players.GetPlayers()[10]!;
				first!.do((space) => space.GetPlayerEntity(UserId));
				arena.run(5);
				second!.set("Ann", "score", 6);
				arena.run(5);
				first!.server.Crash();
				arena.run(150);
				expect(arena.agreed()).to.equal("");
				expect(
					second!.space.cluster.context.replica.pools.get("net-server-sync/e/Arena")?.visibleCount ?? 0,
				).to.equal(0);
			});
		});

		it("goes over to the next server with the player", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.server.AddPlayer("Ann");
				const { UserId } = first!.server.Engine.Players.GetPlayers()[10]!;
				const old = first!.do((space) => space.GetPlayerEntity(UserId))!;
				arena.run(5);
				first!.server.RemovePlayer("Ann");
				second!.server.AddPlayer("Ann");
				const young = second!.do((space) => space.GetPlayerEntity(UserId))!;
				expect(young.Id).never.to.equal(old.Id);
				arena.run(5);
				expect(arena.agreed()).to.equal("Ann{}");
				expect(first!.do((space) => space.GetPlayerEntity(UserId))!.Id).to.equal(young.Id);
			});
		});

		it("is not destroyed by anybody, and is of players only", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				actor!.server.AddPlayer("Ann");
				const { UserId } = actor!.server.Engine.Players.GetPlayers()[10]!;
				actor!.do((space) => {
					const avatar = space.GetPlayerEntity(UserId)!;
					expectBlame(
						() => avatar.Destroy(),
						`${PREFIX}EntitySpace "Arena": entity "Ann": it is a player's, and goes when the player leaves`,
					);
					expectBlame(
						() => space.GetPlayerEntity("Ann" as never),
						PREFIX + 'EntitySpace "Arena": GetPlayerEntity takes a Player or a user id, but got "Ann"',
					);
				});
			});
		});
	});
};
