import { fail } from "../diagnostics/errors";
import { Cluster } from "./cluster";
import { ClusterOptions, configure, getServerCluster } from "./current-cluster";

export type { Channel, ChannelOptions, Guard } from "./channel";
export type { Cluster, ClusterStatistics, ServerInfo } from "./cluster";
export type { Health, HealthReason } from "./health";
export type { ClusterOptions } from "./current-cluster";
export type { Connection, Signal } from "./signal";

/**
 * Sets options before the cluster starts. Optional: the defaults are right for most games.
 * Throws after the first pool or `GetCluster()`, for unknown options, and for values out of range.
 */
export function ConfigureCluster(options: ClusterOptions): void {
	const wrong = configure(options);
	if (wrong !== undefined) fail(wrong);
}

/** This server's view of all servers of the game; starts taking part if nothing has yet. Throws on a client. */
export function GetCluster(): Cluster {
	const cluster = getServerCluster();
	if (typeIs(cluster, "string")) fail(`GetCluster: ${cluster}`);
	return cluster;
}
