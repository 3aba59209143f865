/// <reference types="@rbxts/testez/globals" />
import { startTimer } from "../../../src/entity/runtime/timers";
import { shuffled, Stage } from "./runtime-fixture";

export = () => {
	describe("a shout", () => {
		it("A-1: runs listeners in the order of their ids, and has their answers in that order", () => {
			const stage = new Stage();
			const log = new Array<string>();
			stage.listening("go", log, "c", "a", "b");
			const answers = stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a b c");
			expect(answers.GetAll().join(" ")).to.equal("a b c");
			expect(answers.Count).to.equal(3);
			expect(answers.GetEntityId(1)).to.equal("b");
		});

		it("gives each listener what was said, and who said it", () => {
			const stage = new Stage();
			const [owner] = stage.owners("a");
			const heard = new Array<string>();
			stage.on(owner!, "go", (argument, caller) => heard.push(`${argument} ${caller}`));
			stage.runtime.shout("go", "now", "b");
			stage.runtime.shout("go", undefined, undefined);
			expect(heard.join(", ")).to.equal("now b, nil nil");
		});

		it("A-3: leaves out who dies in it, and who is made in it", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [a, , , d] = stage.listening("go", log, "a", "b", "c", "d");
			stage.on(a!, "go", () => {
				d!.die();
				d!.die();
				if (!stage.runtime.ownerOf("e")) stage.listening("go", log, "e");
			});
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a b c");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a b c a b c e");
		});

		it("A-5: goes on when a listener throws, whose answer is missing", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [, b] = stage.listening("go", log, "a", "b", "c");
			stage.runtime.override(b!, "go", () => error("no way"));
			const answers = stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a c");
			expect(answers.Count).to.equal(3);
			expect(answers.Get(1)).to.equal(undefined);
			expect(answers.GetAll().join(" ")).to.equal("a c");
			const [failure, another] = stage.failures;
			expect(another).to.equal(undefined);
			expect(failure!.EntityId).to.equal("b");
			expect(failure!.Handler).to.equal("go (override)");
			expect(failure!.Message.find("no way")[0]).to.be.ok();
		});

		it("A-6: tells once of a promise that is rejected later", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			let reject: (problem: unknown) => void = () => {};
			stage.on(a!, "go", () => new Promise<void>((_, rejecting) => (reject = rejecting)));
			stage.runtime.shout("go", undefined, undefined);
			expect(stage.failures.size()).to.equal(0);
			reject("too late");
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.Message).to.equal("too late");
			expect(stage.failures[0]!.Handler).to.equal("go");
		});

		it("A-7: leaves out who does not listen", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [, b] = stage.listening("go", log, "a", "b", "c");
			b!.setListening(false);
			stage.on(b!, "go", () => log.push("b again"));
			stage.runtime.shout("go", undefined, undefined);
			stage.runtime.whisper(["b"], "go", undefined, undefined);
			expect(log.join(" ")).to.equal("a c");
			b!.setListening(true);
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a c a b b again c");
		});

		it("A-8: has the same function once, which is removed once", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			let calls = 0;
			const handler = (): void => {
				calls += 1;
			};
			stage.on(a!, "go", handler);
			const stop = stage.on(a!, "go", handler);
			stage.runtime.shout("go", undefined, undefined);
			expect(calls).to.equal(1);
			stop();
			stop();
			stage.runtime.shout("go", undefined, undefined);
			expect(calls).to.equal(1);
			stage.on(a!, "go", handler);
			stage.runtime.shout("go", undefined, undefined);
			expect(calls).to.equal(2);
		});

		it("A-9: calls what overrides a listener in its place, until that is taken back", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [a] = stage.listening("go", log, "a");
			stage.runtime.override(a!, "go", () => log.push("first"));
			stage.runtime.override(a!, "go", () => log.push("second"));
			stage.on(a!, "go", () => log.push("added meanwhile"));
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(", ")).to.equal("second");
			stage.runtime.override(a!, "go", undefined);
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(", ")).to.equal("second, a, added meanwhile");
		});

		it("A-43: touches 3 listeners among 10,000 entities", () => {
			const stage = new Stage();
			for (const index of $range(1, 10_000)) {
				const [owner] = stage.owners(string.format("%05d", index));
				stage.on(owner!, "other", () => {});
			}
			const log = new Array<string>();
			stage.listening("go", log, "x", "y", "z");
			const before = stage.clockReads;
			stage.runtime.shout("go", undefined, undefined);
			expect(log.size()).to.equal(3);
			expect(stage.clockReads - before <= 10).to.equal(true);
		});

		it("has the order of the ids whatever the order of changes", () => {
			for (const seed of $range(1, 20)) {
				const stage = new Stage();
				const ids = new Array<string>();
				for (const index of $range(1, 60)) ids.push(string.format("%03d", index));
				const log = new Array<string>();
				const owners = stage.listening("go", log, ...shuffled(ids, seed));
				const gone = new Set<string>();
				for (const owner of shuffled(owners, seed + 100).filter((_, index) => index < 25)) {
					gone.add(owner.id);
					if (seed % 2 === 0) stage.runtime.shout("go", undefined, undefined);
					owner.die();
				}
				log.clear();
				stage.runtime.shout("go", undefined, undefined);
				expect(log.join(" ")).to.equal(ids.filter((id) => !gone.has(id)).join(" "));
			}
		});
	});

	describe("a whisper", () => {
		it("A-2: calls the given ones in the given order, and leaves out whom it does not know", () => {
			const stage = new Stage();
			const log = new Array<string>();
			stage.listening("go", log, "a", "b", "c");
			const answers = stage.runtime.whisper(["b", "missing", "a"], "go", undefined, undefined);
			expect(log.join(" ")).to.equal("b a");
			expect(answers.GetAll().join(" ")).to.equal("b a");
		});
	});

	describe("a shout for the first answer", () => {
		it("ends with it, whatever it is, and takes the events in their order", () => {
			const stage = new Stage();
			const [a, b, c] = stage.owners("a", "b", "c");
			const log = new Array<string>();
			stage.on(a!, "ask", () => {
				log.push("a");
			});
			stage.on(b!, "ask", () => {
				log.push("b");
				return false;
			});
			stage.on(c!, "ask", () => log.push("c"));
			stage.on(a!, "ask more", () => "more");
			expect(stage.runtime.shoutFirst(["nothing", "ask", "ask more"], undefined, undefined)).to.equal(false);
			expect(log.join(" ")).to.equal("a b");
			expect(stage.runtime.shoutFirst(["ask more", "ask"], undefined, undefined)).to.equal("more");
			expect(stage.runtime.shoutFirst(["nothing"], undefined, undefined)).to.equal(undefined);
		});
	});

	describe("a handler that waits", () => {
		it("A-44: holds up nobody: the others are called at once, and a second shout does not wait for it", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const threads = new Array<thread>();
			const [a] = stage.owners("a");
			stage.on(a!, "go", (argument) => {
				log.push(`begin ${argument}`);
				threads.push(coroutine.running());
				coroutine.yield();
				log.push(`end ${argument}`);
				return "late";
			});
			stage.listening("go", log, "b");
			const answers = stage.runtime.shout("go", 1, undefined);
			stage.runtime.shout("go", 2, undefined);
			expect(log.join(", ")).to.equal("begin 1, b, begin 2, b");
			expect(answers.Count).to.equal(2);
			expect(answers.GetAll().join(" ")).to.equal("b");
			for (const waiting of threads) coroutine.resume(waiting);
			expect(log.join(", ")).to.equal("begin 1, b, begin 2, b, end 1, end 2");
			expect(coroutine.status(threads[0]!)).to.equal("dead");
			expect(stage.failures.size()).to.equal(0);
		});

		it("is told of when it fails afterwards", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			let waiting: thread | undefined;
			stage.on(a!, "go", () => {
				waiting = coroutine.running();
				coroutine.yield();
				error("after all");
			});
			stage.runtime.shout("go", undefined, undefined);
			stage.listening("other", [], "b", "c");
			stage.runtime.shout("other", undefined, undefined);
			coroutine.resume(waiting!);
			expect(stage.failures.size()).to.equal(1);
			expect(stage.failures[0]!.EntityId).to.equal("a");
			expect(stage.failures[0]!.Handler).to.equal("go");
		});

		it("does no harm when an idle thread of the runtime is resumed by mistake", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [a] = stage.owners("a");
			let kept: thread | undefined;
			stage.on(a!, "go", () => {
				kept = coroutine.running();
				log.push("a");
			});
			stage.runtime.shout("go", undefined, undefined);
			coroutine.resume(kept!, "what is this?");
			coroutine.resume(kept!);
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("a a");
			expect(stage.failures.size()).to.equal(0);
		});
	});

	describe("what an owner has", () => {
		it("A-34: dies with it: listeners and timers", () => {
			const stage = new Stage();
			const log = new Array<string>();
			const [a] = stage.listening("go", log, "a");
			startTimer(stage.runtime, a!, 1, true, () => log.push("timer"));
			startTimer(stage.runtime, a!, 1.5, false, () => log.push("once"));
			stage.pass(2.2);
			expect(log.join(" ")).to.equal("timer once timer");
			expect(a!.timerCount).to.equal(1);
			a!.die();
			expect(a!.timerCount).to.equal(0);
			expect(stage.timersWaiting()).to.equal(0);
			stage.pass(5);
			stage.runtime.shout("go", undefined, undefined);
			stage.on(a!, "go", () => log.push("no"));
			stage.runtime.shout("go", undefined, undefined);
			expect(log.join(" ")).to.equal("timer once timer");
		});

		it("is gone when another one takes its place", () => {
			const stage = new Stage();
			const log = new Array<string>();
			stage.listening("go", log, "a");
			stage.listening("other", log, "a");
			stage.runtime.shout("go", undefined, undefined);
			expect(log.size()).to.equal(0);
			stage.runtime.shout("other", undefined, undefined);
			expect(log.size()).to.equal(1);
		});
	});

	describe("a timer", () => {
		it("keeps in step, and leaves out what it missed", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			const fired = new Array<number>();
			const stop = startTimer(stage.runtime, a!, 1, true, () => fired.push(stage.nowSeconds));
			stage.pass(2);
			stage.nowSeconds = 7.5;
			stage.pass(2);
			stop();
			stop();
			stage.pass(3);
			expect(fired.join(" ")).to.equal("1 2 7.5 8.5 9.5");
		});

		it("may end itself", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			let fired = 0;
			const stop: () => void = startTimer(stage.runtime, a!, 1, true, () => {
				fired += 1;
				if (fired === 2) stop();
			});
			stage.pass(5);
			expect(fired).to.equal(2);
			expect(stage.timersWaiting()).to.equal(0);
		});
	});
};
