import { FailureReport, startThread } from "./thread";

/** What a scheduled event is about; once `cancelled` it is skipped. */
export interface ScheduledItem {
	readonly cancelled?: boolean;
}

interface Timer extends ScheduledItem {
	cancelled: boolean;
	readonly callback: () => void;
	readonly report: FailureReport;
}

/** Cancelled events are swept out when there are more of them than this and than live ones. */
const SWEEP_AT_LEAST = 1024;

function call(callback: () => void): void {
	callback();
}

function fire(timer: Timer): void {
	// From here on cancelling has no effect.
	timer.cancelled = true;
	startThread(call, timer.callback, timer.report);
}

/**
 * A discrete-event scheduler: time jumps from event to event. Events of the same time happen in the order in which they were scheduled.
 * Hot: a binary heap on (time, sequence number) in parallel arrays, nothing allocated per event.
 */
export class Scheduler {
	/** Read it as `now` where not every call counts. */
	nowSeconds = 0;
	private sequence = 0;
	private size = 0;
	private cancelledCount = 0;
	private readonly times = new Array<number>();
	private readonly sequences = new Array<number>();
	private readonly callbacks = new Array<(item: ScheduledItem) => void>();
	private readonly items = new Array<ScheduledItem>();

	/** @param report gets the text of errors thrown by callbacks of `at` */
	constructor(private readonly report: FailureReport) {}

	now(): number {
		return this.nowSeconds;
	}

	/** The time of the next event; undefined if there is none. */
	nextSeconds(): number | undefined {
		while (this.size > 0 && this.items[0]!.cancelled) this.forgetFirst();
		return this.size > 0 ? this.times[0] : undefined;
	}

	/** Events that are waiting, cancelled ones included. */
	pending(): number {
		return this.size;
	}

	/** Runs `callback` at `timeSeconds`, or now if that has passed, in a thread of its own. Returns what cancels it. */
	at(timeSeconds: number, callback: () => void): () => void {
		const timer: Timer = { cancelled: false, callback, report: this.report };
		this.post(timeSeconds, fire, timer);
		return () => {
			if (timer.cancelled) return;
			timer.cancelled = true;
			this.noteCancelled();
		};
	}

	/** Calls `callback(item)` at `timeSeconds`: for code that neither yields nor throws, an error passes through `step`. */
	post<T extends ScheduledItem>(timeSeconds: number, callback: (item: T) => void, item: T): void {
		this.sequence += 1;
		const index = this.size;
		this.size = index + 1;
		this.siftUp(
			index,
			math.max(timeSeconds, this.nowSeconds),
			this.sequence,
			callback as (item: ScheduledItem) => void,
			item,
		);
	}

	/** To be called once when a posted item has become cancelled before it ran, so that many of them do not fill the memory. */
	noteCancelled(): void {
		this.cancelledCount += 1;
		if (this.cancelledCount > SWEEP_AT_LEAST && this.cancelledCount * 2 > this.size) this.sweep();
	}

	/** Goes to the next event and runs it. False if there was none. */
	step(): boolean {
		const time = this.nextSeconds();
		if (time === undefined) return false;
		this.runFirst(time);
		return true;
	}

	/** Runs every event up to and including `timeSeconds`; then it is `timeSeconds`. */
	runUntil(timeSeconds: number): void {
		while (this.size > 0 && this.times[0]! <= timeSeconds) {
			if (this.items[0]!.cancelled) this.forgetFirst();
			else this.runFirst(this.times[0]!);
		}
		this.nowSeconds = math.max(this.nowSeconds, timeSeconds);
	}

	/** Forgets every event. */
	clear(): void {
		this.size = 0;
		this.cancelledCount = 0;
		this.times.clear();
		this.sequences.clear();
		this.callbacks.clear();
		this.items.clear();
	}

	private runFirst(time: number): void {
		const callback = this.callbacks[0]!;
		const item = this.items[0]!;
		this.removeFirst();
		this.nowSeconds = time;
		callback(item);
	}

	private forgetFirst(): void {
		this.removeFirst();
		this.cancelledCount -= 1;
	}

	private siftUp(
		start: number,
		time: number,
		sequence: number,
		callback: (item: ScheduledItem) => void,
		item: ScheduledItem,
	): void {
		const { times, sequences, callbacks, items } = this;
		let index = start;
		while (index > 0) {
			const parent = (index - 1).idiv(2);
			const parentTime = times[parent]!;
			if (parentTime < time || (parentTime === time && sequences[parent]! < sequence)) break;
			times[index] = parentTime;
			sequences[index] = sequences[parent]!;
			callbacks[index] = callbacks[parent]!;
			items[index] = items[parent]!;
			index = parent;
		}
		times[index] = time;
		sequences[index] = sequence;
		callbacks[index] = callback;
		items[index] = item;
	}

	private removeFirst(): void {
		const { times, sequences, callbacks, items } = this;
		const last = this.size - 1;
		this.size = last;
		const time = times.pop()!;
		const sequence = sequences.pop()!;
		const callback = callbacks.pop()!;
		const item = items.pop()!;
		if (last === 0) return;
		let index = 0;
		while (true) {
			let child = index * 2 + 1;
			if (child >= last) break;
			let childTime = times[child]!;
			const right = child + 1;
			if (right < last) {
				const rightTime = times[right]!;
				if (rightTime < childTime || (rightTime === childTime && sequences[right]! < sequences[child]!)) {
					child = right;
					childTime = rightTime;
				}
			}
			if (time < childTime || (time === childTime && sequence < sequences[child]!)) break;
			times[index] = childTime;
			sequences[index] = sequences[child]!;
			callbacks[index] = callbacks[child]!;
			items[index] = items[child]!;
			index = child;
		}
		times[index] = time;
		sequences[index] = sequence;
		callbacks[index] = callback;
		items[index] = item;
	}

	/** Rebuilds the heap from what is not cancelled; sequence numbers stay, so the order of events does. */
	private sweep(): void {
		const times = this.times.move(0, this.size - 1, 0, []);
		const sequences = this.sequences.move(0, this.size - 1, 0, []);
		const callbacks = this.callbacks.move(0, this.size - 1, 0, []);
		const items = this.items.move(0, this.size - 1, 0, []);
		this.clear();
		for (const index of $range(0, times.size() - 1)) {
			const item = items[index]!;
			if (item.cancelled) continue;
			const target = this.size;
			this.size = target + 1;
			this.siftUp(target, times[index]!, sequences[index]!, callbacks[index]!, item);
		}
	}
}
