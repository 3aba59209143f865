import { Minute } from "../minute-window";
import { OrderedItems } from "./ordered-items";
import { SortKey } from "./sort-order";
import { MemoryItem, Structure } from "./structure";

/** An item of a hash map or sorted map. */
export interface KeyedItem extends MemoryItem {
	readonly key: string;
	readonly sortKey: SortKey | undefined;
	/** The hash of structure and key: where it is among the partitions. */
	readonly hash: number;
	readonly writtenAtSeconds: number;
	/** What the writer asked for. */
	readonly expirationSeconds: number;
}

/** What a key had before the last write of it. */
interface Former {
	readonly item: KeyedItem | undefined;
	readonly untilSeconds: number;
}

/** The items of one hash map or sorted map, by key and in order. */
export class KeyedStore extends Structure {
	readonly ordered: OrderedItems<KeyedItem>;
	private readonly byKey = new Map<string, KeyedItem>();
	private readonly formers = new Map<string, Former>();

	constructor(
		label: string,
		name: string,
		sizeLimited: boolean,
		minute: Minute,
		comesBefore: (left: KeyedItem, right: KeyedItem) => boolean,
	) {
		super(label, name, sizeLimited, minute);
		this.ordered = new OrderedItems(comesBefore);
	}

	get(key: string): KeyedItem | undefined {
		return this.byKey.get(key);
	}

	insert(item: MemoryItem): void {
		const keyed = item as KeyedItem;
		this.byKey.set(keyed.key, keyed);
		this.ordered.add(keyed);
	}

	forget(item: MemoryItem): void {
		const keyed = item as KeyedItem;
		this.byKey.delete(keyed.key);
		this.ordered.remove(keyed);
	}

	/** Remembers what a key has, for reads that come too late: it is about to be written. */
	remember(key: string, nowSeconds: number): void {
		this.formers.set(key, { item: this.byKey.get(key), untilSeconds: nowSeconds });
	}

	/** What a read sees that is `staleSeconds` behind. */
	getStale(key: string, nowSeconds: number, staleSeconds: number): KeyedItem | undefined {
		const former = this.formers.get(key);
		const seenAtSeconds = nowSeconds - staleSeconds;
		if (!former || former.untilSeconds <= seenAtSeconds) return this.byKey.get(key);
		return former.item && former.item.expiresAtSeconds > seenAtSeconds ? former.item : undefined;
	}
}
