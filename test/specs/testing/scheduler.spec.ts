/// <reference types="@rbxts/testez/globals" />
import { RandomStream } from "../../../src/testing/random";
import { Scheduler } from "../../../src/testing/scheduler";

function failOnError(failure: string): void {
	error(failure, 0);
}

export = () => {
	describe("Scheduler", () => {
		it("runs events in order of time, and those of the same time in the order in which they were scheduled", () => {
			for (const seed of $range(1, 20)) {
				const random = new RandomStream(seed, "times");
				const scheduler = new Scheduler(failOnError);
				const ran = new Array<{ time: number; order: number }>();
				for (const order of $range(1, 200)) {
					const time = math.floor(random.next() * 20);
					scheduler.at(time, () => ran.push({ time, order }));
				}
				scheduler.runUntil(100);
				expect(ran.size()).to.equal(200);
				for (const index of $range(1, 199)) {
					const [former, latter] = [ran[index - 1]!, ran[index]!];
					const inOrder =
						former.time < latter.time || (former.time === latter.time && former.order < latter.order);
					expect(inOrder).to.equal(true);
				}
			}
		});

		it("shows an event its own time, and ends at the time asked for", () => {
			const scheduler = new Scheduler(failOnError);
			let seen = 0;
			scheduler.at(1.5, () => (seen = scheduler.now()));
			scheduler.runUntil(4);
			expect(seen).to.equal(1.5);
			expect(scheduler.now()).to.equal(4);
		});

		it("runs what is due at exactly the time asked for, and nothing later", () => {
			const scheduler = new Scheduler(failOnError);
			const ran = new Array<number>();
			scheduler.at(2, () => ran.push(2));
			scheduler.at(2.001, () => ran.push(2.001));
			scheduler.runUntil(2);
			expect(ran.join()).to.equal("2");
		});

		it("runs events scheduled in the past now, after those of now", () => {
			const scheduler = new Scheduler(failOnError);
			const ran = new Array<string>();
			scheduler.at(1, () => {
				scheduler.at(0, () => ran.push(`late at ${scheduler.now()}`));
				ran.push("first");
			});
			scheduler.at(1, () => ran.push("second"));
			scheduler.runUntil(1);
			expect(ran.join()).to.equal("first, second, late at 1");
		});

		it("never runs a cancelled event, whenever and however often it is cancelled", () => {
			const scheduler = new Scheduler(failOnError);
			let ran = 0;
			const cancelEarly = scheduler.at(1, () => (ran += 1));
			const cancelLate = scheduler.at(1, () => (ran += 10));
			cancelEarly();
			cancelEarly();
			scheduler.runUntil(1);
			cancelLate();
			expect(ran).to.equal(10);
			expect(scheduler.step()).to.equal(false);
		});

		it("does not let cancelled events fill the memory", () => {
			const scheduler = new Scheduler(failOnError);
			let ran = 0;
			for (const _ of $range(1, 50)) scheduler.at(2000, () => (ran += 1));
			for (const index of $range(1, 20000)) scheduler.at(1000 + index, () => {})();
			expect(scheduler.pending() < 3000).to.equal(true);
			scheduler.runUntil(100000);
			expect(ran).to.equal(50);
		});

		it("keeps the order of events when it sweeps out cancelled ones", () => {
			const scheduler = new Scheduler(failOnError);
			const ran = new Array<number>();
			for (const index of $range(1, 3000)) {
				const cancel = scheduler.at(index % 7, () => ran.push((index % 7) * 10000 + index));
				if (index % 10 !== 0) cancel();
			}
			scheduler.runUntil(10);
			expect(ran.size()).to.equal(300);
			for (const index of $range(1, 299)) expect(ran[index - 1]! < ran[index]!).to.equal(true);
		});

		it("steps from event to event", () => {
			const scheduler = new Scheduler(failOnError);
			scheduler.at(3, () => {});
			scheduler.at(8, () => {});
			expect(scheduler.nextSeconds()).to.equal(3);
			expect(scheduler.step()).to.equal(true);
			expect(scheduler.now()).to.equal(3);
			expect(scheduler.step()).to.equal(true);
			expect(scheduler.step()).to.equal(false);
			expect(scheduler.now()).to.equal(8);
		});

		it("keeps the yields and errors of an event to itself", () => {
			const failures = new Array<string>();
			const scheduler = new Scheduler((failure) => failures.push(failure));
			let ran = false;
			scheduler.at(1, () => coroutine.yield());
			scheduler.at(1, () => error("broken on purpose"));
			scheduler.at(1, () => (ran = true));
			scheduler.runUntil(1);
			expect(ran).to.equal(true);
			expect(failures.size()).to.equal(1);
			expect(string.find(failures[0]!, "broken on purpose", 1, true)[0]).to.be.ok();
		});
	});
};
