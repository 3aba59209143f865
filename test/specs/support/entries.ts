import { Pool, PoolOptions } from "../../../src/pool/pool";
import { GeneralPool } from "../../../src/pool/pools";

/** A contribution of the pools that the servers of specs and simulations have. */
export interface Entry {
	readonly key: string;
	readonly value: string;
}

/** The pool of entries, as a game's script would make it. */
export function entryPool(name: string, options?: PoolOptions): Pool<Entry> {
	return GeneralPool<Entry>(
		name,
		(entry) => entry.key,
		(entry) => `${entry.key}=${entry.value}`,
		(text) => {
			const [at] = string.find(text, "=", 1, true);
			return { key: string.sub(text, 1, at! - 1), value: string.sub(text, at! + 1) };
		},
		options,
	);
}
