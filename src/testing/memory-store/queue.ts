import { MEMORY_POLL_SECONDS, MEMORY_READ_ITEMS, MEMORY_VALUE_KILOBYTES } from "../../platform/limits";
import { deepCopy } from "../deep-copy";
import { drawBetween, drawGuid } from "../random";
import { isItemCount, isKeyText, wholeExpiration } from "./call-checks";
import { partitionOf, placeHash } from "./hash-order";
import { JsonValue, asJson } from "./json-value";
import { MemoryDone } from "./keyed-map";
import { MemoryLink } from "./memory-link";
import { MemoryCall, MemoryDraw, MemoryRequests, Performed, requestKey } from "./memory-requests";
import { QueueItem, QueueStore } from "./queue-store";
import { MemoryApi, MemoryStatus, failureText } from "./status";

/** What a read got. */
export interface MemoryReading {
	readonly values: readonly unknown[];
	/** What removes the items; undefined where there are none. */
	readonly id: string | undefined;
}

const NOTHING: MemoryReading = { values: [], id: undefined };

/** A read that may have to wait. */
interface PendingRead {
	readonly callKey: number;
	readonly count: number;
	readonly allOrNothing: boolean;
	readonly untilSeconds: number;
	readonly done: MemoryDone<MemoryReading>;
	polls: number;
}

/** One server's access to a queue. `done` is called as code of that server, never before a call returns. */
export class MemoryQueue {
	private readonly store: QueueStore;

	constructor(
		private readonly requests: MemoryRequests,
		private readonly link: MemoryLink,
		readonly name: string,
		/** For how long what is read through this handle is hidden from everybody. */
		private readonly invisibilitySeconds: number,
	) {
		this.store = link.realm.queue(name);
	}

	/** Items of higher priority are read first, those of the same in the order in which they were added. */
	add(value: unknown, expirationSeconds: number, priority: number, done: MemoryDone<undefined>): void {
		const answered = this.finish("Queue.Add", done);
		const { requests, link } = this;
		const expiration = wholeExpiration(expirationSeconds, requests.rules);
		if (expiration === undefined) return requests.refuse(link, "InvalidExpirationTime", answered);
		const converted = asJson(value);
		if (!converted) return requests.refuse(link, "InvalidRequest", answered);
		this.send(link.nextCallKey(), "Queue.Add", answered, (nowSeconds, drawKey) => ({
			status: this.write(converted, expiration, priority, nowSeconds, drawKey),
		}));
	}

	/**
	 * Reads up to `count` items at once and hides them; with `allOrNothing` that many or none. While there are none it tries again
	 * every two seconds, for `waitSeconds`; without end if that is negative.
	 */
	read(count: number, allOrNothing: boolean, waitSeconds: number, done: MemoryDone<MemoryReading>): void {
		const callKey = this.link.nextCallKey();
		const untilSeconds = waitSeconds < 0 ? math.huge : this.requests.now() + waitSeconds;
		this.poll({ callKey, count, allOrNothing, untilSeconds, done, polls: 0 });
	}

	/** Removes what was read under that id, unless it has become visible again. */
	remove(id: string, done: MemoryDone<undefined>): void {
		this.send(this.link.nextCallKey(), "Queue.Remove", this.finish("Queue.Remove", done), (nowSeconds) => {
			if (!typeIs(id, "string") || id === "") return { status: "InvalidRequest" };
			for (const item of this.store.takeReading(id, nowSeconds)) this.link.realm.remove(item);
			return { status: "Success" };
		});
	}

	getSize(excludeInvisible: boolean, done: MemoryDone<number>): void {
		this.send(this.link.nextCallKey(), "Queue.GetSize", this.finish("Queue.GetSize", done), (nowSeconds) => {
			const { itemCount } = this.store;
			const size = excludeInvisible ? this.store.visible(itemCount, nowSeconds).size() : itemCount;
			return { status: "Success", result: size };
		});
	}

	private poll(read: PendingRead): void {
		const { requests, link } = this;
		const sentAtSeconds = requests.now();
		read.polls += 1;
		const answered = (status: MemoryStatus, result: unknown): void => {
			if (status !== "NoItemFound") {
				return read.done(failureText(status, "Queue.Read"), result as MemoryReading | undefined);
			}
			const again = math.max(requests.now(), sentAtSeconds + MEMORY_POLL_SECONDS);
			if (again <= read.untilSeconds) return requests.later(link, again, () => this.poll(read));
			requests.later(link, math.max(requests.now(), read.untilSeconds), () => read.done(undefined, NOTHING));
		};
		this.send(requestKey(read.callKey, read.polls), "Queue.Read", answered, (nowSeconds, drawKey) =>
			this.take(read, nowSeconds, drawKey),
		);
	}

	/** One atomic read. */
	private take(read: PendingRead, nowSeconds: number, drawKey: number): Performed {
		const { count, allOrNothing } = read;
		const { invisibilitySeconds, store } = this;
		const hides = typeIs(invisibilitySeconds, "number") && invisibilitySeconds >= 0;
		if (!hides || !isItemCount(count, MEMORY_READ_ITEMS) || read.untilSeconds !== read.untilSeconds) {
			return { status: "InvalidRequest" };
		}
		const items = store.visible(count, nowSeconds);
		if (items.isEmpty() || (allOrNothing && items.size() < count)) return { status: "NoItemFound" };
		const id = drawGuid(drawKey, MemoryDraw.ReadingId);
		store.hide(items, id, nowSeconds, nowSeconds + invisibilitySeconds);
		const values = items.map((item) => deepCopy(item.value) as defined);
		return { status: "Success", result: { values, id }, units: items.size() };
	}

	private write(
		converted: JsonValue,
		expirationSeconds: number,
		priority: number,
		nowSeconds: number,
		drawKey: number,
	): MemoryStatus {
		const { rules, faults } = this.requests;
		if (!typeIs(priority, "number") || priority !== priority) return "InvalidRequest";
		if (converted.bytes > MEMORY_VALUE_KILOBYTES * rules.memoryKilobyteBytes) return "ItemValueSizeTooLarge";
		const { realm } = this.link;
		const lateSeconds = drawBetween(drawKey, MemoryDraw.Expiry, faults.memoryExpirySeconds);
		const item: QueueItem = {
			structure: this.store,
			value: converted.value,
			bytes: converted.bytes + rules.memoryItemBytes,
			priority,
			number: realm.nextItemNumber(),
			visibleAtSeconds: 0,
			expiresAtSeconds: nowSeconds + expirationSeconds + lateSeconds,
			gone: false,
		};
		return realm.write(item, undefined) ?? "Success";
	}

	private send(
		drawKey: number,
		api: MemoryApi,
		answered: MemoryCall["answered"],
		perform: (nowSeconds: number, drawKey: number) => Performed,
	): void {
		const { rules } = this.requests;
		this.requests.send({
			link: this.link,
			api,
			structure: this.store,
			partition: partitionOf(placeHash(this.store, ""), rules.memoryPartitions),
			key: drawKey,
			units: 1,
			answered,
			perform: (nowSeconds) =>
				isKeyText(this.name, rules) ? perform(nowSeconds, drawKey) : { status: "InvalidRequest" },
		});
	}

	private finish<R>(api: MemoryApi, done: MemoryDone<R>): MemoryCall["answered"] {
		return (status, result) => done(failureText(status, api), result as R | undefined);
	}
}
