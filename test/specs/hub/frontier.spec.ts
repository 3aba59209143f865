/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";

const SERVERS = 14;

function tombstones(peer: Peer): number {
	return peer.server.Cluster.GetStatistics().Tombstones;
}

/** Two servers that hear a hub. */
function leaves(world: World): [Peer, Peer] {
	const [first, second] = world.live().filter(({ server }) => server.Cluster.GetStatistics().Hub !== server.ServerId);
	return [first!, second!];
}

/** From now on nobody's addressed messages get to this server. */
function withholdLetters(world: World, to: Peer): void {
	world.emulated.SetFilter((_sender, receiver, topic) =>
		receiver === to.id && string.find(topic, "/to/", 1, true)[0] !== undefined ? "drop" : "deliver",
	);
}

export = () => {
	describe("a removal, where a hub broadcasts for all", () => {
		it("is remembered while a server knows no more which key it is about", () => {
			inWorld({ seed: 1 }, (world) => {
				world.start(SERVERS);
				world.run(20);
				const [owner, claimant] = leaves(world);
				owner.put("crown", "first");
				world.run(30);
				// With its own claim it forgets what the owner calls the key; the owner's are newer.
				withholdLetters(world, claimant);
				claimant.put("crown", "mine");
				world.after(0.02, () => owner.put("crown", "second"));
				world.after(4, () => owner.remove("crown"));
				world.run(60);
				expect(claimant.get("crown")).to.equal("mine");
				for (const peer of world.live()) if (peer !== claimant) expect(tombstones(peer)).to.equal(1);
				world.heal();
				world.until("all know that it is removed", 60, () => world.isAgreed());
				world.expectAll("");
				world.until("no tombstones are left", 120, () => world.live().every((peer) => tombstones(peer) === 0));
				world.expectAll("");
			});
		});
	});
};
