/// <reference types="@rbxts/testez/globals" />
import { PlatformFixture } from "./platform-fixture";

export = () => {
	describe("a crash", () => {
		it("is the end of everything of that server, and of nothing else", () => {
			const fixture = new PlatformFixture();
			const [a, b] = [fixture.addServer("A"), fixture.addServer("B")];
			const ran = new Array<string>();
			for (const platform of [a, b]) {
				const note = (what: string) => () => {
					ran.push(what + platform.serverId);
				};
				platform.subscribe("t", note("m"), note("c"));
				platform.onClosing(note("closing"));
			}
			fixture.run(1);
			for (const platform of [a, b]) {
				platform.schedule(1, () => ran.push(`s${platform.serverId}`));
				platform.publish("t", "x", () => ran.push(`p${platform.serverId}`));
			}
			a.crash();
			a.spawn(() => ran.push("spawned"));
			a.schedule(1, () => ran.push("scheduled"));
			a.publish("t", "x", () => ran.push("published"));
			a.subscribe(
				"t",
				() => ran.push("received"),
				() => {},
			);
			a.close(undefined);
			fixture.run(60);
			expect(ran.sort().join(" ")).to.equal("cA cB mB mB pB sB");
			expect(a.getState()).to.equal("crashed");
		});
	});

	describe("a freeze", () => {
		it("runs late what was due, in order, and messages with it", () => {
			const fixture = new PlatformFixture();
			const [a, b] = [fixture.addServer("A"), fixture.addServer("B")];
			const ran = new Array<string>();
			const note = (what: string): void => {
				ran.push(`${what} ${math.floor(fixture.scheduler.now() + 0.001)}`);
			};
			a.subscribe(
				"t",
				(message) => note(message as string),
				() => {},
			);
			fixture.run(1);
			a.schedule(1, () => note("one"));
			a.schedule(7, () => note("seven"));
			a.schedule(20, () => note("twenty"));
			a.schedule(2, () => note("cancelled"));
			a.freeze(10);
			a.freeze(5);
			b.publish("t", "message", () => {});
			expect(a.isFrozen()).to.equal(true);
			fixture.run(9.9);
			expect(ran.size()).to.equal(0);
			fixture.run(20);
			expect(a.isFrozen()).to.equal(false);
			const shown = ran.join(", ");
			expect(
				shown === "one 11, message 11, cancelled 11, seven 11, twenty 21" ||
					shown === "message 11, one 11, cancelled 11, seven 11, twenty 21" ||
					shown === "one 11, cancelled 11, message 11, seven 11, twenty 21",
			).to.equal(true);
		});

		it("leaves what was cancelled and disconnected meanwhile undone", () => {
			const fixture = new PlatformFixture();
			const [a, b] = [fixture.addServer("A"), fixture.addServer("B")];
			let ran = 0;
			const disconnect = a.subscribe(
				"t",
				() => (ran += 1),
				() => {},
			);
			fixture.run(1);
			const cancel = a.schedule(1, () => (ran += 1));
			b.publish("t", "x", () => {});
			a.freeze(10);
			fixture.run(5);
			cancel();
			disconnect();
			fixture.run(20);
			expect(ran).to.equal(0);
		});

		it("may follow at once on another", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			const ran = new Array<number>();
			for (const _ of $range(1, 3)) {
				a.schedule(1, () => {
					ran.push(math.floor(fixture.scheduler.now() + 0.001));
					a.freeze(10);
				});
			}
			a.freeze(10);
			fixture.run(100);
			expect(ran.join()).to.equal("10, 20, 30");
		});

		it("ends with the server", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			let ran = 0;
			a.schedule(1, () => (ran += 1));
			a.freeze(10);
			fixture.run(5);
			a.crash();
			fixture.run(20);
			expect(ran).to.equal(0);
			expect(a.isFrozen()).to.equal(false);
		});
	});

	describe("closing", () => {
		it("waits until everything bound to it is done, with the cloud still there", () => {
			const fixture = new PlatformFixture();
			const [a, b] = [fixture.addServer("A"), fixture.addServer("B")];
			const received = new Array<defined>();
			b.subscribe(
				"t",
				(message) => received.push(message as defined),
				() => {},
			);
			fixture.run(1);
			a.players.push("Player1");
			let handled = 0;
			a.onClosing((done) => {
				handled += 1;
				expect(a.playerCount()).to.equal(0);
				a.publish("t", "goodbye", done);
			});
			a.onClosing((done) => {
				handled += 1;
				a.schedule(5, done);
			});
			a.close(undefined);
			a.close(undefined);
			expect(handled).to.equal(2);
			fixture.run(4.9);
			expect(a.getState()).to.equal("closing");
			fixture.run(0.2);
			expect(a.getState()).to.equal("closed");
			expect(received.join()).to.equal("goodbye");
		});

		it("takes no longer than 30 s", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			let beats = 0;
			const beat = (): void => {
				beats += 1;
				a.schedule(1, beat);
			};
			beat();
			a.onClosing(() => {});
			a.close(undefined);
			fixture.run(29.9);
			expect(a.getState()).to.equal("closing");
			fixture.run(100);
			expect(a.getState()).to.equal("closed");
			expect(beats).to.be.near(30, 1);
		});

		it("is at once over when nothing is bound to it", () => {
			const a = new PlatformFixture().addServer("A");
			a.close(undefined);
			expect(a.getState()).to.equal("closed");
		});

		it("does not wait for a handler that failed", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			a.onClosing(() => error("broken on purpose"));
			a.close(undefined);
			expect(a.getState()).to.equal("closed");
			expect(fixture.failures.size()).to.equal(1);
		});

		it("waits on in a frozen server, but not longer than 30 s", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			let handled = false;
			a.onClosing(() => (handled = true));
			a.freeze(60);
			a.close(undefined);
			fixture.run(29);
			expect(a.getState()).to.equal("closing");
			fixture.run(60);
			expect(a.getState()).to.equal("closed");
			expect(handled).to.equal(false);
		});
	});
};
