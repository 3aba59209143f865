/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	for (const place of [0, 1, 2, 3])
		it(`the server of age rank ${place} of 4 is told to resync when its frontier stalls`, () => {
			inWorld({ seed: 1 }, (world) => {
				const peers = world.start(4);
				for (const peer of peers) peer.put(`own${peer.number}`);
				world.run(20);
				const byAge = peers[0]!.server.Cluster.GetServers().map((server) => world.numberOf(server.ServerId));
				const stalled = byAge[place]!;
				const unheard = byAge[(place + 1) % 4]!;
				// It hears no broadcast of one server any more, but its addressed messages.
				world.emulated.SetFilter((sender, receiver, topic) =>
					world.numberOf(sender) === unheard &&
					world.numberOf(receiver) === stalled &&
					string.find(topic, "all/", 1, true)[0] !== undefined
						? "drop"
						: "deliver",
				);
				world.run(300);
				const resyncs = peers[stalled - 1]!.server.Cluster.GetStatistics().Repair.Resyncs;
				expect(resyncs > 0).to.equal(true);
			});
		});
};
