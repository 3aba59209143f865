import "./platform/roblox";

export { ConfigureCluster, GetCluster } from "./cluster";
export type {
	Channel,
	ChannelOptions,
	Cluster,
	ClusterOptions,
	ClusterStatistics,
	Connection,
	Guard,
	Health,
	HealthReason,
	ServerInfo,
	Signal,
} from "./cluster";
export { GeneralPool, NumberPool, StringPool } from "./pool/pools";
export type { Pool, PoolOptions } from "./pool/pool";
export { LeaderElection } from "./election";
export type {
	BullyOptions,
	ElectionOptions,
	ElectionStatistics,
	FenceRefusal,
	Guarantee,
	Leadership,
	LeaseOptions,
	LeaseTiming,
	LocalOptions,
	VacatedReason,
} from "./election";
export { RequireCharged } from "./entity/charge";
