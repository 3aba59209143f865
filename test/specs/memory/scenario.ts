import { ClusterStatistics, ConfigureCluster } from "../../../src/cluster";
import { VirtualServerOptions } from "../../../src/testing";
import { Peer, World } from "../support/world";

/** Servers with the option. */
export const WITH: VirtualServerOptions = { setup: () => ConfigureCluster({ memoryStore: true }) };

export function memoryOf(peer: Peer): ClusterStatistics["MemoryStore"] {
	return peer.server.Cluster.GetStatistics().MemoryStore;
}

/** Contributions of all servers, in turns: so many keys with values of so many bytes. */
export function fill(peers: ReadonlyArray<Peer>, keys: number, bytes: number): void {
	for (const index of $range(0, keys - 1)) {
		peers[index % peers.size()]!.put(`key-${index}`, string.rep("v", bytes));
	}
}

/** The servers that keep the state, or did. */
export function writersOf(world: World): Peer[] {
	return world.live().filter((peer) => memoryOf(peer).Renewals > 0);
}

/** Those that write now. */
export function writingNow(world: World): Peer[] {
	const before = new Map<Peer, number>();
	for (const peer of world.live()) before.set(peer, memoryOf(peer).Renewals);
	world.run(8);
	return world.live().filter((peer) => memoryOf(peer).Renewals > (before.get(peer) ?? 0));
}

/** Lets a server start, and says how long it took until it had the state. */
export function join(world: World, options: VirtualServerOptions = WITH): { peer: Peer; seconds: number } {
	const [peer] = world.add(1, options);
	const seconds = world.until("the joiner has the state", 40, () => peer!.pool.IsSynced());
	return { peer: peer!, seconds };
}
