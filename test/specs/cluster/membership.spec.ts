/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	describe("GetServers", () => {
		it("lists this server alone, before and after it knows that it is", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.add();
				const { Cluster } = peer!.server;
				for (const _ of $range(1, 2)) {
					const [only] = Cluster.GetServers();
					expect(Cluster.GetServers().size()).to.equal(1);
					expect(only!.ServerId).to.equal(peer!.id);
					expect(only!.IsSelf).to.equal(true);
					world.run(20);
				}
			});
		});

		it("is the same on every server, oldest first, but for IsSelf", () => {
			inWorld({ seed: 2 }, (world) => {
				for (const _ of $range(1, 5)) {
					world.add();
					world.run(7);
				}
				world.run(30);
				for (const peer of world.peers) {
					const servers = peer.server.Cluster.GetServers();
					expect(servers.map((server) => world.numberOf(server.ServerId)).join()).to.equal("1, 2, 3, 4, 5");
					expect(
						servers
							.filter((server) => server.IsSelf)
							.map((server) => server.ServerId)
							.join(),
					).to.equal(peer.id);
				}
			});
		});

		it("tells when each started and which version of the place it runs", () => {
			inWorld({ seed: 3 }, (world) => {
				const [first] = world.start(1, { placeVersion: 7 });
				const [second] = world.start(1, { placeVersion: 8 });
				const servers = first!.server.Cluster.GetServers();
				expect(servers.map((server) => server.PlaceVersion).join()).to.equal("7, 8");
				expect(servers[1]!.StartedAt - servers[0]!.StartedAt).to.equal(15);
				expect(second!.server.Cluster.GetServers()[0]!.StartedAt).to.equal(servers[0]!.StartedAt);
			});
		});
	});

	describe("ServerJoined and ServerLeft", () => {
		it("fire once for each server that comes and goes, and not for this one", () => {
			inWorld({ seed: 4, loss: 0.05, duplication: 0.1 }, (world) => {
				const [first] = world.start(1);
				const story = new Array<string>();
				const { Cluster } = first!.server;
				Cluster.ServerJoined.Connect((server) => story.push(`+${world.numberOf(server.ServerId)}`));
				Cluster.ServerLeft.Connect((server, reason) =>
					story.push(`-${world.numberOf(server.ServerId)} ${reason}`),
				);
				const [second] = world.start(1);
				world.run(30);
				const [third] = world.start(1);
				world.run(30);
				second!.server.Close();
				world.run(30);
				third!.server.Crash();
				world.run(60);
				expect(story.join(", ")).to.equal("+2, +3, -2 closed, -3 lost");
			});
		});

		it("fold to GetServers on every server, while servers come and go", () => {
			for (const seed of $range(11, 13)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const mirrors = new Map<number, Set<string>>();
					const problems = new Array<string>();
					const watch = () => {
						for (const peer of world.add(1)) {
							const mirror = new Set<string>();
							mirrors.set(peer.number, mirror);
							const { Cluster } = peer.server;
							Cluster.ServerJoined.Connect(({ ServerId }) => {
								if (mirror.has(ServerId)) problems.push("joined twice");
								mirror.add(ServerId);
							});
							Cluster.ServerLeft.Connect(({ ServerId }) => {
								if (!mirror.delete(ServerId)) problems.push("left without having joined");
							});
						}
					};
					for (const step of $range(0, 11)) {
						world.after(step * 15, () => {
							watch();
							const live = world.live();
							if (live.size() < 4) return;
							const peer = live[(step * seed) % live.size()]!;
							if (step % 2 === 0) peer.server.Crash();
							else peer.server.Close();
						});
					}
					world.run(180);
					world.run(90);
					for (const peer of world.live()) {
						const mirror = mirrors.get(peer.number)!;
						const servers = peer.server.Cluster.GetServers();
						expect(mirror.size() + 1).to.equal(servers.size());
						expect(servers.size()).to.equal(world.live().size());
						for (const server of servers)
							expect(server.IsSelf || mirror.has(server.ServerId)).to.equal(true);
					}
					expect(problems.join()).to.equal("");
				});
			}
		});
	});

	describe("WaitUntilReady and WaitUntilSynced", () => {
		it("resolve when the state is here, and at once from then on", () => {
			inWorld({ seed: 21 }, (world) => {
				world.start(2);
				const [joiner] = world.add();
				const { Cluster } = joiner!.server;
				expect(joiner!.pool.IsSynced()).to.equal(false);
				world.emulated.Settle(
					joiner!.server.Do(() => Cluster.WaitUntilReady()),
					20,
				);
				expect(joiner!.pool.IsSynced()).to.equal(true);
				expect(Cluster.GetStatistics().Phase).to.equal("synced");
				world.emulated.Settle(
					joiner!.server.Do(() => joiner!.pool.WaitUntilSynced()),
					0.1,
				);
			});
		});
	});

	describe("GetStatistics", () => {
		it("counts what is in the pools and on the wire", () => {
			inWorld({ seed: 31 }, (world) => {
				const [first, second] = world.start(2);
				for (const index of $range(1, 10)) first!.put(`k${index}`);
				first!.remove("k1");
				world.run(20);
				const mine = first!.server.Cluster.GetStatistics();
				const theirs = second!.server.Cluster.GetStatistics();
				expect(mine.Servers).to.equal(2);
				expect(mine.Regime).to.equal("direct");
				expect(mine.Records).to.equal(9);
				expect(theirs.Records).to.equal(9);
				expect(theirs.Received.RecordsApplied >= 9).to.equal(true);
				expect(theirs.Received.Messages > 0).to.equal(true);
				expect(mine.Sent.Broadcasts > 0).to.equal(true);
				expect(mine.Budget.CapPerMinute / mine.Budget.DocumentedPerMinute <= 0.5).to.equal(true);
				expect(mine.Loss).to.equal(0);
			});
		});

		it("tells about how much is lost", () => {
			inWorld({ seed: 32, loss: 0.2 }, (world) => {
				const peers = world.start(6);
				for (const tick of $range(1, 200))
					world.after(tick, () => peers[tick % 6]!.put(`k${tick % 6}`, tostring(tick)));
				world.run(200);
				for (const peer of peers) {
					const { Loss } = peer.server.Cluster.GetStatistics();
					expect(Loss > 0.1 && Loss < 0.3).to.equal(true);
				}
			});
		});
	});
};
