/**
 * What "a minute" means to a limit; the documentation does not say.
 * @inline
 */
export type Minute = "sliding" | "fixed";

const MINUTE_SECONDS = 60;
const LEAST_CAPACITY = 1;

/**
 * Counts what happened in the last minute, exactly: a ring buffer of (time, count), one element for each distinct time.
 * With fixed minutes, {@link MinuteWindow.used} counts since the clock's last full minute.
 */
export class MinuteWindow {
	private times: number[] = [];
	private counts: number[] = [];
	private head = 0;
	private length = 0;
	private total = 0;
	private fixedMinute = 0;
	private fixedTotal = 0;

	constructor(private readonly minute: Minute) {}

	add(nowSeconds: number, count: number): void {
		const fixedMinute = nowSeconds.idiv(MINUTE_SECONDS);
		if (fixedMinute !== this.fixedMinute) {
			this.fixedMinute = fixedMinute;
			this.fixedTotal = 0;
		}
		this.fixedTotal += count;
		this.forget(nowSeconds);
		this.total += count;
		if (this.length > 0) {
			const last = (this.head + this.length - 1) % this.times.size();
			if (this.times[last] === nowSeconds) {
				this.counts[last]! += count;
				return;
			}
		}
		if (this.length === this.times.size()) this.grow();
		const index = (this.head + this.length) % this.times.size();
		this.times[index] = nowSeconds;
		this.counts[index] = count;
		this.length += 1;
	}

	/** What counts against the limit now. */
	used(nowSeconds: number): number {
		if (this.minute === "sliding") return this.lastMinute(nowSeconds);
		return nowSeconds.idiv(MINUTE_SECONDS) === this.fixedMinute ? this.fixedTotal : 0;
	}

	/** What happened in the last sixty seconds, whatever the limit means by a minute. */
	lastMinute(nowSeconds: number): number {
		this.forget(nowSeconds);
		return this.total;
	}

	private forget(nowSeconds: number): void {
		while (this.length > 0 && nowSeconds - this.times[this.head]! >= MINUTE_SECONDS) {
			this.total -= this.counts[this.head]!;
			this.head = (this.head + 1) % this.times.size();
			this.length -= 1;
		}
	}

	private grow(): void {
		const former = this.times.size();
		const capacity = math.max(LEAST_CAPACITY, former * 2);
		const times = new Array<number>(capacity, 0);
		const counts = new Array<number>(capacity, 0);
		for (const offset of $range(0, this.length - 1)) {
			const index = (this.head + offset) % former;
			times[offset] = this.times[index]!;
			counts[offset] = this.counts[index]!;
		}
		this.times = times;
		this.counts = counts;
		this.head = 0;
	}
}
