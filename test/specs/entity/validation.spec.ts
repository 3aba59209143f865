/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { EditJudgement, ProposedEdit, RejectedEdit } from "../../../src/entity/types";
import { RandomStream } from "../../../src/testing";
import { Actor, Arena, ArenaOptions, inArena } from "../support/entity-arena";
import { expectBlame } from "../support/blame";

/** Doors can only be opened; brightness is at most 100; statues stay. */
function check({ Kind, Property, Value, Entity }: ProposedEdit): EditJudgement {
	if (Kind === "set" && Property === "open" && Value === false) return "doors stay open";
	if (Kind === "set" && Property === "lit" && typeIs(Value, "number") && Value > 100) return { Value: 100 };
	if (Kind === "destroy" && Entity!.Name === "statue") return false;
	if (Kind === "create" && Value === "bomb") return "no bombs";
	return undefined;
}

interface Judged {
	readonly arena: Arena;
	readonly leader: Actor;
	readonly other: Actor;
	readonly rejected: RejectedEdit[];
}

/** A game of three servers with that check, and a leader. */
function judged(body: (trial: Judged) => void, options: ArenaOptions = {}): void {
	const rejected = new Array<RejectedEdit>();
	inArena(
		{
			seed: 1,
			...options,
			setup: (space) => {
				space.ValidateEdit(check);
				space.EditRejected.Connect((edit) => {
					rejected.push(edit);
				});
			},
		},
		(arena) => {
			const actors = arena.start(3);
			arena.run(30);
			const leader = actors.find(({ space }) => space.leader.election().IsLeader())!;
			const other = actors.find((actor) => actor !== leader)!;
			body({ arena, leader, other, rejected });
		},
	);
}

