import { Minute } from "../minute-window";
import { OrderedItems } from "./ordered-items";
import { MemoryItem, Structure } from "./structure";

export interface QueueItem extends MemoryItem {
	readonly priority: number;
	/** Hidden from reads before this time. */
	visibleAtSeconds: number;
}

/** What one read got: it may be removed until then. */
interface Reading {
	readonly items: readonly QueueItem[];
	readonly untilSeconds: number;
}

/** Readings that are over are forgotten when there are this many, and twice as many as after the last time. */
const FORGET_FROM = 64;

function isAhead(left: QueueItem, right: QueueItem): boolean {
	return left.priority !== right.priority ? left.priority > right.priority : left.number < right.number;
}

/** The items of one queue: higher priorities first, then the order in which they were added. */
export class QueueStore extends Structure {
	private readonly ordered = new OrderedItems(isAhead);
	private readonly readings = new Map<string, Reading>();
	private readingCount = 0;
	private forgetFrom = FORGET_FROM;

	constructor(label: string, name: string, minute: Minute) {
		super(label, name, true, minute);
	}

	insert(item: MemoryItem): void {
		this.ordered.add(item as QueueItem);
	}

	forget(item: MemoryItem): void {
		this.ordered.remove(item as QueueItem);
	}

	/** Up to `most` items that may be read now; nothing of it is hidden yet. */
	visible(most: number, nowSeconds: number): QueueItem[] {
		const found = new Array<QueueItem>();
		for (const item of this.ordered.list) {
			if (found.size() >= most) break;
			if (item.visibleAtSeconds <= nowSeconds) found.push(item);
		}
		return found;
	}

	/** Hides items that were read, and remembers them under the id of the reading. */
	hide(items: readonly QueueItem[], id: string, nowSeconds: number, untilSeconds: number): void {
		for (const item of items) item.visibleAtSeconds = untilSeconds;
		if (this.readingCount >= this.forgetFrom) this.forgetReadings(nowSeconds);
		this.readings.set(id, { items, untilSeconds });
		this.readingCount += 1;
	}

	/** The items of a reading that is not over; they may have expired meanwhile. */
	takeReading(id: string, nowSeconds: number): readonly QueueItem[] {
		const reading = this.readings.get(id);
		if (!reading || reading.untilSeconds <= nowSeconds) return [];
		this.readings.delete(id);
		this.readingCount -= 1;
		return reading.items;
	}

	private forgetReadings(nowSeconds: number): void {
		const over = new Array<string>();
		for (const [id, { untilSeconds }] of this.readings) if (untilSeconds <= nowSeconds) over.push(id);
		for (const id of over) this.readings.delete(id);
		this.readingCount -= over.size();
		this.forgetFrom = math.max(FORGET_FROM, this.readingCount * 2);
	}
}
