import type { Listener } from "./listener";

/** What a shout's listeners have answered, in the order in which they were called. */
export class Answers {
	/** How many were called. */
	public Count = 0;
	/** @internal */
	public readonly values: Array<defined | undefined>;
	/** @internal */
	public readonly listeners: Array<Listener>;

	constructor(expected: number) {
		this.values = table.create(expected);
		this.listeners = table.create(expected);
	}

	/** The answer of the one that was called as number `index`, from 0; undefined if it gave none, has failed, or has not finished yet. */
	public Get(index: number): unknown {
		return this.values[index];
	}

	/** The Id of the entity that answered as number `index`, from 0. */
	public GetEntityId(index: number): string | undefined {
		return this.listeners[index]?.owner.id;
	}

	/** The answers that there are, in order. */
	public GetAll(): defined[] {
		const all = new Array<defined>();
		for (const index of $range(0, this.Count - 1)) {
			const value = this.values[index];
			if (value !== undefined) all.push(value);
		}
		return all;
	}

	/** @internal Hot: once per listener. */
	public add(listener: Listener, value: unknown): void {
		const index = this.Count;
		this.listeners[index] = listener;
		this.values[index] = value as defined;
		this.Count = index + 1;
	}
}
