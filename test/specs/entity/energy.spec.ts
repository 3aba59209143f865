/// <reference types="@rbxts/testez/globals" />
import { charge } from "../../../src/entity/charge";
import { startTimer } from "../../../src/entity/runtime/timers";
import { JournalLog, Stage } from "./runtime-fixture";

export = () => {
	describe("energy", () => {
		it("A-11: that is used up ends the whole entry", () => {
			const stage = new Stage({ points: 1 });
			const log = new Array<string>();
			stage.listening("go", log, "a", "b");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.size()).to.equal(0);
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Kind).to.equal("exhausted");
		});

		it("A-13: is not used by a shout that nobody listens to", () => {
			const stage = new Stage({ points: 2 });
			const [a] = stage.owners("a");
			const left = new Array<number>();
			stage.on(a!, "go", () => {
				left.push(stage.runtime.energy());
				expect(stage.runtime.shout("nothing", undefined, "a").Count).to.equal(0);
				left.push(stage.runtime.energy());
			});
			stage.runtime.shout("go", undefined, undefined);
			expect(left.join(" ")).to.equal("1 1");
			expect(stage.failures.size()).to.equal(0);
		});

		it("A-14: ends two that shout to each other", () => {
			const stage = new Stage({ points: 20 });
			const [a, b] = stage.owners("a", "b");
			let calls = 0;
			stage.on(a!, "ping", () => {
				calls += 1;
				stage.runtime.shout("pong", undefined, "a");
			});
			stage.on(b!, "pong", () => {
				calls += 1;
				stage.runtime.shout("ping", undefined, "b");
			});
			stage.runtime.shout("ping", undefined, undefined);
			expect(calls).to.equal(19);
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Kind).to.equal("exhausted");
			expect(stage.failures[0]!.Message.find("20 points")[0]).to.be.ok();
		});

		it("A-15: ends an endless loop with charges exactly at the limit, and the next entry has all of it again", () => {
			const stage = new Stage({ points: 1000 });
			const [a] = stage.owners("a");
			let rounds = 0;
			stage.on(a!, "loop", () => {
				while (true) {
					charge(1);
					rounds += 1;
				}
			});
			let energy = 0;
			stage.on(a!, "next", () => {
				energy = stage.runtime.energy();
			});
			stage.runtime.shout("loop", undefined, undefined);
			expect(rounds).to.equal(998);
			stage.runtime.shout("next", undefined, undefined);
			expect(energy).to.equal(999);
		});

		it("A-16: ends shouts within shouts before the stack does, at every depth that can be set", () => {
			for (const depth of [1, 8, 32, 64]) {
				const stage = new Stage({ depth });
				const [a] = stage.owners("a");
				let calls = 0;
				stage.on(a!, "again", () => {
					calls += 1;
					stage.runtime.shout("again", undefined, "a");
				});
				stage.runtime.shout("again", undefined, undefined);
				expect(calls).to.equal(depth + 1);
				expect(stage.failures[0]!.Kind).to.equal("exhausted");
				expect(stage.failures[0]!.Message.find(`more than ${depth} deep`)[0]).to.be.ok();
			}
		});

		it("A-16: a function that calls itself forever is an error of its handler, and the others are called", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [a] = stage.owners("a");
			const forever = (depth: number): number => forever(depth + 1) + 1;
			stage.on(a!, "go", () => forever(0));
			stage.listening("go", log, "b");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("b");
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Message.find("stack overflow")[0]).to.be.ok();
		});

		it("A-17: ends what ran for too long at the next check", () => {
			const stage = new Stage({ seconds: 0.05 });
			const log = new Array<string>();
			const [a] = stage.owners("a");
			stage.on(a!, "go", () => {
				stage.nowSeconds += 0.04;
				charge(1);
				log.push("still");
				stage.nowSeconds += 0.04;
				charge(1);
				log.push("never");
			});
			stage.listening("go", log, "b");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("still");
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Kind).to.equal("exhausted");
			expect(stage.failures[0]!.EntityId).to.equal("a");
			expect(stage.failures[0]!.Message.find("50 ms")[0]).to.be.ok();
		});

		it("is checked between listeners, whoever of them charges", () => {
			const stage = new Stage({ seconds: 0.05 });
			let calls = 0;
			for (const owner of stage.owners("a", "b", "c", "d", "e")) {
				stage.on(owner, "go", () => {
					calls += 1;
					stage.nowSeconds += owner.id === "b" ? 0.03 : 0.015;
				});
			}
			stage.runtime.shout("go", undefined, undefined);
			expect(calls).to.equal(3);
			expect(stage.failures[0]!.EntityId).to.equal("b");
		});

		it("a handler that charges nothing and runs for too long is told of afterwards", () => {
			const stage = new Stage({ seconds: 0.05 });
			const [a, b] = stage.owners("a", "b");
			stage.on(b!, "long", () => {
				stage.nowSeconds += 0.2;
			});
			stage.on(a!, "go", () => {
				stage.nowSeconds += 0.01;
				stage.runtime.shout("long", undefined, "a");
			});
			stage.runtime.shout("go", undefined, undefined);
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Kind).to.equal("slow");
			expect(stage.failures[0]!.EntityId).to.equal("b");
			expect(stage.failures[0]!.Message.find("200 ms")[0]).to.be.ok();
			expect(stage.runtime.counts.slow).to.equal(1);
		});

		it("a loop that catches its own abort is ended all the same", () => {
			const stage = new Stage({ points: 100 });
			const log = new Array<string>();
			const [a] = stage.owners("a");
			let caught = 0;
			stage.on(a!, "go", () => {
				while (caught < 5) {
					const [success] = pcall(() => charge(10));
					if (!success) caught += 1;
				}
				stage.runtime.shout("other", undefined, "a");
				log.push("never");
			});
			stage.listening("other", log, "b");
			stage.listening("go", log, "c");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.size()).to.equal(0);
			expect(caught).to.equal(5);
			expect(stage.failures.size()).to.equal(1);
		});

		it("is charged for each timer, and belongs to each on its own", () => {
			const stage = new Stage({ points: 10 });
			const [a] = stage.owners("a");
			const left = new Array<number>();
			startTimer(stage.runtime, a!, 1, true, () => left.push(stage.runtime.energy()));
			stage.pass(3);
			expect(left.join(" ")).to.equal("9 9 9");
		});

		it("charges nothing where no handler runs", () => {
			const stage = new Stage({ points: 1 });
			charge(1_000_000);
			expect(stage.failures.size()).to.equal(0);
			expect(stage.runtime.energy()).to.equal(1);
		});

		it("names the entry and the handler that has used most", () => {
			const stage = new Stage({ points: 100 });
			const [a, b] = stage.owners("a", "b");
			stage.on(a!, "go", () => {
				charge(20);
				stage.runtime.shout("inner", undefined, "a");
				charge(20);
				charge(100);
			});
			stage.on(b!, "inner", () => charge(50));
			stage.runtime.shout("go", undefined, undefined);
			const { Message, EntityId } = stage.failures[0]!;
			expect(Message).to.equal(
				"shout of a/Script#go has used up its 100 points of energy; most of it in a/Script#go",
			);
			expect(EntityId).to.equal("a");
			const another = new Stage({ points: 100 });
			const [c, d] = another.owners("c", "d");
			another.on(c!, "go", () => {
				charge(20);
				another.runtime.shout("inner", undefined, "c");
			});
			another.on(d!, "inner", () => {
				while (true) charge(1);
			});
			another.runtime.shout("go", undefined, undefined);
			expect(another.failures[0]!.Message).to.equal(
				"shout of c/Script#go has used up its 100 points of energy; most of it in d/Script#inner",
			);
		});

		it("edits of an entry are kept, or taken back where it is ended and that is asked for", () => {
			for (const onExhausted of ["keep", "rollback"] as const) {
				const stage = new Stage({ points: 5, onExhausted });
				const journal = new JournalLog();
				stage.runtime.journal = journal;
				const [a] = stage.owners("a");
				stage.on(a!, "fine", () => stage.runtime.shout("inner", undefined, "a"));
				stage.on(a!, "inner", () => {});
				stage.on(a!, "loop", () => {
					while (true) charge(1);
				});
				stage.runtime.shout("fine", undefined, undefined);
				stage.runtime.shout("loop", undefined, undefined);
				expect(journal.words.join(" ")).to.equal(onExhausted === "keep" ? "" : "begin keep begin rollback");
			}
		});

		it("of a handler that has waited is new with each frame, and ends its loop", () => {
			const stage = new Stage({ points: 50 });
			const [a] = stage.owners("a");
			let rounds = 0;
			let waiting: thread | undefined;
			stage.on(a!, "go", () => {
				while (true) {
					waiting = coroutine.running();
					coroutine.yield();
					for (const _ of $range(1, rounds < 3 ? 40 : 1000)) charge(1);
					rounds += 1;
				}
			});
			stage.runtime.shout("go", undefined, undefined);
			for (const _ of $range(1, 4)) {
				coroutine.resume(waiting!);
				stage.pass(1);
			}
			expect(rounds).to.equal(3);
			expect(coroutine.status(waiting!)).to.equal("dead");
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Kind).to.equal("exhausted");
		});

		it("of two runtimes that shout to each other has an end, too", () => {
			const [left, right] = [new Stage({ depth: 10 }), new Stage({ depth: 10 })];
			const [a] = left.owners("a");
			const [b] = right.owners("b");
			let calls = 0;
			left.on(a!, "ping", () => {
				calls += 1;
				right.runtime.shout("pong", undefined, undefined);
			});
			right.on(b!, "pong", () => {
				calls += 1;
				left.runtime.shout("ping", undefined, undefined);
			});
			left.runtime.shout("ping", undefined, undefined);
			expect(calls <= 12).to.equal(true);
			expect(left.failures.size() + right.failures.size()).to.equal(1);
		});
	});
};
