/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { Stream } from "../../../src/replication/stream";
import { shortIdOf } from "../../../src/wire/short-id";
import { inWorld, Peer } from "../support/world";

const statisticsOf = (peer: Peer) => peer.server.Cluster.GetStatistics();

export = () => {
	describe("GetStatistics of a game in which a hub broadcasts for all", () => {
		it("names the same hub on all servers, and another one of a higher epoch when it is gone", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(1);
				world.start(12);
				world.until("all follow the oldest", 30, () =>
					world.live().every((peer) => statisticsOf(peer).Hub === first!.id),
				);
				for (const peer of world.live()) {
					expect(statisticsOf(peer).Regime).to.equal("hub");
					expect(statisticsOf(peer).Epoch).to.equal(1);
				}
				first!.server.Crash();
				world.until("all follow another", 40, () =>
					world.live().every((peer) => {
						const { Hub, Epoch } = statisticsOf(peer);
						return Hub !== undefined && Hub !== first!.id && Epoch > 1;
					}),
				);
				const hub = statisticsOf(world.live()[0]!).Hub;
				for (const peer of world.live()) expect(statisticsOf(peer).Hub).to.equal(hub);
			});
		});

		it("names none where each server broadcasts for itself", () => {
			inWorld({ seed: 2 }, (world) => {
				for (const peer of world.start(3)) {
					const { Regime, Hub, Epoch } = statisticsOf(peer);
					expect(Regime).to.equal("direct");
					expect(Hub).to.equal(undefined);
					expect(Epoch).to.equal(0);
				}
			});
		});
	});

	describe("signs of life to a hub", () => {
		it("are rarer from 2,000 servers on, so that it hears 200 a second at most", () => {
			inWorld({ seed: 3 }, (world) => {
				const [peer] = world.start(1);
				const { context } = peer!.server.Cluster as unknown as ServerCluster;
				context.regime.lead(context.now());
				const { membership } = context;
				const beatWith = (servers: number): number => {
					while (membership.serverCount() < servers) {
						const number = membership.serverCount();
						const identity = { serverId: `server ${number}`, startedAtSeconds: number, placeVersion: 1 };
						const shortId = shortIdOf(identity.serverId);
						membership.admit(shortId, identity, new Stream(shortId, 0), context.now(), 10);
					}
					return context.beatSeconds();
				};
				expect(beatWith(100)).to.equal(10);
				expect(beatWith(2000)).to.equal(10);
				expect(beatWith(3000)).to.equal(15);
				expect(beatWith(5000)).to.equal(25);
			});
		});
	});
};
