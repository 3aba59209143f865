/// <reference types="@rbxts/testez/globals" />
import { messagesOf } from "../support/messages";
import { World, inWorld, quantile } from "../support/world";

/** Seconds from a crash until nobody shows the crashed server's contribution. */
function expirySeconds(world: World, number: number): number {
	const peer = world.peers[number - 1]!;
	peer.server.Crash();
	return world.until(`server ${number}'s contribution is gone`, 60, () => {
		for (const other of world.live()) if (other.get(`k${number}`) !== undefined) return false;
		return true;
	});
}

export = () => {
	describe("a crashed server's contributions", () => {
		for (const [loss, seeds] of [
			[0, 1],
			[0.01, 4],
			[0.05, 1],
		] as const) {
			it(`are gone everywhere within 35 s, nearly always, at ${loss * 100} % loss`, () => {
				const samples = new Array<number>();
				for (const seed of $range(1, seeds)) {
					inWorld({ seed, loss }, (world) => {
						for (const peer of world.start(12)) peer.put(`k${peer.number}`);
						world.run(20);
						for (const number of $range(1, 9)) {
							samples.push(expirySeconds(world, number));
							world.run(7 + seed);
						}
					});
				}
				expect(quantile(samples, 0.5) <= 30).to.equal(true);
				expect(quantile(samples, 0.99) <= 35).to.equal(true);
			});
		}

		it("are gone in a game of two, too", () => {
			inWorld({ seed: 21, loss: 0.05 }, (world) => {
				for (const peer of world.start(2)) peer.put(`k${peer.number}`);
				world.run(20);
				expect(expirySeconds(world, 1) <= 35).to.equal(true);
				world.expectAll("k2=1@2");
			});
		});

		it("are gone when most servers crash within five seconds", () => {
			for (const seed of $range(31, 34)) {
				// How soon the cloud takes note that there are fewer servers is not documented.
				inWorld({ seed, loss: 0.02, countedServers: 12 }, (world) => {
					for (const peer of world.start(12)) peer.put(string.format("k%02d", peer.number));
					world.run(20);
					for (const number of $range(1, 9))
						world.after(number / 2, () => world.peers[number - 1]!.server.Crash());
					world.run(6);
					world.until("only the living are left", 90, () => {
						for (const peer of world.live()) if (peer.view() !== "k10=1@10 k11=1@11 k12=1@12") return false;
						return true;
					});
				});
			}
		});
	});

	describe("a server that lives", () => {
		for (const loss of [0.01, 0.05, 0.1]) {
			it(`is not given up in seven quiet minutes, at ${loss * 100} % loss`, () => {
				let left = 0;
				for (const seed of $range(41, 41)) {
					inWorld({ seed, loss }, (world) => {
						for (const peer of world.start(10)) {
							peer.server.Cluster.ServerLeft.Connect(() => (left += 1));
							peer.put(`k${peer.number}`);
						}
						world.run(400);
						world.agreed();
					});
				}
				expect(left).to.equal(0);
			});
		}

		it("is told by another at least four times that a third one is lost", () => {
			inWorld({ seed: 44 }, (world) => {
				const peers = world.start(5);
				world.run(30);
				const seen = messagesOf(world);
				peers[2]!.server.Crash();
				world.run(60);
				expect(seen.broadcasts.filter(({ kinds }) => kinds.includes("departures")).size() >= 4).to.equal(true);
			});
		});

		it("is told as lost when it crashed, once on every server", () => {
			inWorld({ seed: 51, loss: 0.05 }, (world) => {
				const peers = world.start(5);
				const story = new Array<string>();
				for (const peer of peers) {
					peer.server.Cluster.ServerLeft.Connect((server, reason) =>
						story.push(`${peer.number}: ${world.numberOf(server.ServerId)} ${reason}`),
					);
				}
				// All of them have met by then.
				world.run(20);
				peers[2]!.server.Crash();
				world.run(120);
				story.sort();
				expect(story.join(", ")).to.equal("1: 3 lost, 2: 3 lost, 4: 3 lost, 5: 3 lost");
				expect(peers[0]!.sees()).to.equal("1 2 4 5");
			});
		});
	});

	describe("a storm of crashes and restarts", () => {
		for (const seed of $range(61, 63)) {
			it(`ends in a cluster of those that live (seed ${seed})`, () => {
				inWorld({ seed, loss: 0.02 }, (world) => {
					world.start(8);
					for (const step of $range(0, 11)) {
						world.after(step * 10, () => {
							const [oldest] = world.live();
							oldest!.server.Crash();
							const [fresh] = world.add();
							fresh!.put(string.format("k%02d", fresh!.number), tostring(step));
						});
					}
					world.run(120);
					world.run(60);
					world.agreed();
					for (const peer of world.live()) {
						expect(peer.server.Cluster.GetServers().size()).to.equal(8);
						expect(peer.get(string.format("k%02d", peer.number))).to.be.ok();
					}
				});
			});
		}

		it("in which the whole game restarts at once loses nothing that is contributed afterwards", () => {
			inWorld({ seed: 71, loss: 0.02 }, (world) => {
				for (const peer of world.start(10)) peer.put(`old${peer.number}`);
				world.run(20);
				for (const peer of world.live()) peer.server.Crash();
				for (const peer of world.add(10)) peer.put(`new${peer.number}`);
				world.run(90);
				world.agreed();
				expect(world.live()[0]!.pool.Size()).to.equal(10);
			});
		});
	});
};
