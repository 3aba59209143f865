import { Platform } from "../../platform/platform";
import type { Job } from "./job";
import type { Listener } from "./listener";

/** What one entry from outside (a message, a tick, a timer, a shout of the game's) may cost, with all that it triggers; all optional. */
export interface EnergyOptions {
	/** Points: one for each shout that somebody listens to, each edit, action and timer, and what charged code uses. 1 to 1,000,000,000; default 100,000. */
	readonly points?: number;
	/** Milliseconds of running, looked at with every charge. 1 to 10,000; default 100. */
	readonly milliseconds?: number;
	/** How deep shouts may be nested. 1 to 64; default 32. */
	readonly depth?: number;
	/** What becomes of the edits of an entry that has used up its energy. Default "keep". */
	readonly onExhausted?: "keep" | "rollback";
}

export interface EnergyLimits {
	readonly points: number;
	readonly seconds: number;
	readonly depth: number;
	readonly onExhausted: "keep" | "rollback";
}

export const DEFAULT_ENERGY: EnergyLimits = { points: 100_000, seconds: 0.1, depth: 32, onExhausted: "keep" };

/** Which limit has ended an entry. */
export type Exhaustion = "points" | "clock" | "depth";

/** Each entry has its number, by which listeners know whether it was they who have used its energy. */
let lastNumber = 0;

/** Whatever outside of the library calls: one such call, with all that it triggers, has one account. Used again where nobody holds on to it. */
export class Entry {
	public number!: number;
	public kind!: string;
	/** The first listener that is called in it. */
	public first: Listener | undefined;
	public left!: number;
	/** Shouts around what is running. */
	public depth!: number;
	/** A handler of it waits, and may go on in it. */
	public isHeld = false;
	public exhausted: Exhaustion | undefined;
	/** What was thrown when it was, with the stack. */
	public problem: unknown;
	/** Who is charged where nothing is being called: a handler that has waited. */
	public waited: Listener | undefined;
	/** What is being called. */
	public job: Job | undefined;
	/** Whoever was charged most, and whoever ran longest without what it called. */
	public hottest: Listener | undefined;
	public slowest: Listener | undefined;
	public slowestSeconds!: number;
	/** How many after it may have been it as well. */
	public slowestMore!: number;
	/** Seconds that are attributed to listeners already. */
	public accountedSeconds!: number;
	public beganSeconds!: number;
	public deadlineSeconds!: number;
	private hottestPoints!: number;
	private inCharge: Listener | undefined;

	constructor(
		/** Whose entry it is: only its own runtime continues it. */
		public readonly home: object,
		public readonly limits: EnergyLimits,
		private readonly platform: Pick<Platform, "clock">,
	) {}

	/** Begins, with a full account and nothing of what was. Hot: once per message, tick and timer. */
	public begin(kind: string, first: Listener | undefined): this {
		const { limits } = this;
		lastNumber += 1;
		this.number = lastNumber;
		this.kind = kind;
		this.first = first;
		this.left = limits.points;
		this.depth = 0;
		this.hottest = undefined;
		this.hottestPoints = 0;
		this.slowest = undefined;
		this.slowestSeconds = 0;
		this.slowestMore = 0;
		this.accountedSeconds = 0;
		const now = this.platform.clock();
		this.beganSeconds = now;
		this.deadlineSeconds = now + limits.seconds;
		return this;
	}

	/** The listener that is running. */
	private running(): Listener | undefined {
		return this.job ? this.job.current() : this.waited;
	}

	/** Attributes time to a listener, or to some of them, without what was attributed within it. */
	public account(accountedBefore: number, seconds: number, listener: Listener, count: number): void {
		const own = seconds - (this.accountedSeconds - accountedBefore);
		this.accountedSeconds = accountedBefore + seconds;
		if (own <= this.slowestSeconds) return;
		this.slowestSeconds = own;
		this.slowest = listener;
		this.slowestMore = count - 1;
	}

	/** Takes points; false if that was too much, or it is over already. Hot: with every charge. */
	public take(points: number): boolean {
		const running = this.running();
		if (running) {
			if (running.spentIn !== this.number) {
				running.spentIn = this.number;
				running.spent = 0;
			}
			running.spent += points;
			if (running.spent > this.hottestPoints) {
				this.hottestPoints = running.spent;
				this.hottest = running;
			}
		}
		if (this.exhausted) return false;
		this.left -= points;
		if (this.left <= 0) {
			this.left = 0;
			this.exhausted = "points";
			return false;
		}
		if (this.platform.clock() > this.deadlineSeconds) {
			this.exhausted = "clock";
			// Whoever is running has been for longer than anybody before, unless that was most of it.
			if (this.slowestSeconds < this.limits.seconds / 2) this.inCharge = running;
			return false;
		}
		return true;
	}

	/** Takes points from whatever runs, which ends here if there are no more. */
	public charge(points: number): void {
		if (!this.take(points)) this.abort();
	}

	/** Goes one shout deeper, which ends what runs if that is too deep. */
	public deepen(): void {
		if (!this.exhausted && this.depth >= this.limits.depth) this.exhausted = "depth";
		if (this.exhausted) this.abort();
		this.depth += 1;
	}

	/** Ends the code that is running. What it throws may be caught by that; it is thrown again with the next charge. */
	public abort(): never {
		error(this.describe(), 0);
	}

	/** Who is to blame, as far as can be told. */
	public culprit(): Listener | undefined {
		if (this.exhausted === "clock")
			return this.inCharge ?? this.slowest ?? this.running() ?? this.hottest ?? this.first;
		return this.hottest ?? this.running() ?? this.first;
	}

	/** What happened, for a message. */
	public describe(): string {
		const { limits } = this;
		const what =
			this.exhausted === "points"
				? `has used up its ${limits.points} points of energy`
				: this.exhausted === "depth"
					? `shouts more than ${limits.depth} deep`
					: `has run for more than ${math.round(limits.seconds * 1000)} ms`;
		const hottest = this.culprit();
		const isOneOf =
			hottest !== undefined && hottest === this.slowest && this.exhausted === "clock" && this.slowestMore > 0;
		const more = isOneOf ? `, or in one of the ${this.slowestMore} after it` : "";
		return `${this.name()} ${what}${hottest ? `; most of it in ${hottest.label()}${more}` : ""}`;
	}

	public name(): string {
		return this.first ? `${this.kind} of ${this.first.label()}` : this.kind;
	}
}

/** The entry that is running now, in whichever runtime. Whoever sets it puts the former back, around code that neither yields nor throws. */
export const present: { entry: Entry | undefined } = { entry: undefined };
