/**
 * What a game imports. No function of it yields, nor does one throw unless it says so.
 * @module
 */
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
export { DefineModule, Fn, Parameter, SubscriptionOwner, System, Systems, TypeLabel } from "./system";
export type {
	AnyModule,
	AnyParameter,
	Arguments,
	CallAllOptions,
	CallCause,
	CallError,
	CallErrorKind,
	Caller,
	CallOptions,
	CallOutcome,
	CallResult,
	FunctionMetadata,
	Functions,
	FunctionSpec,
	Implementation,
	ModuleContext,
	ModuleDefinition,
	ModuleEntry,
	ModuleFailure,
	ModuleMetadata,
	ModuleProxy,
	ModuleSpecification,
	ModuleState,
	ModuleStatus,
	Named,
	ParameterMetadata,
	Positional,
	QueueOptions,
	Result,
	Settings,
	StartUpState,
	StatusAbout,
	StatusOf,
	StatusReason,
	SystemsStatistics,
	UnmetRequirement,
} from "./system";
export { charge, RequireCharged } from "./entity/charge";
export { DefineComponent, DefineScript, EntitySpace, FrozenPartition, LogPartition, ServerPartition } from "./entity";
export type { EnergyOptions } from "./entity/runtime/energy";
export type { ScriptError } from "./entity/runtime/failures";
export type { SourceMap } from "./entity/runtime/trace";
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
	ActionReach,
	ScriptContext,
	ScriptDefinition,
	ScriptSchema,
	ScriptStatistics,
	ScriptStatus,
	ShoutAnswers,
	SpaceScripts,
} from "./entity/script-types";
