import { DEFAULT_OPTIONS } from "../../probe/src/options";
import { describeRow } from "../../probe/src/rows";
import { dateOf } from "../../probe/src/numbers";
import { Bits } from "../../probe/src/bits";
import { ProbeFixture } from "./probe-fixture";

const QUICK = { gatherSeconds: 40, steadySeconds: 60, bursts: 1, recoverySeconds: 5 };

export = () => {
	describe("a run of the probe", () => {
		it("ends on all servers, and each of them prints every row", () => {
			const fixture = new ProbeFixture({ loss: 0.05 }, { probe: QUICK });
			expect(fixture.finish()).to.equal(true);
			expect(fixture.rows.size() > 25).to.equal(true);
			const rowsOf = (lines: readonly string[]): string[] => lines.filter((line) => line.sub(1, 2) === "| ");
			const expected = rowsOf(fixture.printed[2]!).join("\n");
			for (const lines of fixture.printed) {
				expect(rowsOf(lines).size()).to.equal(fixture.rows.size());
				expect(rowsOf(lines).join("\n")).to.equal(expected);
			}
			const [before] = [fixture.cloud.getStatistics()];
			fixture.scheduler.runUntil(fixture.scheduler.now() + 3600);
			expect(fixture.cloud.getStatistics().publishes).to.equal(before.publishes);
		});

		it("keeps within what may be sent and subscribed to, but for the two steps that measure it", () => {
			const fixture = new ProbeFixture({}, { players: 0, probe: QUICK });
			expect(fixture.finish()).to.equal(true);
			for (const index of $range(0, 1)) {
				const { link } = fixture.servers[index]!;
				expect(link.publishNumber < 1500).to.equal(true);
				expect(link.subscriptions.size()).to.equal(1);
			}
		});

		it("takes a server that comes late as it is: it stays out", () => {
			const fixture = new ProbeFixture({}, { probe: QUICK });
			fixture.scheduler.runUntil(200);
			fixture.addServer(0, { ...DEFAULT_OPTIONS, ...QUICK });
			expect(fixture.finish()).to.equal(true);
			expect(fixture.rows.size() > 25).to.equal(true);
			expect(string.find(fixture.printed[3]!.join("\n"), "without this server", 1, true)[0]).to.be.ok();
		});

		it("goes on without a server that crashes", () => {
			const fixture = new ProbeFixture({}, { probe: QUICK });
			fixture.scheduler.runUntil(250);
			fixture.servers[0]!.crash();
			fixture.finished += 1;
			expect(fixture.finish()).to.equal(true);
			expect(fixture.rows.size() > 20).to.equal(true);
		});

		it("ends when the server that leads closes, and some time after it crashes", () => {
			for (const crash of [false, true]) {
				const fixture = new ProbeFixture({}, { probe: QUICK });
				fixture.scheduler.runUntil(250);
				const leader = fixture.servers[2]!;
				if (crash) leader.crash();
				else leader.close(undefined);
				fixture.finished += 1;
				fixture.scheduler.runUntil(crash ? 1300 : 260);
				expect(fixture.finished).to.equal(3);
			}
		});

		it("on one server measures what takes no other", () => {
			const fixture = new ProbeFixture({}, { skews: [0], environment: "studio", probe: QUICK });
			expect(fixture.finish()).to.equal(true);
			expect(fixture.row("`JobId`").finding).to.equal("is empty");
			expect(fixture.row("The size of a message").knob).to.equal('sizeUnit: "json bytes"');
		});

		it("says so where there is no MessagingService", () => {
			const fixture = new ProbeFixture({}, { skews: [0], messaging: false, environment: "studio" });
			expect(fixture.finish()).to.equal(true);
			expect(string.find(fixture.printed[0]!.join("\n"), "API access", 1, true)[0]).to.be.ok();
		});

		it("reports what is thrown for each mistake", () => {
			const fixture = new ProbeFixture({}, { skews: [0], probe: QUICK });
			expect(fixture.finish()).to.equal(true);
			const refused = fixture.row("Publishing a topic of 81 characters");
			expect(refused.finding).to.equal("throws");
			expect(string.find(refused.evidence, "1 to 80 characters", 1, true)[0]).to.be.ok();
			expect(fixture.row("Publishing not a number").finding).to.equal("is accepted");
		});
	});

	describe("a row", () => {
		it("is one of the tables of docs/fidelity.md", () => {
			const row = { rule: "Loss", finding: "1 %", evidence: "a|b\nc", knob: "loss: 0.01" };
			const text = describeRow(row, "2026-01-31", 3);
			expect(text).to.equal("| Loss | observed 2026-01-31, 3 servers: 1 % (a/b c) | | | `loss: 0.01` |");
		});
	});

	describe("dates and bits", () => {
		it("know leap years", () => {
			expect(dateOf(0)).to.equal("1970-01-01");
			expect(dateOf(1767225600)).to.equal("2026-01-01");
			expect(dateOf(1709164800)).to.equal("2024-02-29");
			expect(dateOf(1709251200)).to.equal("2024-03-01");
			expect(dateOf(4107542400)).to.equal("2100-03-01");
		});

		it("come back from their text", () => {
			const bits = new Bits(10);
			for (const index of [0, 3, 9, 9, 10, -1]) bits.add(index);
			expect(bits.text()).to.equal("902");
			const back = Bits.parse(bits.text(), 10);
			expect(back.count()).to.equal(3);
			expect(back.has(9) && back.has(3) && back.has(0) && !back.has(1)).to.equal(true);
		});
	});
};
