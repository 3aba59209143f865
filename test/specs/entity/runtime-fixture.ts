import { DEFAULT_ENERGY, EnergyLimits } from "../../../src/entity/runtime/energy";
import { ScriptError } from "../../../src/entity/runtime/failures";
import { Handler } from "../../../src/entity/runtime/listener";
import { Owner } from "../../../src/entity/runtime/owner";
import { Journal, Runtime } from "../../../src/entity/runtime/runtime";
import { RandomStream } from "../../../src/testing";

interface Timer {
	readonly atSeconds: number;
	readonly callback: () => void;
}

/** A runtime on a clock that only moves when it is told to. */
export class Stage {
	public readonly runtime: Runtime;
	public readonly failures = new Array<ScriptError>();
	public nowSeconds = 0;
	/** Once or twice for each listener that is called. */
	public clockReads = 0;
	private timers = new Array<Timer>();

	constructor(limits: Partial<EnergyLimits> = {}, repeatsMost?: number) {
		this.runtime = new Runtime(this, { ...DEFAULT_ENERGY, ...limits }, undefined, repeatsMost);
		this.runtime.failures.told = (failure) => this.failures.push(failure);
	}

	public clock(): number {
		this.clockReads += 1;
		return this.nowSeconds;
	}

	public schedule(delaySeconds: number, callback: () => void): () => void {
		const timer = { atSeconds: this.nowSeconds + delaySeconds, callback };
		this.timers.push(timer);
		return () => {
			this.timers = this.timers.filter((other) => other !== timer);
		};
	}

	/** Owners with scripts of the same name as their ids. */
	public owners(...ids: string[]): Owner[] {
		return ids.map((id) => this.runtime.createOwner(id, id, "Script"));
	}

	/** Entities that listen, and say so in a log. */
	public listening(event: string, log: string[], ...ids: string[]): Owner[] {
		const owners = this.owners(...ids);
		for (const owner of owners) {
			this.runtime.on(owner, event, () => {
				log.push(owner.id);
				return owner.id;
			});
		}
		return owners;
	}

	public on(owner: Owner, event: string, handler: Handler): () => void {
		return this.runtime.on(owner, event, handler);
	}

	public pass(seconds: number): void {
		const untilSeconds = this.nowSeconds + seconds;
		while (true) {
			let first: Timer | undefined;
			for (const timer of this.timers)
				if (timer.atSeconds <= untilSeconds && (!first || timer.atSeconds < first.atSeconds)) first = timer;
			if (!first) break;
			const taken = first;
			this.timers = this.timers.filter((timer) => timer !== taken);
			this.nowSeconds = math.max(this.nowSeconds, taken.atSeconds);
			taken.callback();
		}
		this.nowSeconds = untilSeconds;
	}

	public timersWaiting(): number {
		return this.timers.size();
	}
}

/** Writes down what becomes of entries. */
export class JournalLog implements Journal {
	public readonly words = new Array<string>();

	public begin(): void {
		this.words.push("begin");
	}

	public keep(): void {
		this.words.push("keep");
	}

	public rollback(): void {
		this.words.push("rollback");
	}
}

/** The items in another order. */
export function shuffled<T extends defined>(items: ReadonlyArray<T>, seed: number): T[] {
	const random = new RandomStream(seed, "order");
	const rest = [...items];
	for (const index of $range(rest.size() - 1, 1, -1)) {
		const other = math.floor(random.next() * (index + 1));
		[rest[index], rest[other]] = [rest[other]!, rest[index]!];
	}
	return rest;
}
