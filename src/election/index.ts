import { getServerCluster } from "../cluster/current-cluster";
import { ServerCluster } from "../cluster/server-cluster";
import { fail } from "../diagnostics/errors";
import { checksum } from "../wire/checksum";
import { Elections } from "./elections";
import { checkName, SettledOptions, settleOptions } from "./options";
import { Scope } from "./scope";
import { BullyOptions, ElectionOptions, LeaseOptions, LocalOptions, LeaderElection as Election } from "./types";

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
} from "./types";

const HASH_SEED = 0x3e1_9a77;

/**
 * Takes part in the election of one leader among all servers of the game, for what `scope` names; the same name gives the same object again.
 * Modes: "lease" (exclusive, by MemoryStoreService), "bully" (best effort, by messages; the default), "local" (each server for itself).
 * Throws for options that do not exist or do not fit, and on a client.
 */
export function LeaderElection<M extends defined = defined>(
	scope: string,
	options: LeaseOptions<M> | LocalOptions<M>,
): Election<"exclusive", M>;
export function LeaderElection<M extends defined = defined>(
	scope: string,
	options?: BullyOptions<M>,
): Election<"bestEffort", M>;
export function LeaderElection(scope: string, options?: ElectionOptions<defined>): Election {
	const wrong = checkName(scope);
	if (wrong !== undefined) fail(wrong);
	const settled = settleOptions(scope, options);
	if (typeIs(settled, "string")) fail(settled);
	const cluster = getServerCluster();
	if (typeIs(cluster, "string")) fail(`LeaderElection "${scope}": ${cluster}`);
	const found = findScope(cluster, scope, settled, options !== undefined);
	if (typeIs(found, "string")) fail(found);
	return found;
}
/**
 * One scope, in which one server of the game leads, given by the function `LeaderElection`. No method yields; methods throw for arguments of a wrong type, and where they say so.
 * @interface
 */
export type LeaderElection<
	G extends "exclusive" | "bestEffort" = "exclusive" | "bestEffort",
	M extends defined = defined,
> = Election<G, M>;

/** @internal The scope of this name, made if need be; or why there can be none. For the library's upper parts. */
export function findScope(
	cluster: ServerCluster,
	name: string,
	settled: SettledOptions,
	hasOptions: boolean,
): Scope | string {
	if (cluster.hasLeft())
		return `LeaderElection "${name}": this server has left the cluster; call LeaderElection before Close()`;
	const elections = (cluster.context.rider as Elections | undefined) ?? new Elections(cluster);
	// Servers that disagree about the mode do not meet.
	const hash = checksum(`${name}\0${settled.mode}`, HASH_SEED);
	const known = elections.find(name);
	if (!known) {
		return elections.get(hash)
			? `LeaderElection "${name}": the name cannot be told from that of another scope; choose another one`
			: elections.add(name, hash, settled);
	}
	const { options } = known;
	if (hasOptions && options.mode !== settled.mode) {
		return `LeaderElection "${name}": this scope exists already in mode ${options.mode}; choose another name for mode ${settled.mode}`;
	}
	const { timing } = options;
	const isSame =
		options.rank === settled.rank &&
		options.heartbeatSeconds === settled.heartbeatSeconds &&
		options.missedHeartbeats === settled.missedHeartbeats &&
		timing.leaseSeconds === settled.timing.leaseSeconds &&
		timing.renewSeconds === settled.timing.renewSeconds;
	if (hasOptions && !isSame) {
		cluster.context.log.warnOnce(
			`election ${name}`,
			`LeaderElection "${name}" exists already with other options; those of its first call stay in use. Create it once and share it.`,
		);
	}
	return known;
}
