import { Register } from "../../src/replication/register";

/**
 * What one server has seen removed, for good: neither a copy that comes late, nor a server that was given up and comes back, nor a state that somebody
 * gives may bring up a value again that is not newer than a removal this server has applied, however long ago that was and though its tombstone is gone.
 */
export class Removals {
	/** By pool and key: the highest stamp that a removal withdrew, and whose. */
	private readonly withdrawn = new Map<string, Map<string, { readonly stamp: number; readonly owner: string }>>();

	/**
	 * Looks at one register; says what is wrong with it, if anything is. What others claimed and removed while a server was away, and nobody remembers,
	 * is its own still (`isStillOwn`): nobody has removed that.
	 */
	public look(pool: string, register: Register, isStillOwn: (register: Register) => boolean): string | undefined {
		let removed = this.withdrawn.get(pool);
		if (register.value === undefined) {
			if (!removed) {
				removed = new Map();
				this.withdrawn.set(pool, removed);
			}
			const before = removed.get(register.key);
			const [stamp, owner] = [register.withdrawn!, register.stream.shortId];
			if (!before || before.stamp <= stamp) removed.set(register.key, { stamp, owner });
			return undefined;
		}
		const withdrawn = removed?.get(register.key);
		if (!withdrawn || register.stamp > withdrawn.stamp) return undefined;
		// Of equal stamps the owners decide, and the other one may have won.
		if (register.stamp === withdrawn.stamp && register.stream.shortId > withdrawn.owner) return undefined;
		if (isStillOwn(register)) {
			removed!.delete(register.key);
			return undefined;
		}
		return `${pool}.${register.key} is back though its removal was applied here`;
	}
}
