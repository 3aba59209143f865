import { VirtualGame } from "../../../src/testing";
import { EPOCH_UNIX_SECONDS } from "../../../src/testing/messaging-cloud";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { EngineFixture } from "./engine-fixture";

export = () => {
	describe("os and DateTime of a server", () => {
		it("follow its own clocks, wrong by what they were told", () => {
			const fixture = new EngineFixture();
			const fast = fixture.addServer({ clock: new VirtualClock(0, 5, 30, 0.1, 0) }).engine;
			const right = fixture.addServer({ serverId: "B" }).engine;
			fixture.run(100);
			expect(right.os.time()).to.equal(EPOCH_UNIX_SECONDS + 100);
			expect(right.os.clock()).to.be.near(200, 1e-6);
			expect(fast.os.time()).to.equal(EPOCH_UNIX_SECONDS + 140);
			expect(fast.os.clock()).to.be.near(115, 1e-6);
			expect(fast.DateTime.now().UnixTimestampMillis).to.equal((EPOCH_UNIX_SECONDS + 140) * 1000);
		});

		it("have whole seconds in os.time, milliseconds in DateTime, and more in os.clock", () => {
			const fixture = new EngineFixture();
			const { os, DateTime } = fixture.addServer().engine;
			fixture.run(1.23456);
			expect(os.time()).to.equal(EPOCH_UNIX_SECONDS + 1);
			expect(DateTime.now().UnixTimestamp).to.equal(EPOCH_UNIX_SECONDS + 1);
			expect(DateTime.now().UnixTimestampMillis - EPOCH_UNIX_SECONDS * 1000).to.equal(1234);
			expect(os.clock()).to.be.near(101.23456, 1e-9);
		});

		it("jump in Unix time only; os.clock never goes backwards", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			const { os } = server.Engine;
			const [clock, time] = [os.clock(), os.time()];
			server.JumpClock(-3600);
			expect(os.clock()).to.equal(clock);
			expect(os.time()).to.equal(time - 3600);
			world.Destroy();
		});

		it("are the ones that the library sees", () => {
			const world = VirtualGame({ clockSkewSeconds: [-10, 10] });
			const server = world.AddServer();
			const [info] = server.Cluster.GetServers();
			expect(info!.StartedAt).to.equal(server.Engine.os.time());
			expect(server.Engine.DataModel.JobId).to.equal(server.ServerId);
			world.Destroy();
		});
	});
};
