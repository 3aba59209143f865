/// <reference types="@rbxts/testez/globals" />
import { LeaderElection } from "../../../src/election";
import { Entity, EntityAction, EntityBatch } from "../../../src/entity/types";
import { ReplicatedEntity } from "../../../src/entity/entity";
import { NoScripts } from "../../../src/entity/script-host";
import { Actor, Arena, inArena } from "../support/entity-arena";

/** "2 actions: update lamp[//lit=2], ..." of each batch. */
function told({ Actions, Updates }: EntityBatch, names: ReadonlyMap<string, string>): string {
	const words = new Array<string>();
	for (const { Kind, Id, Edits } of Updates) {
		const edits = Edits.map(({ Key, Value }) => `${Key}=${Value}`);
		edits.sort();
		words.push(`${Kind} ${names.get(Id) ?? "?"}[${edits.join(" ")}]`);
	}
	return `${Actions.map(({ Name }) => Name).join(" ")}(${words.join(", ")})`;
}

/** Notes actions, and has the lamp show their parameters. */
class NotingHost extends NoScripts {
	public readonly done = new Array<string>();

	constructor(private readonly lamp: Entity) {
		super();
	}

	public override perform(actions: ReadonlyArray<EntityAction>): void {
		for (const { Name, Parameters } of actions) {
			this.done.push(`${Name}${Parameters}`);
			this.lamp.Set("lit", Parameters as number);
		}
	}
}

interface Trial {
	readonly arena: Arena;
	readonly actor: Actor;
	readonly other: Actor;
	readonly lamp: Entity;
	readonly batches: string[];
	readonly names: Map<string, string>;
}

function tried(body: (trial: Trial) => void): void {
	inArena({ seed: 1 }, (arena) => {
		const [actor, other] = arena.start(2);
		const lamp = actor!.create("lamp", { lit: 1, hue: 1 });
		arena.run(5);
		const batches = new Array<string>();
		const names = new Map<string, string>([[lamp.Id, "lamp"]]);
		actor!.do((space) =>
			space.WatchBatches((batch) => {
				batches.push(told(batch, names));
			}),
		);
		body({ arena, actor: actor!, other: other!, lamp, batches, names });
	});
}

