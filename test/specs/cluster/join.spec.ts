/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";
import { messagesOf } from "../support/messages";

/** A game with about 10 kB of contributions. */
function established(world: World, servers: number): Peer[] {
	const peers = world.start(servers);
	for (const peer of peers)
		for (const index of $range(1, 20)) peer.put(`${peer.number}-${index}`, string.rep("v", 40));
	world.run(60);
	return peers;
}

export = () => {
	describe("a server that joins", () => {
		it("has the state within a few seconds, by one conversation with one server", () => {
			inWorld({ seed: 1 }, (world) => {
				established(world, 10);
				const seen = messagesOf(world);
				const [joiner] = world.add();
				const seconds = world.until("the joiner has the state", 10, () => joiner!.pool.IsSynced());
				expect(seconds < 6).to.equal(true);
				expect(joiner!.pool.Size()).to.equal(200);
				const partners = new Set<number>();
				for (const { from, to, kinds } of seen.addressed) {
					if (kinds.includes("page")) expect(to).to.equal(joiner!.number);
					if (kinds.includes("page")) partners.add(from);
				}
				expect(partners.size()).to.equal(1);
				world.run(20);
				world.agreed();
			});
		});

		it("costs no broadcast but its announcement", () => {
			inWorld({ seed: 2 }, (world) => {
				established(world, 10);
				// What ten idle servers say in twenty seconds.
				const before = messagesOf(world);
				world.run(20);
				const idle = before.broadcasts.size();
				const seen = messagesOf(world);
				const [joiner] = world.add();
				world.run(20);
				const joining = seen.broadcasts.filter(
					({ from, kinds }) => from === joiner!.number && kinds.includes("join"),
				);
				expect(joining.size()).to.equal(1);
				const others = seen.broadcasts.filter(({ from }) => from !== joiner!.number);
				expect(others.size() <= idle + 2).to.equal(true);
			});
		});

		it("is given the state of an empty game as well", () => {
			inWorld({ seed: 3 }, (world) => {
				world.start(3);
				const [joiner] = world.add();
				world.until("the joiner has the state", 10, () => joiner!.pool.IsSynced());
				expect(joiner!.pool.Size()).to.equal(0);
				expect(joiner!.sees()).to.equal("1 2 3 4");
			});
		});

		it("has contributed what it contributed before it had the state", () => {
			inWorld({ seed: 4 }, (world) => {
				const [first] = world.start(3);
				first!.put("key", "old");
				world.run(20);
				const [joiner] = world.add();
				joiner!.put("key", "new");
				joiner!.put("other", "mine");
				expect(joiner!.view()).to.equal("key=new@4 other=mine@4");
				world.run(20);
				world.expectAll("key=new@4 other=mine@4");
				expect(first!.fold.ownershipLost).to.equal(1);
			});
		});

		it("hears what changes while it is given the state", () => {
			inWorld({ seed: 5, loss: 0.05 }, (world) => {
				const peers = established(world, 5);
				const [joiner] = world.add();
				for (const tenth of $range(0, 60)) {
					world.after(tenth / 10, () => peers[tenth % 5]!.put(`moving${tenth % 7}`, tostring(tenth)));
				}
				world.run(40);
				world.agreed();
				expect(joiner!.pool.Size()).to.equal(107);
			});
		});

		it("finds another server when the one that answers dies meanwhile", () => {
			for (const tenth of $range(1, 30, 4)) {
				inWorld({ seed: 6 + tenth }, (world) => {
					const [oldest] = established(world, 4);
					const [joiner] = world.add();
					world.after(tenth / 10, () => oldest!.server.Crash());
					world.until("the joiner has the state", 25, () => joiner!.pool.IsSynced());
					world.run(60);
					world.agreed();
					expect(joiner!.pool.Size()).to.equal(60);
				});
			}
		});

		it("begins anew when pages stay away until the answering server has forgotten which it had sent", () => {
			inWorld({ seed: 7 }, (world) => {
				established(world, 5);
				const [joiner] = world.add();
				let pages = 0;
				world.emulated.SetFilter((_sender, receiver, topic) => {
					if (receiver !== joiner!.id || string.find(topic, "/to/", 1, true)[0] === undefined)
						return "deliver";
					pages += 1;
					return pages <= 3 ? "deliver" : "drop";
				});
				world.run(40);
				expect(joiner!.pool.IsSynced()).to.equal(false);
				world.heal();
				world.until("the joiner has the state", 20, () => joiner!.pool.IsSynced());
				world.run(20);
				world.agreed();
			});
		});
	});

	describe("six servers that join a large game at once", () => {
		it("have the state within a minute and a half, though the budget does not allow it at once", () => {
			for (const seed of $range(201, 202)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					for (const peer of world.start(6)) {
						for (const index of $range(1, 50)) peer.put(`${peer.number}-${index}`, string.rep("v", 50));
					}
					world.run(60);
					const joiners = world.add(6);
					world.until("all have the state", 90, () => {
						for (const peer of joiners) if (!peer.pool.IsSynced()) return false;
						return true;
					});
					world.run(30);
					world.agreed();
					expect(joiners[0]!.pool.Size()).to.equal(300);
				});
			}
		});
	});

	describe("servers that all start at once", () => {
		for (const servers of [2, 3, 5, 8, 12]) {
			it(`find each other, ${servers} of them, with few announcements`, () => {
				inWorld({ seed: 100 + servers, loss: 0.01 }, (world) => {
					const seen = messagesOf(world);
					const peers = world.add(servers);
					for (const peer of peers) peer.put(string.format("k%02d", peer.number));
					world.until("all have the state", 15, () => {
						for (const peer of peers) if (!peer.pool.IsSynced()) return false;
						return true;
					});
					expect(
						seen.broadcasts.filter(({ kinds }) => kinds.includes("join")).size() <= 2 * servers,
					).to.equal(true);
					world.until("all agree", 15, () => world.isAgreed() && peers[0]!.pool.Size() === servers);
					for (const peer of peers) expect(peer.server.Cluster.GetServers().size()).to.equal(servers);
				});
			});
		}

		it("spend no more than two broadcasts each until they have the state", () => {
			for (const seed of $range(1, 5)) {
				inWorld({ seed, loss: 0.2 }, (world) => {
					const peers = world.add(12);
					world.run(0.1);
					for (const _ of $range(1, 100)) {
						world.run(0.1);
						for (const peer of peers) {
							const { Broadcasts } = peer.server.Cluster.GetStatistics().Sent;
							expect(peer.pool.IsSynced() || Broadcasts <= 2).to.equal(true);
						}
					}
				});
			}
		});
	});

	describe("a server that is alone", () => {
		it("has the state, which is its own, within seconds", () => {
			inWorld({ seed: 8 }, (world) => {
				const [peer] = world.add();
				const seconds = world.until("it is ready", 15, () => peer!.pool.IsSynced());
				expect(seconds < 11).to.equal(true);
				expect(peer!.sees()).to.equal("1");
			});
		});

		it("does not spend its budget on nobody", () => {
			inWorld({ seed: 9 }, (world) => {
				const [peer] = world.start(1);
				const before = peer!.server.Cluster.GetStatistics().Sent.Broadcasts;
				for (const index of $range(1, 500)) peer!.put(`k${index}`);
				world.run(60);
				expect(peer!.server.Cluster.GetStatistics().Sent.Broadcasts - before <= 8).to.equal(true);
				const [second] = world.start(1);
				expect(second!.pool.Size()).to.equal(500);
			});
		});
	});
};
