import { MEMORY_RANGE_ITEMS } from "../../platform/limits";
import { deepCopy } from "../deep-copy";
import { isItemCount, isKeyText } from "./call-checks";
import { partitionOf } from "./hash-order";
import { KeyedMap, MemoryDone } from "./keyed-map";
import { KeyedItem } from "./keyed-store";
import { MemoryLink } from "./memory-link";
import { MemoryRequests, Performed } from "./memory-requests";

/** One page of a hash map's items. */
export interface MemoryPage {
	readonly items: readonly { readonly key: string; readonly value: unknown }[];
	/** Asks for the page that follows; undefined where none does. */
	readonly advance: ((done: MemoryDone<MemoryPage>) => void) | undefined;
}

/** Where a page begins: in a partition, after an item of it. */
interface Cursor {
	readonly partition: number;
	readonly after: KeyedItem | undefined;
}

/** One server's access to a hash map. `done` is called as code of that server, never before a call returns. */
export class MemoryHashMap extends KeyedMap {
	constructor(requests: MemoryRequests, link: MemoryLink, name: string) {
		super(requests, link, name, "HashMap");
	}

	get(key: string, done: MemoryDone<unknown>): void {
		this.getEntry(key, (failure, entry) => done(failure, entry?.value));
	}

	/** The result is true if the key was there already. */
	set(key: string, value: unknown, expirationSeconds: number, done: MemoryDone<boolean>): void {
		this.setEntry(key, value, expirationSeconds, undefined, done);
	}

	/** `transform` gets what is there and returns what shall be, or nothing to leave it; it must not yield, and may run several times. */
	update(
		key: string,
		transform: (value: unknown) => unknown,
		expirationSeconds: number,
		done: MemoryDone<unknown>,
	): void {
		this.updateEntry(
			key,
			({ value }) => ({ value: transform(value) }),
			expirationSeconds,
			(failure, entry) => done(failure, entry?.value),
		);
	}

	/** The first page of at most `count` items, in no order. */
	listItems(count: number, done: MemoryDone<MemoryPage>): void {
		this.listFrom(count, { partition: 0, after: undefined }, done);
	}

	private listFrom(count: number, cursor: Cursor, done: MemoryDone<MemoryPage>): void {
		this.requests.send({
			link: this.link,
			api: "HashMap.ListItems",
			structure: this.store,
			partition: cursor.partition,
			key: this.link.nextCallKey(),
			units: 1,
			answered: this.finish("HashMap.ListItems", done),
			perform: (nowSeconds) => {
				const { rules } = this.requests;
				if (!isItemCount(count, MEMORY_RANGE_ITEMS) || !isKeyText(this.name, rules)) {
					return { status: "InvalidRequest" };
				}
				return this.scan(count, cursor, nowSeconds);
			},
		});
	}

	private scan(count: number, cursor: Cursor, nowSeconds: number): Performed {
		const { memoryPartitions, memoryShortPages } = this.requests.rules;
		const { list } = this.store.ordered;
		const items = new Array<{ key: string; value: unknown }>();
		let index = this.indexAfter(cursor);
		let partition = cursor.partition;
		let { after } = cursor;
		let scanned = 1;
		let finished = false;
		while (items.size() < count) {
			const item = list[index];
			if (item && partitionOf(item.hash, memoryPartitions) === partition) {
				items.push({ key: item.key, value: deepCopy(item.value) });
				after = item;
				index += 1;
				continue;
			}
			// Nothing more is in this partition.
			if (partition + 1 >= memoryPartitions) {
				finished = true;
				break;
			}
			partition += 1;
			after = undefined;
			if (memoryShortPages) break;
			const refusal = this.link.realm.limits.refusePartition(partition, nowSeconds);
			if (refusal !== undefined) return { status: refusal };
			this.link.realm.limits.countRequest(partition, nowSeconds);
			scanned += 1;
		}
		if (!memoryShortPages && list[index] === undefined) finished = true;
		const following: Cursor = { partition, after };
		const page: MemoryPage = {
			items,
			advance: finished ? undefined : (done) => this.listFrom(count, following, done),
		};
		return { status: "Success", result: page, units: scanned + items.size() };
	}

	/** The items may have changed since the page before; what comes after its last one is still found. */
	private indexAfter({ partition, after }: Cursor): number {
		const { memoryPartitions } = this.requests.rules;
		return this.store.ordered.firstWhere((item) => {
			const itemPartition = partitionOf(item.hash, memoryPartitions);
			if (itemPartition !== partition || !after) return itemPartition >= partition;
			return item.hash !== after.hash ? item.hash > after.hash : item.key > after.key;
		});
	}
}
