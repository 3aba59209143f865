/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";

/** The servers that broadcast for all. */
function hubsOf(world: World): Peer[] {
	return world.live().filter(({ server }) => server.Cluster.GetStatistics().Hub === server.ServerId);
}

/** Every server changes one of its keys so often. */
function busy(world: World, seconds: number, everySeconds: number): void {
	for (const step of $range(1, math.floor(seconds / everySeconds))) {
		world.after(step * everySeconds, () => {
			for (const peer of world.live()) peer.put(`${peer.number}-${step % 5}`, `value ${step}`);
		});
	}
}

export = () => {
	describe("who broadcasts", () => {
		it("is everybody with twelve servers, and one from thirteen on", () => {
			inWorld({ seed: 1 }, (world) => {
				world.start(12);
				world.run(40);
				expect(hubsOf(world).size()).to.equal(0);
				world.add(1);
				world.run(20);
				expect(hubsOf(world).size()).to.equal(1);
				for (const { server } of world.live()) expect(server.Cluster.GetStatistics().Regime).to.equal("hub");
				world.agreed();
			});
		});

		it("is the oldest server, also when an older name comes later", () => {
			inWorld({ seed: 2 }, (world) => {
				const [first] = world.start(1);
				world.run(15);
				world.add(20);
				world.run(40);
				expect(hubsOf(world)[0]).to.equal(first);
				world.add(10);
				world.run(30);
				expect(hubsOf(world)[0]).to.equal(first);
				expect(hubsOf(world).size()).to.equal(1);
			});
		});

		it("stays one hub down to eleven servers, and is everybody again with ten", () => {
			inWorld({ seed: 3 }, (world) => {
				const peers = world.start(14);
				world.run(40);
				for (const index of $range(11, 13)) peers[index]!.server.Close();
				world.run(60);
				expect(hubsOf(world).size()).to.equal(1);
				peers[10]!.server.Close();
				world.run(60);
				expect(hubsOf(world).size()).to.equal(0);
				for (const peer of world.live()) peer.put(`${peer.number}`, "direct");
				world.run(15);
				world.agreed();
			});
		});

		it("becomes one in a smaller game in which changes wait long, and everybody again when they would not", () => {
			inWorld({ seed: 4 }, (world) => {
				world.start(10);
				world.run(40);
				expect(hubsOf(world).size()).to.equal(0);
				busy(world, 60, 0.4);
				world.run(50);
				expect(hubsOf(world).size()).to.equal(1);
				world.run(15);
				expect(hubsOf(world).size()).to.equal(1);
				world.run(120);
				expect(hubsOf(world).size()).to.equal(0);
				world.agreed();
				for (const peer of world.live()) expect(peer.get(`${peer.number}-0`)).to.equal("value 150");
			});
		});

		it("stays everybody where only one server has more than it can send", () => {
			inWorld({ seed: 5 }, (world) => {
				const [first] = world.start(8);
				world.run(40);
				for (const step of $range(1, 300)) {
					world.after(step / 5, () => {
						for (const key of $range(1, 20)) first!.put(`${key}`, `${string.rep("v", 100)}${step}`);
					});
				}
				world.run(60);
				expect(hubsOf(world).size()).to.equal(0);
				world.run(60);
				world.agreed();
			});
		});

		it("loses and repeats nothing while it changes", () => {
			inWorld({ seed: 6, loss: 0.03 }, (world) => {
				world.start(12);
				world.run(40);
				busy(world, 80, 3);
				busy(world, 190, 20);
				world.run(10);
				world.add(4);
				world.run(60);
				for (const peer of world.live()) if (peer.number > 9) peer.server.Close();
				world.run(120);
				expect(hubsOf(world).size()).to.equal(0);
				world.heal();
				world.run(20);
				world.agreed();
			});
		});
	});
};
