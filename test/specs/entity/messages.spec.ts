/// <reference types="@rbxts/testez/globals" />
import { expectBlame } from "../support/blame";
import { inArena } from "../support/entity-arena";
import {
	create,
	failuresOf,
	isNumber,
	isString,
	leaderOf,
	onOne,
	scripted,
	scriptsOf,
	untilLed,
} from "../support/scripted";

interface Counted {
	n: number;
}

interface Adding {
	readonly add: number;
}

/** Counts messages in a property, and writes down where each is handled. */
function counter(log: string[]) {
	return scripted<Counted, Adding, object, void>(
		{ properties: { n: isNumber }, messages: { add: isNumber } },
		(context) => {
			context.OnMessage("add", (amount, sender) => {
				log.push(`${amount} ${sender}`);
				context.Properties.n += amount;
			});
		},
	);
}

export = () => {
	describe("a message", () => {
		it("S11: is handled with its payload, in the order of posting", () => {
			const log = new Array<string>();
			const definition = counter(log);
			onOne({ seed: 11 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { n: 0 });
				arena.run(1);
				actor.do(() => {
					for (const amount of $range(1, 3)) entity.GetScript().PostMessage("add", amount);
					expect(entity.Get("n")).to.equal(6);
				});
				const id = actor.server.ServerId;
				expect(log.join(", ")).to.equal(`1 ${id}, 2 ${id}, 3 ${id}`);
			});
		});

		it("S13: that nobody listens to is counted, and no error", () => {
			const definition = scripted<object, Adding, object, void>({ messages: { add: isNumber } }, () => {});
			onOne({ seed: 13 }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "door", definition);
				const plain = actor.create("plain");
				arena.run(1);
				actor.do(() => entity.GetScript().PostMessage("add", 1));
				actor.do(() => plain.GetScript().PostMessage("whatever", 1));
				expect(actor.space.Scripts.GetStatistics().MessagesDropped).to.equal(2);
				expect(failures.size()).to.equal(0);
			});
		});

		it("S14: goes to another entity by its name, after what is running, and one that is missing does no harm", () => {
			const log = new Array<string>();
			const target = scripted<object, Adding, object, void>({ messages: { add: isNumber } }, (context) => {
				context.OnMessage("add", (amount) => {
					log.push(`handled ${amount}`);
					if (amount < 3) context.Entity.GetScript().PostMessage("add", amount + 1);
					log.push(`end ${amount}`);
				});
			});
			const source = scripted({}, (context) => {
				context.OnShout("go", () => {
					context.Space.GetEntityByName("target")?.GetScript().PostMessage("add", 1);
					context.Space.GetEntityByName("missing")?.GetScript().PostMessage("add", 1);
					log.push("shout ends");
				});
			});
			onOne({ seed: 14 }, (actor, arena) => {
				create(actor, "target", target);
				create(actor, "source", source);
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("go"));
				expect(log.join(", ")).to.equal("shout ends, handled 1, end 1, handled 2, end 2, handled 3, end 3");
			});
		});

		it("two that answer each other for ever do not hold up the server, and none is lost", () => {
			let handled = 0;
			const definition = scripted<object, Adding, object, void>({ messages: { add: isNumber } }, (context) => {
				context.OnMessage("add", (amount) => {
					handled += 1;
					context.Space.GetEntityByName(context.Entity.Name === "a" ? "b" : "a")!
						.GetScript()
						.PostMessage("add", amount);
				});
			});
			onOne({ seed: 45 }, (actor, arena) => {
				const first = create(actor, "a", definition);
				create(actor, "b", definition);
				arena.run(1);
				actor.do(() => first.GetScript().PostMessage("add", 1));
				expect(handled).to.equal(1001);
				arena.run(1);
				expect(handled > 20_000).to.equal(true);
				expect(actor.space.Scripts.GetStatistics().MessagesQueued).to.equal(1);
			});
		});

		it("that must not be is refused at the caller's line", () => {
			const definition = counter([]);
			onOne({ seed: 46 }, (actor, arena) => {
				const attached = create(actor, "door", definition, { n: 0 }).GetScript();
				arena.run(1);
				expectBlame(
					() => attached.PostMessage("add", "text" as never),
					'[net-server-sync] EntitySpace "Arena": entity "door": PostMessage: message "add" cannot have "text" as its payload; its guard refuses that',
				);
				expectBlame(
					() => attached.PostMessage("ad", 1),
					`[net-server-sync] EntitySpace "Arena": entity "door": PostMessage: script "${definition.Name}" has no message "ad"; there are add`,
				);
			});
		});

		it("of the game's own subscription ends when the script is replaced", () => {
			const log = new Array<string>();
			const definition = counter([]);
			onOne({ seed: 47 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { n: 0 });
				arena.run(1);
				actor.do(() => entity.GetScript().SubscribeToMessage("add", (amount) => log.push(`${amount}`)));
				actor.do(() => entity.GetScript().PostMessage("add", 1));
				actor.do(() => entity.GetScript().Invoke());
				actor.do(() => entity.GetScript().PostMessage("add", 2));
				expect(log.join(" ")).to.equal("1");
				expect(entity.Get("n")).to.equal(3);
			});
		});
	});

	describe("among servers", () => {
		it("LS13: a message of whichever server is handled once, on the leader, and its effect is seen by all", () => {
			const log = new Array<string>();
			const definition = counter(log);
			inArena({ seed: 113 }, (arena) => {
				const actors = arena.start(3);
				create(actors[0]!, "door", definition, { n: 0 });
				untilLed(arena);
				arena.run(5);
				for (const actor of actors) actor.do(() => actor.entity("door")!.GetScript().PostMessage("add", 1));
				arena.run(10);
				expect(log.size()).to.equal(3);
				for (const actor of actors) {
					expect(actor.get("door", "n")).to.equal(3);
					expect(log.includes(`1 ${actor.server.ServerId}`)).to.equal(true);
					expect(actor.space.Scripts.GetStatistics().MessagesQueued).to.equal(0);
				}
				expect(leaderOf(arena).space.Scripts.GetStatistics().MessagesHandled).to.equal(3);
			});
		});

		it("a message that is too large for other servers is refused, and so it is in Studio", () => {
			const definition = scripted<object, { say: string }, object, void>(
				{ messages: { say: isString } },
				() => {},
			);
			for (const environment of ["live", "studio"] as const) {
				inArena({ seed: 114 }, (arena) => {
					const [first] = arena.start(environment === "studio" ? 1 : 2, { environment });
					const entity = create(first!, "door", definition);
					arena.run(1);
					let [success, problem]: [boolean, unknown] = [true, undefined];
					first!.do(() => {
						[success, problem] = pcall(() => entity.GetScript().PostMessage("say", string.rep("x", 700)));
					});
					expect(success).to.equal(false);
					expect(tostring(problem).find("bytes serialized, the most is 600", 1, true)[0]).to.be.ok();
				});
			}
		});

		it("a message is kept while nobody leads, and told of when it has not been handled in time", () => {
			const log = new Array<string>();
			const definition = counter(log);
			inArena({ seed: 115 }, (arena) => {
				const [first, second] = arena.start(2);
				create(first!, "door", definition, { n: 0 });
				untilLed(arena);
				arena.run(5);
				const leader = leaderOf(arena);
				const other = leader === first ? second! : first!;
				const expired = new Array<string>();
				other.space.Scripts.MessageExpired.Connect((_id, name, payload) => expired.push(`${name} ${payload}`));
				arena.game.SetFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 0 });
				leader.server.Crash();
				arena.run(10);
				other.do(() => other.entity("door")!.GetScript().PostMessage("add", 1));
				arena.run(20);
				other.do(() => other.entity("door")!.GetScript().PostMessage("add", 2));
				arena.run(20);
				expect(expired.join(", ")).to.equal("add 1");
				arena.game.SetFaults({ memoryErrors: 0 });
				arena.run(9);
				expect(log.join(", ")).to.equal(`2 ${other.server.ServerId}`);
				expect(expired.size()).to.equal(1);
			});
		});

		it("what a server posts while it closes, and can not send any more, is told of once", () => {
			const definition = counter([]);
			inArena({ seed: 116 }, (arena) => {
				const [first, second] = arena.start(2);
				create(first!, "door", definition, { n: 0 });
				untilLed(arena);
				arena.run(5);
				const other = leaderOf(arena) === first ? second! : first!;
				const expired = new Array<string>();
				other.space.Scripts.MessageExpired.Connect((_id, name, payload) => expired.push(`${name} ${payload}`));
				other.server.Close();
				other.do(() => {
					for (const number of $range(1, 3)) other.entity("door")!.GetScript().PostMessage("add", number);
				});
				arena.run(60);
				expect(expired.join(", ")).to.equal("add 1, add 2, add 3");
				expect(arena.game.Errors.size()).to.equal(0);
			});
		});

		it("a script is replaced on all servers: nothing of the former one is left anywhere", () => {
			const log = new Array<string>();
			const former = scripted({}, (context) => context.OnShout("go", () => log.push("former")));
			const latter = scripted({}, (context) => context.OnShout("go", () => log.push("latter")));
			inArena({ seed: 116 }, (arena) => {
				const [first, second] = arena.start(2);
				create(first!, "door", former);
				arena.run(5);
				second!.do(() => second!.entity("door")!.GetScript().SetScriptSource(latter));
				arena.run(5);
				for (const actor of [first!, second!]) {
					log.clear();
					actor.do(() => actor.space.Scripts.Shout("go"));
					expect(log.join(" ")).to.equal("latter");
				}
			});
		});

		it("LS11 and LS12: only the leader ticks; the next one goes on from the properties, with a frame as its first delta", () => {
			const deltas = new Map<string, number[]>();
			const takeovers = new Array<string>();
			const definition = scripted<Counted, object, object, void>({ properties: { n: isNumber } }, (context) => {
				const { serverId } = (context.Space as unknown as { Scripts: { serverId: string } }).Scripts;
				context.OnTakeover(() => takeovers.push(serverId));
				context.OnTick((deltaSeconds) => {
					context.Properties.n += 1;
					let own = deltas.get(serverId);
					if (!own) {
						own = [];
						deltas.set(serverId, own);
					}
					own.push(deltaSeconds);
				});
			});
			inArena({ seed: 117 }, (arena) => {
				const actors = arena.start(3);
				create(actors[0]!, "door", definition, { n: 0 });
				const former = untilLed(arena);
				arena.run(10);
				expect(deltas.size()).to.equal(1);
				former.server.Crash();
				const stopped = deltas.get(former.server.ServerId)!.size();
				const before = actors.find((actor) => actor !== former)!.get("door", "n") as number;
				expect(before > 100).to.equal(true);
				const latter = untilLed(arena);
				arena.run(5);
				expect(deltas.get(former.server.ServerId)!.size()).to.equal(stopped);
				expect(deltas.get(latter.server.ServerId)![0]).to.equal(1 / 60);
				expect((latter.get("door", "n") as number) > before + 100).to.equal(true);
				expect(takeovers.join(" ")).to.equal(`${former.server.ServerId} ${latter.server.ServerId}`);
			});
		});

		it("LS19: in local mode every server runs the scripts for itself", () => {
			const definition = scripted({}, () => {});
			inArena({ seed: 119, space: { election: "local" } }, (arena) => {
				const actors = arena.start(2);
				create(actors[0]!, "door", definition);
				arena.run(5);
				for (const actor of actors) {
					expect(actor.space.Scripts.IsLeader()).to.equal(true);
					expect(actor.space.Scripts.GetLeader()).to.equal(actor.server.ServerId);
				}
			});
		});

		it("LS20 and S34: scripts given and taken again and again during the start leave one that runs", () => {
			let calls = 0;
			const definition = scripted({}, (context) => {
				context.OnShout("go", () => {
					calls += 1;
				});
			});
			onOne({ seed: 120 }, (actor, arena) => {
				const entity = create(actor, "door", definition);
				for (const _ of $range(1, 5)) {
					actor.do(() => entity.GetScript().SetScriptSource(undefined));
					actor.do(() => entity.GetScript().SetScriptSource(definition));
					arena.run(0.01);
				}
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("go"));
				expect(calls).to.equal(1);
			});
		});

		it("what is not a message is dropped and counted, whoever says it", () => {
			const definition = counter([]);
			onOne({ seed: 121 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { n: 0 });
				arena.run(1);
				const { mail } = scriptsOf(actor);
				for (const text of [
					"",
					"x",
					`${entity.Id} 3 add`,
					`${entity.Id} 3 add+tru`,
					`${entity.Id} 99 add+1`,
					`${entity.Id} 3 sub+1`,
					`${entity.Id} 3 add+true`,
				])
					expect(actor.do(() => mail.take(text, "nobody"))).to.equal(true);
				expect(mail.invalid).to.equal(7);
				expect(actor.do(() => mail.take("unknown 3 add+1", "nobody"))).to.equal(false);
				expect(actor.do(() => mail.take(`${entity.Id} 3 add+1`, "nobody"))).to.equal(true);
				expect(entity.Get("n")).to.equal(1);
			});
		});
	});
};
