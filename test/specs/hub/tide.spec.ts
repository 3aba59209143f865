/// <reference types="@rbxts/testez/globals" />
import { Regime } from "../../../src/cluster/regime";
import { inWorld, Peer, World } from "../support/world";

const MOST = 200;
const LEFT = 5;
/** The game grows within this time, stays so for as long, and shrinks within it. */
const PHASE_SECONDS = 150;

function rolesOf(world: World): string {
	const counts = { direct: 0, hub: 0, leaf: 0 };
	for (const { server } of world.live()) {
		const { context } = server.Cluster as unknown as { context: { regime: Regime } };
		counts[context.regime.role()] += 1;
	}
	return `${counts.direct} direct, ${counts.hub} hub, ${counts.leaf} leaf`;
}

function allSeeAll(world: World): boolean {
	const live = world.live();
	for (const peer of live) {
		if (!peer.pool.IsSynced() || peer.server.Cluster.GetServers().size() !== live.size()) return false;
	}
	return world.isAgreed();
}

export = () => {
	describe(`a game that grows from 2 servers to ${MOST} and shrinks to ${LEFT} within ten minutes`, () => {
		it("has a hub while it is large and none before and after, and all agree at each stage", () => {
			inWorld({ seed: 3, loss: 0.01, breaksLimits: true }, (world) => {
				const first = world.start(2);
				first[0]!.put("oldest");
				expect(rolesOf(world)).to.equal("2 direct, 0 hub, 0 leaf");

				const rising = new Array<Peer>();
				for (const index of $range(1, MOST - 2)) {
					world.after((PHASE_SECONDS * index) / MOST, () => {
						const [peer] = world.add(1);
						rising.push(peer!);
						if (index % 5 === 0) peer!.put(`k${index}`);
					});
				}
				world.run(PHASE_SECONDS);
				world.until("all have the state and see each other", 60, () => allSeeAll(world));
				expect(rolesOf(world)).to.equal(`0 direct, 1 hub, ${MOST - 1} leaf`);

				for (const index of $range(1, 60)) {
					world.after(index * 2, () => rising[(index * 37) % rising.size()]!.put(`busy${index}`, `${index}`));
				}
				world.run(PHASE_SECONDS);
				expect(allSeeAll(world)).to.equal(true);

				// The oldest go as well: the hub is handed over, or taken over, again and again.
				const leaving = world.live().filter((_, index) => index < MOST - LEFT);
				leaving.forEach(({ server }, index) => {
					world.after((PHASE_SECONDS * index) / leaving.size(), () => {
						if (index % 3 === 0) server.Crash();
						else server.Close();
					});
				});
				world.run(PHASE_SECONDS);
				world.until("those that are left see each other and nobody else", 300, () => allSeeAll(world));
				world.until("each broadcasts for itself", 60, () => rolesOf(world) === `${LEFT} direct, 0 hub, 0 leaf`);
			});
		});
	});
};
