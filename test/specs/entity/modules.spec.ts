/// <reference types="@rbxts/testez/globals" />
import { create, failuresOf, isNumber, onOne, scripted } from "../support/scripted";

export = () => {
	describe("a script that uses another one", () => {
		it("S25: gets what that has returned, in whatever order they come", () => {
			const results = new Array<number>();
			const library = scripted({}, () => ({ double: (value: number) => value * 2 }));
			const user = scripted({}, (context) => {
				const { double } = context.Use("library", library);
				results.push(double(21));
			});
			for (const seed of $range(1, 4)) {
				onOne({ seed }, (actor, arena) => {
					actor.do((space) => {
						for (const name of ["a", "b"]) space.CreateEntity(name, user, {});
						space.CreateEntity("library", library, {});
						space.CreateEntity("c", user, {});
					});
					arena.run(1);
					expect(results.join(" ")).to.equal("42 42 42");
					results.clear();
				});
			}
		});

		it("S26: fails where there is none of the name, which disturbs nobody, and begins when it comes", () => {
			const log = new Array<string>();
			const library = scripted({}, () => "here");
			const user = scripted({}, (context) => log.push(context.Use<typeof library>("library")));
			const other = scripted({}, () => log.push("other"));
			onOne({ seed: 26 }, (actor, arena) => {
				const failures = failuresOf(actor);
				const entity = create(actor, "user", user);
				create(actor, "other", other);
				arena.run(1);
				expect(log.join(" ")).to.equal("other");
				expect(failures.size()).to.equal(1);
				expect(failures[0]!.Message.find('module not found: "library"', 1, true)[0]).to.be.ok();
				expect(entity.GetScript().GetStatus()).to.equal("failed");
				create(actor, "library", library);
				arena.run(1);
				expect(log.join(" ")).to.equal("other here");
				expect(entity.GetScript().GetStatus()).to.equal("running");
			});
		});

		it("S27: cannot be used by that in turn; the error names the path", () => {
			const first = scripted({}, (context) => context.Use("b"));
			const second = scripted({}, (context) => context.Use("c"));
			const third = scripted({}, (context) => context.Use("b"));
			onOne({ seed: 27 }, (actor, arena) => {
				const failures = failuresOf(actor);
				actor.do((space) => {
					space.CreateEntity("a", first, {});
					space.CreateEntity("b", second, {});
					space.CreateEntity("c", third, {});
				});
				arena.run(1);
				const messages = failures.map(({ Message }) => Message).join("\n");
				const isNamed = ["b -> c -> b", "c -> b -> c"].some(
					(path) => messages.find(`modules use each other: ${path}`, 1, true)[0] !== undefined,
				);
				expect(isNamed).to.equal(true);
				expect(failures.size()).to.equal(3);
			});
		});

		it("S31: finds it by another name, too", () => {
			const results = new Array<string>();
			const library = scripted({}, () => "found");
			const user = scripted({}, (context) => results.push(context.Use<typeof library>("OLD")));
			onOne({ seed: 31 }, (actor, arena) => {
				actor.do(() => actor.space.Scripts.SetAlias("OLD", "NEW"));
				create(actor, "NEW", library);
				create(actor, "user", user);
				arena.run(1);
				expect(results.join(" ")).to.equal("found");
			});
		});

		it("hears when it is replaced, and when it is gone", () => {
			const heard = new Array<string>();
			const former = scripted({}, () => "former");
			const latter = scripted({}, () => "latter");
			const user = scripted({}, (context) => {
				heard.push(context.Use<typeof former>("library"));
				context.OnModuleReplaced("library", (exported) => heard.push(tostring(exported)));
			});
			onOne({ seed: 50 }, (actor, arena) => {
				const library = create(actor, "library", former);
				create(actor, "user", user);
				arena.run(1);
				heard.clear();
				actor.do(() => library.GetScript().SetScriptSource(latter));
				arena.run(1);
				expect(heard.join(" ")).to.equal("latter");
				actor.do(() => library.Destroy());
				arena.run(1);
				expect(heard.join(" ")).to.equal("latter nil");
			});
		});

		it("is told when it is another script than it wants", () => {
			const library = scripted({}, () => 1);
			const wanted = scripted({}, () => 2);
			const user = scripted({}, (context) => context.Use("library", wanted));
			onOne({ seed: 51 }, (actor, arena) => {
				const failures = failuresOf(actor);
				create(actor, "library", library);
				create(actor, "user", user);
				arena.run(1);
				expect(failures[0]!.Message.find(`has the script "${library.Name}"`, 1, true)[0]).to.be.ok();
			});
		});

		it("that uses up all energy in a setup within another ends both, and nothing hangs", () => {
			const library = scripted<{ n: number }, object, object, void>(
				{ properties: { n: isNumber } },
				(context) => {
					while (true) context.Properties.n += 1;
				},
			);
			const user = scripted({}, (context) => context.Use("library"));
			onOne({ seed: 52, space: { energy: { points: 200 } } }, (actor, arena) => {
				const failures = failuresOf(actor);
				actor.do((space) => {
					space.CreateEntity("library", library, { n: 0 });
					space.CreateEntity("user", user, {});
				});
				arena.run(1);
				expect(failures.size() >= 1).to.equal(true);
				for (const name of ["library", "user"])
					expect(actor.entity(name)!.GetScript().GetStatus()).to.equal("failed");
			});
		});
	});
};
