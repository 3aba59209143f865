import { MEMORY_VALUE_KILOBYTES } from "../../platform/limits";
import { deepCopy } from "../deep-copy";
import { draw, drawBetween } from "../random";
import { jsonBytes } from "../json-size";
import { runUnyielding } from "../thread";
import { isKeyText, isSortKey, wholeExpiration } from "./call-checks";
import { partitionOf, placeHash } from "./hash-order";
import { JsonValue, asJson } from "./json-value";
import { KeyedItem, KeyedStore } from "./keyed-store";
import { MemoryLink } from "./memory-link";
import { MemoryCall, MemoryDraw, MemoryRequests, Performed, requestKey } from "./memory-requests";
import { SortKey } from "./sort-order";
import { MemoryApi, MemoryStatus, failureText, isFailure } from "./status";

/** Gets the text of the failure, or undefined and the result. */
export type MemoryDone<R> = (failure: string | undefined, result: R | undefined) => void;

/** What a key has: nothing at all, or a value, and in a sorted map perhaps a sort key. */
export interface MemoryEntry {
	readonly value: unknown;
	readonly sortKey?: SortKey | undefined;
}

/** What an update's read saw, with the number of the item. */
interface SeenEntry extends MemoryEntry {
	readonly version: number | undefined;
}

/** An update on its way through reads, transforms and writes. */
interface UpdateCycle {
	readonly callKey: number;
	readonly key: string;
	readonly transform: (entry: MemoryEntry) => MemoryEntry;
	readonly expirationSeconds: number;
	readonly done: MemoryDone<MemoryEntry>;
	step: number;
	reruns: number;
}

/** The calls that hash maps and sorted maps share. */
export abstract class KeyedMap {
	protected readonly store: KeyedStore;

	constructor(
		protected readonly requests: MemoryRequests,
		protected readonly link: MemoryLink,
		readonly name: string,
		private readonly kind: "HashMap" | "SortedMap",
	) {
		const { realm } = link;
		this.store = kind === "HashMap" ? realm.hashMap(name) : realm.sortedMap(name);
	}

	/** Removes a key; nothing happens if it is not there. */
	remove(key: string, done: MemoryDone<undefined>): void {
		const api: MemoryApi = `${this.kind}.Remove`;
		this.send(this.link.nextCallKey(), key, api, 1, this.finish(api, done), () => {
			const item = this.store.get(key);
			if (item) {
				this.rememberFormer(key);
				this.link.realm.remove(item);
			}
			return { status: "Success" };
		});
	}

	protected getEntry(key: string, done: MemoryDone<MemoryEntry>): void {
		const api: MemoryApi = `${this.kind}.Get`;
		const callKey = this.link.nextCallKey();
		this.send(callKey, key, api, 1, this.finish(api, done), (nowSeconds, drawKey) => {
			const { requests, store } = this;
			const { memoryStaleReads, memoryStaleSeconds } = requests.faults;
			let item = store.get(key);
			if (draw(drawKey, MemoryDraw.Stale) < memoryStaleReads) {
				const staleSeconds = draw(drawKey, MemoryDraw.StaleSeconds) * memoryStaleSeconds;
				const stale = store.getStale(key, nowSeconds, staleSeconds);
				if (stale !== item) requests.counters.staleReads += 1;
				item = stale;
			}
			return { status: "Success", result: { value: deepCopy(item?.value), sortKey: item?.sortKey } };
		});
	}

	/** Whether the key was there already is the result. */
	protected setEntry(
		key: string,
		value: unknown,
		expirationSeconds: number,
		sortKey: SortKey | undefined,
		done: MemoryDone<boolean>,
	): void {
		const api: MemoryApi = `${this.kind}.Set`;
		const answered = this.finish(api, done);
		const expiration = wholeExpiration(expirationSeconds, this.requests.rules);
		if (expiration === undefined) return this.requests.refuse(this.link, "InvalidExpirationTime", answered);
		const converted = asJson(value);
		if (!converted || !this.maySort(sortKey)) {
			return this.requests.refuse(this.link, "InvalidRequest", answered);
		}
		this.send(this.link.nextCallKey(), key, api, 1, answered, (nowSeconds, drawKey) => {
			const former = this.store.get(key);
			const status = this.write(key, converted, sortKey, expiration, former, nowSeconds, drawKey);
			return { status, result: former !== undefined };
		});
	}

