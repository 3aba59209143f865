import { Congestion, LEAST_FACTOR, SelfEchoes } from "../../../src/outbox/congestion";
import { Generator } from "../support/generators";
import { fraction } from "./game-of-budgets";

export = () => {
	describe("failing publishes", () => {
		it("slow sending down at first, and no longer once they turn out to fail at the same rate whatever is sent", () => {
			const congestion = new Congestion();
			let lowest = 1;
			for (const step of $range(1, 2000)) {
				if (step % 5 === 0) congestion.notePublishFailure(step);
				else congestion.notePublishSuccess();
				congestion.update(step, 0.3);
				lowest = math.min(lowest, congestion.factor());
			}
			expect(lowest < 1).to.equal(true);
			expect(congestion.factor()).to.equal(1);
		});
	});

	describe("Congestion", () => {
		it("begins with the whole budget and never exceeds it", () => {
			const congestion = new Congestion();
			for (const second of $range(0, 1000)) congestion.update(second, 0.9);
			expect(congestion.factor()).to.equal(1);
		});

		it("decreases at most once in ten seconds, and not below its floor", () => {
			const congestion = new Congestion();
			for (const step of $range(0, 99)) congestion.notePublishFailure(100 + step / 10);
			expect(congestion.factor()).to.be.near(0.7);
			congestion.notePublishFailure(110);
			expect(congestion.factor()).to.be.near(0.49);
			for (const step of $range(12, 200)) congestion.notePublishFailure(step * 10);
			expect(congestion.factor()).to.be.near(LEAST_FACTOR);
		});

		it("increases slowly, and faster after two minutes without a sign", () => {
			const congestion = new Congestion();
			for (const step of $range(0, 3)) congestion.notePublishFailure(step * 10);
			const start = congestion.factor();
			for (const second of $range(31, 90)) congestion.update(second, 0.9);
			expect(congestion.factor()).to.be.near(start + 0.12, 0.001);
			for (const second of $range(91, 260)) congestion.update(second, 0.9);
			expect(congestion.factor()).to.equal(1);
		});

		it("does not take a steady loss for congestion", () => {
			const congestion = new Congestion();
			let least = 1;
			for (const second of $range(0, 600)) {
				for (const server of ["a", "b", "c", "d"]) congestion.noteReportedLoss(server, 0.2, second);
				congestion.update(second, 0.95);
				least = math.min(least, congestion.factor());
			}
			expect(least).to.equal(1);
		});

		it("returns to the whole budget when a loss has begun and stays", () => {
			const congestion = new Congestion();
			let least = 1;
			for (const second of $range(0, 600)) {
				const loss = second < 100 ? 0 : 0.2;
				for (const server of ["a", "b", "c", "d"]) congestion.noteReportedLoss(server, loss, second);
				congestion.update(second, 0.95);
				least = math.min(least, congestion.factor());
			}
			assert(least < 1, "the beginning looks like congestion");
			expect(congestion.factor()).to.equal(1);
		});

		it("ignores loss where little is sent, and the loss of a few", () => {
			const congestion = new Congestion();
			for (const second of $range(0, 200)) {
				congestion.noteReportedLoss("a", second < 100 ? 0 : 0.5, second);
				for (const server of ["b", "c", "d"]) congestion.noteReportedLoss(server, 0, second);
				congestion.update(second, 0.95);
			}
			expect(congestion.factor()).to.equal(1);
			const quiet = new Congestion();
			for (const second of $range(0, 200)) {
				quiet.noteReportedLoss("a", second < 100 ? 0 : 0.5, second);
				quiet.update(second, 0.3);
			}
			expect(quiet.factor()).to.equal(1);
		});

		it("settles near the true limit when that is half of the documented one", () => {
			const congestion = new Congestion();
			// What servers estimate lags behind what is lost.
			let estimate = 0;
			let least = 1;
			let most = 0;
			let sum = 0;
			for (const second of $range(0, 900)) {
				const sent = congestion.factor();
				const lost = second < 60 ? 0 : math.max(0, 1 - 0.5 / sent);
				estimate += (lost - estimate) / 15;
				for (const server of ["a", "b", "c", "d"]) congestion.noteReportedLoss(server, estimate, second);
				congestion.update(second, 0.95);
				if (second < 300) continue;
				least = math.min(least, congestion.factor());
				most = math.max(most, congestion.factor());
				sum += math.min(0.5, congestion.factor()) / 601;
			}
			assert(least >= 0.25 && most <= 0.75, `between ${least} and ${most}`);
			assert(sum >= 0.4, `uses ${sum} of 0.5`);
		});

		it("takes missing echoes for a sign", () => {
			const congestion = new Congestion();
			congestion.noteReportedLoss("a", 0.01, 99);
			congestion.update(99, 0.5);
			congestion.noteMissingEchoes({ returned: 20, missing: 0 }, 100);
			expect(congestion.factor()).to.equal(1);
			congestion.noteMissingEchoes({ returned: 0, missing: 4 }, 101);
			expect(congestion.factor()).to.be.near(0.7);
		});

		it("does not take a steady loss of echoes for a sign for long", () => {
			const congestion = new Congestion();
			const generate = new Generator(3);
			let wholeSeconds = 0;
			for (const second of $range(0, 1999)) {
				for (const server of ["a", "b", "c"]) congestion.noteReportedLoss(server, 0.2, second);
				const missing = fraction(generate) < 0.2 ? 1 : 0;
				congestion.noteMissingEchoes({ returned: 1 - missing, missing }, second);
				congestion.update(second, 0.95);
				if (second >= 400 && congestion.factor() === 1) wholeSeconds += 1;
			}
			assert(wholeSeconds >= 0.75 * 1600, `the whole budget for ${wholeSeconds} of 1600 s`);
		});

		it("forgets what a server that left has reported", () => {
			const congestion = new Congestion();
			congestion.noteReportedLoss("a", 0, 0);
			congestion.update(0, 0.95);
			congestion.noteReportedLoss("b", 0.9, 1);
			congestion.forget("b");
			congestion.update(1, 0.95);
			expect(congestion.factor()).to.equal(1);
		});
	});

	describe("SelfEchoes", () => {
		it("counts what came back and what did not within four seconds", () => {
			const echoes = new SelfEchoes();
			echoes.sent(83, 10);
			echoes.sent(84, 11);
			echoes.sent(0, 12);
			expect(echoes.heard(84)).to.equal(true);
			expect(echoes.heard(84)).to.equal(false);
			expect(echoes.dueAt()).to.equal(14);
			expect(echoes.overdue(13.9).missing).to.equal(0);
			const count = echoes.overdue(14);
			expect(count.missing).to.equal(1);
			expect(count.returned).to.equal(0);
			expect(echoes.heard(83)).to.equal(false);
			expect(echoes.dueAt()).to.equal(16);
			expect(echoes.heard(0)).to.equal(true);
			expect(echoes.dueAt()).to.equal(undefined);
			expect(echoes.overdue(20).returned).to.equal(1);
		});

		it("counts each broadcast once over many rounds of the counter", () => {
			const echoes = new SelfEchoes();
			const generate = new Generator(1);
			let returned = 0;
			let missing = 0;
			for (const index of $range(0, 999)) {
				echoes.sent(index % 85, index);
				if (!generate.oneIn(5)) assert(echoes.heard(index % 85), "awaited");
				const count = echoes.overdue(index + 0.5);
				returned += count.returned;
				missing += count.missing;
			}
			missing += echoes.overdue(2000).missing;
			expect(returned + missing).to.equal(1000);
			assert(missing > 100 && missing < 300, `${missing} missing`);
		});
	});
};
