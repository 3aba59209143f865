/// <reference types="@rbxts/testez/globals" />
import { RandomStream } from "../../../src/testing";
import { inArena } from "../support/entity-arena";

export = () => {
	describe("Entities", () => {
		it("outlive the server that made them, whether it crashes or closes", () => {
			for (const seed of $range(1, 4)) {
				inArena({ seed, loss: 0.05 }, (arena) => {
					const [first, second] = arena.start(3);
					const door = first!.create("door", { open: true });
					first!.do(() => door.AddComponent("Anything", { a: 1 }));
					arena.run(5);
					second!.set("door", "colour", "red");
					arena.run(15);
					if (seed % 2 === 0) first!.server.Crash();
					else first!.server.Close();
					arena.run(90);
					expect(arena.agreed()).to.equal("door{colour=red open=true}");
					expect(second!.entity("door")!.GetComponents().size()).to.equal(1);
					expect(second!.story.join(" ")).to.equal("+door");
				});
			}
		});

		it("outlive all servers that there were, one by one, and are edited and destroyed by those that came later", () => {
			for (const seed of $range(11, 13)) {
				inArena({ seed, loss: 0.02 }, (arena) => {
					const founders = arena.start(3);
					founders.forEach((actor, index) => actor.create(`of${index}`, { born: index }));
					arena.run(20);
					founders.forEach((actor, index) => {
						arena.start(1);
						if (index === 1) actor.server.Close();
						else actor.server.Crash();
						arena.run(60);
					});
					expect(arena.agreed()).to.equal("of0{born=0} of1{born=1} of2{born=2}");
					const [young] = arena.live();
					young!.set("of1", "born", 10);
					young!.set("of2", "more", true);
					young!.do(() => young!.entity("of0")!.Destroy());
					arena.run(10);
					expect(arena.agreed()).to.equal("of1{born=10} of2{born=2 more=true}");
				});
			}
		});

		it("are there for who joins later, before and after their changes", () => {
			inArena({ seed: 3 }, (arena) => {
				const [first] = arena.start(2);
				first!.create("door", { open: true });
				arena.run(10);
				first!.set("door", "open", false);
				arena.run(30);
				const [late] = arena.start(1);
				expect(late!.view()).to.equal("door{open=false}");
				expect(late!.story.join(" ")).to.equal("+door");
			});
		});

		it("that were destroyed are not brought back by an edit that was made without knowing", () => {
			for (const seed of $range(1, 6)) {
				inArena({ seed }, (arena) => {
					const [first, second] = arena.start(3);
					first!.create("door", { open: true });
					arena.run(10);
					second!.do(() => second!.entity("door")!.Destroy());
					arena.run(0.05 * seed);
					if (first!.entity("door")) first!.set("door", "open", false);
					arena.run(10);
					expect(arena.agreed()).to.equal("");
					// What was left of it is withdrawn.
					arena.run(120);
					const pool = first!.space.cluster.context.replica.pools.get("net-server-sync/e/Arena");
					expect((pool?.visibleCount ?? 0) <= 1).to.equal(true);
				});
			}
		});

		it("that were destroyed while a server was cut off are not brought back by it", () => {
			for (const seed of $range(21, 24)) {
				inArena({ seed }, (arena) => {
					const [first, second] = arena.start(3);
					first!.create("door", { open: true });
					first!.create("tree");
					arena.run(20);
					first!.server.SetDeaf(true);
					first!.server.SetMute(true);
					arena.run(150);
					// The others have taken it over.
					second!.do(() => second!.entity("door")!.Destroy());
					arena.run(60);
					first!.server.SetDeaf(false);
					first!.server.SetMute(false);
					arena.run(120);
					expect(arena.agreed()).to.equal("tree{}");
				});
			}
		});

		it("that were destroyed are forgotten in the end, on every server", () => {
			inArena({ seed: 5 }, (arena) => {
				const [first, second] = arena.start(2);
				for (const number of $range(1, 20)) first!.create(`thing${number}`, { a: 1 });
				arena.run(10);
				first!.do((space) => {
					for (const entity of space.GetEntities()) entity.Destroy();
				});
				arena.run(60);
				expect(arena.agreed()).to.equal("");
				arena.run(800);
				for (const { space } of [first!, second!]) {
					const pool = space.cluster.context.replica.pools.get("net-server-sync/e/Arena");
					expect(pool?.visibleCount ?? 0).to.equal(0);
					expect(space.directory.knownCount()).to.equal(0);
				}
			});
		});

		it("with more than fits into one contribution arrive whole", () => {
			inArena({ seed: 6 }, (arena) => {
				const [first, second] = arena.start(2);
				const values: { [name: string]: string } = {};
				for (const number of $range(1, 6)) values[`n${number}`] = string.rep(tostring(number), 3000);
				first!.create("book", values);
				arena.run(60);
				expect(second!.entity("book")!.GetPropertyNames().size()).to.equal(6);
				expect(second!.get("book", "n6")).to.equal(values.n6);
			});
		});

		it("come to the same everywhere, whatever is done to them and to their servers", () => {
			for (const seed of $range(1, 20)) {
				inArena({ seed, loss: 0.1, duplication: 0.05 }, (arena) => {
					const random = new RandomStream(seed, "deeds");
					arena.start(3);
					for (const step of $range(1, 60)) {
						const live = arena.live();
						const actor = live[math.floor(random.next() * live.size())]!;
						const entities = actor.space.GetEntities();
						const entity = entities[math.floor(random.next() * entities.size())];
						const draw = random.next();
						if (draw < 0.3 || !entity) actor.create(`e${step}`, { a: step });
						else if (draw < 0.7) actor.do(() => entity.Set(`p${step % 3}`, step));
						else if (draw < 0.78) actor.do(() => entity.Set(`p${step % 3}`, undefined));
						else if (draw < 0.9) actor.do(() => entity.Destroy());
						else if (draw < 0.93 && live.size() > 2) actor.server.Crash();
						else if (draw < 0.95 && live.size() < 5) arena.start(1);
						else if (entities[0] !== entity) actor.do(() => pcall(() => entity.SetParent(entities[0])));
						arena.run(random.next() * 2);
					}
					arena.run(120);
					arena.agreed();
				});
			}
		});
	});
};
