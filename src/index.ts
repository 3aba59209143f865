import "./platform/roblox";

export { ConfigureCluster, GetCluster } from "./cluster";
export type { Cluster, ClusterOptions, ClusterStatistics, Connection, ServerInfo, Signal } from "./cluster";
export { GeneralPool, NumberPool, StringPool } from "./pool/pools";
export type { Pool, PoolOptions } from "./pool/pool";
