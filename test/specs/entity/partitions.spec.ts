/// <reference types="@rbxts/testez/globals" />
import { Entity, PropertyValue, RejectedEdit } from "../../../src/entity/types";
import { FrozenPartition, LogPartition } from "../../../src/entity/partitions/memory";
import { EditMode } from "../../../src/entity/partition";
import { Actor, Arena, inArena } from "../support/entity-arena";
import { expectBlame } from "../support/blame";
import { TrialPartition } from "../support/trial-partition";

interface Trial {
	readonly arena: Arena;
	readonly actor: Actor;
	readonly partition: TrialPartition;
	readonly lamp: Entity;
	/** "new<old" of each change of its property "lit". */
	readonly heard: string[];
	readonly rejected: RejectedEdit[];
	/** Lets the turn end. */
	readonly turn: () => void;
	readonly set: (value: PropertyValue | undefined, property?: string) => void;
}

/** A lamp that lives in a partition whose verdicts the body gives. */
function tried(body: (trial: Trial) => void, mode: EditMode = "immediate"): void {
	inArena({ seed: 1 }, (arena) => {
		const [actor] = arena.start(1);
		const partition = new TrialPartition();
		const rejected = new Array<RejectedEdit>();
		actor!.space.EditRejected.Connect((edit) => {
			rejected.push(edit);
		});
		const lamp = actor!.do((space) => {
			space.AddPartition(partition);
			return space.CreateEntity("lamp", { partition: "trial" });
		});
		actor!.do(() => lamp.Set("lit", 1));
		arena.run(0.1);
		partition.acceptAll();
		partition.heard.clear();
		partition.Mode = mode;
		const heard = actor!.watch("lamp", "lit");
		body({
			arena,
			actor: actor!,
			partition,
			lamp,
			heard,
			rejected,
			turn: () => arena.run(0.1),
			set: (value, property = "lit") => actor!.do(() => lamp.Set(property, value)),
		});
	});
}

