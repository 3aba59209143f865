/// <reference types="@rbxts/testez/globals" />
import { World, inWorld } from "../support/world";

/** Six servers, each with a contribution of its own; servers of odd and even numbers lose each other for so long. */
function partitioned(
	seed: number,
	seconds: number,
	meanwhile: (world: World) => void,
	after: (world: World) => void,
): void {
	inWorld({ seed, loss: 0.01 }, (world) => {
		for (const peer of world.start(6)) peer.put(`own${peer.number}`);
		world.run(10);
		world.partition((number) => number % 2);
		meanwhile(world);
		world.run(seconds);
		world.heal();
		after(world);
	});
}

const ALL = "own1=1@1 own2=1@2 own3=1@3 own4=1@4 own5=1@5 own6=1@6";

export = () => {
	describe("a game in two halves", () => {
		for (const seed of $range(1, 5)) {
			it(`is one again after five minutes, with both sides' contributions (seed ${seed})`, () => {
				partitioned(
					seed,
					300,
					() => {},
					(world) => {
						for (const peer of world.live()) expect(peer.pool.Size()).to.equal(3);
						world.until(
							"everything is back",
							60,
							() => world.isAgreed() && world.live()[0]!.view() === ALL,
						);
						world.run(120);
						world.expectAll(ALL);
					},
				);
			});
		}

		it("keeps what was contributed last, whichever side comes back first", () => {
			for (const seed of $range(11, 16)) {
				partitioned(
					seed,
					150,
					(world) => {
						world.after(20, () => world.peers[0]!.put("key", "older"));
						world.after(60, () => world.peers[3]!.put("key", "newer"));
						world.after(90, () => world.peers[2]!.put("other", "newest"));
						world.after(40, () => world.peers[5]!.put("other", "old"));
					},
					(world) => {
						world.run(120);
						world.expectAll(`key=newer@4 other=newest@3 ${ALL}`);
					},
				);
			}
		});

		it("does not bring back what its owner removed meanwhile", () => {
			partitioned(
				21,
				150,
				(world) => {
					world.after(30, () => world.peers[0]!.remove("own1"));
					world.after(30, () => world.peers[1]!.remove("own2"));
				},
				(world) => {
					world.run(120);
					world.expectAll("own3=1@3 own4=1@4 own5=1@5 own6=1@6");
				},
			);
		});

		it("tells the servers of the other half gone, and joined again", () => {
			inWorld({ seed: 31 }, (world) => {
				const [first] = world.start(4);
				const story = new Array<string>();
				const cluster = first!.server.Cluster;
				cluster.ServerLeft.Connect((server, reason) =>
					story.push(`${world.numberOf(server.ServerId)} ${reason}`),
				);
				cluster.ServerJoined.Connect((server) => story.push(`${world.numberOf(server.ServerId)} joined`));
				world.partition((number) => number % 2);
				world.run(60);
				world.heal();
				world.run(60);
				story.sort();
				expect(story.join(", ")).to.equal("2 joined, 2 lost, 4 joined, 4 lost");
			});
		});
	});
};
