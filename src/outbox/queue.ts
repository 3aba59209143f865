import { HeapNode, IndexedHeap } from "./heap";

/** By how much one step of priority is sent ahead of its age. */
export const HEAD_START_SECONDS = 10;

/** One key's place in the queue. */
export interface Slot<T extends defined> {
	readonly key: string;
	readonly value: T;
	/** Higher goes first. */
	readonly priority: number;
	readonly enqueuedAtSeconds: number;
	/** Tells slots of the same rank apart: who came first. */
	readonly sequence: number;
}

interface QueuedSlot<T extends defined> extends Slot<T> {
	value: T;
	byRank: HeapNode<QueuedSlot<T>>;
	byAge: HeapNode<QueuedSlot<T>>;
}

/**
 * What waits to be sent, one slot per key. A newer value takes the place of an older one that was not sent yet, with
 * the older one's priority and age: a key that changes all the time is neither sent more often for it nor pushed back
 * for ever.
 *
 * Order: rank = time of enqueueing − priority · {@link HEAD_START_SECONDS}, least first, then arrival. Ranks never
 * change, and whatever comes later than (difference of priorities) · {@link HEAD_START_SECONDS} after a slot ranks
 * behind it. So only finitely many slots ever go before any given one, however busy higher priorities are: nothing
 * starves.
 */
export class OutboxQueue<T extends defined> {
	private readonly slots = new Map<string, QueuedSlot<T>>();
	private readonly byRank = new IndexedHeap<QueuedSlot<T>>();
	private readonly byAge = new IndexedHeap<QueuedSlot<T>>();
	private nextSequence = 0;

	/** O(log n) for a new key, O(1) for one that waits. */
	public put(key: string, priority: number, nowSeconds: number, value: T): void {
		const waiting = this.slots.get(key);
		if (waiting) {
			waiting.value = value;
			return;
		}
		this.nextSequence += 1;
		this.insert({ key, value, priority, enqueuedAtSeconds: nowSeconds, sequence: this.nextSequence });
	}

	/** Takes the slot whose turn it is out of the queue. */
	public take(): Slot<T> | undefined {
		const first = this.byRank.first();
		if (!first) return undefined;
		this.removeSlot(first.item);
		return first.item;
	}

	public peek(): Slot<T> | undefined {
		return this.byRank.first()?.item;
	}

	/**
	 * Gives back what was taken and not sent: it keeps its place. A value that was put meanwhile is newer and stays, in
	 * that same place.
	 */
	public putBack(slot: Slot<T>): void {
		const waiting = this.slots.get(slot.key);
		if (waiting) this.removeSlot(waiting);
		this.insert(waiting ? { ...slot, value: waiting.value } : slot);
	}

	/** Whether the key was queued. */
	public remove(key: string): boolean {
		const waiting = this.slots.get(key);
		if (!waiting) return false;
		this.removeSlot(waiting);
		return true;
	}

	public get(key: string): T | undefined {
		return this.slots.get(key)?.value;
	}

	/** O(1). */
	public size(): number {
		return this.byRank.size();
	}

	/** How long the longest waiting slot has waited; 0 when nothing waits. O(1). */
	public oldestAgeSeconds(nowSeconds: number): number {
		const oldest = this.byAge.first();
		return oldest ? math.max(0, nowSeconds - oldest.rank) : 0;
	}

	private insert(slot: Slot<T>): void {
		assert(!this.slots.has(slot.key), "a key waits in one place");
		const { key, value, priority, enqueuedAtSeconds, sequence } = slot;
		const queued = { key, value, priority, enqueuedAtSeconds, sequence } as QueuedSlot<T>;
		queued.byRank = {
			rank: enqueuedAtSeconds - priority * HEAD_START_SECONDS,
			sequence,
			item: queued,
			position: -1,
		};
		queued.byAge = { rank: enqueuedAtSeconds, sequence, item: queued, position: -1 };
		this.byRank.insert(queued.byRank);
		this.byAge.insert(queued.byAge);
		this.slots.set(key, queued);
	}

	private removeSlot(slot: QueuedSlot<T>): void {
		this.byRank.remove(slot.byRank);
		this.byAge.remove(slot.byAge);
		this.slots.delete(slot.key);
		assert(this.byRank.size() === this.byAge.size(), "both heaps hold the same slots");
	}
}
