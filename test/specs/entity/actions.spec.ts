/// <reference types="@rbxts/testez/globals" />
import { inArena } from "../support/entity-arena";
import { expectBlame } from "../support/blame";
import { create, failuresOf, isString, onOne, scripted, untilLed } from "../support/scripted";

interface Playing {
	readonly play: string;
}

/** Does "play" whenever it is shouted to. */
function player(reach: "leader" | "servers" | "players", counts: number[] = []) {
	return scripted<object, object, Playing, void>(
		{ actions: { play: isString }, reach: { play: reach } },
		(context) => {
			context.OnShout("play", (what) => counts.push(context.InvokeAction("play", what as string)));
		},
	);
}

export = () => {
	describe("an action", () => {
		it("S21: calls the game's handler once, with its parameters, the entity, the component and its name", () => {
			const log = new Array<string>();
			const counts = new Array<number>();
			const definition = player("leader", counts);
			onOne({ seed: 21 }, (actor, arena) => {
				const entity = create(actor, "video", definition);
				actor.do(() =>
					entity.RegisterActionHandler("play", (parameters, of, component, action) =>
						log.push(`${parameters} ${of.Name} "${component}" ${action}`),
					),
				);
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("play", "loud"));
				arena.run(1);
				expect(log.join(", ")).to.equal('loud video "" play');
				expect(counts.join(" ")).to.equal("1");
			});
		});

		it("S22 and S23: has one handler, the first; it can be taken away, once", () => {
			const log = new Array<string>();
			const definition = player("leader");
			onOne({ seed: 22 }, (actor, arena) => {
				const entity = create(actor, "video", definition);
				actor.do(() => entity.RegisterActionHandler("play", () => log.push("first")));
				expectBlame(
					() => entity.RegisterActionHandler("play", () => log.push("second")),
					'[net-server-sync] EntitySpace "Arena": entity "video": RegisterActionHandler: action "play" has a handler, which stays; take it away with UnregisterActionHandler first',
				);
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("play", "x"));
				arena.run(1);
				expect(log.join(" ")).to.equal("first");
				actor.do(() => entity.UnregisterActionHandler("play"));
				expectBlame(
					() => entity.UnregisterActionHandler("play"),
					'[net-server-sync] EntitySpace "Arena": entity "video": UnregisterActionHandler: action "play" has no handler on this server',
				);
				actor.do(() => actor.space.Scripts.Shout("play", "x"));
				arena.run(1);
				expect(log.join(" ")).to.equal("first");
			});
		});

		it("S24: without a handler is no error", () => {
			const counts = new Array<number>();
			const definition = player("leader", counts);
			onOne({ seed: 24 }, (actor, arena) => {
				const failures = failuresOf(actor);
				create(actor, "video", definition);
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("play", "x"));
				arena.run(1);
				expect(counts.join(" ")).to.equal("0");
				expect(failures.size()).to.equal(0);
			});
		});

		it("is for a component, where the script says so", () => {
			const log = new Array<string>();
			const definition = scripted({}, (context) => {
				context.OnShout("go", () => {
					context.InvokeAction("show" as never, "x" as never, "Image");
					context.InvokeAction("show" as never, "y" as never);
				});
			});
			onOne({ seed: 60 }, (actor, arena) => {
				const entity = create(actor, "video", definition);
				arena.run(1);
				actor.do(() => {
					const image = entity.AddComponent("Image");
					image.RegisterActionHandler("show", (parameters, _of, component) =>
						log.push(`${component} ${parameters}`),
					);
				});
				const failures = failuresOf(actor);
				actor.do(() => actor.space.Scripts.Shout("go"));
				arena.run(1);
				// The definition has no actions at all.
				expect(failures.size()).to.equal(1);
				expect(log.size()).to.equal(0);
			});
		});

		it("A-41: that an interceptor denies is not done; later ones are, and one may be put in its place", () => {
			const log = new Array<string>();
			const definition = player("leader");
			onOne({ seed: 61 }, (actor, arena) => {
				const entity = create(actor, "video", definition);
				actor.do(() => entity.RegisterActionHandler("play", (parameters: string) => log.push(parameters)));
				actor.do(() =>
					actor.space.InterceptActions((action) => {
						if (action.Parameters === "deny") return false;
						return action.Parameters === "replace" ? { ...action, Parameters: "replaced" } : undefined;
					}),
				);
				arena.run(1);
				actor.do(() => {
					for (const what of ["deny", "replace", "pass"]) actor.space.Scripts.Shout("play", what);
				});
				arena.run(1);
				expect(log.join(" ")).to.equal("replaced pass");
			});
		});

		it("whose handler throws or waits disturbs nobody, and is told of", () => {
			const log = new Array<string>();
			const definition = player("leader");
			onOne({ seed: 62 }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "video", definition);
				actor.do(() =>
					entity.RegisterActionHandler("play", (what: string) => {
						if (what === "throw") error("no");
						if (what === "wait") coroutine.yield();
						log.push(what);
					}),
				);
				arena.run(1);
				actor.do(() => {
					for (const what of ["throw", "wait", "fine"]) actor.space.Scripts.Shout("play", what);
				});
				arena.run(1);
				expect(log.join(" ")).to.equal("fine");
				expect(failures.size()).to.equal(1);
				expect(failures[0]!.Handler).to.equal("action play");
			});
		});

		it("is done on the leader, on every server, or for players by the adapter, as its definition says", () => {
			for (const reach of ["leader", "servers", "players"] as const) {
				const log = new Array<string>();
				const definition = player(reach);
				inArena({ seed: 63 }, (arena) => {
					const actors = arena.start(3);
					create(actors[0]!, "video", definition);
					const leader = untilLed(arena);
					arena.run(5);
					for (const actor of actors) {
						const { Number } = actor.server;
						actor.do(() => {
							actor
								.entity("video")!
								.RegisterActionHandler(
									"play" as never,
									((what: string) => log.push(`${what} ${Number}`)) as never,
								);
							actor.space.Scripts.SetPlayerAdapter((entity, component, action, what) =>
								log.push(`${what} ${entity.Name} ${component} ${action} ${Number}`),
							);
						});
					}
					leader.do(() => leader.space.Scripts.Shout("play", "x"));
					arena.run(5);
					log.sort();
					const { Number } = leader.server;
					const all = actors.map(({ server }) => server.Number);
					if (reach === "leader") expect(log.join(", ")).to.equal(`x ${Number}`);
					else if (reach === "servers")
						expect(log.join(", ")).to.equal(all.map((number) => `x ${number}`).join(", "));
					else expect(log.join(", ")).to.equal(all.map((number) => `x video  play ${number}`).join(", "));
				});
			}
		});
	});
};
