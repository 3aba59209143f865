/// <reference types="@rbxts/testez/globals" />
import { currentPlatform } from "../../../src/platform/current";
import { EPOCH_UNIX_SECONDS } from "../../../src/testing/messaging-cloud";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { PlatformFixture } from "./platform-fixture";

const FRAME = 1 / 60;

export = () => {
	describe("a virtual server's threads", () => {
		it("wake at the first frame at which their time has come", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A", new VirtualClock(0, 0, 0, 0, 0.25));
			const woken = new Array<number>();
			const note = (): void => {
				woken.push(fixture.scheduler.now());
			};
			a.schedule(1, note);
			a.schedule(1 + 0.3 * FRAME, note);
			fixture.run(5);
			expect(woken[0]).to.be.near(1 + 0.25 * FRAME, 1e-9);
			expect(woken[1]).to.be.near(1 + 1.25 * FRAME, 1e-9);
		});

		it("wake a frame later when they do not sleep at all", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			const woken = new Array<number>();
			const wake = (): void => {
				woken.push(fixture.scheduler.now());
				if (woken.size() < 100) a.schedule(0, wake);
			};
			a.schedule(-5, wake);
			fixture.run(5);
			for (const index of $range(1, 100)) expect(woken[index - 1]).to.be.near(index * FRAME, 1e-9);
		});

		it("do not wake when cancelled, whenever and however often", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			let woken = 0;
			const cancel = a.schedule(1, () => (woken += 1));
			const cancelLate = a.schedule(1, () => (woken += 10));
			cancel();
			cancel();
			fixture.run(2);
			cancelLate();
			expect(woken).to.equal(10);
		});

		it("run as the server they belong to", () => {
			const fixture = new PlatformFixture();
			const [a, b] = [fixture.addServer("A"), fixture.addServer("B")];
			const seen = new Array<string>();
			const look = (where: string) => () => {
				seen.push(`${where}${currentPlatform().serverId}`);
			};
			for (const platform of [a, b]) {
				platform.schedule(1, look("s"));
				platform.spawn(look("n"));
				platform.subscribe("t", look("m"), look("c"));
			}
			a.spawn(() => b.spawn(look("x")));
			fixture.run(0.5);
			a.publish("t", "x", look("p"));
			fixture.run(5);
			expect(seen.join("").size()).to.equal(20);
			expect(seen.sort().join(" ")).to.equal("cA cB mA mB nA nB pA sA sB xB");
		});

		it("keep their yields and errors to themselves", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			let ran = 0;
			a.spawn(() => coroutine.yield());
			a.spawn(() => error("broken on purpose"));
			a.schedule(1, () => error("broken again"));
			a.schedule(1, () => (ran += 1));
			fixture.run(2);
			expect(ran).to.equal(1);
			expect(fixture.failures.size()).to.equal(2);
			expect(string.find(fixture.failures[1]!, "broken again", 1, true)[0]).to.be.ok();
		});
	});

	describe("a virtual server's clocks", () => {
		it("start anywhere, run too fast and are wrong, as told; a server's start is in whole seconds", () => {
			const fixture = new PlatformFixture();
			fixture.run(50);
			const a = fixture.addServer("A", new VirtualClock(50, 1000, -2.5, 0.01, 0));
			expect(a.startedAtSeconds).to.equal(EPOCH_UNIX_SECONDS + 47);
			fixture.run(100);
			expect(a.clock()).to.be.near(1101, 1e-6);
			expect(a.unixMilliseconds()).to.be.near((EPOCH_UNIX_SECONDS + 148.5) * 1000, 1);
			expect(a.unixMilliseconds()).to.equal(math.floor(a.unixMilliseconds()));
		});

		it("rule its sleep: of a fast clock a second is short", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A", new VirtualClock(0, 0, 0, 0.25, 0));
			let wokenAt = 0;
			a.schedule(10, () => (wokenAt = a.clock()));
			fixture.run(8.1);
			expect(wokenAt).to.be.near(10, 0.03);
		});

		it("may jump, in Unix time only", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			const [clock, unix] = [a.clock(), a.unixMilliseconds()];
			a.virtualClock.skewSeconds -= 3600;
			expect(a.clock()).to.equal(clock);
			expect(a.unixMilliseconds()).to.equal(unix - 3600000);
		});
	});

	describe("a virtual server's random numbers", () => {
		it("are its own, and the same in every run", () => {
			const [one, two] = [new PlatformFixture(), new PlatformFixture()];
			two.addServer("B").random();
			const [a, again, b] = [one.addServer("A"), two.addServer("A"), one.addServer("B")];
			const value = a.random();
			expect(value >= 0 && value < 1).to.equal(true);
			expect(again.random()).to.equal(value);
			expect(b.random() === value).to.equal(false);
			expect(a.guid()).to.equal(again.guid());
			expect(a.guid() === b.guid()).to.equal(false);
		});
	});

	describe("a virtual server's output", () => {
		it("is kept, the last thousand lines of it", () => {
			const fixture = new PlatformFixture();
			const a = fixture.addServer("A");
			a.print("hello");
			fixture.run(5);
			a.warn("careful");
			const [hello, careful] = a.outputLines();
			expect(hello!.text).to.equal("hello");
			expect(hello!.level).to.equal("print");
			expect(careful!.level).to.equal("warn");
			expect(careful!.atSeconds).to.equal(5);
			for (const index of $range(1, 1500)) a.print(`line ${index}`);
			const lines = a.outputLines();
			expect(lines.size()).to.equal(1000);
			expect(lines[0]!.text).to.equal("line 501");
			expect(lines[999]!.text).to.equal("line 1500");
		});
	});
};
