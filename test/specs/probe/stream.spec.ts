import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { ProbeFixture, ProbeFixtureOptions } from "./probe-fixture";

/** No bursts over limits: only the steady stream is of interest, and more of it. */
const LONG = { gatherSeconds: 40, steadySeconds: 900, bursts: 1, recoverySeconds: 1 };

export = () => {
	function measured(rules: CloudFaults & CloudRules, options: ProbeFixtureOptions = {}): ProbeFixture {
		const fixture = new ProbeFixture(rules, { probe: LONG, ...options });
		expect(fixture.finish()).to.equal(true);
		expect(fixture.failures.join("\n")).to.equal("");
		return fixture;
	}

	describe("the probe", () => {
		it("tells losses of each receiver's own from losses of whole messages", () => {
			for (const loss of [0, 0.1]) {
				for (const publishLoss of [0, 0.1]) {
					const fixture = measured({ loss, publishLoss });
					expect(fixture.numbers("Loss", "loss")[0]).to.be.near(loss, 0.03);
					const shared = fixture.numbers("Loss of all receivers at once", "publishLoss")[0];
					expect(shared).to.be.near(publishLoss, 0.03);
				}
			}
		});

		it("measures duplicates", () => {
			for (const duplication of [0, 0.2, 1]) {
				const fixture = measured({ duplication });
				expect(fixture.numbers("Duplicates", "duplication")[0]).to.be.near(duplication, 0.04);
			}
		});

		it("measures deliveries that are late, if they come before the end", () => {
			for (const lateDeliveries of [0, 0.1]) {
				const fixture = measured({ lateDeliveries, lateSeconds: 200 });
				const shares = fixture.numbers("Deliveries that are late", "lateDeliveries");
				// Only the last ones are later than the end of waiting; the others are late, and in the latency.
				expect(shares[0]! > 0).to.equal(lateDeliveries > 0);
				expect(fixture.numbers("Latency", "delaySeconds")[1]! > 100).to.equal(lateDeliveries > 0);
				expect(fixture.numbers("Loss", "loss")[0]).to.equal(0);
			}
		});

		it("measures latency and order", () => {
			const calm = measured({ delaySeconds: [0.5, 0.5] });
			const [least, most] = calm.numbers("Latency", "delaySeconds");
			expect(least).to.be.near(0.55, 0.05);
			expect(most).to.be.near(0.6, 0.05);
			expect(calm.row("Order").finding).to.equal("kept");
			const wild = measured({ delaySeconds: [0, 20] });
			expect(wild.numbers("Latency", "delaySeconds")[1]).to.be.near(20, 1);
			expect(string.find(wild.row("Order").finding, "later message", 1, true)[0]).to.be.ok();
		});

		it("measures how long publishing and subscribing take", () => {
			const fixture = measured({ publishSeconds: [1, 2], subscribeSeconds: [0.5, 0.6] });
			const [least, most] = fixture.numbers("How long publishing takes", "publishSeconds");
			expect(least).to.be.near(1, 0.1);
			expect(most).to.be.near(2, 0.1);
			const [first, last] = fixture.numbers("How long subscribing takes", "subscribeSeconds");
			expect(first).to.be.near(0.5, 0.05);
			expect(last).to.be.near(0.6, 0.05);
		});

		it("measures failures, and which of them were none", () => {
			for (const publishErrors of [0, 0.2]) {
				for (const publishErrorsAfterEffect of [0, 1]) {
					const fixture = measured({ publishErrors, publishErrorsAfterEffect });
					const rule = "Failures of publishing";
					expect(fixture.numbers(rule, "publishErrors")[0]).to.be.near(publishErrors, 0.05);
					const after = fixture.numbers(rule, "publishErrorsAfterEffect")[0];
					expect(after).to.equal(publishErrors === 0 ? undefined : publishErrorsAfterEffect);
					expect(fixture.numbers("Loss", "loss")[0]).to.equal(0);
				}
			}
		});

		it("hears itself, or does not", () => {
			for (const selfDelivery of [true, false]) {
				const { knob } = measured({ selfDelivery }).row("A publisher that subscribes");
				expect(knob).to.equal(`selfDelivery: ${selfDelivery}`);
			}
		});

		it("finds out how large a message may be, also where calls fail now and then", () => {
			for (const sizeUnit of ["json bytes", "characters"] as const) {
				const fixture = measured({ sizeUnit, publishErrors: 0.1 });
				expect(fixture.row("The size of a message").knob).to.equal(`sizeUnit: "${sizeUnit}"`);
				expect(string.find(fixture.row("The size of a message").finding, "1024", 1, true)[0]).to.be.ok();
			}
		});

		it("measures how wrong the servers' clocks are, whatever they are", () => {
			const fixture = measured({}, { skews: [0, 30, -20] });
			// The last server leads; to its clock the others' are compared.
			const [least, most] = fixture.numbers("Clocks of servers", "clockSkewSeconds");
			expect(least).to.be.near(0, 0.1);
			expect(most).to.be.near(50, 0.1);
			expect(fixture.numbers("Latency", "delaySeconds")[1]).to.be.near(2.1, 0.15);
			expect(string.find(fixture.row("`Sent`").finding, "has a fraction", 1, true)[0]).to.be.ok();
		});
	});
};
