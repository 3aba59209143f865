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
export { DefineComponent, EntitySpace } from "./entity";
export type {
	AnyComponent,
	Component,
	ComponentDefinition,
	ComponentProperties,
	Entity,
	EntityFilter,
	EntityOptions,
	EntitySpaceOptions,
	PropertyValue,
} from "./entity/types";
export type {
	ActionsOf,
	AnyScript,
	EntityScript,
	ExportsOf,
	GuardsOf,
	Initial,
	MessagesOf,
	PropertiesOf,
	ScriptDefinition,
} from "./entity/script-types";