	/**
	 * Reads, transforms and writes, until nobody else wrote in between, the transform returns no value, or there were too many conflicts.
	 * The result is what the transform returned at last.
	 */
	protected updateEntry(
		key: string,
		transform: (entry: MemoryEntry) => MemoryEntry,
		expirationSeconds: number,
		done: MemoryDone<MemoryEntry>,
	): void {
		const expiration = wholeExpiration(expirationSeconds, this.requests.rules);
		if (expiration === undefined) {
			const answered = this.finish(`${this.kind}.Update`, done);
			return this.requests.refuse(this.link, "InvalidExpirationTime", answered);
		}
		const callKey = this.link.nextCallKey();
		this.readForUpdate({ callKey, key, transform, expirationSeconds: expiration, done, step: 0, reruns: 0 });
	}

	/** Sends a request about one key. */
	protected send(
		drawKey: number,
		key: string,
		api: MemoryApi,
		units: number,
		answered: MemoryCall["answered"],
		perform: (nowSeconds: number, drawKey: number) => Performed,
	): void {
		const { rules } = this.requests;
		const hash = placeHash(this.store, this.kind === "HashMap" ? key : "");
		this.requests.send({
			link: this.link,
			api,
			structure: this.store,
			partition: partitionOf(hash, rules.memoryPartitions),
			key: drawKey,
			units,
			answered,
			perform: (nowSeconds) => {
				const valid = isKeyText(this.name, rules) && isKeyText(key, rules);
				return valid ? perform(nowSeconds, drawKey) : { status: "InvalidRequest" };
			},
		});
	}

	/** What passes an answer on to a caller. */
	protected finish<R>(api: MemoryApi, done: MemoryDone<R>): MemoryCall["answered"] {
		return (status, result) => done(failureText(status, api), result as R | undefined);
	}

	private readForUpdate(cycle: UpdateCycle): void {
		const { requests, store } = this;
		const { key } = cycle;
		// A hash map's update costs two in any case, whether or not it comes to writing.
		let units = this.kind === "HashMap" ? 2 : 1;
		if (cycle.reruns > 0 && !requests.rules.memoryRetriesCost) units = 0;
		const answered = (status: MemoryStatus, seen: unknown): void => {
			if (isFailure(status)) this.endUpdate(cycle, status, undefined);
			else this.transform(cycle, seen as SeenEntry);
		};
		this.send(this.nextStep(cycle), key, `${this.kind}.Update`, units, answered, (nowSeconds, drawKey) => {
			const item = store.get(key);
			if (item && item.expirationSeconds <= 1 && nowSeconds - item.writtenAtSeconds < 1) {
				if (draw(drawKey, MemoryDraw.ShortLived) < requests.faults.memoryShortLivedErrors) {
					requests.counters.failedByFault += 1;
					return { status: "InternalError" };
				}
			}
			const seen: SeenEntry = {
				value: deepCopy(item?.value),
				sortKey: item?.sortKey,
				version: item?.number,
			};
			// A sorted map is documented to say so; the answer is the same.
			const missing = item === undefined && this.kind === "SortedMap";
			return { status: missing ? "NoItemFound" : "Success", result: seen };
		});
	}

	private transform(cycle: UpdateCycle, seen: SeenEntry): void {
		const [success, outcome] = pcall(() => runUnyielding(() => cycle.transform(seen)));
		if (!success || outcome.yielded) return this.refuseUpdate(cycle, "TransformCallbackFailed");
		const { value, sortKey } = outcome.result;
		if (value === undefined) return this.endUpdate(cycle, "Success", { value: undefined });
		const converted = asJson(value);
		if (!converted || !this.maySort(sortKey)) return this.refuseUpdate(cycle, "InvalidRequest");
		this.writeUpdate(cycle, seen.version, converted, sortKey);
	}

