import { milliseconds, percentile } from "./rounding";
import { Distribution, LagSeries } from "./run-record";

/** The value of a key that is not there, or no longer. */
const ABSENT = "";
const STEPS_MOST = 60;
const BINS = 40;

/** A value that a key got, and the servers that show neither it nor a newer one. */
interface Change {
	readonly pool: string;
	readonly key: string;
	readonly atSeconds: number;
	readonly value: string;
	readonly author: number;
	/** True for servers that nothing has kept from learning of it. */
	readonly waiting: Map<number, boolean>;
	waitingCount: number;
	undisturbedCount: number;
	/** False when no time can be told: another server changed the key meanwhile, or a fault held its author back. */
	measured: boolean;
}

/** What a server shows, by key. */
type Shown = Map<string, string>;

/**
 * Measures from outside how long changes take: from when they are made until every server shows them, or a newer value of the key.
 * A server that a fault holds up is not waited for, and what it changes is not measured.
 */
export class LagMeter {
	/** All changes, and those among them that were not measured because two servers made them at once, or their author crashed first. */
	public total = 0;
	public contested = 0;
	public perished = 0;
	/** By key, oldest first, those that some server has to show yet. */
	private readonly pending = new Map<string, Change[]>();
	private readonly open = new Set<Change>();
	/** By pool: the servers that show it. */
	private readonly viewers = new Map<string, Map<number, Shown>>();
	private readonly disturbances = new Map<number, Array<() => number>>();
	/** When measured changes were made, and what they took. */
	private readonly madeAtSeconds = new Array<number>();
	private readonly tookSeconds = new Array<number>();

	/** With `latestWins`, servers agree which of two changes of a key is the later one, however close they are; else neither is measured. */
	constructor(private readonly latestWins = false) {}

	/** From now on, this server shows what is in a pool. */
	public view(server: number, pool: string): void {
		let viewers = this.viewers.get(pool);
		if (!viewers) {
			viewers = new Map();
			this.viewers.set(pool, viewers);
		}
		if (!viewers.has(server)) viewers.set(server, new Map());
	}

	/**
	 * A server that is gone need not learn anything any more. What a crashed one had not told everybody nobody can know;
	 * of one that closed, others may show instead that its key is gone.
	 */
	public serverEnded(server: number, crashed: boolean, now: number): void {
		for (const [, viewers] of this.viewers) viewers.delete(server);
		this.disturbances.delete(server);
		for (const change of [...this.open]) {
			this.release(change, server, undefined);
			if (change.author !== server || !change.measured || change.waitingCount === 0) continue;
			if (!crashed) {
				this.change(change.pool, change.key, ABSENT, server, now, false);
				continue;
			}
			change.measured = false;
			this.perished += 1;
		}
	}

	/** From now until that time these servers cannot keep up, through no fault of what is tested. */
	public disturb(servers: ReadonlyArray<number>, untilSeconds: () => number): void {
		for (const server of servers) {
			const ends = this.disturbances.get(server) ?? [];
			ends.push(untilSeconds);
			this.disturbances.set(server, ends);
			for (const change of this.open) {
				if (change.author === server) change.measured = false;
				if (change.waiting.get(server) !== true) continue;
				change.waiting.set(server, false);
				change.undisturbedCount -= 1;
			}
		}
	}

	/** A key gets a value, "" if it is removed. To be called before its author can show that. What is not measured supersedes all the same. */
	public change(pool: string, key: string, value: string, author: number, now: number, isMeasured = true): void {
		const name = `${pool}/${key}`;
		let pending = this.pending.get(name);
		if (!pending) {
			pending = [];
			this.pending.set(name, pending);
		}
		const change: Change = {
			pool,
			key,
			atSeconds: now,
			value,
			author,
			waiting: new Map(),
			waitingCount: 0,
			undisturbedCount: 0,
			measured: isMeasured && !this.isDisturbed(author, now),
		};
		if (isMeasured) this.total += 1;
		for (const other of pending) {
			if (this.latestWins || other.author === author || other.undisturbedCount === 0) continue;
			for (const rival of [other, change]) {
				if (rival.measured) this.contested += 1;
				rival.measured = false;
			}
		}
		pending.push(change);
		this.open.add(change);
		const already = new Array<number>();
		for (const [server, shown] of this.viewers.get(pool) ?? new Map<number, Shown>()) {
			const undisturbed = !this.isDisturbed(server, now);
			change.waiting.set(server, undisturbed);
			change.waitingCount += 1;
			if (undisturbed) change.undisturbedCount += 1;
			if ((shown.get(key) ?? ABSENT) === value) already.push(server);
		}
		for (const server of already) this.show(server, pool, key, value, now);
	}

