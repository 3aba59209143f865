import "./platform/roblox";

export { ConfigureCluster, GetCluster } from "./cluster";
export type { Cluster, ClusterOptions, ClusterStatistics, Connection, ServerInfo, Signal } from "./cluster";
export { GeneralPool, NumberPool, StringPool } from "./pool/pools";
export type { Pool, PoolOptions } from "./pool/pool";
export { LeaderElection } from "./election";
export type {
	BullyOptions,
	ElectionOptions,
	ElectionStatistics,
	FenceRefusal,
	Guarantee,
	Guard,
	Leadership,
	LeaseOptions,
	LeaseTiming,
	LocalOptions,
	VacatedReason,
} from "./election";
