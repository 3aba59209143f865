/// <reference types="@rbxts/testez/globals" />
import { DefineScript } from "../../../src/entity";
import { expectBlame } from "../support/blame";
import { create, failuresOf, isNumber, isOptionalNumber, onOne, scripted } from "../support/scripted";

export = () => {
	describe("a script", () => {
		it("S1: runs once when it is given to an entity", () => {
			let runs = 0;
			const definition = scripted({}, () => {
				runs += 1;
			});
			onOne({ seed: 1 }, (actor, arena) => {
				const entity = actor.create("door");
				const attached = entity.GetScript();
				expect(attached.GetStatus()).to.equal("none");
				actor.do(() => attached.SetScriptSource(definition));
				arena.run(1);
				expect(runs).to.equal(1);
				expect(attached.HasError()).to.equal(false);
				expect(attached.GetStatus()).to.equal("running");
				expect(attached.GetScriptSource()).to.equal(definition.Name);
				expect(actor.do(() => attached.Invoke())).to.equal(true);
				expect(runs).to.equal(2);
			});
		});

		it("S2: that is not there, empty, unknown or a text cannot be run, and says why", () => {
			onOne({ seed: 2 }, (actor, arena) => {
				const attached = actor.create("door").GetScript();
				const texts = new Array<string>();
				const attempt = (source: string | undefined): void => {
					actor.do(() => attached.SetScriptSource(source));
					arena.run(1);
					expect(actor.do(() => attached.Invoke())).to.equal(false);
					texts.push(attached.GetErrorText());
				};
				attempt(undefined);
				attempt("");
				attempt("Unknown");
				attempt("print('hello')");
				expect(texts[0]).to.equal("the entity has no script");
				expect(texts[1]).to.equal("the script is empty");
				expect(texts[2]!.find('no script "Unknown" is defined', 1, true)[0]).to.be.ok();
				expect(texts[3]!.find("loadstring() is not available", 1, true)[0]).to.be.ok();
				expect(attached.GetStatus()).to.equal("failed");
				expect(attached.HasError()).to.equal(true);
			});
		});

		it("is a text in Luau where the game has enabled that", () => {
			onOne({ seed: 3 }, (actor, arena) => {
				const platform = actor.space.cluster.context.platform as unknown as { loadstring: unknown };
				const contexts = new Array<defined>();
				platform.loadstring = (text: string) =>
					text === "return(1)" ? (context: defined) => contexts.push(context) : "bad";
				const entity = actor.create("door");
				actor.do(() => entity.GetScript().SetScriptSource("return(1)"));
				arena.run(1);
				expect(entity.GetScript().GetErrorText()).to.equal("");
				expect((contexts[0] as { Entity: unknown }).Entity).to.equal(entity);
				actor.do(() => entity.GetScript().RunScript("return(1)"));
				arena.run(1);
				expect(contexts.size()).to.equal(2);
				actor.do(() => entity.GetScript().SetScriptSource("retrun(1)"));
				arena.run(1);
				expect(entity.GetScript().GetErrorText().find("bad")[0]).to.be.ok();
			});
		});

		it("S5 and S6: ticks, and never again once it is taken away", () => {
			const definition = scripted<{ n: number }, object, object, void>(
				{ properties: { n: isNumber } },
				(context) => {
					context.OnTick(() => (context.Properties.n += 1));
				},
			);
			onOne({ seed: 5 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { n: 0 });
				expect(entity.Get("n")).to.equal(0);
				arena.run(1);
				const counted = entity.Get("n") as number;
				expect(counted > 30).to.equal(true);
				actor.do(() => entity.GetScript().SetScriptSource(undefined));
				arena.run(1);
				expect(entity.Get("n")).to.equal(counted);
				const another = create(actor, "other", definition, { n: 0 });
				actor.do(() => another.GetScript().SetScriptSource(undefined));
				arena.run(1);
				expect(another.Get("n")).to.equal(0);
			});
		});

		it("S7: that is taken away leaves the rest of the entity", () => {
			const definition = scripted({}, (context) => context.OnTick(() => {}));
			onOne({ seed: 7 }, (actor, arena) => {
				const entity = create(actor, "door", definition);
				actor.do(() => entity.AddComponent("Image", { url: "a" }));
				actor.do(() => entity.GetScript().SetScriptSource(undefined));
				actor.do(() => entity.GetComponent("Image")!.Set("url", "b"));
				arena.run(1);
				expect(entity.GetComponent("Image")!.Get("url")).to.equal("b");
			});
		});

		it("S8: begins anew when it is given again: nothing of the former one is left", () => {
			const log = new Array<string>();
			const definition = scripted({}, (context) => {
				let count = 0;
				context.OnShout("count", () => {
					count += 1;
					log.push(tostring(count));
				});
				context.Every(1, () => log.push("timer"));
			});
			onOne({ seed: 8 }, (actor, arena) => {
				const entity = create(actor, "door", definition);
				arena.run(0.5);
				actor.do(() => actor.space.Scripts.Shout("count"));
				actor.do(() => actor.space.Scripts.Shout("count"));
				actor.do(() => entity.GetScript().SetScriptSource(undefined));
				arena.run(0.1);
				actor.do(() => actor.space.Scripts.Shout("count"));
				arena.run(2);
				actor.do(() => entity.GetScript().SetScriptSource(definition));
				arena.run(0.1);
				actor.do(() => actor.space.Scripts.Shout("count"));
				arena.run(1);
				expect(log.join(" ")).to.equal("1 2 1 timer");
			});
		});

		it("S4: given a second time is one and begins anew, once", () => {
			let running = 0;
			const definition = scripted({}, (context) => {
				context.OnShout("count", () => {
					running += 1;
				});
			});
			onOne({ seed: 4 }, (actor, arena) => {
				const entity = create(actor, "door", definition);
				actor.do(() => entity.GetScript().SetScriptSource(definition));
				arena.run(1);
				actor.do(() => entity.GetScript().SetScriptSource(definition));
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("count"));
				expect(running).to.equal(1);
				expect(entity.GetScript()).to.equal(entity.GetScript());
			});
		});

		it("S15 and S16: hears of a property's changes, not of the same value again, and may change another one in the same turn", () => {
			const heard = new Array<string>();
			const definition = scripted<{ n: number; m?: number | undefined }, object, object, void>(
				{ properties: { n: isNumber, m: isOptionalNumber } },
				(context) => {
					context.OnChanged("n", (value, previous) => {
						heard.push(`${value}<${previous}`);
						context.Properties.m = value * 2;
					});
				},
			);
			onOne({ seed: 15 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { n: 1 });
				arena.run(1);
				actor.do(() => {
					entity.Set("n", 1);
					entity.Set("n", 2);
					expect(entity.Get("m")).to.equal(4);
				});
				expect(heard.join(" ")).to.equal("2<1");
			});
		});

		it("S18: cannot set a property to what it must not be; the error names the script", () => {
			const definition = scripted<{ n: number }, object, object, void>(
				{ properties: { n: isNumber } },
				(context) => {
					context.OnLoaded(() => {
						context.Properties.n = "text" as never;
					});
				},
			);
			onOne({ seed: 18 }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "door", definition, { n: 1 });
				arena.run(1);
				expect(entity.Get("n")).to.equal(1);
				expect(failures.size()).to.equal(1);
				expect(failures[0]!.Handler).to.equal("loaded");
				expect(failures[0]!.Message.find("its guard refuses that")[0]).to.be.ok();
				expect(entity.GetScript().HasError()).to.equal(true);
			});
		});

		it("S29 and S30: all are set up, then all are told, then all tick; one that comes later is told once, too", () => {
			const log = new Array<string>();
			const definition = scripted({}, (context) => {
				const { Name } = context.Entity;
				log.push(`setup ${Name}`);
				context.OnLoaded(() => log.push(`loaded ${Name}`));
				const stop = context.OnTick(() => {
					log.push(`tick ${Name}`);
					stop();
				});
			});
			onOne({ seed: 29 }, (actor, arena) => {
				actor.do((space) => {
					for (const _ of $range(1, 3)) space.CreateEntity("x", definition, {});
				});
				arena.run(1);
				expect(log.join(", ")).to.equal(
					"setup x, setup x, setup x, loaded x, loaded x, loaded x, tick x, tick x, tick x",
				);
				log.clear();
				create(actor, "y", definition);
				arena.run(1);
				expect(log.join(", ")).to.equal("setup y, loaded y, tick y");
			});
		});

		it("S32: ticks with the seconds since the last one, the first with those of a frame", () => {
			const deltas = new Array<number>();
			const definition = scripted({}, (context) => context.OnTick((deltaSeconds) => deltas.push(deltaSeconds)));
			onOne({ seed: 32 }, (actor, arena) => {
				create(actor, "door", definition);
				arena.run(10);
				let sum = 0;
				for (const delta of deltas) {
					expect(delta > 0 && delta < 0.2).to.equal(true);
					sum += delta;
				}
				expect(deltas[0]).to.equal(1 / 60);
				expect(sum > 9.5 && sum <= 10.1).to.equal(true);
			});
		});

		it("whose setup fails has nothing registered, and does not disturb others", () => {
			const log = new Array<string>();
			const bad = scripted({}, (context) => {
				context.OnShout("go", () => log.push("bad"));
				error("no setup");
			});
			const good = scripted({}, (context) => context.OnShout("go", () => log.push("good")));
			onOne({ seed: 40 }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "bad", bad);
				create(actor, "good", good);
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("go"));
				expect(log.join(" ")).to.equal("good");
				expect(entity.GetScript().GetStatus()).to.equal("failed");
				expect(entity.GetScript().GetErrorText().find("no setup")[0]).to.be.ok();
				expect(failures.size()).to.equal(1);
				expect(failures[0]!.Handler).to.equal("setup");
			});
		});

		it("that runs away is ended, and the server goes on", () => {
			const definition = scripted<{ n: number }, object, object, void>(
				{ properties: { n: isNumber } },
				(context) => {
					context.OnShout("edit", () => {
						while (true) context.Properties.n += 1;
					});
				},
			);
			onOne({ seed: 41, space: { energy: { points: 500, onExhausted: "rollback" } } }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "door", definition, { n: 0 });
				arena.run(1);
				actor.do(() => actor.space.Scripts.Shout("edit"));
				expect(failures.size()).to.equal(1);
				expect(failures[0]!.Kind).to.equal("exhausted");
				arena.run(1);
				expect(entity.Get("n")).to.equal(0);
				expect(actor.space.Scripts.GetStatistics().Exhausted).to.equal(1);
			});
		});

		it("A-31 and A-32: watches another entity: its changes, once a frame, and its end", () => {
			const log = new Array<string>();
			const definition = scripted({}, (context) => {
				context.OnLoaded(() => {
					const other = context.Space.GetEntityByName("other")!;
					context.Watch(other, () => error("a watcher that fails"));
					context.Watch(other, (entity, id) => {
						log.push(entity ? `changed ${entity.Name}` : `gone ${id === other.Id}`);
					});
				});
			});
			onOne({ seed: 42 }, (actor, arena) => {
				const other = actor.create("other", { a: 1 });
				create(actor, "door", definition);
				arena.run(1);
				actor.set("other", "a", 2);
				actor.set("other", "a", 3);
				arena.run(1);
				expect(log.join(", ")).to.equal("changed other");
				actor.do(() => other.Destroy());
				arena.run(1);
				expect(log.join(", ")).to.equal("changed other, gone true");
			});
		});

		it("A-30: hears of changes in order: the entity itself, who watches it, who watches all", () => {
			const log = new Array<string>();
			const definition = scripted<{ a: number; b: number }, object, object, void>(
				{ properties: { a: isNumber, b: isNumber } },
				(context) => {
					context.OnAnyChanged((ids) => log.push(`any ${ids.size()}`));
					context.Watch(context.Entity, () => log.push("watch"));
					context.OnPropertiesChanged((names) => log.push(names.join("+")));
				},
			);
			onOne({ seed: 43 }, (actor, arena) => {
				const entity = create(actor, "door", definition, { a: 1, b: 1 });
				arena.run(1);
				actor.do(() => {
					entity.Set("b", 2);
					entity.Set("a", 2);
				});
				arena.run(1);
				expect(log.join(", ")).to.equal("a+b, watch, any 1");
			});
		});

		it("A-34 and A-35: that is gone with its entity, or its server, does nothing any more", () => {
			const log = new Array<string>();
			const definition = scripted({}, (context) => {
				context.Every(1, () => log.push("timer"));
				context.OnTick(() => log.push("tick"));
				context.OnShout("go", () => log.push("go"));
			});
			onOne({ seed: 44 }, (actor, arena) => {
				const entity = create(actor, "door", definition);
				arena.run(2.5);
				actor.do(() => entity.Destroy());
				log.clear();
				arena.run(3);
				actor.do(() => actor.space.Scripts.Shout("go"));
				expect(log.size()).to.equal(0);
				expect(actor.space.Scripts.GetStatistics().Scripts).to.equal(0);
				create(actor, "door", definition);
				arena.run(1);
				actor.server.Close();
				arena.run(10);
				log.clear();
				arena.run(10);
				expect(log.size()).to.equal(0);
			});
		});
	});

	describe("DefineScript", () => {
		it("refuses what is wrong, at the caller's line", () => {
			const name = scripted({}, () => {}).Name;
			const text = `[net-server-sync] DefineScript "${name}": a script of this name is defined already; define it once and share it`;
			expectBlame(() => DefineScript(name, {}, () => {}), text);
			expectBlame(
				() => DefineScript("Other", { message: {} } as never, () => {}),
				'[net-server-sync] DefineScript "Other": there is no "message" in a schema; there are properties, messages, actions, reach, charged',
			);
			expectBlame(
				() => DefineScript("Other", { reach: { play: "servers" } } as never, () => {}),
				'[net-server-sync] DefineScript "Other": reach: there is no action "play"; put it into actions, with a guard',
			);
		});
	});
};
