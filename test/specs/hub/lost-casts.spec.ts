/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { takeSituations } from "../../../src/diagnostics/situations";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { inWorld, Peer } from "../support/world";

const SERVERS = 14;
const SECONDS = 60;

function contextOf(peer: Peer) {
	return (peer.server.Cluster as unknown as ServerCluster).context;
}

function castNumberOf(message: unknown): number | undefined {
	const frame = readFrame(message, 0);
	if (isDropReason(frame)) return undefined;
	for (const section of frame.sections) if (section.kind === "cast") return section.seq;
	return undefined;
}

export = () => {
	describe("casts that one server loses two in a row of", () => {
		it("are computed from the next ones, mostly before they are asked for", () => {
			inWorld({ seed: 11 }, (world) => {
				const peers = world.start(SERVERS);
				world.until("there is a hub", 60, () => contextOf(peers[1]!).regime.hub !== undefined);
				world.run(30);
				const victim = world.live().find((peer) => contextOf(peer).regime.role() === "leaf")!;
				let dropped = 0;
				world.emulated.SetFilter((_sender, receiver, _topic, message) => {
					const seq = receiver === victim.id ? castNumberOf(message) : undefined;
					if (seq === undefined || seq % 10 > 1) return "deliver";
					dropped += 1;
					return "drop";
				});
				takeSituations();
				const before = contextOf(victim).traffic.repairsRequested;
				for (const step of $range(1, SECONDS * 10)) {
					world.after(step / 10, () =>
						world.live()[(step * 5) % SERVERS]!.put(`key${step % 40}`, `value ${step}`),
					);
				}
				world.run(SECONDS);
				expect(dropped > 8).to.equal(true);
				expect((takeSituations().get("a cast computed from a sum") ?? 0) >= dropped - 2).to.equal(true);
				// Some ask early, before the second cast after a loss is here.
				expect(contextOf(victim).traffic.repairsRequested - before < dropped / 3).to.equal(true);
				world.emulated.SetFilter(undefined);
				world.until("all agree", 20, () => world.isAgreed());
			});
		});
	});
};
