/** Something that goes by itself. */
export interface ExpiringItem {
	/** Virtual time from which on it is not there any more. */
	readonly expiresAtSeconds: number;
	/** Unique; of two that expire at the same time the lower goes first. */
	readonly number: number;
	/** Removed or replaced: waits for nothing any more. */
	gone: boolean;
}

/** Items that are gone are swept out when there are more of them than this and than others. */
const SWEEP_AT_LEAST = 1024;

function expiresBefore(left: ExpiringItem, right: ExpiringItem): boolean {
	if (left.expiresAtSeconds !== right.expiresAtSeconds) return left.expiresAtSeconds < right.expiresAtSeconds;
	return left.number < right.number;
}

/** What expires next: a binary heap. */
export class ExpiryQueue<T extends ExpiringItem> {
	private heap = new Array<T>();
	private goneCount = 0;

	add(item: T): void {
		const { heap } = this;
		let index = heap.size();
		heap.push(item);
		while (index > 0) {
			const parent = (index - 1).idiv(2);
			if (!expiresBefore(item, heap[parent]!)) break;
			heap[index] = heap[parent]!;
			index = parent;
		}
		heap[index] = item;
	}

	/** To be called once for each item that went before its time. */
	noteGone(): void {
		this.goneCount += 1;
		if (this.goneCount <= SWEEP_AT_LEAST || this.goneCount * 2 <= this.heap.size()) return;
		const kept = this.heap.filter((item) => !item.gone);
		this.heap = [];
		this.goneCount = 0;
		for (const item of kept) this.add(item);
	}

	/** Takes out one item that has expired by now. Undefined when there is none left. */
	takeExpired(nowSeconds: number): T | undefined {
		while (true) {
			const first = this.heap[0];
			if (!first || first.expiresAtSeconds > nowSeconds) return undefined;
			this.removeFirst();
			if (!first.gone) return first;
			this.goneCount -= 1;
		}
	}

	private removeFirst(): void {
		const { heap } = this;
		const last = heap.pop()!;
		const size = heap.size();
		if (size === 0) return;
		let index = 0;
		while (true) {
			let child = index * 2 + 1;
			if (child >= size) break;
			if (child + 1 < size && expiresBefore(heap[child + 1]!, heap[child]!)) child += 1;
			if (!expiresBefore(heap[child]!, last)) break;
			heap[index] = heap[child]!;
			index = child;
		}
		heap[index] = last;
	}
}
