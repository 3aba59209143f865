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
export { DefineComponent, EntitySpace, FrozenPartition, LogPartition, ServerPartition } from "./entity";
export type {
	AnyComponent,
	Component,
	ComponentDefinition,
	ComponentProperties,
	EditJudgement,
	EditKind,
	Entity,
	EntityAction,
	EntityBatch,
	EntityFilter,
	EntityOptions,
	EntitySpaceOptions,
	EntityStatistics,
	OpenProperties,
	PropertyValue,
	ProposedEdit,
	RejectedEdit,
} from "./entity/types";
export type { EditMode, EntityUpdate, Partition, PartitionEdit, Verdict } from "./entity/partition";
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
