import { Pool } from "../../../src/pool/pool";

/** What a pool's signals said of one key, last. */
interface Mirrored {
	readonly text: string;
	readonly owner: string;
}

/**
 * Mirrors a pool from its signals alone, from its creation on, and finds where the two do not agree: a signal that is
 * missing, one too many, or one that contradicts those before it.
 */
export class PoolFold<T extends defined> {
	/** Contradictions, in the order in which they were seen. */
	public readonly problems = new Array<string>();
	public added = 0;
	public updated = 0;
	public removed = 0;
	public ownershipLost = 0;
	private readonly mirror = new Map<string, Mirrored>();
	/** Keys that went from this server to another, less those of which this server was told. */
	private readonly untold = new Map<string, number>();

	constructor(
		private readonly pool: Pool<T>,
		private readonly serverId: string,
		private readonly keyOf: (value: T) => string,
		private readonly textOf: (value: T) => string,
		/** Whether this server has withdrawn the key itself; asked once for each removal. */
		private readonly isWithdrawing: (key: string) => boolean,
	) {
		for (const value of pool.GetAllContributions()) {
			const key = keyOf(value);
			this.mirror.set(key, { text: textOf(value), owner: pool.GetOwner(key)! });
		}
		pool.ContributionAdded.Connect((value, key, owner) => this.noteAdded(value, key, owner));
		pool.ContributionUpdated.Connect((value, previous, key, owner) =>
			this.noteUpdated(value, previous, key, owner),
		);
		pool.ContributionRemoved.Connect((previous, key, owner) => this.noteRemoved(previous, key, owner));
		pool.OwnershipLost.Connect((key, newOwner) => this.noteLost(key, newOwner));
	}

	/** How many signals have fired. */
	public signals(): number {
		return this.added + this.updated + this.removed + this.ownershipLost;
	}

	/** Compares the mirror with the pool; adds to the problems. */
	public compare(): void {
		const { pool, mirror } = this;
		const values = pool.GetAllContributions();
		if (values.size() !== pool.Size()) this.problems.push(`Size() is ${pool.Size()}, there are ${values.size()}`);
		let previousKey: string | undefined;
		const keys = new Set<string>();
		for (const value of values) {
			const key = this.keyOf(value);
			if (previousKey !== undefined && !(previousKey < key))
				this.problems.push(`${key} comes after ${previousKey}`);
			previousKey = key;
			keys.add(key);
			const mirrored = mirror.get(key);
			if (!mirrored) this.problems.push(`${key} is in the pool, but no signal said so`);
			else if (mirrored.text !== this.textOf(value) || mirrored.owner !== pool.GetOwner(key)) {
				this.problems.push(
					`${key} is ${this.textOf(value)} of ${pool.GetOwner(key)}, signals said ${mirrored.text} of ${mirrored.owner}`,
				);
			}
		}
		for (const [key] of mirror) if (!keys.has(key)) this.problems.push(`${key} is gone, but no signal said so`);
		for (const [key, count] of this.untold) {
			if (count !== 0)
				this.problems.push(`${key} was lost to others ${count} times more than OwnershipLost fired`);
		}
	}

	private noteAdded(value: T, key: string, owner: string): void {
		this.added += 1;
		if (this.mirror.has(key)) this.problems.push(`${key} was added twice`);
		if (this.keyOf(value) !== key) this.problems.push(`${key} was added with the value of ${this.keyOf(value)}`);
		this.mirror.set(key, { text: this.textOf(value), owner });
	}

	private noteUpdated(value: T, previous: T, key: string, owner: string): void {
		this.updated += 1;
		const mirrored = this.mirror.get(key);
		const text = this.textOf(value);
		if (!mirrored) this.problems.push(`${key} was updated before it was added`);
		else {
			if (mirrored.text !== this.textOf(previous))
				this.problems.push(`${key} was not ${this.textOf(previous)} before`);
			if (mirrored.text === text && mirrored.owner === owner)
				this.problems.push(`${key} was updated to the same`);
			if (mirrored.owner === this.serverId && owner !== this.serverId) this.count(key, 1);
		}
		this.mirror.set(key, { text, owner });
	}

	private noteRemoved(previous: T, key: string, owner: string): void {
		this.removed += 1;
		const mirrored = this.mirror.get(key);
		if (!mirrored) this.problems.push(`${key} was removed before it was added`);
		else {
			if (mirrored.text !== this.textOf(previous))
				this.problems.push(`${key} was not ${this.textOf(previous)} before`);
			if (mirrored.owner !== owner) this.problems.push(`${key} was not ${owner}'s, but ${mirrored.owner}'s`);
			if (owner === this.serverId && !this.isWithdrawing(key)) this.count(key, 1);
		}
		this.mirror.delete(key);
	}

	private noteLost(key: string, newOwner: string): void {
		this.ownershipLost += 1;
		if (newOwner === this.serverId) this.problems.push(`${key} was lost to this server itself`);
		this.count(key, -1);
	}

	private count(key: string, difference: number): void {
		this.untold.set(key, (this.untold.get(key) ?? 0) + difference);
	}
}
