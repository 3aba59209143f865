/// <reference types="@rbxts/testez/globals" />
import { HybridClock, STAMP_AHEAD_LIMIT_MILLISECONDS } from "../../../src/replication/hybrid-clock";

export = () => {
	describe("the clock that stamps", () => {
		it("follows the machine's clock, in whole milliseconds", () => {
			const clock = new HybridClock();
			expect(clock.now(1000.7)).to.equal(1000);
			expect(clock.now(1500)).to.equal(1500);
		});

		it("never goes back, whatever the machine's does", () => {
			const clock = new HybridClock();
			clock.now(5000);
			expect(clock.now(1000)).to.equal(5000);
			expect(clock.now(5001)).to.equal(5001);
		});

		it("is never behind a stamp it has seen", () => {
			const clock = new HybridClock();
			clock.now(1000);
			clock.witness(9000);
			expect(clock.now(1000)).to.equal(9000);
			clock.witness(10);
			expect(clock.now(1000)).to.equal(9000);
		});

		it("goes on at half the speed while it is ahead of the machine's clock, until that has caught up", () => {
			const clock = new HybridClock();
			clock.now(1000);
			clock.witness(2000);
			let present = 1000;
			for (const _ of $range(1, 300)) {
				present += 3;
				clock.now(present);
			}
			expect(clock.now(present)).to.equal(2450);
			expect(clock.now(present + 1100)).to.equal(3000);
			expect(clock.now(present + 1300)).to.equal(3200);
		});

		it("does not take part in the jumps of the machine's clock", () => {
			const clock = new HybridClock();
			clock.now(1000);
			clock.witness(900_000);
			expect(clock.now(101_000)).to.equal(900_000);
			expect(clock.now(1000)).to.equal(900_000);
			expect(clock.now(1100)).to.equal(900_050);
		});

		it("takes stamps for plausible up to a quarter of an hour ahead", () => {
			const present = 1_700_000_000_000;
			expect(HybridClock.accepts(present + STAMP_AHEAD_LIMIT_MILLISECONDS, present)).to.equal(true);
			expect(HybridClock.accepts(present + STAMP_AHEAD_LIMIT_MILLISECONDS + 1, present)).to.equal(false);
			expect(HybridClock.accepts(0, present)).to.equal(true);
			expect(HybridClock.accepts(-1, present)).to.equal(false);
		});
	});
};
