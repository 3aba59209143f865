/// <reference types="@rbxts/testez/globals" />
import { ConfigureCluster, GetCluster } from "../../../src/cluster";
import { currentPlatform } from "../../../src/platform/current";
import { VirtualGame } from "../../../src/testing";

export = () => {
	describe("the library on virtual servers", () => {
		it("has a cluster on each, which find each other", () => {
			const world = VirtualGame();
			const [a, b] = [world.AddServer(), world.AddServer()];
			expect(a.Do(GetCluster)).to.equal(a.Cluster);
			expect(b.Do(GetCluster)).to.equal(b.Cluster);
			expect(a.Cluster.ServerId).to.equal(a.ServerId);
			world.Settle(a.Cluster.WaitUntilReady());
			const met = (): boolean => a.Cluster.GetServers().size() === 2 && b.Cluster.GetServers().size() === 2;
			expect(world.RunUntil(met, 60)).to.equal(true);
			expect(world.GetStatistics().limiterDrops).to.equal(0);
			expect(world.Errors.size()).to.equal(0);
		});

		it("can be configured before it starts", () => {
			const logged = new Array<string>();
			const server = VirtualGame().AddServer({
				setup: () => ConfigureCluster({ logger: (_, text) => logged.push(text) }),
			});
			const [configuredLate] = pcall(() => server.Do(() => ConfigureCluster({})));
			expect(configuredLate).to.equal(false);
		});

		it("refuses to work on a client", () => {
			const client = VirtualGame().AddServer({ environment: "client" });
			expect(client.Cluster).never.to.be.ok();
			const [worked] = pcall(() => client.Do(GetCluster));
			expect(worked).to.equal(false);
		});
	});

	describe("messages of a VirtualGame", () => {
		it("come from servers and from outside, through the filter, into the statistics", () => {
			const world = VirtualGame();
			const [a, b] = [world.AddServer(), world.AddServer()];
			const received = new Array<string>();
			b.Do(() =>
				currentPlatform().subscribe(
					"spec",
					(message) => received.push(message as string),
					() => {},
				),
			);
			world.Run(1);
			const before = world.GetStatistics();
			a.Do(() => currentPlatform().publish("spec", "one", () => {}));
			world.Run(3);
			expect(world.Inject("spec", "two")).never.to.be.ok();
			world.Run(3);
			world.SetFilter((_, receiver, topic) => (topic === "spec" && receiver === b.ServerId ? "drop" : "deliver"));
			a.Do(() => currentPlatform().publish("spec", "three", () => {}));
			world.Run(3);
			expect(received.join()).to.equal("one, two");
			const after = world.GetStatistics();
			expect(after.injections - before.injections).to.equal(1);
			expect(after.droppedByFilter - before.droppedByFilter).to.equal(1);
		});

		it("are lost while faults say so", () => {
			const world = VirtualGame({ loss: 1 });
			const [a, b] = [world.AddServer(), world.AddServer()];
			let received = 0;
			b.Do(() =>
				currentPlatform().subscribe(
					"spec",
					() => (received += 1),
					() => {},
				),
			);
			world.Run(1);
			a.Do(() => currentPlatform().publish("spec", "x", () => {}));
			world.Run(5);
			expect(received).to.equal(0);
			world.SetFaults({ loss: 0 });
			a.Do(() => currentPlatform().publish("spec", "x", () => {}));
			world.Run(5);
			expect(received).to.equal(1);
		});
	});
};
