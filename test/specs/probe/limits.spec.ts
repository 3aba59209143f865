import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { ProbeOptions } from "../../probe/src/options";
import { ProbeFixture } from "./probe-fixture";

const COUNTS = 'What "received" counts';
const OVER = "What becomes of messages over a receive limit";
const AGAIN = "When a receive limit lets through again";
/** Shorter than in earnest, where enough: only the limits are of interest. */
const QUICK = { gatherSeconds: 40, steadySeconds: 60, bursts: 1, recoverySeconds: 5 };

export = () => {
	/** What the probe says about a cloud with these rules, and that it came to an end. */
	function measured(rules: CloudFaults & CloudRules, servers = 3, probe: Partial<ProbeOptions> = {}): ProbeFixture {
		const skews = new Array<number>();
		for (const number of $range(1, servers)) skews.push(number / 10);
		const fixture = new ProbeFixture(rules, { skews, probe: { ...QUICK, ...probe } });
		expect(fixture.finish()).to.equal(true);
		expect(fixture.failures.join("\n")).to.equal("");
		return fixture;
	}

	function near(fixture: ProbeFixture, rule: string, expected: number, within: number): void {
		expect(tonumber(fixture.row(rule).finding)).to.be.near(expected, within);
	}

	describe("the probe", () => {
		for (const servers of [2, 5]) {
			it(`finds out that deliveries count, and what the limits are, with ${servers} servers`, () => {
				const fixture = measured({ reading: "deliveries" }, servers);
				expect(fixture.row(COUNTS).knob).to.equal('reading: "deliveries"');
				expect(fixture.row(OVER).knob).to.equal('overLimit: "drop"');
				near(fixture, "Received on a topic", 40 + 80 * servers, 5);
				near(fixture, "Received by the game", 400 + 200 * servers, 40);
			});

			it(`finds out that messages count, and what the limits are, with ${servers} servers`, () => {
				const fixture = measured({ reading: "publishes" }, servers);
				expect(fixture.row(COUNTS).knob).to.equal('reading: "publishes"');
				expect(fixture.row(OVER).knob).to.equal('overLimit: "drop"');
				near(fixture, "Received on a topic", 40 + 80 * servers, 5);
				near(fixture, "Received by the game", 400 + 200 * servers, 40);
			});
		}

		for (const reading of ["deliveries", "publishes"] as const) {
			it(`finds out that the publisher is told, where ${reading} count`, () => {
				const fixture = measured({ reading, overLimit: "error" });
				expect(fixture.row(COUNTS).knob).to.equal(`reading: "${reading}"`);
				expect(fixture.row(OVER).knob).to.equal('overLimit: "error"');
				expect(string.find(fixture.row(OVER).finding, "too many messages received", 1, true)[0]).to.be.ok();
			});

			it(`is not deceived by limits that are half or twice the documented ones, where ${reading} count`, () => {
				for (const limitScale of [0.5, 2]) {
					const fixture = measured({ reading, limitScale });
					expect(fixture.row(COUNTS).knob).to.equal(`reading: "${reading}"`);
					expect(fixture.numbers("Received on a topic", "limitScale")[0]).to.be.near(limitScale, 0.1);
				}
			});

			it(`nor by loss, late and second copies, and errors, where ${reading} count`, () => {
				for (const faults of [
					{ loss: 0.1, publishErrors: 0.05 },
					{ publishLoss: 0.2, subscribeErrors: 0.3 },
					{ duplication: 0.1 },
					{ lateDeliveries: 0.05, lateSeconds: 100, publishHangs: 0.02, reorderSeconds: 5 },
				]) {
					expect(measured({ reading, ...faults }).row(COUNTS).knob).to.equal(`reading: "${reading}"`);
				}
			});

			it(`finds out that no limit is enforced, where ${reading} count`, () => {
				expect(measured({ reading, overLimit: "allow" }).row(COUNTS).knob).to.equal('overLimit: "allow"');
			});

			it(`finds out the reading without self-delivery, where ${reading} count`, () => {
				for (const servers of [2, 3]) {
					const fixture = measured({ reading, selfDelivery: false }, servers);
					expect(fixture.row(COUNTS).knob).to.equal(`reading: "${reading}"`);
					near(fixture, "Received on a topic", 40 + 80 * servers, 5);
				}
				const { knob } = measured({ reading, selfDelivery: false, overLimit: "allow" }).row(COUNTS);
				expect(knob).to.equal('overLimit: "allow"');
			});

			it(`tells sliding minutes from those of the clock, where ${reading} count`, () => {
				for (const minute of ["sliding", "fixed"] as const) {
					const fixture = measured({ reading, minute }, 3, { bursts: 2, recoverySeconds: 75 });
					expect(fixture.row(COUNTS).knob).to.equal(`reading: "${reading}"`);
					expect(fixture.row(AGAIN).knob).to.equal(`minute: "${minute}"`);
					near(fixture, "Received on a topic", 280, 5);
					near(fixture, "Received by the game", 1000, 40);
					expect(fixture.row("Messages sent by a server").finding.match("^%d+")[0]).to.equal("840");
				}
			});
		}

		it("finds out that other servers count than those that live", () => {
			const fixture = measured({ countedServers: 1 });
			expect(fixture.row(COUNTS).knob).to.equal('reading: "deliveries"');
			near(fixture, "Received on a topic", 120, 5);
		});

		it("counts what one server may send and subscribe to, by its players", () => {
			for (const players of [0, 2]) {
				const fixture = new ProbeFixture({}, { players, probe: QUICK });
				expect(fixture.finish()).to.equal(true);
				const taken = (rule: string): number => tonumber(fixture.row(rule).finding.match("^%d+")[0])!;
				expect(taken("Messages sent by a server")).to.be.near(600 + 240 * players, 3);
				expect(taken("Subscriptions of a server")).to.equal(20 + 8 * players);
				expect(taken("Subscribe requests")).to.equal(240);
			}
		});
	});
};
