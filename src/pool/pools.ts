import { getServerCluster } from "../cluster/current-cluster";
import { ServerCluster, serverClusterOf } from "../cluster/server-cluster";
import { Cluster } from "../cluster/cluster";
import { described, fail } from "../diagnostics/errors";
import { isChannelPool } from "../replication/messages";
import { isUtf8 } from "../wire/text";
import { Codec, NUMBER_CODEC, STRING_CODEC } from "./codec";
import { Pool, PoolOptions, SharedPool } from "./pool";

/** A pool's name is 1 to so many bytes. */
const NAME_BYTES_MOST = 50;
const PRIORITY_MOST = 100;
/** Pools of the library itself. */
const RESERVED = "net-server-sync/";

type Kind = "StringPool" | "NumberPool" | "GeneralPool";

/**
 * A shared set of strings; each is its own key, so strings are 1 to 200 bytes.
 * The same name gives the same pool again. Throws if the name is in use by another kind of pool, or an argument is wrong.
 */
export function StringPool(name: string, options?: PoolOptions): Pool<string> {
	const wrong = checkArguments("StringPool", name, options);
	if (wrong !== undefined) fail(wrong);
	const found = findPool("StringPool", name, options);
	if (typeIs(found, "string")) fail(found);
	return (found.pool ??
		createPool("StringPool", name, STRING_CODEC, options, found.cluster)) as unknown as Pool<string>;
}

/**
 * A shared set of numbers; a number's key is its text, as in `tostring(5)`. NaN is refused.
 * The same name gives the same pool again. Throws if the name is in use by another kind of pool, or an argument is wrong.
 */
export function NumberPool(name: string, options?: PoolOptions): Pool<number> {
	const wrong = checkArguments("NumberPool", name, options);
	if (wrong !== undefined) fail(wrong);
	const found = findPool("NumberPool", name, options);
	if (typeIs(found, "string")) fail(found);
	return (found.pool ??
		createPool("NumberPool", name, NUMBER_CODEC, options, found.cluster)) as unknown as Pool<number>;
}

/**
 * A shared set of values of any type, made of four things: a name, what tells two contributions apart, and how a value becomes text and back.
 * The same name gives the same pool again (the functions of a later call are not used, which a warning says).
 * Throws if the name is in use by another kind of pool, or an argument is wrong.
 *
 * @param hash - the key of a value: 1 to 200 bytes of UTF-8. A contribution replaces the one with the same key.
 * @param serialize - the value as text: at most 8,192 bytes of UTF-8.
 * @param deserialize - the value back. If it throws on a server, that contribution is left out on that server, and counted.
 */
export function GeneralPool<T extends defined>(
	name: string,
	hash: (value: T) => string,
	serialize: (value: T) => string,
	deserialize: (text: string) => T,
	options?: PoolOptions,
): Pool<T> {
	const wrong = checkArguments("GeneralPool", name, options);
	if (wrong !== undefined) fail(wrong);
	for (const [role, candidate] of [
		["hash", hash],
		["serialize", serialize],
		["deserialize", deserialize],
	] as const) {
		if (!typeIs(candidate, "function")) {
			fail(`GeneralPool "${name}": ${role} must be a function, but is ${described(candidate)}`);
		}
	}
	const found = findPool("GeneralPool", name, options);
	if (typeIs(found, "string")) fail(found);
	if (found.pool) {
		found.cluster.context.log.warnOnce(
			`functions ${name}`,
			`GeneralPool "${name}" exists already; the functions of its first call stay in use. Create it once and share it.`,
		);
		return found.pool as unknown as Pool<T>;
	}
	const codec: Codec<T> = {
		check: (value) => (value === undefined ? "nil cannot be contributed; use RemoveContribution" : undefined),
		hash,
		serialize,
		deserialize,
	};
	return createPool("GeneralPool", name, codec, options, found.cluster) as unknown as Pool<T>;
}

function checkArguments(kind: Kind, name: unknown, options: unknown): string | undefined {
	if (!typeIs(name, "string")) return `${kind}: the name must be a string, but is ${described(name)}`;
	if (name.size() < 1 || name.size() > NAME_BYTES_MOST) {
		const remedy = name === "" ? "give the pool a name" : "choose a shorter name";
		return `${kind}: the name is ${name.size()} bytes, names are 1 to ${NAME_BYTES_MOST}; ${remedy}`;
	}
	if (string.sub(name, 1, RESERVED.size()) === RESERVED)
		return `${kind} "${name}": names that begin with "${RESERVED}" are the library's own; choose another name`;
	if (!isUtf8(name)) return `${kind}: the name is not valid UTF-8; use plain letters and digits`;
	if (isChannelPool(name))
		return `${kind}: the name begins with a control character, which is reserved; use plain letters and digits`;
	if (options === undefined) return undefined;
	if (!typeIs(options, "table")) return `${kind} "${name}": options must be a table, but are ${described(options)}`;
	for (const [key, value] of pairs(options as { [key: string]: unknown })) {
		if (key === "priority") {
			if (!typeIs(value, "number") || value % 1 !== 0 || math.abs(value) > PRIORITY_MOST) {
				return `${kind} "${name}": priority must be a whole number from -${PRIORITY_MOST} to ${PRIORITY_MOST}, but is ${described(value)}`;
			}
		} else if (key === "onOwnerGone") {
			if (value !== "remove" && value !== "adopt") {
				return `${kind} "${name}": onOwnerGone must be "remove" or "adopt", but is ${described(value)}`;
			}
		} else if (key !== "cluster") {
			return `${kind} "${name}": there is no option "${key}"; the options are priority, cluster and onOwnerGone`;
		}
	}
	return undefined;
}

function findPool(
	kind: Kind,
	name: string,
	options: PoolOptions | undefined,
): { readonly cluster: ServerCluster; readonly pool: SharedPool<defined> | undefined } | string {
	const cluster = clusterOf(options?.cluster);
	if (typeIs(cluster, "string")) return `${kind} "${name}": ${cluster}`;
	const pool = cluster.pools.get(name) as SharedPool<defined> | undefined;
	if (pool && pool.kind !== kind) {
		return `${kind} "${name}": this name is in use by a ${pool.kind}; choose another name`;
	}
	if (pool) warnOfOtherOptions(cluster, pool, options);
	return { cluster, pool };
}

/** A later call gets the pool as the first one made it; what it asks for besides would be lost silently. */
function warnOfOtherOptions(cluster: ServerCluster, pool: SharedPool<defined>, options: PoolOptions | undefined): void {
	const { priority = 0, onOwnerGone = "remove" } = options ?? {};
	if (priority === pool.priority && onOwnerGone === pool.policy) return;
	if (options === undefined) return;
	cluster.context.log.warnOnce(
		`options ${pool.Name}`,
		`${pool.kind} "${pool.Name}" exists already with other options; those of its first call stay in use. Create it once and share it.`,
	);
}

function clusterOf(cluster: Cluster | undefined): ServerCluster | string {
	return cluster === undefined ? getServerCluster() : serverClusterOf(cluster);
}

function createPool<T extends defined>(
	kind: Kind,
	name: string,
	codec: Codec<T>,
	options: PoolOptions | undefined,
	cluster: ServerCluster,
): SharedPool<T> {
	const pool: SharedPool<T> = new SharedPool<T>(
		name,
		kind,
		codec,
		cluster,
		options?.priority ?? 0,
		options?.onOwnerGone ?? "remove",
		() => {
			if (cluster.pools.get(name) === pool) cluster.pools.delete(name);
		},
	);
	cluster.pools.set(name, pool as unknown as defined);
	return pool;
}
