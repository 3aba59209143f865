import { memoryQuotaKilobytes } from "../../platform/limits";
import { LimitMeter } from "../cloud-statistics";
import { ExpiryQueue } from "./expiry-queue";
import { listsBefore } from "./hash-order";
import { KeyedStore } from "./keyed-store";
import { MemoryLink } from "./memory-link";
import { SettledMemoryRules } from "./memory-options";
import { QueueStore } from "./queue-store";
import { RequestLimits } from "./request-limits";
import { sortsBefore } from "./sort-order";
import { MemoryStatus } from "./status";
import { MemoryItem, Structure } from "./structure";
import { UserPeak } from "./user-peak";

/** All data of one game, or of its Studio sessions, which have their own: the structures, the memory they take, and what may be asked of them. */
export class MemoryRealm {
	readonly links = new Array<MemoryLink>();
	readonly limits: RequestLimits;
	/** Of all items together. */
	bytes = 0;
	itemCount = 0;
	/** Items that expired so far. */
	expiredCount = 0;
	private readonly hashMaps = new Map<string, KeyedStore>();
	private readonly sortedMaps = new Map<string, KeyedStore>();
	private readonly queues = new Map<string, QueueStore>();
	private readonly expiry = new ExpiryQueue<MemoryItem>();
	private readonly peak = new UserPeak();
	private itemNumber = 0;

	constructor(
		readonly rules: SettledMemoryRules,
		private readonly meter: LimitMeter,
	) {
		this.limits = new RequestLimits(rules, meter);
	}

	hashMap(name: string): KeyedStore {
		let store = this.hashMaps.get(name);
		if (!store) {
			const { minute, memoryPartitions } = this.rules;
			store = new KeyedStore(`HashMap ${name}`, name, false, minute, listsBefore(memoryPartitions));
			this.hashMaps.set(name, store);
		}
		return store;
	}

	sortedMap(name: string): KeyedStore {
		let store = this.sortedMaps.get(name);
		if (!store) {
			store = new KeyedStore(`SortedMap ${name}`, name, true, this.rules.minute, sortsBefore);
			this.sortedMaps.set(name, store);
		}
		return store;
	}

	queue(name: string): QueueStore {
		let store = this.queues.get(name);
		if (!store) {
			store = new QueueStore(`Queue ${name}`, name, this.rules.minute);
			this.queues.set(name, store);
		}
		return store;
	}

	/** The users that limits are computed from now. */
	users(): number {
		if (this.rules.countedUsers !== undefined) return this.rules.countedUsers;
		let users = 0;
		for (const link of this.links) users += link.playerCount();
		return users;
	}

	/** Takes notice of the users now, and returns their number: to be called before some of them leave. */
	noteUsers(nowSeconds: number): number {
		const users = this.users();
		this.peak.note(nowSeconds, users);
		return users;
	}

	/** The memory that the game may use, given the most users in the look-back period, as of the last notice. */
	quotaBytes(): number {
		return memoryQuotaKilobytes(this.peak.users()) * this.rules.memoryKilobyteBytes;
	}

	/** Lets go of everything that has expired by now. */
	expire(nowSeconds: number): void {
		let item = this.expiry.takeExpired(nowSeconds);
		while (item) {
			this.expiredCount += 1;
			this.release(item);
			item = this.expiry.takeExpired(nowSeconds);
		}
	}

	/** Forgets all items of hash maps and sorted maps. */
	wipe(): void {
		for (const stores of [this.hashMaps, this.sortedMaps]) {
			for (const [, store] of stores) for (const item of [...store.ordered.list]) this.remove(item);
		}
	}

	/** A number for the next item, higher than all before. */
	nextItemNumber(): number {
		this.itemNumber += 1;
		return this.itemNumber;
	}

	/** Puts an item into its structure, in the place of another one of it if there is one. Says why not, if so. */
	write(item: MemoryItem, replaced: MemoryItem | undefined): MemoryStatus | undefined {
		const { structure } = item;
		const moreBytes = item.bytes - (replaced?.bytes ?? 0);
		const refusal = this.refuseGrowth(structure, moreBytes, replaced ? 0 : 1);
		if (refusal !== undefined) return refusal;
		if (replaced) this.remove(replaced);
		structure.insert(item);
		structure.itemCount += 1;
		structure.bytes += item.bytes;
		this.itemCount += 1;
		this.bytes += item.bytes;
		this.expiry.add(item);
		this.meter.note("memory bytes", "", this.bytes, this.quotaBytes());
		if (structure.sizeLimited) {
			const { memoryStructureItems } = this.rules;
			const { itemCount, bytes, label } = structure;
			this.meter.note("items of a memory structure", label, itemCount, memoryStructureItems);
			this.meter.note("bytes of a memory structure", label, bytes, this.mostStructureBytes());
		}
		return undefined;
	}

	/** Takes an item out before its time; does nothing if it is out already. */
	remove(item: MemoryItem): void {
		if (item.gone) return;
		this.release(item);
		this.expiry.noteGone();
	}

	private release(item: MemoryItem): void {
		const { structure } = item;
		item.gone = true;
		structure.forget(item);
		structure.itemCount -= 1;
		structure.bytes -= item.bytes;
		this.itemCount -= 1;
		this.bytes -= item.bytes;
		assert(structure.bytes >= 0 && this.itemCount >= 0, "a memory store has less than nothing");
	}

	private refuseGrowth(structure: Structure, moreBytes: number, moreItems: number): MemoryStatus | undefined {
		if (structure.sizeLimited) {
			const { memoryStructureItems } = this.rules;
			if (moreItems > 0 && structure.itemCount + moreItems > memoryStructureItems) {
				return "DataStructureItemsOverLimit";
			}
			if (moreBytes > 0 && structure.bytes + moreBytes > this.mostStructureBytes()) {
				return "DataStructureMemoryOverLimit";
			}
		}
		if (moreBytes > 0 && this.bytes + moreBytes > this.quotaBytes()) return "TotalMemoryOverLimit";
		return undefined;
	}

	private mostStructureBytes(): number {
		return this.rules.memoryStructureKilobytes * this.rules.memoryKilobyteBytes;
	}
}
