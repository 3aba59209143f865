/// <reference types="@rbxts/testez/globals" />
import { inboxTopic } from "../../../src/cluster/topics";
import { shortIdOf } from "../../../src/wire/short-id";
import { writeProbe } from "../../../src/wire/section-writers";
import { headerOf, writeFrame } from "../support/forgery";
import { inWorld, Peer, World } from "../support/world";

const hubOf = (peer: Peer) => peer.server.Cluster.GetStatistics().Hub;

/** Tells a server, in another's name, that it was given up. */
function accuse(world: World, accused: Peer, accuser: Peer): void {
	const addressee = shortIdOf(accused.id);
	const header = headerOf(world, accuser.id, { addressee });
	const probe = writeProbe({ nonce: 1, presumedDead: true, incarnation: 0 });
	world.emulated.Inject(inboxTopic(addressee), writeFrame(header, [probe], 0));
}

export = () => {
	describe("a hub that was given up by some and comes back", () => {
		it("is the hub no more for those that still followed it", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(1);
				world.start(12);
				world.until("all follow the oldest", 30, () => world.live().every((peer) => hubOf(peer) === first!.id));
				// So few keep a hub, but would not begin with one.
				for (const number of [12, 13]) world.peers[number - 1]!.server.Crash();
				world.run(60);
				expect(hubOf(world.live()[1]!)).to.equal(first!.id);
				accuse(world, first!, world.live()[5]!);
				world.run(3);
				expect(hubOf(first!)).to.equal(undefined);
				world.until("all follow another", 30, () => {
					const hub = hubOf(world.live()[1]!);
					return hub !== first!.id && world.live().every((peer) => hubOf(peer) === hub);
				});
				for (const peer of world.live()) peer.put(`own${peer.number}`);
				world.until(
					"what they contribute is everywhere",
					30,
					() => world.isAgreed() && first!.pool.Size() === 11,
				);
			});
		});
	});
};
