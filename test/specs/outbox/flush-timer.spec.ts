import { FlushTimer, LONGEST_WAIT_SECONDS, QUIET_SECONDS } from "../../../src/outbox/flush-timer";

export = () => {
	describe("FlushTimer", () => {
		it("is not due when nothing changed", () => {
			expect(new FlushTimer().dueAt()).to.equal(undefined);
		});

		it("waits for quiet after the last change", () => {
			const timer = new FlushTimer();
			timer.noteChange(10);
			timer.noteChange(10.0625);
			expect(timer.dueAt()).to.equal(10.0625 + QUIET_SECONDS);
		});

		it("does not wait longer than half a second for a burst to end", () => {
			const timer = new FlushTimer();
			for (const step of $range(0, 64)) timer.noteChange(10 + step / 32);
			expect(timer.dueAt()).to.equal(10 + LONGEST_WAIT_SECONDS);
		});

		it("is due at once when a message is full", () => {
			const timer = new FlushTimer();
			timer.noteChange(10);
			timer.noteFull();
			assert(timer.dueAt()! <= 10, "due");
		});

		it("is due at once when what waits fills a message", () => {
			const timer = new FlushTimer();
			timer.noteBytes(600);
			timer.noteChange(10);
			assert(timer.dueAt()! > 10, "not due yet");
			timer.noteBytes(600);
			timer.noteChange(10.01);
			assert(timer.dueAt()! <= 10.01, "due");
		});

		it("starts anew after a flush", () => {
			const timer = new FlushTimer();
			timer.noteChange(10);
			timer.noteFull();
			timer.flushed();
			expect(timer.dueAt()).to.equal(undefined);
			timer.noteChange(20);
			expect(timer.dueAt()).to.equal(20 + QUIET_SECONDS);
		});
	});
};
