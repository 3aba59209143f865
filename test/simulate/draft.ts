import { Generator } from "../specs/support/generators";
import { PlanItem, PoolName, Weather } from "./plan";

/** A plan in the making. */
export class Draft {
	public readonly items = new Array<PlanItem>();
	private values = 0;

	constructor(
		/** Servers that take part so far; troubles may add more. */
		public servers: number,
		public readonly seconds: number,
	) {}

	public add(item: PlanItem): void {
		this.items.push(item);
	}

	/** A random millisecond: stamps have that resolution. */
	public at(draw: Generator, from: number, to: number): number {
		return draw.integer(math.floor(from * 1000), math.floor(to * 1000)) / 1000;
	}

	public value(): string {
		this.values += 1;
		return `v${this.values}`;
	}

	public put(server: number, pool: PoolName, key: string, atSeconds: number, bytes?: number): void {
		const item = { kind: "put", server, pool, key, value: this.value(), atSeconds } as const;
		this.add(bytes === undefined ? item : { ...item, bytes });
	}

	/** Many servers at once, or within some time. */
	public crowd(draw: Generator, count: number, seconds: number, atSeconds: number): void {
		const server = this.servers + 1;
		this.servers += count;
		this.add({ kind: "crowd", server, count, seconds, players: draw.integer(0, 30), atSeconds });
	}

	public newServer(): number {
		this.servers += 1;
		return this.servers;
	}
}

/** Adds what belongs to one kind of trouble. */
export type Trouble = (draft: Draft, draw: Generator) => void;

export function weather(draft: Draft, draw: Generator, faults: Weather, most = draft.seconds): void {
	const seconds = draw.integer(5, math.floor(most));
	const latest = math.max(1, draft.seconds - seconds);
	// Some go on to the end, and hit whatever is done last.
	draft.add({ kind: "weather", faults, seconds, atSeconds: draw.oneIn(4) ? latest : draft.at(draw, 0, latest) });
}

export function times(draw: Generator, least: number, most: number, action: () => void): void {
	for (const _ of $range(1, draw.integer(least, most))) action();
}

export function anyServer(draft: Draft, draw: Generator): number {
	return draw.integer(1, draft.servers);
}

export function percent(draw: Generator, least: number, most: number): number {
	return draw.integer(least, most) / 100;
}

export function replaceServer(draft: Draft, draw: Generator, atSeconds: number): void {
	draft.add({ kind: "start", server: draft.newServer(), players: draw.integer(0, 30), atSeconds });
}