export = () => {
	describe("A delayed partition", () => {
		it("V1: shows an edit when it is accepted, with one change", () => {
			tried(({ lamp, partition, heard, set, turn }) => {
				set(2);
				expect(lamp.Get("lit")).to.equal(1);
				turn();
				expect(partition.heard.join(" ")).to.equal("update[//lit=2]");
				expect(lamp.Get("lit")).to.equal(1);
				partition.acceptAll();
				expect(lamp.Get("lit")).to.equal(2);
				expect(heard.join(" ")).to.equal("2<1");
			}, "delayed");
		});

		it("V2: has an entity once it is accepted; until then its creator has a handle", () => {
			tried(({ actor, partition, turn }) => {
				const sign = actor.do((space) => space.CreateEntity("sign", { partition: "trial" }));
				expect(sign.Exists()).to.equal(false);
				expect(actor.entity("sign")).to.equal(undefined);
				turn();
				expect(partition.heard.join(" ")).to.equal("add[=sign]");
				expect(actor.story.join(" ")).to.equal("+lamp");
				partition.acceptAll();
				expect(sign.Exists()).to.equal(true);
				expect(actor.entity("sign")).to.equal(sign);
				expect(actor.story.join(" ")).to.equal("+lamp +sign");
			}, "delayed");
		});

		it("V3: has an entity until its end is accepted", () => {
			tried(({ actor, lamp, partition, turn }) => {
				actor.do(() => lamp.Destroy());
				turn();
				expect(actor.space.GetEntities().size()).to.equal(1);
				partition.acceptAll();
				expect(actor.space.GetEntities().size()).to.equal(0);
				expect(partition.heard.join(" ")).to.equal("remove[=nil]");
			}, "delayed");
		});

		it("V4: can become immediate; the next edit shows at once", () => {
			tried(({ lamp, partition, set }) => {
				set(2);
				expect(lamp.Get("lit")).to.equal(1);
				partition.Mode = "immediate";
				set(3);
				expect(lamp.Get("lit")).to.equal(3);
			}, "delayed");
		});
	});

	describe("An edit", () => {
		it("V7: is taken back when it is refused, with one change and a reason", () => {
			tried(({ lamp, partition, heard, rejected, set, turn }) => {
				set(2);
				turn();
				partition.decide({ Reject: "too bright" });
				expect(lamp.Get("lit")).to.equal(1);
				expect(heard.join(" ")).to.equal("2<1 1<2");
				expect(rejected.size()).to.equal(1);
				expect(rejected[0]!.Reason).to.equal("too bright");
				expect(rejected[0]!.Value).to.equal(2);
				expect(rejected[0]!.Restored).to.equal(1);
				expect(rejected[0]!.Property).to.equal("lit");
			});
		});

		it("V7: leaves a newer one on top when it is refused, and nobody sees that", () => {
			tried(({ lamp, partition, heard, set, turn }) => {
				set(2);
				turn();
				set(3);
				turn();
				partition.decide({ Reject: "too bright" });
				expect(lamp.Get("lit")).to.equal(3);
				partition.acceptAll();
				expect(lamp.Get("lit")).to.equal(3);
				expect(heard.join(" ")).to.equal("2<1 3<2");
			});
		});

		it("V9: falls with its group", () => {
			tried(({ actor, lamp, partition, rejected, turn }) => {
				actor.do((space) =>
					space.Atomically(() => {
						lamp.Set("lit", 2);
						lamp.Set("hue", "red");
					}),
				);
				actor.do(() => lamp.Set("name", "kept"));
				turn();
				expect(lamp.Get("hue")).to.equal("red");
				partition.decide({ Reject: "no" });
				expect(lamp.Get("lit")).to.equal(1);
				expect(lamp.Get("hue")).to.equal(undefined);
				expect(lamp.Get("name")).to.equal("kept");
				expect(rejected.map(({ Property }) => Property).join(" ")).to.equal("lit hue");
			});
		});

		it("V10: refused after its entity was destroyed does no harm, and brings nothing back", () => {
			tried(({ actor, lamp, partition, set, turn }) => {
				set(2);
				turn();
				actor.do(() => lamp.Destroy());
				turn();
				partition.decide({ Reject: "too late" });
				expect(lamp.Exists()).to.equal(false);
				partition.acceptAll();
				turn();
				expect(actor.space.GetEntities().size()).to.equal(0);
				expect(actor.story.join(" ")).to.equal("+lamp -lamp");
			});
		});

		it("V10: that destroys is taken back when it is refused: the same entity is there again", () => {
			tried(({ actor, lamp, partition, turn }) => {
				actor.do(() => lamp.Destroy());
				expect(actor.entity("lamp")).to.equal(undefined);
				turn();
				partition.decide({ Reject: "stay" });
				expect(actor.entity("lamp")).to.equal(lamp);
				expect(lamp.Get("lit")).to.equal(1);
				expect(actor.story.join(" ")).to.equal("+lamp -lamp +lamp");
			});
		});

		it("V14: accepted as another value shows that, once", () => {
			tried(({ lamp, partition, heard, set, turn }) => {
				set(500);
				turn();
				partition.decide({ Value: 100 });
				expect(lamp.Get("lit")).to.equal(100);
				expect(heard.join(" ")).to.equal("500<1 100<500");
			});
		});

		it("V15: of which nothing is said in time is taken back, and reported", () => {
			tried(({ arena, lamp, rejected, set }) => {
				set(2);
				arena.run(29);
				expect(lamp.Get("lit")).to.equal(2);
				arena.run(3);
				expect(lamp.Get("lit")).to.equal(1);
				expect(rejected[0]!.Reason).to.equal('partition "trial" did not judge the edit within 30 s');
			});
		});

		it("V16: is not applied again when its partition tells of it", () => {
			tried(({ lamp, partition, heard, set, turn }) => {
				set(2);
				turn();
				partition.acceptAll();
				partition.say({ Kind: "update", Id: lamp.Id, Edits: [{ Key: "//lit", Value: 2 }] });
				expect(heard.join(" ")).to.equal("2<1");
				// An echo of an old one, while a newer one waits.
				set(3);
				partition.say({ Kind: "update", Id: lamp.Id, Edits: [{ Key: "//lit", Value: 2 }] });
				expect(lamp.Get("lit")).to.equal(3);
				expect(heard.join(" ")).to.equal("2<1 3<2");
			});
		});
	});

	describe("A partition", () => {
		it("V11: that is append-only takes entities, but no change or end of them", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				actor!.do((space) => {
					space.AddPartition(LogPartition("errors", 3));
					const entry = space.CreateEntity("error 1", { partition: "errors" });
					expectBlame(
						() => entry.Set("text", "no"),
						'[net-server-sync] EntitySpace "Arena": entity "error 1": partition "errors" is append-only; entities there stay as they were created',
					);
					expectBlame(
						() => entry.Destroy(),
						'[net-server-sync] EntitySpace "Arena": entity "error 1": partition "errors" is append-only; entities there stay as they were created',
					);
				});
				for (const number of $range(2, 5)) {
					arena.run(0.1);
					actor!.do((space) => space.CreateEntity(`error ${number}`, { partition: "errors" }));
				}
				arena.run(1);
				// The oldest go.
				expect(actor!.view()).to.equal("error 3{} error 4{} error 5{}");
			});
		});

		it("V12: that is frozen takes nothing, and shows what it has", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				actor!.create("door", { open: true });
				arena.run(1);
				actor!.do((space) => {
					const before = space.Snapshot();
					space.GetEntityByName("door")!.Destroy();
					space.AddPartition(
						FrozenPartition(
							"yesterday",
							before.map((update) => ({ ...update, Id: `old${update.Id}` })),
						),
					);
					const door = space.GetEntities({ partition: "yesterday" })[0]!;
					expect(door.Get("open")).to.equal(true);
					expectBlame(
						() => door.Set("open", false),
						'[net-server-sync] EntitySpace "Arena": entity "door": partition "yesterday" is frozen; nothing can be edited there',
					);
					expectBlame(
						() => space.CreateEntity("new", { partition: "yesterday" }),
						'[net-server-sync] EntitySpace "Arena": CreateEntity "new": partition "yesterday" is frozen; nothing can be edited there',
					);
				});
			});
		});

		it("keeps what lives on one server there", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				const note = first!.do((space) => space.CreateEntity("note", { partition: "server" }));
				first!.do(() => note.Set("text", "here"));
				arena.run(5);
				expect(first!.view()).to.equal("note{text=here}");
				expect(second!.view()).to.equal("");
				first!.do(() => note.Destroy());
				arena.run(1);
				expect(first!.view()).to.equal("");
			});
		});

		it("that fails has its edits taken back", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const reasons = new Array<string>();
				actor!.space.EditRejected.Connect(({ Reason }) => {
					reasons.push(Reason);
				});
				const partition = new TrialPartition();
				partition.Apply = () => error("broken", 0);
				actor!.do((space) => {
					space.AddPartition(partition);
					space.CreateEntity("lamp", { partition: "trial" });
				});
				arena.run(1);
				expect(actor!.view()).to.equal("");
				expect(reasons.join()).to.equal("the partition failed (broken)");
			});
		});

		it("is refused where there is one of its name, or it lacks a method", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				actor!.do((space) => {
					space.AddPartition(new TrialPartition());
					expectBlame(
						() => space.AddPartition(new TrialPartition()),
						'[net-server-sync] EntitySpace "Arena": AddPartition: there is a partition "trial" already; choose another name',
					);
					expectBlame(
						() => space.AddPartition({ Name: "other" } as never),
						'[net-server-sync] EntitySpace "Arena": AddPartition: partition "other" has no method Apply; implement Partition',
					);
				});
			});
		});
	});

	describe("An overlay", () => {
		it("V17: set before its entity is there waits for it; one that it is created with wins, and others are merged", () => {
			inArena({ seed: 1 }, (arena) => {
				const [actor] = arena.start(1);
				const partition = new TrialPartition();
				actor!.do((space) => {
					space.AddPartition(partition);
					space.SetOverlay("early", "lit", 7);
					space.SetOverlay("early", "hue", "blue");
				});
				const update = {
					Kind: "add" as const,
					Id: "early",
					Edits: [
						{ Key: "", Value: "lamp" },
						{ Key: "//lit", Value: 1 },
					],
				};
				const text = update.Edits.map(({ Key, Value }) => `${Key}=${Value}`).join();
				actor!.do(() => partition.say(update));
				expect(actor!.view()).to.equal("lamp{hue=blue lit=7}");
				expect(update.Edits.map(({ Key, Value }) => `${Key}=${Value}`).join()).to.equal(text);
				const overlays = { lit: 9 };
				actor!.do((space) => space.CreateEntity("sign", { overlays }));
				expect(actor!.get("sign", "lit")).to.equal(9);
				expect(overlays.lit).to.equal(9);
			});
		});

		it("V18: that is taken away shows the value beneath, which has changed meanwhile", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("lamp", { lit: 1 });
				arena.run(5);
				const heard = second!.watch("lamp", "lit");
				second!.do(() => second!.entity("lamp")!.SetOverlay("lit", 5));
				first!.set("lamp", "lit", 2);
				arena.run(5);
				expect(second!.get("lamp", "lit")).to.equal(5);
				expect(first!.get("lamp", "lit")).to.equal(2);
				second!.do(() => second!.entity("lamp")!.SetOverlay("lit", undefined));
				expect(second!.get("lamp", "lit")).to.equal(2);
				expect(heard.join(" ")).to.equal("5<1 2<5");
			});
		});
	});
};
