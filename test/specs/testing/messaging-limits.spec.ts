/// <reference types="@rbxts/testez/globals" />
import {
	DOCUMENTED_MESSAGE_BYTES,
	OWN_MESSAGE_BYTES,
	SUBSCRIBE_REQUESTS_PER_MINUTE,
	TOPIC_NAME_CHARACTERS,
	receivedPerGamePerMinute,
	receivedPerTopicPerMinute,
	sendsPerMinute,
	subscriptionsPerServer,
} from "../../../src/platform/limits";
import { describeLimits } from "../../../src/testing/cloud-statistics";
import { CloudFixture } from "./cloud-fixture";

export = () => {
	describe("the documented limits", () => {
		it("are those of the creator docs of 2026-08-22", () => {
			expect(DOCUMENTED_MESSAGE_BYTES).to.equal(1024);
			expect(TOPIC_NAME_CHARACTERS).to.equal(80);
			expect(SUBSCRIBE_REQUESTS_PER_MINUTE).to.equal(240);
			expect(sendsPerMinute(0)).to.equal(600);
			expect(sendsPerMinute(50)).to.equal(12600);
			expect(receivedPerTopicPerMinute(1)).to.equal(120);
			expect(receivedPerTopicPerMinute(100)).to.equal(8040);
			expect(receivedPerGamePerMinute(1)).to.equal(600);
			expect(receivedPerGamePerMinute(100)).to.equal(20400);
			expect(subscriptionsPerServer(0)).to.equal(20);
			expect(subscriptionsPerServer(50)).to.equal(420);
		});

		it("leave the library's own messages room under both readings of 1 kB", () => {
			expect(OWN_MESSAGE_BYTES <= 1000 && OWN_MESSAGE_BYTES <= DOCUMENTED_MESSAGE_BYTES).to.equal(true);
		});
	});

	describe("the emulated cloud", () => {
		it("takes messages of 1,024 bytes as JSON, quotes included, and refuses 1,025", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(1, "t");
			fixture.publish(a!, "t", string.rep("x", 1022));
			fixture.run(5);
			expect(fixture.receivedBy("A")).to.equal(1);
			fixture.publish(a!, "t", string.rep("x", 1023));
			fixture.publish(a!, "t", string.rep("x", 1021) + '"');
			fixture.run(5);
			expect(fixture.receivedBy("A")).to.equal(1);
			expect(fixture.failures.size()).to.equal(2);
			expect(fixture.cloud.getStatistics().refusedSize).to.equal(2);
		});

		it("takes topic names of 1 to 80 characters", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			for (const length of [1, 80]) {
				fixture.publish(a, string.rep("t", length), "x");
				fixture.subscribe(a, string.rep("t", length));
			}
			fixture.run(1);
			expect(fixture.failures.size()).to.equal(0);
			for (const length of [0, 81]) {
				fixture.publish(a, string.rep("t", length), "x");
				fixture.subscribe(a, string.rep("t", length));
			}
			fixture.run(1);
			expect(fixture.failures.size()).to.equal(4);
		});

		it("refuses text that JSON cannot carry", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			fixture.publish(a, "t", "\xff\xfe");
			fixture.run(1);
			expect(fixture.failures.size()).to.equal(1);
		});

		it("lets a server send 600 messages a minute and 240 more for each of its players", () => {
			for (const players of [0, 2]) {
				const fixture = new CloudFixture();
				const a = fixture.addServer("A", players);
				const limit = 600 + 240 * players;
				fixture.publishMany(a, "t", limit, 1 / 60);
				expect(fixture.failures.size()).to.equal(0);
				fixture.publishMany(a, "t", 7);
				fixture.run(0);
				expect(fixture.failures.size()).to.equal(7);
				expect(fixture.cloud.getStatistics().refusedSendLimit).to.equal(7);
				expect(fixture.share("sends of a server")).to.equal(1);
				fixture.run(60);
				fixture.publish(a, "t", "again");
				fixture.run(0);
				expect(fixture.failures.size()).to.equal(7);
			}
		});

		it("lets a topic receive 40 messages a minute and 80 more for each server, counted as deliveries", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(4, "t");
			// 4 servers: 360 deliveries, so 90 messages that all four receive.
			fixture.publishMany(a!, "t", 91, 0.1);
			fixture.run(2);
			const statistics = fixture.cloud.getStatistics();
			expect(statistics.deliveries).to.equal(360);
			expect(statistics.limiterDrops).to.equal(4);
			expect(statistics.limiterDropsOnTopic).to.equal(4);
			expect(fixture.failures.size()).to.equal(0);
			expect(fixture.share("received on a topic")).to.equal(1);
		});

		it("lets the game receive 400 messages a minute and 200 more for each server, counted as deliveries", () => {
			const fixture = new CloudFixture();
			const [a, b] = fixture.addSubscribers(2, "t1");
			for (const link of [a!, b!]) for (const topic of ["t2", "t3", "t4", "t5"]) fixture.subscribe(link, topic);
			fixture.run(0);
			// 2 servers: 200 deliveries on each topic and 800 for the game, so the fifth topic gets none.
			for (const topic of ["t1", "t2", "t3", "t4", "t5"]) fixture.publishMany(a!, topic, 100, 0.01);
			fixture.run(2);
			const statistics = fixture.cloud.getStatistics();
			expect(statistics.deliveries).to.equal(800);
			expect(statistics.limiterDrops).to.equal(200);
			expect(statistics.limiterDropsOnTopic).to.equal(0);
			expect(fixture.share("received by the game")).to.equal(1);
		});

		it("in the other reading counts a message once, however many servers receive it", () => {
			const fixture = new CloudFixture({ reading: "publishes" });
			const [a] = fixture.addSubscribers(4, "t");
			fixture.publishMany(a!, "t", 361, 0.1);
			fixture.run(2);
			const statistics = fixture.cloud.getStatistics();
			expect(statistics.deliveries).to.equal(360 * 4);
			expect(statistics.limiterDrops).to.equal(4);
		});

		it("charges nothing for a message that nobody receives, where deliveries are counted", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			fixture.publishMany(a, "nobody", 500);
			fixture.run(2);
			expect(fixture.share("received by the game")).to.equal(0);
		});

		it("drops what is over a receive limit for some subscribers, not always the same", () => {
			const fixture = new CloudFixture();
			const links = fixture.addSubscribers(7, "t");
			// 600 deliveries: 85 messages and 5 deliveries of the next.
			for (const minute of $range(1, 20)) {
				fixture.publishMany(links[0]!, "t", 86);
				fixture.run(61);
				expect(fixture.cloud.getStatistics().deliveries).to.equal(600 * minute);
			}
			for (const link of links) expect(fixture.receivedBy(link.serverId) < 86 * 20).to.equal(true);
		});

		it("tells the publisher of a message over a receive limit, where asked to", () => {
			const fixture = new CloudFixture({ overLimit: "error" });
			const [a] = fixture.addSubscribers(1, "t");
			fixture.publishMany(a!, "t", 121);
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(120);
			expect(fixture.failures.size()).to.equal(1);
			expect(fixture.cloud.getStatistics().refusedReceiveLimit).to.equal(1);
		});

		it("only measures the receive limits, where asked to", () => {
			const fixture = new CloudFixture({ overLimit: "allow" });
			const [a] = fixture.addSubscribers(1, "t");
			fixture.publishMany(a!, "t", 180);
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(180);
			expect(fixture.share("received on a topic")).to.equal(1.5);
		});

		it("computes the receive limits from the servers that live, or from the number it is told", () => {
			const fixture = new CloudFixture();
			const [a, b] = fixture.addSubscribers(2, "t");
			fixture.cloud.detach(b!);
			fixture.publishMany(a!, "t", 130);
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(120);

			const told = new CloudFixture({ countedServers: 0 });
			const [alone] = told.addSubscribers(1, "t");
			told.publishMany(alone!, "t", 130);
			told.run(2);
			expect(told.receivedBy("A")).to.equal(40);
		});

		it("lets a server hold 20 subscriptions and 8 more for each of its players", () => {
			for (const players of [0, 3]) {
				const fixture = new CloudFixture();
				const a = fixture.addServer("A", players);
				const limit = 20 + 8 * players;
				const disconnects = new Array<() => void>();
				for (const index of $range(1, limit)) disconnects.push(fixture.subscribe(a, `t${index}`));
				fixture.run(1);
				expect(fixture.failures.size()).to.equal(0);
				fixture.subscribe(a, "one more");
				fixture.run(1);
				expect(fixture.failures.size()).to.equal(1);
				disconnects[0]!();
				fixture.subscribe(a, "in its place");
				fixture.run(1);
				expect(fixture.failures.size()).to.equal(1);
			}
		});

		it("lets a server make 240 subscribe requests a minute", () => {
			const fixture = new CloudFixture();
			const a = fixture.addServer("A");
			for (const _ of $range(1, 240)) fixture.subscribe(a, "t")();
			const disconnect = fixture.subscribe(a, "t");
			fixture.run(1);
			expect(fixture.failures.size()).to.equal(1);
			disconnect();
			fixture.run(60);
			fixture.subscribe(a, "t");
			fixture.run(1);
			expect(fixture.failures.size()).to.equal(1);
		});

		it("counts messages from outside against the receive limits", () => {
			const fixture = new CloudFixture();
			fixture.addSubscribers(1, "t");
			for (const _ of $range(1, 125)) fixture.cloud.inject("t", "from outside");
			fixture.run(2);
			expect(fixture.receivedBy("A")).to.equal(120);
		});

		it("counts sliding minutes, or minutes of the clock", () => {
			for (const minute of ["sliding", "fixed"] as const) {
				const fixture = new CloudFixture({ minute });
				const [a] = fixture.addSubscribers(1, "t");
				fixture.run(50);
				fixture.publishMany(a!, "t", 120);
				fixture.run(15);
				fixture.publishMany(a!, "t", 120);
				fixture.run(2);
				expect(fixture.receivedBy("A")).to.equal(minute === "sliding" ? 120 : 240);
			}
		});

		it("says how close each limit came to being reached", () => {
			const fixture = new CloudFixture();
			const [a] = fixture.addSubscribers(1, "t");
			fixture.publishMany(a!, "t", 30, 1);
			const lines = describeLimits(fixture.cloud.getStatistics());
			expect(lines[0]).to.equal("sends of a server (A): 30 of 600, 5.0 % of the documented limit");
			expect(lines[1]).to.equal("received on a topic (t): 30 of 120, 25.0 % of the documented limit");
			expect(lines[2]).to.equal("received by the game: 30 of 600, 5.0 % of the documented limit");
		});
	});
};