export = () => {
	describe("With ValidateEdit, an edit", () => {
		it("that is accepted shows at once, changes once everywhere, and stays", () => {
			judged(({ arena, leader, other, rejected }) => {
				leader.create("lamp", { lit: 1 });
				arena.run(10);
				const heard = [leader.watch("lamp", "lit"), other.watch("lamp", "lit")];
				other.set("lamp", "lit", 5);
				expect(other.get("lamp", "lit")).to.equal(5);
				arena.run(10);
				expect(arena.agreed()).to.equal("lamp{lit=5}");
				expect(heard[0]!.join(" ")).to.equal("5<1");
				expect(heard[1]!.join(" ")).to.equal("5<1");
				expect(rejected.size()).to.equal(0);
			});
		});

		it("V7: that is refused is taken back with one change and its reason, and nobody else sees it", () => {
			judged(({ arena, leader, other, rejected }) => {
				leader.create("door", { open: true });
				arena.run(10);
				const heard = [leader.watch("door", "open"), other.watch("door", "open")];
				other.set("door", "open", false);
				arena.run(10);
				expect(arena.agreed()).to.equal("door{open=true}");
				expect(heard[0]!.join(" ")).to.equal("");
				expect(heard[1]!.join(" ")).to.equal("false<true true<false");
				expect(rejected.map(({ Reason }) => Reason).join()).to.equal("doors stay open");
			});
		});

		it("V14: that is accepted as another value shows that, once", () => {
			judged(({ arena, leader, other }) => {
				leader.create("lamp", { lit: 1 });
				arena.run(10);
				const heard = other.watch("lamp", "lit");
				other.set("lamp", "lit", 500);
				arena.run(10);
				expect(arena.agreed()).to.equal("lamp{lit=100}");
				expect(heard.join(" ")).to.equal("500<1 100<500");
			});
		});

		it("V9: falls with its group, of which nothing is ever seen elsewhere", () => {
			judged(({ arena, leader, other, rejected }) => {
				leader.create("door", { open: true, colour: "red" });
				arena.run(10);
				const heard = leader.watch("door", "colour");
				other.do((space) =>
					space.Atomically(() => {
						const door = other.entity("door")!;
						door.Set("colour", "blue");
						door.Set("open", false);
					}),
				);
				other.set("door", "size", 3);
				arena.run(10);
				expect(arena.agreed()).to.equal("door{colour=red open=true size=3}");
				expect(heard.size()).to.equal(0);
				expect(rejected.size()).to.equal(2);
			});
		});

		it("that creates or destroys is judged too", () => {
			judged(({ arena, leader, other, rejected }) => {
				other.create("bomb", { timer: 3 });
				other.create("statue");
				expect(other.view()).to.equal("bomb{timer=3} statue{}");
				arena.run(10);
				expect(arena.agreed()).to.equal("statue{}");
				leader.do(() => leader.entity("statue")!.Destroy());
				arena.run(10);
				expect(arena.agreed()).to.equal("statue{}");
				expect(rejected.map(({ Kind, Reason }) => `${Kind}: ${Reason}`).join("; ")).to.equal(
					"create: no bombs; set: no bombs; destroy: the edit is not allowed",
				);
			});
		});

		it("V10: of something that is destroyed meanwhile does no harm, and brings nothing back", () => {
			judged(({ arena, leader, other }) => {
				leader.create("lamp", { lit: 1 });
				arena.run(10);
				leader.do(() => leader.entity("lamp")!.Destroy());
				other.set("lamp", "lit", 2);
				arena.run(10);
				expect(arena.agreed()).to.equal("");
			});
		});

		it("V1: is shown when it counts, with edits: delayed", () => {
			judged(
				({ arena, leader, other }) => {
					leader.create("lamp");
					arena.run(10);
					leader.set("lamp", "lit", 1);
					arena.run(10);
					const heard = other.watch("lamp", "lit");
					other.set("lamp", "lit", 500);
					expect(other.get("lamp", "lit")).to.equal(1);
					arena.run(10);
					expect(arena.agreed()).to.equal("lamp{lit=100}");
					expect(heard.join(" ")).to.equal("100<1");
				},
				{ space: { edits: "delayed" } },
			);
		});

		it("V15: that nobody judges in time is taken back, and reported", () => {
			judged(
				({ arena, leader, other, rejected }) => {
					leader.create("lamp", { lit: 1 });
					arena.run(10);
					// The leader is there, but does not hear or say anything.
					leader.server.SetMute(true);
					leader.server.SetDeaf(true);
					other.set("lamp", "lit", 2);
					arena.run(4.5);
					expect(other.get("lamp", "lit")).to.equal(2);
					arena.run(2);
					expect(other.get("lamp", "lit")).to.equal(1);
					expect(rejected.map(({ Reason }) => Reason).join()).to.equal("nobody judged the edit within 5 s");
					expect(other.space.GetStatistics().Undecided).to.equal(1);
				},
				{ space: { verdictSeconds: 5 } },
			);
		});

		it("V15: that nobody judges in time is kept, and proposed on, if the game wants that", () => {
			judged(
				({ arena, leader, other, rejected }) => {
					leader.create("lamp", { lit: 1 });
					arena.run(10);
					leader.server.SetDeaf(true);
					other.set("lamp", "lit", 2);
					arena.run(10);
					expect(other.get("lamp", "lit")).to.equal(2);
					leader.server.SetDeaf(false);
					arena.run(30);
					expect(arena.agreed()).to.equal("lamp{lit=2}");
					expect(rejected.size()).to.equal(0);
					expect(other.space.GetStatistics().Undecided).to.equal(1);
				},
				{ space: { verdictSeconds: 5, noVerdict: "keep" } },
			);
		});

		it("reaches the next leader when the first one crashes", () => {
			judged(
				({ arena, leader, other }) => {
					leader.create("lamp", { lit: 1 });
					arena.run(10);
					other.set("lamp", "lit", 2);
					leader.server.Crash();
					arena.run(60);
					expect(arena.agreed()).to.equal("lamp{lit=2}");
				},
				{ space: { verdictSeconds: 60 } },
			);
		});

		it("comes from no payload that nobody can read", () => {
			judged(({ arena, leader, other }) => {
				leader.create("lamp", { lit: 1 });
				arena.run(10);
				const { ServerId } = leader.server;
				for (const payload of [
					{ s: "Arena", m: [5] },
					{ s: "Arena", m: [{ a: false, t: 0, e: [[1, "x y", "//lit", 2]] }] },
					{ s: "Arena", m: [{ a: false, t: 0, e: [] }] },
					{ s: "Arena", m: [{ a: false, t: 0, e: [[1, "ab", "?", 2]] }] },
					{ s: "Arena", v: [{ q: "x" }, 7] },
					{ s: "Nowhere", m: [] },
					"text",
				] as defined[])
					other.do(() =>
						(other.server.Cluster as ServerCluster)
							.ownChannel<defined>("net-server-sync/edits")
							.Send(ServerId, payload),
					);
				arena.run(10);
				expect(leader.space.GetStatistics().Dropped).to.equal(6);
				expect(arena.agreed()).to.equal("lamp{lit=1}");
			});
		});
	});

	describe("ValidateEdit", () => {
		it("is called once, with a function", () => {
			judged(({ leader }) => {
				leader.do((space) => {
					expectBlame(
						() => space.ValidateEdit(check),
						'[net-server-sync] EntitySpace "Arena": ValidateEdit was called already; combine the checks in one function',
					);
					expectBlame(
						() => space.ValidateEdit(5 as never),
						'[net-server-sync] EntitySpace "Arena": ValidateEdit takes a function, but got 5',
					);
				});
			});
		});

		it("V: in random games with losses and leaders that crash, all come to the same, and what was refused is nowhere", () => {
			for (const seed of $range(1, 25)) {
				judged(
					({ arena, leader }) => {
						const random = new RandomStream(seed, "edits");
						leader.create("lamp", { lit: 0 });
						arena.run(10);
						for (const step of $range(1, 30)) {
							const live = arena.live();
							const actor = live[math.floor(random.next() * live.size())]!;
							const draw = random.next();
							const lamp = actor.entity("lamp");
							if (draw < 0.6 && lamp) actor.set("lamp", `n${step % 4}`, step);
							else if (draw < 0.8 && lamp) actor.set("lamp", "open", random.next() < 0.5);
							else if (draw < 0.83 && live.size() > 2) actor.server.Crash();
							else if (lamp) actor.set("lamp", "lit", math.floor(random.next() * 200));
							arena.run(random.next() * 3);
						}
						arena.run(90);
						const view = arena.agreed();
						expect(string.find(view, "open=false", 1, true)[0]).to.equal(undefined);
						for (const actor of arena.live()) {
							expect((actor.get("lamp", "lit") as number) <= 100).to.equal(true);
							for (const [, cell] of actor.space.directory.all()[0]!.cells)
								expect(cell.pending).to.equal(undefined);
						}
					},
					{ seed, loss: 0.1, duplication: 0.05, space: { verdictSeconds: 60 } },
				);
			}
		});
	});
};
