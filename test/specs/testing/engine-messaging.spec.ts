import { EPOCH_UNIX_SECONDS } from "../../../src/testing/messaging-cloud";
import { EngineFixture } from "./engine-fixture";

const CALM = { publishSeconds: [0.1, 0.1], subscribeSeconds: [0.1, 0.1], delaySeconds: [1, 1] } as const;

export = () => {
	describe("MessagingService.PublishAsync", () => {
		it("yields until the cloud has the message, not until it is delivered, and returns nothing", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			task.spawn(() => {
				MessagingService.SubscribeAsync("t", () => fixture.note("received"));
				const [success, result] = pcall(() => MessagingService.PublishAsync("t", "m"));
				fixture.note(`${success} ${result}`);
			});
			fixture.run(5);
			expect(fixture.takeNotes()).to.equal("true nil 0.2, received 1.15");
		});

		it("throws what the cloud refuses, where it can be caught", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			const refused = new Array<boolean>();
			task.spawn(() => {
				const cases: [string, unknown][] = [
					["", "m"],
					["t".rep(81), "m"],
					["t", "m".rep(1023)],
					["t", undefined],
					["t", print],
					["t", "\xff"],
					["t", new Map([[2, "sparse"]])],
				];
				for (const [topic, message] of cases) {
					refused.push(!pcall(() => MessagingService.PublishAsync(topic, message))[0]);
				}
				refused.push(pcall(() => MessagingService.PublishAsync("t".rep(80), "m".rep(1022)))[0]);
			});
			fixture.run(5);
			expect(refused.size()).to.equal(8);
			expect(refused.every((right) => right)).to.equal(true);
			expect(fixture.failures.size()).to.equal(0);
		});

		it("makes of a message what JSON makes of it, a copy for each receiver", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			const got = new Array<{ list: defined[]; holes?: unknown; call?: unknown }>();
			task.spawn(() => {
				for (const _ of $range(1, 2)) {
					MessagingService.SubscribeAsync("t", ({ Data }) => got.push(Data as (typeof got)[0]));
				}
				const message = { list: [1, "two", false], call: print };
				MessagingService.PublishAsync("t", message);
				message.list.clear();
			});
			fixture.run(5);
			expect(got.size()).to.equal(2);
			expect(got[0] !== got[1]).to.equal(true);
			for (const { list, call } of got) {
				expect(list.join(",")).to.equal("1,two,false");
				expect(call).to.equal(undefined);
			}
		});

		it("measures a table by its JSON: 1,024 bytes are taken, 1,025 refused", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			const outcomes = new Array<boolean>();
			task.spawn(() => {
				for (const characters of [1020, 1021]) {
					outcomes.push(pcall(() => MessagingService.PublishAsync("t", ["m".rep(characters)]))[0]);
				}
			});
			fixture.run(5);
			expect(outcomes.map(tostring).join(",")).to.equal("true,false");
		});
	});

	describe("MessagingService.SubscribeAsync", () => {
		it("yields until subscribed and returns a connection; a topic may have several callbacks", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const [a, b] = [fixture.addServer().engine, fixture.addServer({ serverId: "B" }).engine];
			let connection: RBXScriptConnection | undefined;
			a.task.spawn(() => {
				connection = a.MessagingService.SubscribeAsync("t", () => fixture.note("first"));
				fixture.note("subscribed");
				a.MessagingService.SubscribeAsync("t", () => fixture.note("second"));
			});
			fixture.run(1);
			expect(fixture.takeNotes()).to.equal("subscribed 0.1");
			expect(connection!.Connected).to.equal(true);
			b.task.spawn(() => b.MessagingService.PublishAsync("t", "m"));
			fixture.run(5);
			expect(fixture.takeNotes()).to.equal("first 2.05, second 2.05");
		});

		it("calls nothing more once disconnected, not even for what has arrived during a freeze", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const server = fixture.addServer();
			const { MessagingService, task } = server.engine;
			task.spawn(() => {
				const connection = MessagingService.SubscribeAsync("t", () => fixture.note("received"));
				task.delay(2, () => connection.Disconnect());
				MessagingService.PublishAsync("t", "m");
			});
			fixture.run(0.5);
			server.freeze(3);
			fixture.run(10);
			// The timer was due after the message had come: in the order of arrival, the message was first.
			expect(fixture.takeNotes()).to.equal("received 3.5");
			task.spawn(() => {
				const connection = MessagingService.SubscribeAsync("u", () => fixture.note("received"));
				MessagingService.PublishAsync("u", "m");
				connection.Disconnect();
				expect(connection.Connected).to.equal(false);
			});
			fixture.run(10);
			expect(fixture.takeNotes()).to.equal("");
		});

		it("gives the Unix time at which a message was sent, with its fraction", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			let sent = 0;
			task.spawn(() => {
				MessagingService.SubscribeAsync("t", (message) => (sent = message.Sent));
				task.wait(2.2);
				MessagingService.PublishAsync("t", "m");
			});
			fixture.run(5);
			// Subscribed after 0.1 s, and awake a frame later at most.
			expect(sent - EPOCH_UNIX_SECONDS).to.be.near(2.31, 0.01);
			expect(sent % 1 > 0).to.equal(true);
		});

		it("throws where there is no MessagingService", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer({ messaging: false, environment: "studio" }).engine;
			task.spawn(() => {
				fixture.note(tostring(pcall(() => MessagingService.SubscribeAsync("t", () => {}))[0]));
				fixture.note(tostring(pcall(() => MessagingService.PublishAsync("t", "m"))[0]));
			});
			fixture.run(5);
			expect(fixture.takeNotes()).to.equal("false 0.1, false 0.2");
		});

		it("keeps an error of a callback to itself", () => {
			const fixture = new EngineFixture("immediate", CALM);
			const { MessagingService, task } = fixture.addServer().engine;
			task.spawn(() => {
				MessagingService.SubscribeAsync("t", () => error("oh dear"));
				MessagingService.SubscribeAsync("t", () => fixture.note("received"));
				MessagingService.PublishAsync("t", "m");
			});
			fixture.run(5);
			expect(fixture.takeNotes()).to.equal("received 1.25");
			expect(fixture.failures.size()).to.equal(1);
		});
	});
};
