import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { CloudFixture } from "./cloud-fixture";

/** Publishes that many messages, two seconds apart, to 3 subscribers of which one is the publisher; waits until they came. */
function publishSlowly(options: CloudFaults & CloudRules, messages: number): CloudFixture {
	const fixture = new CloudFixture(options);
	const [a] = fixture.addSubscribers(3, "t");
	fixture.publishMany(a!, "t", messages, 2);
	fixture.run(100);
	return fixture;
}

export = () => {
	/** How long the longest message of repetitions of `text` is that the cloud takes, in repetitions. */
	function longest(fixture: CloudFixture, text: string): number {
		const link = fixture.addServer(text);
		let [taken, refused] = [0, 4000];
		while (refused - taken > 1) {
			const middle = (taken + refused).idiv(2);
			const failures = fixture.failures.size();
			fixture.publish(link, "t", text.rep(middle));
			fixture.run(0);
			if (fixture.failures.size() === failures) taken = middle;
			else refused = middle;
		}
		return taken;
	}

	describe("publishLoss", () => {
		it("at 0 loses nothing, at 1 every message for everybody, without the publisher's knowledge", () => {
			for (const publishLoss of [0, 1]) {
				const fixture = publishSlowly({ publishLoss }, 50);
				for (const serverId of ["A", "B", "C"]) {
					expect(fixture.receivedBy(serverId)).to.equal(50 * (1 - publishLoss));
				}
				expect(fixture.failures.size()).to.equal(0);
				expect(fixture.cloud.getStatistics().publishesLost).to.equal(50 * publishLoss);
			}
		});

		it("between loses the same messages for all", () => {
			const fixture = publishSlowly({ publishLoss: 0.3 }, 500);
			const received = fixture.received.get("A")!.join(",");
			expect(fixture.receivedBy("A")).to.be.near(350, 40);
			for (const serverId of ["B", "C"]) expect(fixture.received.get(serverId)!.join(",")).to.equal(received);
		});
	});

	describe("lateDeliveries", () => {
		it("at 0 makes nothing late, at 1 everything, by lateSeconds", () => {
			for (const lateDeliveries of [0, 1]) {
				for (const lateSeconds of [0, 100]) {
					const fixture = new CloudFixture({ lateDeliveries, lateSeconds });
					const [a] = fixture.addSubscribers(2, "t");
					fixture.publish(a!, "t", "x");
					const seconds = 1 + lateDeliveries * lateSeconds;
					fixture.run(seconds - 0.01);
					expect(fixture.receivedBy("B")).to.equal(0);
					fixture.run(0.02);
					expect(fixture.receivedBy("B")).to.equal(1);
				}
			}
		});

		it("takes ten minutes unless told otherwise, and second copies on their own", () => {
			const fixture = publishSlowly({ lateDeliveries: 0.5, duplication: 1 }, 200);
			const inTime = fixture.receivedBy("B");
			expect(inTime).to.be.near(200, 50);
			fixture.run(600);
			expect(fixture.receivedBy("B")).to.equal(400);
		});
	});

	describe("limitScale", () => {
		it("multiplies the limits of sending and receiving", () => {
			for (const limitScale of [0.5, 1, 2]) {
				const fixture = new CloudFixture({ limitScale });
				const [a] = fixture.addSubscribers(2, "t");
				fixture.publishMany(a!, "t", 1000);
				fixture.run(10);
				// Two servers: 200 on a topic; sends of a server without players: 600.
				expect(fixture.receivedBy("A") + fixture.receivedBy("B")).to.equal(200 * limitScale);
				expect(1000 - fixture.failures.size()).to.equal(math.min(1000, 600 * limitScale));
			}
		});

		it("multiplies that of the whole game, too", () => {
			const fixture = new CloudFixture({ limitScale: 0.25 });
			const [a, b] = fixture.addSubscribers(2, "t0");
			for (const topic of $range(0, 9)) {
				if (topic > 0) fixture.subscribe(b!, `t${topic}`);
				fixture.run(0);
				fixture.publishMany(topic % 2 === 0 ? a! : b!, `t${topic}`, 30);
			}
			fixture.run(10);
			expect(fixture.receivedBy("A") + fixture.receivedBy("B")).to.equal((400 + 200 * 2) / 4);
		});

		it("at 0 lets nothing through", () => {
			const fixture = publishSlowly({ limitScale: 0 }, 5);
			expect(fixture.receivedBy("B")).to.equal(0);
			expect(fixture.failures.size()).to.equal(5);
		});

		it("may be changed while the game runs", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(2, "t");
			fixture.cloud.setFaults({ limitScale: 0 });
			fixture.publish(a!, "t", "x");
			fixture.run(5);
			fixture.cloud.setFaults({ limitScale: 1 });
			fixture.publish(a!, "t", "y");
			fixture.run(5);
			expect(fixture.received.get("B")!.join(",")).to.equal("y");
		});
	});

	describe("selfDelivery", () => {
		it("lets a publisher that subscribes hear itself, or not; others hear it either way", () => {
			for (const selfDelivery of [true, false]) {
				const fixture = publishSlowly({ selfDelivery }, 10);
				expect(fixture.receivedBy("A")).to.equal(selfDelivery ? 10 : 0);
				for (const serverId of ["B", "C"]) expect(fixture.receivedBy(serverId)).to.equal(10);
			}
		});
	});

	describe("sizeUnit", () => {
		it("as JSON bytes counts quotes, escapes and each byte of a character", () => {
			const fixture = new CloudFixture({ sizeUnit: "json bytes", limitScale: math.huge });
			expect(longest(fixture, "a")).to.equal(1022);
			expect(longest(fixture, "é")).to.equal(511);
			expect(longest(fixture, "€")).to.equal(340);
			expect(longest(fixture, '"')).to.equal(511);
			expect(longest(fixture, "\x01")).to.equal(170);
		});

		it("as characters counts just those", () => {
			const fixture = new CloudFixture({ sizeUnit: "characters", limitScale: math.huge });
			for (const text of ["a", "é", "€", '"', "\x01"]) expect(longest(fixture, text)).to.equal(1024);
		});
	});

	describe("the other knobs, at both ends", () => {
		it("loss: none or all", () => {
			for (const loss of [0, 1]) expect(publishSlowly({ loss }, 20).receivedBy("B")).to.equal(20 * (1 - loss));
		});

		it("duplication: none or all", () => {
			for (const duplication of [0, 1]) {
				expect(publishSlowly({ duplication }, 20).receivedBy("B")).to.equal(20 * (1 + duplication));
			}
		});

		it("publishErrors and publishErrorsAfterEffect: none or all", () => {
			for (const publishErrors of [0, 1]) {
				for (const publishErrorsAfterEffect of [0, 1]) {
					const fixture = publishSlowly({ publishErrors, publishErrorsAfterEffect }, 20);
					expect(fixture.failures.size()).to.equal(20 * publishErrors);
					const arrive = publishErrors === 0 || publishErrorsAfterEffect === 1;
					expect(fixture.receivedBy("B")).to.equal(arrive ? 20 : 0);
				}
			}
		});

		it("publishHangs: none or all", () => {
			expect(publishSlowly({ publishHangs: 0 }, 20).failures.size()).to.equal(0);
			expect(publishSlowly({ publishHangs: 1 }, 20).failures.size()).to.equal(20);
		});

		it("subscribeErrors: none or all", () => {
			for (const subscribeErrors of [0, 1]) {
				const fixture = publishSlowly({ subscribeErrors }, 5);
				expect(fixture.failures.size()).to.equal(3 * subscribeErrors);
				expect(fixture.receivedBy("B")).to.equal(5 * (1 - subscribeErrors));
			}
		});

		it("delaySeconds and reorderSeconds: in order, or as the delays fall", () => {
			const inOrder = publishSlowly({ delaySeconds: [0, 0], reorderSeconds: 0 }, 100).received.get("B")!;
			for (const index of $range(0, 99)) expect(inOrder[index]).to.equal(`message ${index + 1}`);
			const mixed = publishSlowly({ delaySeconds: [0, 90], reorderSeconds: 60 }, 100).received.get("B")!;
			expect(mixed.join(",") !== inOrder.join(",")).to.equal(true);
		});
	});
};
