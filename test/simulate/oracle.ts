import { PoolName } from "./plan";
import type { Actor } from "./actor";

/** One thing a server did with a key. */
export interface Operation {
	readonly atSeconds: number;
	readonly actor: Actor;
	/** Undefined for a removal. */
	readonly value: string | undefined;
	/** What the server saw of the key then, and so replaced or removed whatever the clocks say. */
	readonly saw: string | undefined;
}

/** Everything that was done with one key of one pool, in order. */
export interface History {
	readonly pool: PoolName;
	readonly key: string;
	readonly operations: Operation[];
}

/** Knows every operation of a run, and so what may be seen. */
export class Oracle {
	public readonly histories = new Array<History>();
	private readonly byName = new Map<string, History>();
	private readonly makers = new Map<string, Actor>();

	/** Told of each operation before it is done. */
	public listener: ((pool: PoolName, key: string, operation: Operation) => void) | undefined;

	public note(pool: PoolName, key: string, operation: Operation): void {
		this.listener?.(pool, key, operation);
		const name = `${pool}.${key}`;
		let history = this.byName.get(name);
		if (!history) {
			history = { pool, key, operations: [] };
			this.byName.set(name, history);
			this.histories.push(history);
		}
		history.operations.push(operation);
		if (operation.value !== undefined) this.makers.set(`${name}=${operation.value}`, operation.actor);
	}

	public has(pool: PoolName, key: string): boolean {
		return this.byName.has(`${pool}.${key}`);
	}

	/** What was done with a key last, by anybody. */
	public lastOf(pool: string, key: string): Operation | undefined {
		const operations = this.byName.get(`${pool}.${key}`)?.operations;
		return operations?.[operations.size() - 1];
	}

	/** When an owner removed a key last; in the infinite past if that never happened. */
	public lastRemovalAt(pool: string, key: string): number {
		let atSeconds = -math.huge;
		for (const operation of this.byName.get(`${pool}.${key}`)?.operations ?? []) {
			if (operation.value === undefined) atSeconds = operation.atSeconds;
		}
		return atSeconds;
	}

	/** Who contributed this value, if anybody did. */
	public makerOf(pool: PoolName, key: string, value: string): Actor | undefined {
		return this.makers.get(`${pool}.${key}=${value}`);
	}
}
