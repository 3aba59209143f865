/// <reference types="@rbxts/testez/globals" />
import { CloudFixture } from "./cloud-fixture";

/** Publishes that many messages to 4 subscribers without touching a limit, and waits until they came. */
function publishSlowly(fixture: CloudFixture, messages: number): void {
	const [a] = fixture.addSubscribers(4, "t");
	fixture.publishMany(a!, "t", messages, 1);
	fixture.run(100);
}

export = () => {
	describe("faults", () => {
		it("lose deliveries, each receiver's on its own", () => {
			const fixture = new CloudFixture({ loss: 0.2 });
			publishSlowly(fixture, 1000);
			for (const serverId of ["A", "B", "C", "D"]) expect(fixture.receivedBy(serverId)).to.be.near(800, 50);
			const { deliveries, droppedByLoss } = fixture.cloud.getStatistics();
			expect(deliveries + droppedByLoss).to.equal(4000);
		});

		it("deliver twice", () => {
			const fixture = new CloudFixture({ duplication: 0.1 });
			publishSlowly(fixture, 1000);
			const { deliveries, duplicates } = fixture.cloud.getStatistics();
			expect(duplicates).to.be.near(400, 70);
			expect(deliveries).to.equal(4000 + duplicates);
		});

		it("let messages overtake each other, up to the reorder window", () => {
			const fixture = new CloudFixture({ reorderSeconds: 20 });
			publishSlowly(fixture, 200);
			const messages = fixture.received.get("B") as string[];
			let overtaken = 0;
			for (const index of $range(0, messages.size() - 1)) {
				const sentAs = tonumber(string.sub(messages[index]!, 9))!;
				expect(math.abs(sentAs - 1 - index) <= 20).to.equal(true);
				if (sentAs - 1 !== index) overtaken += 1;
			}
			expect(overtaken > 50).to.equal(true);
		});

		it("keep the order of one publisher when all deliveries take the same time", () => {
			const fixture = new CloudFixture();
			publishSlowly(fixture, 50);
			for (const index of $range(1, 50)) {
				expect(fixture.received.get("B")![index - 1]).to.equal(`message ${index}`);
			}
		});

		it("fail publishes, some of which go out nevertheless", () => {
			const fixture = new CloudFixture({ publishErrors: 0.4, publishErrorsAfterEffect: 0.25 });
			publishSlowly(fixture, 1000);
			expect(fixture.failures.size()).to.be.near(400, 60);
			expect(fixture.receivedBy("A") - (1000 - fixture.failures.size())).to.be.near(100, 40);
		});

		it("hang publishes for 30 s, then fail them, half of them delivered", () => {
			const fixture = new CloudFixture({ publishHangs: 1 });
			const [a] = fixture.addSubscribers(1, "t");
			for (const _ of $range(1, 100)) fixture.publish(a!, "t", "x");
			fixture.run(29.9);
			expect(fixture.failures.size()).to.equal(0);
			fixture.run(0.2);
			expect(fixture.failures.size()).to.equal(100);
			expect(fixture.receivedBy("A")).to.be.near(50, 20);
		});

		it("never let a publish return that hangs for ever", () => {
			const fixture = new CloudFixture({ publishHangs: 1, publishHangSeconds: math.huge });
			const a = fixture.addServer("A");
			fixture.publish(a, "t", "x");
			fixture.run(10000);
			expect(fixture.failures.size()).to.equal(0);
		});

		it("may be changed while the game runs", () => {
			const fixture = new CloudFixture({ loss: 1 });
			const [a] = fixture.addSubscribers(1, "t");
			fixture.publish(a!, "t", "lost");
			fixture.run(1);
			fixture.cloud.setFaults({ loss: 0 });
			fixture.publish(a!, "t", "found");
			fixture.run(1);
			expect(fixture.received.get("A")!.join()).to.equal("found");
		});

		it("do not disturb each other: with duplication or without, the same deliveries are lost", () => {
			const [plain, duplicating] = [{ loss: 0.3 }, { loss: 0.3, duplication: 0.3 }].map((faults) => {
				const fixture = new CloudFixture({ ...faults, delaySeconds: [0.3, 2] });
				publishSlowly(fixture, 200);
				return fixture.cloud.getStatistics();
			});
			expect(duplicating!.droppedByLoss).to.equal(plain!.droppedByLoss);
		});

		it("make a server deaf: it receives nothing, but what it sends arrives", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(2, "t");
			a!.deaf = true;
			fixture.publish(a!, "t", "x");
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(0);
			expect(fixture.receivedBy("B")).to.equal(1);
			expect(fixture.cloud.getStatistics().droppedByDeafness).to.equal(1);
		});

		it("make a server mute: its publishes succeed and get nowhere", () => {
			const fixture = new CloudFixture();
			const [a, b] = fixture.addSubscribers(2, "t");
			a!.mute = true;
			fixture.publish(a!, "t", "x");
			fixture.publish(b!, "t", "y");
			fixture.run(2);
			expect(fixture.received.get("A")!.join()).to.equal("y");
			expect(fixture.received.get("B")!.join()).to.equal("y");
			expect(fixture.failures.size()).to.equal(0);
			expect(fixture.cloud.getStatistics().droppedByMuteness).to.equal(1);
		});

		it("take MessagingService away: every call fails", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			a.messaging = false;
			fixture.subscribe(a, "t");
			fixture.publish(a, "t", "x");
			fixture.run(2);
			expect(fixture.failures.size()).to.equal(2);
		});
	});
};
