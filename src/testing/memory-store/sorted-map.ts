import { MEMORY_RANGE_ITEMS } from "../../platform/limits";
import { deepCopy } from "../deep-copy";
import { isItemCount, isKeyText, isSortKey } from "./call-checks";
import { partitionOf, placeHash } from "./hash-order";
import { KeyedMap, MemoryDone, MemoryEntry } from "./keyed-map";
import { MemoryLink } from "./memory-link";
import { MemoryRequests, Performed } from "./memory-requests";
import { Bound, SortKey, isBeyondUpper, isWithinLower } from "./sort-order";
import { MemoryApi } from "./status";

/** One item of a range. */
export interface RangeItem {
	readonly key: string;
	readonly value: unknown;
	readonly sortKey: SortKey | undefined;
}

/** One server's access to a sorted map. `done` is called as code of that server, never before a call returns. */
export class MemorySortedMap extends KeyedMap {
	constructor(requests: MemoryRequests, link: MemoryLink, name: string) {
		super(requests, link, name, "SortedMap");
	}

	get(key: string, done: MemoryDone<MemoryEntry>): void {
		this.getEntry(key, done);
	}

	/** The result is true if the key was there already. */
	set(
		key: string,
		value: unknown,
		expirationSeconds: number,
		sortKey: SortKey | undefined,
		done: MemoryDone<boolean>,
	): void {
		this.setEntry(key, value, expirationSeconds, sortKey, done);
	}

	/** `transform` gets what is there and returns what shall be, or an undefined value to leave it; it must not yield, and may run several times. */
	update(
		key: string,
		transform: (entry: MemoryEntry) => MemoryEntry,
		expirationSeconds: number,
		done: MemoryDone<MemoryEntry>,
	): void {
		this.updateEntry(key, transform, expirationSeconds, done);
	}

	getSize(done: MemoryDone<number>): void {
		this.ask("SortedMap.GetSize", done, () => ({ status: "Success", result: this.store.itemCount }));
	}

	/** At most `count` items between the bounds, from the lower end or from the upper one. */
	getRange(
		descending: boolean,
		count: number,
		lower: Bound | undefined,
		upper: Bound | undefined,
		done: MemoryDone<RangeItem[]>,
	): void {
		this.ask("SortedMap.GetRange", done, () => {
			if (!isItemCount(count, MEMORY_RANGE_ITEMS) || !this.isBound(lower) || !this.isBound(upper)) {
				return { status: "InvalidRequest" };
			}
			const items = this.range(descending, count, lower, upper);
			return { status: "Success", result: items, units: math.max(1, items.size()) };
		});
	}

	private range(descending: boolean, count: number, lower: Bound | undefined, upper: Bound | undefined): RangeItem[] {
		const { rules } = this.requests;
		const { ordered } = this.store;
		const from = ordered.firstWhere((item) => isWithinLower(item, lower, rules));
		const to = ordered.firstWhere((item) => isBeyondUpper(item, upper, rules));
		const items = new Array<RangeItem>();
		for (const offset of $range(0, math.min(count, to - from) - 1)) {
			const { key, value, sortKey } = ordered.list[descending ? to - 1 - offset : from + offset]!;
			items.push({ key, value: deepCopy(value), sortKey });
		}
		return items;
	}

	/** Sends a request about the whole map. */
	private ask<R>(api: MemoryApi, done: MemoryDone<R>, perform: () => Performed): void {
		const { rules } = this.requests;
		this.requests.send({
			link: this.link,
			api,
			structure: this.store,
			partition: partitionOf(placeHash(this.store, ""), rules.memoryPartitions),
			key: this.link.nextCallKey(),
			units: 1,
			answered: this.finish(api, done),
			perform: () => (isKeyText(this.name, rules) ? perform() : { status: "InvalidRequest" }),
		});
	}

	private isBound(bound: unknown): boolean {
		if (bound === undefined) return true;
		if (!typeIs(bound, "table")) return false;
		const { rules } = this.requests;
		const { key, sortKey } = bound as { readonly key?: unknown; readonly sortKey?: unknown };
		if (key !== undefined && !isKeyText(key, rules)) return false;
		return (
			sortKey === undefined || (isSortKey(sortKey) && (!typeIs(sortKey, "string") || isKeyText(sortKey, rules)))
		);
	}
}