export = () => {
	describe("What is edited in one turn", () => {
		it("A-21: is one update for each entity, with the last values", () => {
			tried(({ arena, actor, other, lamp, batches }) => {
				actor.do(() => {
					lamp.Set("lit", 2);
					lamp.Set("hue", 5);
				});
				actor.do(() => lamp.Set("lit", 3));
				arena.run(5);
				expect(batches.join("; ")).to.equal("(update lamp[//hue=5 //lit=3])");
				expect(other.view()).to.equal("lamp{hue=5 lit=3}");
			});
		});

		it("A-22: is one batch; the next turn's is another", () => {
			tried(({ arena, actor, lamp, batches }) => {
				actor.do(() => lamp.Set("lit", 2));
				arena.run(0.1);
				actor.do(() => lamp.Set("lit", 3));
				arena.run(0.1);
				expect(batches.join("; ")).to.equal("(update lamp[//lit=2]); (update lamp[//lit=3])");
			});
		});

		it("A-24: of an entity that is created in it is part of its creation", () => {
			tried(({ arena, actor, other, batches, names }) => {
				actor.do((space) => {
					const sign = space.CreateEntity("sign");
					names.set(sign.Id, "sign");
					sign.Set("text", "a");
					sign.Set("text", "b");
				});
				arena.run(5);
				expect(batches.join("; ")).to.equal("(add sign[//text=b =sign])");
				expect(other.get("sign", "text")).to.equal("b");
			});
		});

		it("A-25: of an entity that is destroyed in it is its removal, and nothing else", () => {
			tried(({ arena, actor, other, lamp, batches }) => {
				actor.do(() => {
					lamp.Set("lit", 2);
					lamp.Destroy();
					lamp.Destroy();
				});
				arena.run(5);
				expect(batches.join("; ")).to.equal("(remove lamp[=nil])");
				expect(other.view()).to.equal("");
			});
		});

		it("A-25: of an entity that is created and destroyed in it is nothing at all", () => {
			tried(({ arena, actor, other, batches }) => {
				const sent = actor.server.Cluster.GetStatistics();
				actor.do((space) => {
					const sign = space.CreateEntity("sign");
					sign.Set("text", "a");
					sign.Destroy();
				});
				arena.run(5);
				expect(batches.size()).to.equal(0);
				expect(other.story.join(" ")).to.equal("+lamp");
				expect(sent !== undefined).to.equal(true);
			});
		});

		it("A-26: and comes to the same as before, is nothing", () => {
			tried(({ arena, actor, lamp, batches }) => {
				actor.do(() => {
					lamp.Set("lit", 1);
					lamp.Set("hue", 2);
					lamp.Set("hue", 1);
				});
				arena.run(5);
				expect(batches.size()).to.equal(0);
			});
		});

		it("A-27: is read at once by whoever edits on", () => {
			tried(({ actor, lamp }) => {
				actor.do(() => {
					lamp.Set("lit", 2);
					lamp.Set("lit", (lamp.Get("lit") as number) + 1);
					expect(lamp.Get("lit")).to.equal(3);
				});
			});
		});

		it("A-29: is told of once, though it comes back from the cluster", () => {
			tried(({ arena, actor, lamp }) => {
				const heard = actor.watch("lamp", "lit");
				actor.do((space) => {
					lamp.Set("lit", 2);
					space.CreateEntity("sign");
				});
				arena.run(10);
				expect(heard.join(" ")).to.equal("2<1");
				expect(actor.story.join(" ")).to.equal("+lamp +sign");
			});
		});

		it("leaves in the order of ids, however it was edited", () => {
			tried(({ arena, actor, names }) => {
				const signs = actor.do((space) => {
					const created = new Array<Entity>();
					for (const number of $range(1, 8)) created.push(space.CreateEntity(`sign${number}`));
					return created;
				});
				arena.run(0.1);
				const orders = new Array<string>();
				actor.do((space) =>
					space.WatchBatches(({ Updates }) => {
						orders.push(Updates.map(({ Id }) => Id).join());
					}),
				);
				const ids = signs.map(({ Id }) => Id);
				ids.sort();
				actor.do(() => {
					for (const sign of signs) sign.Set("a", 1);
				});
				arena.run(0.1);
				actor.do(() => {
					for (const index of $range(7, 0, -1)) signs[index]!.Set("a", 2);
				});
				arena.run(0.1);
				expect(orders.join(";")).to.equal(`${ids.join()};${ids.join()}`);
				expect(names.get("")).to.equal(undefined);
			});
		});

		it("leaves with its server, if that closes in the same turn", () => {
			tried(({ arena, actor, other, lamp }) => {
				actor.do(() => lamp.Set("lit", 9));
				actor.server.Close();
				arena.run(20);
				expect(other.get("lamp", "lit")).to.equal(9);
			});
		});

		it("leaves with its server, if it is edited when that hands over what it leads", () => {
			tried(({ arena, actor, other, lamp }) => {
				const leader = actor.do(() => LeaderElection("light", { mode: "bully", rank: 1 }));
				leader.Run(() => () => actor.do(() => lamp.Set("lit", 9)));
				arena.run(30);
				expect(leader.IsLeader()).to.equal(true);
				actor.server.Close();
				arena.run(20);
				expect(other.get("lamp", "lit")).to.equal(9);
			});
		});

		it("can be taken back as long as it has not left, and what came before stays", () => {
			tried(({ arena, actor, lamp, batches, other }) => {
				const heard = actor.watch("lamp", "lit");
				actor.do((space) => {
					lamp.Set("hue", 2);
					const mark = space.editor.mark();
					lamp.Set("lit", 2);
					lamp.Set("hue", 3);
					space.CreateEntity("sign");
					space.editor.act({ Entity: lamp as ReplicatedEntity, Component: "", Name: "beep", Parameters: 1 });
					expect(space.editor.rollBack(mark)).to.equal(3);
					expect(lamp.Get("lit")).to.equal(1);
					expect(lamp.Get("hue")).to.equal(2);
				});
				arena.run(5);
				expect(batches.join("; ")).to.equal("(update lamp[//hue=2])");
				expect(heard.join(" ")).to.equal("2<1 1<2");
				expect(other.view()).to.equal("lamp{hue=2 lit=1}");
				expect(actor.story.join(" ")).to.equal("+lamp +sign -sign");
			});
		});
	});

	describe("Actions", () => {
		const act = (actor: Actor, entity: Entity, name: string, parameters: unknown = 1): void =>
			actor.do((space) =>
				space.editor.act({
					Entity: entity as ReplicatedEntity,
					Component: "",
					Name: name,
					Parameters: parameters,
				}),
			);
		it("leave before the edits of their turn, in their order, and see what is edited", () => {
			tried(({ arena, actor, lamp, batches }) => {
				actor.do(() => lamp.Set("lit", 2));
				act(actor, lamp, "beep");
				act(actor, lamp, "boom");
				arena.run(0.1);
				expect(batches.join("; ")).to.equal("beep boom(update lamp[//lit=2])");
			});
		});

		it("A-41: that an interceptor denies are not done; later ones are", () => {
			tried(({ arena, actor, lamp, batches }) => {
				const seen = new Array<string>();
				const ended = actor.do((space) =>
					space.InterceptActions((action) => {
						seen.push(action.Name);
						if (action.Name === "boom") return false;
						if (action.Name === "hiss") return { ...action, Name: "sigh" };
						return undefined;
					}),
				);
				for (const name of ["beep", "boom", "hiss"]) act(actor, lamp, name);
				arena.run(0.1);
				expect(batches.join("; ")).to.equal("beep sigh()");
				expect(seen.join(" ")).to.equal("beep boom hiss");
				expect(actor.space.GetStatistics().ActionsDenied).to.equal(1);
				ended();
				act(actor, lamp, "boom");
				arena.run(0.1);
				expect(batches[1]).to.equal("boom()");
			});
		});

		it("pass an interceptor that fails, which is said", () => {
			tried(({ arena, actor, lamp, batches }) => {
				actor.do((space) => space.InterceptActions(() => error("broken", 0)));
				act(actor, lamp, "beep");
				arena.run(0.1);
				expect(batches.join("; ")).to.equal("beep()");
				const warned = actor.server
					.GetOutput()
					.some(({ text }) => string.find(text, "interceptor", 1, true)[0] !== undefined);
				expect(warned).to.equal(true);
			});
		});

		it("are handed to the scripts before anything is sent; what those edit leaves with them", () => {
			tried(({ arena, actor, lamp, batches }) => {
				const host = new NotingHost(lamp);
				actor.space.host = host;
				act(actor, lamp, "beep", 7);
				arena.run(0.1);
				expect(host.done.join()).to.equal("beep7");
				expect(batches.join("; ")).to.equal("beep(update lamp[//lit=7])");
			});
		});
	});
};
