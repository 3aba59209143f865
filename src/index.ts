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
