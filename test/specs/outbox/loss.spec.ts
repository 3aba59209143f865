import { LossEstimator } from "../../../src/outbox/loss";
import { property } from "../support/generators";
import { fraction } from "./game-of-budgets";

export = () => {
	describe("LossEstimator", () => {
		it("finds no loss where everything arrives", () => {
			const loss = new LossEstimator();
			for (const index of $range(0, 299)) loss.heard("a", index % 85, index);
			expect(loss.fraction()).to.equal(0);
			expect(loss.fractionFrom("a")).to.equal(0);
		});

		it("says nothing before enough was expected", () => {
			const loss = new LossEstimator();
			for (const index of $range(0, 20)) loss.heard("a", index * 2, index);
			expect(loss.fraction()).to.equal(0);
		});

		it("does not begin too low: what arrived is not settled before what did not", () => {
			property(300, (generate) => {
				const loss = new LossEstimator();
				let known: number | undefined;
				for (const index of $range(0, 150)) {
					if (fraction(generate) >= 0.5) loss.heard("a", index % 85, index);
					if (known === undefined && loss.isKnown()) known = loss.fraction();
				}
				assert(known !== undefined && known > 0.15, `${known} instead of about 0.5`);
			});
		});

		it("does not count the message by which a sender was first heard, which cannot be a lost one", () => {
			const loss = new LossEstimator();
			for (const sender of $range(1, 100)) {
				// Number 0 is the first, 1 is lost, 2 is not, and by 3 both are settled.
				loss.heard(`s${sender}`, 0, sender);
				loss.heard(`s${sender}`, 2, sender + 1);
				loss.heard(`s${sender}`, 3, sender + 40);
			}
			expect(loss.fraction()).to.be.near(0.5, 0.01);
		});

		it("does not take a copy of long ago for a new one after many that were lost", () => {
			const loss = new LossEstimator();
			for (const index of $range(0, 199)) {
				loss.heard("a", index % 85, index * 6, index * 6000);
				const copied = index - 40;
				if (copied >= 0) loss.heard("a", copied % 85, index * 6 + 5.5, copied * 6000);
			}
			expect(loss.fraction()).to.equal(0);
		});

		it("does not mistake overtaking and copies for loss", () => {
			property(300, (generate) => {
				const loss = new LossEstimator();
				const arrivals = new Array<{ at: number; counter: number; order: number }>();
				const interval = generate.pick([0.8, 2, 15]);
				for (const index of $range(0, 149)) {
					for (const _ of $range(1, generate.oneIn(4) ? 2 : 1)) {
						const at = index * interval + 0.3 + 5 * fraction(generate);
						arrivals.push({ at, counter: index % 85, order: arrivals.size() });
					}
				}
				arrivals.sort((left, right) => (left.at === right.at ? left.order < right.order : left.at < right.at));
				for (const { at, counter } of arrivals) loss.heard("a", counter, at);
				assert(loss.fraction() === 0, `loss ${loss.fraction()}`);
			});
		});

		it("estimates what is lost of several senders", () => {
			property(200, (generate) => {
				const loss = new LossEstimator();
				const truth = generate.pick([0.02, 0.1, 0.3]);
				const senders = ["a", "b", "c", "d"];
				for (const index of $range(0, 399)) {
					for (const sender of senders) {
						if (fraction(generate) >= truth) loss.heard(sender, index % 85, index + fraction(generate));
					}
				}
				// Five standard deviations: a hundred messages' memory that fades is as good as two hundred messages.
				const tolerance = 5 * math.sqrt((truth * (1 - truth)) / 200);
				assert(math.abs(loss.fraction() - truth) < tolerance, `${loss.fraction()} instead of ${truth}`);
			});
		});

		it("counts a number as lost only after twenty later messages or thirty seconds", () => {
			const loss = new LossEstimator();
			for (const index of $range(0, 59)) loss.heard("a", index, index * 0.5);
			for (const index of $range(61, 79)) loss.heard("a", index, 30 + index * 0.01);
			expect(loss.fraction()).to.equal(0);
			loss.heard("a", 80, 31);
			assert(loss.fraction() > 0, "given up after twenty");
			loss.heard("b", 0, 40);
			loss.heard("b", 2, 41);
			const before = loss.fractionFrom("b");
			loss.heard("b", 3, 70.5);
			expect(before).to.equal(0);
			for (const index of $range(4, 79)) loss.heard("b", index, 72);
			assert(loss.fractionFrom("b") > 0, "given up after thirty seconds");
		});

		it("counts a long gap after a silence as loss, not as old messages", () => {
			const loss = new LossEstimator();
			for (const index of $range(0, 59)) loss.heard("a", index, index);
			loss.heard("a", (59 + 50) % 85, 120);
			for (const index of $range(110, 130)) loss.heard("a", index % 85, 121);
			assert(loss.fraction() > 0.3, `loss ${loss.fraction()}`);
		});

		it("forgets a sender", () => {
			const loss = new LossEstimator();
			loss.heard("a", 0, 0);
			loss.forget("a");
			loss.heard("a", 80, 1);
			for (const index of $range(0, 60)) loss.heard("b", index, 1 + index);
			expect(loss.fraction()).to.equal(0);
		});
	});
};
