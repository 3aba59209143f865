/// <reference types="@rbxts/testez/globals" />
import { EPOCH_UNIX_SECONDS, OUTSIDE } from "../../../src/testing/messaging-cloud";
import { CloudFixture } from "./cloud-fixture";

export = () => {
	describe("a publish", () => {
		it("reaches every subscriber of its topic, the publisher too, and nobody else", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(3, "t");
			const other = fixture.addServer("other");
			fixture.subscribe(other, "u");
			fixture.publish(a!, "t", "hello");
			fixture.run(2);
			for (const serverId of ["A", "B", "C"]) expect(fixture.received.get(serverId)!.join()).to.equal("hello");
			expect(fixture.receivedBy("other")).to.equal(0);
		});

		it("returns after 0.05 to 0.2 s, and is delivered 0.3 to 2 s after the cloud has it", () => {
			const fixture = new CloudFixture({ publishSeconds: [0.05, 0.2], delaySeconds: [0.3, 2] });
			const a = fixture.addServer("A");
			const { cloud, scheduler } = fixture;
			let deliveries = 0;
			const receive = (message: unknown): void => {
				const latency = scheduler.now() - (message as number);
				expect(latency >= 0.325 && latency <= 2.1).to.equal(true);
				deliveries += 1;
			};
			cloud.subscribe(a, "t", receive, () => {});
			fixture.run(1);
			for (const _ of $range(1, 100)) {
				const sentAt = scheduler.now();
				cloud.publish(a, "t", sentAt, 8, (failure) => {
					const returnedAfter = scheduler.now() - sentAt;
					expect(failure).never.to.be.ok();
					expect(returnedAfter >= 0.05 && returnedAfter <= 0.2).to.equal(true);
				});
				fixture.run(1);
			}
			fixture.run(3);
			expect(deliveries).to.equal(100);
		});

		it("carries the Unix time at which it was sent", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			let sent = 0;
			const receive = (_: unknown, sentUnixSeconds: number): void => {
				sent = sentUnixSeconds;
			};
			fixture.cloud.subscribe(a, "t", receive, () => {});
			fixture.run(10);
			fixture.publish(a, "t", "x");
			fixture.run(5);
			expect(sent).to.equal(EPOCH_UNIX_SECONDS + 10);
		});

		it("may carry a table, of which each receiver gets a copy of what it was when sent", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(2, "t");
			const message = { list: [1, 2], text: "x" };
			fixture.publish(a!, "t", message, 30);
			message.list.push(3);
			fixture.run(2);
			const [one, two] = [fixture.received.get("A")![0], fixture.received.get("B")![0]] as (typeof message)[];
			expect(one!.list.join()).to.equal("1, 2");
			expect(two!.text).to.equal("x");
			expect(one === two || one!.list === two!.list).to.equal(false);
			expect(fixture.cloud.getStatistics().deliveredBytes).to.equal(60);
		});

		it("goes on when its server is gone, but returns to nobody", () => {
			const fixture = new CloudFixture({ publishErrors: 1, publishErrorsAfterEffect: 1 });
			const [a] = fixture.addSubscribers(2, "t");
			fixture.publish(a!, "t", "last words");
			fixture.cloud.detach(a!);
			fixture.run(2);
			expect(fixture.receivedBy("B")).to.equal(1);
			expect(fixture.receivedBy("A")).to.equal(0);
			expect(fixture.failures.size()).to.equal(0);
		});
	});

	describe("a subscription", () => {
		it("gets nothing that was published before it was connected", () => {
			const fixture = new CloudFixture({ subscribeSeconds: [2, 2], delaySeconds: [5, 5] });
			const a = fixture.addServer("A");
			fixture.subscribe(a, "t");
			fixture.publish(a, "t", "too early");
			fixture.run(1.5);
			fixture.publish(a, "t", "in time");
			fixture.run(10);
			expect(fixture.received.get("A")!.join()).to.equal("in time");
		});

		it("gets nothing more once disconnected, not even what is on its way", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			const disconnect = fixture.subscribe(a, "t");
			fixture.run(0);
			fixture.publish(a, "t", "x");
			fixture.run(0.5);
			disconnect();
			disconnect();
			fixture.run(5);
			expect(fixture.receivedBy("A")).to.equal(0);
			expect(fixture.cloud.getStatistics().droppedAtDisconnected).to.equal(1);
		});

		it("never connects when disconnected before that", () => {
			const fixture = new CloudFixture({ subscribeSeconds: [2, 2] });
			const a = fixture.addServer("A");
			fixture.subscribe(a, "t")();
			fixture.run(5);
			fixture.publish(a, "t", "x");
			fixture.run(5);
			expect(fixture.receivedBy("A")).to.equal(0);
		});

		it("is one of several that a server may have for a topic", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			fixture.subscribe(a, "t");
			const disconnect = fixture.subscribe(a, "t");
			fixture.run(0);
			fixture.publish(a, "t", "both");
			fixture.run(2);
			disconnect();
			fixture.publish(a, "t", "one");
			fixture.run(2);
			expect(fixture.received.get("A")!.join()).to.equal("both, both, one");
		});

		it("fails as often as it is told to", () => {
			const fixture = new CloudFixture({ subscribeErrors: 0.3 });
			for (const index of $range(1, 1000)) fixture.subscribe(fixture.addServer(`S${index}`), "t");
			fixture.run(1);
			expect(fixture.failures.size()).to.be.near(300, 60);
			expect(fixture.cloud.getStatistics().subscribesFailedByFault).to.equal(fixture.failures.size());
		});
	});

	describe("a filter", () => {
		it("sees every delivery and drops those it wants to", () => {
			const fixture = new CloudFixture();
			const [a, b] = fixture.addSubscribers(3, "t");
			const seen = new Array<string>();
			fixture.cloud.setFilter((sender, receiver, topic, message) => {
				seen.push(`${sender}${receiver}${topic}${message}`);
				return sender === "A" && receiver === "B" ? "drop" : "deliver";
			});
			fixture.publish(a!, "t", "1");
			fixture.publish(b!, "t", "2");
			fixture.run(2);
			expect(seen.join()).to.equal("AAt1, ABt1, ACt1, BAt2, BBt2, BCt2");
			expect(fixture.received.get("B")!.join()).to.equal("2");
			expect(fixture.received.get("C")!.join()).to.equal("1, 2");
			expect(fixture.cloud.getStatistics().droppedByFilter).to.equal(1);
			fixture.cloud.setFilter(undefined);
			fixture.publish(a!, "t", "3");
			fixture.run(2);
			expect(fixture.received.get("B")!.join()).to.equal("2, 3");
		});

		it("may end a server", () => {
			const fixture = new CloudFixture();
			const links = fixture.addSubscribers(3, "t");
			fixture.cloud.setFilter(() => {
				fixture.cloud.detach(links[0]!);
				return "deliver";
			});
			fixture.publish(links[1]!, "t", "x");
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(0);
		});
	});

	describe("a message from outside", () => {
		it("reaches the subscribers, or is refused with a reason", () => {
			const fixture = new CloudFixture();
			fixture.addSubscribers(1, "t");
			let from = "";
			fixture.cloud.setFilter((sender) => {
				from = sender;
				return "deliver";
			});
			expect(fixture.cloud.inject("t", "x")).never.to.be.ok();
			expect(fixture.cloud.inject("t", string.rep("x", 2000))).to.be.ok();
			fixture.run(2);
			expect(fixture.received.get("A")!.join()).to.equal("x");
			expect(from).to.equal(OUTSIDE);
			expect(fixture.cloud.getStatistics().injections).to.equal(2);
		});
	});

	describe("the trace", () => {
		function traceOf(seed: number, text: string): string {
			const fixture = new CloudFixture({ loss: 0.1, duplication: 0.1, delaySeconds: [0.3, 2] }, seed);
			const [a, b] = fixture.addSubscribers(5, "t");
			for (const _ of $range(1, 20)) {
				fixture.publish(a!, "t", text);
				fixture.publish(b!, "t", "y");
				fixture.run(1);
			}
			return fixture.cloud.trace.text();
		}

		it("is the same for the same seed, and another for another seed or another message", () => {
			const trace = traceOf(1, "x");
			expect(traceOf(1, "x")).to.equal(trace);
			expect(traceOf(2, "x") === trace).to.equal(false);
			expect(traceOf(1, "xx") === trace).to.equal(false);
		});

		it("is the same in every process", () => {
			expect(traceOf(1, "x")).to.equal("689f6380f56d");
		});
	});

	describe("topics", () => {
		it("do not fill the memory when they come and go", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A", 100);
			for (const index of $range(1, 3000)) {
				const disconnect = fixture.subscribe(a, `inbox ${index}`);
				fixture.run(0.5);
				fixture.publish(a, `inbox ${index}`, "x");
				fixture.run(1);
				disconnect();
			}
			expect(fixture.receivedBy("A")).to.equal(3000);
			expect(fixture.cloud.topicCount() < 600).to.equal(true);
		});
	});
};
