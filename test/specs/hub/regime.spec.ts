/// <reference types="@rbxts/testez/globals" />
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { inElection } from "../support/election-game";
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

		it("is everybody for a server too that did not hear the hub step back", () => {
			inWorld({ seed: 4 }, (world) => {
				const peers = world.start(14);
				world.run(40);
				const hub = hubsOf(world)[0]!;
				const victim = peers.find((peer) => peer !== hub)!;
				let dropped = 0;
				world.emulated.SetFilter((_sender, receiver, _topic, message) => {
					if (receiver !== victim.id) return "deliver";
					const frame = readFrame(message, 0);
					if (isDropReason(frame)) return "deliver";
					const isLast = frame.sections.some((section) => section.kind === "cast" && section.dissolved);
					if (isLast) dropped += 1;
					return isLast ? "drop" : "deliver";
				});
				for (const peer of peers
					.filter((other) => other !== hub && other !== victim)
					.filter((_, index) => index < 5)) {
					peer.server.Close();
				}
				world.run(60);
				expect(dropped > 2).to.equal(true);
				for (const { server } of world.live()) expect(server.Cluster.GetStatistics().Regime).to.equal("direct");
				victim.put("victim", "direct");
				world.run(15);
				world.agreed();
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

		it("stays everybody where all have more than fits into their messages: one that packs them together would save none", () => {
			inWorld({ seed: 7 }, (world) => {
				const peers = world.start(4);
				world.run(40);
				for (const index of $range(1, 400)) {
					for (const peer of peers) peer.put(`${peer.number}-${index}`, string.rep("x", 60));
				}
				const seconds = world.until("all have everything", 300, () => {
					expect(hubsOf(world).size()).to.equal(0);
					for (const peer of peers) if (peer.pool.Size() < 1600) return false;
					return true;
				});
				// It lasts for so long that a hub would have begun, had it to.
				expect(seconds > 20).to.equal(true);
				world.run(30);
				expect(hubsOf(world).size()).to.equal(0);
				for (const { server } of peers) expect(server.Cluster.GetStatistics().Epoch).to.equal(0);
				world.agreed();
			});
		});

		it("stays everybody where changes have only waited for the state, at the start", () => {
			// What an election keeps is in the outbox before the state has come.
			inElection({ seed: 17 }, (trial) => {
				trial.start(3);
				for (const { server } of trial.contenders) expect(server.Cluster.GetStatistics().Epoch).to.equal(0);
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
