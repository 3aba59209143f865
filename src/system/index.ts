import { getServerCluster } from "../cluster/current-cluster";
import { ServerCluster } from "../cluster/server-cluster";
import { described, fail } from "../diagnostics/errors";
import { isUtf8 } from "../wire/text";
import { Owner } from "./owner";
import { SYSTEM_ID_BYTES_MOST } from "./records";
import { SystemsOfServer } from "./systems";
import { SubscriptionOwner as OwnerOf, System as SystemOf, Systems as SystemsOf } from "./types";

export { DefineModule, Fn, Parameter, TypeLabel } from "./definition";
export type { CallCause, CallError, CallErrorKind, CallOptions, CallOutcome, Caller, CallResult } from "./call-types";
export type {
	AnyModule,
	AnyParameter,
	Arguments,
	CallAllOptions,
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
} from "./types";

/**
 * The system of this id: a list of modules that every server can find, follow and call, and that are each run by one of them. The same id gives the same object again.
 * Ids are 1 to 100 bytes. Every server that is to run modules calls this or `Systems` when it starts. Throws for other ids, and on a client.
 */
export function System(id: string): SystemOf {
	if (!typeIs(id, "string") || id.size() < 1 || id.size() > SYSTEM_ID_BYTES_MOST || !isUtf8(id))
		fail(`System: the id must be a string of 1 to ${SYSTEM_ID_BYTES_MOST} bytes, but is ${described(id)}`);
	const cluster = getServerCluster();
	if (typeIs(cluster, "string")) fail(`System "${id}": ${cluster}`);
	const systems = systemsOf(cluster);
	if (!systems) fail(`System "${id}": this server has left the cluster; call System before Close()`);
	return systems.system(id);
}
/**
 * A named list of modules, made by the function `System`. The same id gives the same object. No method yields; methods throw for arguments of a wrong type, and where they say so.
 * @interface
 */
export type System = SystemOf;

/** This server's part in all systems: how far they have started, what has failed, and how much this server runs of them. Throws on a client. */
export function Systems(): SystemsOf {
	const cluster = getServerCluster();
	if (typeIs(cluster, "string")) fail(`Systems: ${cluster}`);
	const systems = systemsOf(cluster);
	if (!systems) fail("Systems: this server has left the cluster; call Systems before Close()");
	systems.showDefinitions();
	return systems as unknown as SystemsOf;
}
/**
 * This server's part in all systems, given by the function `Systems`. No method yields; methods throw for arguments of a wrong type, and where they say so.
 * @interface
 */
export type Systems = SystemsOf;

/** Makes an owner of subscriptions, which ends them all at once. */
export function SubscriptionOwner(): OwnerOf {
	return new Owner();
}
/**
 * Ends many subscriptions at once; made by the function `SubscriptionOwner`. No method throws or yields.
 * @interface
 */
export type SubscriptionOwner = OwnerOf;

/** Undefined where it is too late to take part. */
function systemsOf(cluster: ServerCluster): SystemsOfServer | undefined {
	const known = cluster.systems as SystemsOfServer | undefined;
	if (known || cluster.hasLeft()) return known;
	const systems = new SystemsOfServer(cluster);
	cluster.systems = systems;
	return systems;
}