	/** A server shows a value. */
	public show(server: number, pool: string, key: string, value: string, now: number): void {
		const shown = this.viewers.get(pool)?.get(server);
		if (!shown) return;
		if (value === ABSENT) shown.delete(key);
		else shown.set(key, value);
		const name = `${pool}/${key}`;
		const pending = this.pending.get(name);
		if (!pending) return;
		let position = pending.size() - 1;
		while (position >= 0 && pending[position]!.value !== value) position -= 1;
		for (const index of $range(0, position)) this.release(pending[index]!, server, now);
		this.pending.set(
			name,
			pending.filter((change) => change.waitingCount > 0),
		);
	}

	/** Measured changes that were made before then and that some server ought to show and does not. */
	public missing(beforeSeconds: number): number {
		let count = 0;
		for (const change of this.open) if (this.isMissing(change) && change.atSeconds < beforeSeconds) count += 1;
		return count;
	}

	public arrived(): number {
		return this.tookSeconds.size();
	}

	/** Of all changes that were measured, those that did not arrive among them: -1 where that means never. */
	public percentiles(shares: ReadonlyArray<number>, missingBeforeSeconds: number): number[] {
		const seconds = [...this.tookSeconds];
		for (const _ of $range(1, this.missing(missingBeforeSeconds))) seconds.push(math.huge);
		seconds.sort();
		return shares.map((share) => milliseconds(percentile(seconds, share)));
	}

	public distribution(longestSeconds: number, missingBeforeSeconds: number): Distribution {
		const binSeconds = longestSeconds / BINS;
		const counts = new Array<number>();
		for (const _ of $range(1, BINS)) counts.push(0);
		let beyond = 0;
		for (const seconds of this.tookSeconds) {
			const bin = math.floor(seconds / binSeconds);
			if (bin < BINS) counts[bin]! += 1;
			else beyond += 1;
		}
		const [p50, p95, p99, most] = this.percentiles([0.5, 0.95, 0.99, 1], missingBeforeSeconds);
		const never = this.missing(missingBeforeSeconds);
		return { binSeconds, counts, beyond, never, p50: p50!, p95: p95!, p99: p99!, most: most! };
	}

	/** By when the changes were made, in steps of equal length. */
	public series(endSeconds: number, missingBeforeSeconds: number): LagSeries {
		const stepSeconds = math.max(1, math.ceil(endSeconds / STEPS_MOST));
		const steps = math.max(1, math.ceil(endSeconds / stepSeconds));
		const took = new Array<number[]>();
		const never = new Array<number>();
		for (const _ of $range(1, steps)) {
			took.push([]);
			never.push(0);
		}
		const stepOf = (atSeconds: number): number => math.min(steps - 1, math.floor(atSeconds / stepSeconds));
		this.tookSeconds.forEach((seconds, index) => took[stepOf(this.madeAtSeconds[index]!)]!.push(seconds));
		for (const change of this.open) {
			if (!this.isMissing(change) || change.atSeconds >= missingBeforeSeconds) continue;
			const step = stepOf(change.atSeconds);
			never[step]! += 1;
			took[step]!.push(math.huge);
		}
		for (const list of took) list.sort();
		const at = (share: number): number[] => took.map((list) => milliseconds(percentile(list, share)));
		return {
			atSeconds: took.map((_, index) => (index + 0.5) * stepSeconds),
			median: at(0.5),
			p95: at(0.95),
			most: at(1),
			never,
		};
	}

	private isMissing(change: Change): boolean {
		return change.measured && change.undisturbedCount > 0;
	}

	private isDisturbed(server: number, now: number): boolean {
		return this.disturbances.get(server)?.some((untilSeconds) => untilSeconds() > now) ?? false;
	}

	/** A server need not be waited for any more: it has learned of the change now, or never will. */
	private release(change: Change, server: number, learnedAtSeconds: number | undefined): void {
		const undisturbed = change.waiting.get(server);
		if (undisturbed === undefined) return;
		change.waiting.delete(server);
		change.waitingCount -= 1;
		if (change.waitingCount === 0) this.open.delete(change);
		if (!undisturbed) return;
		change.undisturbedCount -= 1;
		// Where the last one that was waited for has never learned it, there is no time to tell.
		if (change.undisturbedCount > 0 || !change.measured || learnedAtSeconds === undefined) return;
		this.madeAtSeconds.push(change.atSeconds);
		this.tookSeconds.push(learnedAtSeconds - change.atSeconds);
	}
}