	private writeUpdate(
		cycle: UpdateCycle,
		version: number | undefined,
		converted: JsonValue,
		sortKey: SortKey | undefined,
	): void {
		const { requests, store } = this;
		const { key, expirationSeconds } = cycle;
		const answered = (status: MemoryStatus): void => {
			if (status === "DataUpdateConflict") this.rerun(cycle);
			else this.endUpdate(cycle, status, { value: deepCopy(converted.value), sortKey });
		};
		// It was paid for with the read.
		this.send(this.nextStep(cycle), key, `${this.kind}.Update`, 0, answered, (nowSeconds, drawKey) => {
			const item = store.get(key);
			if (item?.number !== version) return { status: "DataUpdateConflict" };
			if (draw(drawKey, MemoryDraw.Conflict) < requests.faults.memoryConflicts) {
				requests.counters.conflictsByFault += 1;
				return { status: "DataUpdateConflict" };
			}
			return { status: this.write(key, converted, sortKey, expirationSeconds, item, nowSeconds, drawKey) };
		});
	}

	private rerun(cycle: UpdateCycle): void {
		const { counters, rules } = this.requests;
		if (cycle.reruns >= rules.memoryUpdateRetries) return this.refuseUpdate(cycle, "UpdateConflict");
		cycle.reruns += 1;
		counters.reruns += 1;
		this.readForUpdate(cycle);
	}

	private nextStep(cycle: UpdateCycle): number {
		cycle.step += 1;
		return requestKey(cycle.callKey, cycle.step);
	}

	private refuseUpdate(cycle: UpdateCycle, status: MemoryStatus): void {
		this.requests.refuse(this.link, status, () => this.endUpdate(cycle, status, undefined));
	}

	private endUpdate(cycle: UpdateCycle, status: MemoryStatus, entry: MemoryEntry | undefined): void {
		const failure = failureText(status, `${this.kind}.Update`);
		cycle.done(failure, failure === undefined ? entry : undefined);
	}

	private maySort(sortKey: unknown): sortKey is SortKey | undefined {
		return sortKey === undefined || (this.kind === "SortedMap" && isSortKey(sortKey));
	}

	private rememberFormer(key: string): void {
		const { faults } = this.requests;
		if (faults.memoryStaleReads > 0) this.store.remember(key, this.requests.now());
	}

	private write(
		key: string,
		converted: JsonValue,
		sortKey: SortKey | undefined,
		expirationSeconds: number,
		replaced: KeyedItem | undefined,
		nowSeconds: number,
		drawKey: number,
	): MemoryStatus {
		const { rules, faults } = this.requests;
		if (typeIs(sortKey, "string") && !isKeyText(sortKey, rules)) return "InvalidRequest";
		if (converted.bytes > MEMORY_VALUE_KILOBYTES * rules.memoryKilobyteBytes) return "ItemValueSizeTooLarge";
		const { realm } = this.link;
		const lateSeconds = drawBetween(drawKey, MemoryDraw.Expiry, faults.memoryExpirySeconds);
		const sortKeyBytes = typeIs(sortKey, "string") ? jsonBytes(sortKey) : sortKey === undefined ? 0 : 8;
		this.rememberFormer(key);
		const item: KeyedItem = {
			structure: this.store,
			key,
			sortKey,
			value: converted.value,
			bytes: jsonBytes(key) + sortKeyBytes + converted.bytes + rules.memoryItemBytes,
			hash: this.kind === "HashMap" ? placeHash(this.store, key) : 0,
			number: realm.nextItemNumber(),
			writtenAtSeconds: nowSeconds,
			expirationSeconds,
			expiresAtSeconds: nowSeconds + expirationSeconds + lateSeconds,
			gone: false,
		};
		return realm.write(item, replaced) ?? "Success";
	}
}
