/// <reference types="@rbxts/testez/globals" />
import { inArena } from "../support/arena";

export = () => {
	describe("Entities", () => {
		it("are shared by sixteen servers, of which one broadcasts for all", () => {
			inArena({ seed: 1, loss: 0.02 }, (arena) => {
				const servers = arena.start(16);
				arena.run(60);
				servers.forEach((actor, index) => actor.create(`of${index + 1}`, { by: index + 1 }));
				arena.run(20);
				servers.forEach((actor, index) => actor.set(`of${16 - index}`, "by", index + 100));
				servers[3]!.do((space) => space.GetEntityByName("of1")!.Destroy());
				arena.run(30);
				const view = arena.agreed();
				expect(servers[0]!.space.GetEntities().size()).to.equal(15);
				expect(string.find(view, "of16{by=100}", 1, true)[0] !== undefined).to.equal(true);
				servers[0]!.server.Crash();
				arena.run(90);
				expect(arena.agreed()).to.equal(view);
			});
		});

		it("work on one server in Studio, without messaging, also with a check of edits", () => {
			inArena({ seed: 1, setup: (space) => space.ValidateEdit(({ Value }) => Value !== 13) }, (arena) => {
				const [actor] = arena.start(1, { environment: "studio", messaging: false });
				actor!.create("lamp", { lit: 1 });
				arena.run(1);
				actor!.set("lamp", "lit", 2);
				arena.run(1);
				actor!.set("lamp", "lit", 13);
				expect(actor!.get("lamp", "lit")).to.equal(13);
				arena.run(1);
				expect(actor!.view()).to.equal("lamp{lit=2}");
				expect(actor!.space.GetStatistics().Rejected).to.equal(1);
			});
		});

		it("are judged by the leader of mode bully, too", () => {
			inArena(
				{
					seed: 1,
					space: { election: "bully" },
					setup: (space) => space.ValidateEdit(({ Value }) => Value !== 13),
				},
				(arena) => {
					const [first, second] = arena.start(2);
					arena.run(30);
					first!.create("lamp", { lit: 1 });
					arena.run(10);
					for (const actor of [first!, second!]) {
						actor.set("lamp", "lit", 13);
						arena.run(10);
						expect(arena.agreed()).to.equal("lamp{lit=1}");
					}
					second!.set("lamp", "lit", 2);
					arena.run(10);
					expect(arena.agreed()).to.equal("lamp{lit=2}");
				},
			);
		});

		it("are left alone by a server that has left", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const lamp = first!.create("lamp", { lit: 1 });
				arena.run(5);
				first!.do(() => lamp.Set("lit", 2));
				first!.do(() => first!.server.Cluster.Close());
				first!.do(() => {
					const [success, problem] = pcall(() => lamp.Set("lit", 3));
					expect(success).to.equal(false);
					expect(
						string.find(tostring(problem), "has left the cluster; edit before Close()", 1, true)[0] !==
							undefined,
					).to.equal(true);
				});
				arena.run(30);
				expect(second!.get("lamp", "lit")).to.equal(2);
			});
		});
	});
};
