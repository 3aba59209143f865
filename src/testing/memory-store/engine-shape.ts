/* eslint-disable roblox-ts/no-user-defined-lua-tuple -- methods of the engine return several values */
import { beginWith } from "../../diagnostics/begin-with";
import { MEMORY_INVISIBILITY_SECONDS } from "../../platform/limits";
import { MemoryHashMap, MemoryPage } from "./hash-map";
import { MemoryDone, MemoryEntry } from "./keyed-map";
import { MemoryLink } from "./memory-link";
import { MemoryStoreCloud } from "./memory-store-cloud";
import { MemoryQueue, MemoryReading } from "./queue";
import { Bound, SortKey } from "./sort-order";
import { MemorySortedMap, RangeItem } from "./sorted-map";

/** Yields the running thread until what `begin` starts calls back, and returns what it calls back with. `what` is the function that yields. */
export type Suspend = (what: string, begin: (resume: (value: unknown) => void) => void) => LuaTuple<unknown[]>;

/** For threads that nobody else looks after. */
const suspendThread: Suspend = (_what, begin) => {
	const thread = coroutine.running();
	begin((value) => {
		// A thread that was cancelled meanwhile waits for nothing.
		if (coroutine.status(thread) !== "suspended") return;
		const [resumed, problem] = coroutine.resume(thread, value);
		if (!resumed) error(problem, 0);
	});
	return coroutine.yield();
};

/** How a call ended. */
interface Ended<R> {
	readonly failure: string | undefined;
	readonly result: R | undefined;
}

/** Waits for the end of a call: throws its failure, as the engine does, or returns its result. */
type Wait = <R>(what: string, start: (done: MemoryDone<R>) => void) => R | undefined;

class EngineHashMapPages {
	readonly ClassName = "MemoryStoreHashMapPages";
	IsFinished: boolean;

	constructor(
		private readonly wait: Wait,
		private page: MemoryPage,
	) {
		this.IsFinished = page.advance === undefined;
	}

	GetCurrentPage(): MemoryPage["items"] {
		return this.page.items;
	}

	AdvanceToNextPageAsync(): void {
		const { advance } = this.page;
		if (!advance) error("No pages to advance to", 0);
		this.page = this.wait("HashMapPages.AdvanceToNextPageAsync", advance)!;
		this.IsFinished = this.page.advance === undefined;
	}
}

class EngineHashMap {
	readonly ClassName = "MemoryStoreHashMap";

	constructor(
		private readonly wait: Wait,
		private readonly map: MemoryHashMap,
		readonly Name = map.name,
	) {}

	GetAsync(key: string): unknown {
		return this.wait<unknown>("HashMap.GetAsync", (done) => this.map.get(key, done));
	}

	SetAsync(key: string, value: unknown, expiration: number): boolean {
		return this.wait<boolean>("HashMap.SetAsync", (done) => this.map.set(key, value, expiration, done))!;
	}

	RemoveAsync(key: string): void {
		this.wait<undefined>("HashMap.RemoveAsync", (done) => this.map.remove(key, done));
	}

	UpdateAsync(key: string, transformFunction: (value: unknown) => unknown, expiration: number): unknown {
		return this.wait<unknown>("HashMap.UpdateAsync", (done) =>
			this.map.update(key, transformFunction, expiration, done),
		);
	}

	ListItemsAsync(count: number): EngineHashMapPages {
		return new EngineHashMapPages(
			this.wait,
			this.wait<MemoryPage>("HashMap.ListItemsAsync", (done) => this.map.listItems(count, done))!,
		);
	}
}

type SortedTransform = (value: unknown, sortKey: SortKey | undefined) => LuaTuple<[value: unknown, sortKey?: SortKey]>;

class EngineSortedMap {
	readonly ClassName = "MemoryStoreSortedMap";

	constructor(
		private readonly wait: Wait,
		private readonly map: MemorySortedMap,
		readonly Name = map.name,
	) {}

	GetAsync(key: string): LuaTuple<[value?: unknown, sortKey?: SortKey]> {
		const entry = this.wait<MemoryEntry>("SortedMap.GetAsync", (done) => this.map.get(key, done))!;
		return $tuple(entry.value, entry.sortKey as SortKey);
	}

	SetAsync(key: string, value: unknown, expiration: number, sortKey?: SortKey): boolean {
		return this.wait<boolean>("SortedMap.SetAsync", (done) => this.map.set(key, value, expiration, sortKey, done))!;
	}

	RemoveAsync(key: string): void {
		this.wait<undefined>("SortedMap.RemoveAsync", (done) => this.map.remove(key, done));
	}

	UpdateAsync(
		key: string,
		transformFunction: SortedTransform,
		expiration: number,
	): LuaTuple<[value?: unknown, sortKey?: SortKey]> {
		const entry = this.wait<MemoryEntry>("SortedMap.UpdateAsync", (done) =>
			this.map.update(
				key,
				(former) => {
					const [value, sortKey] = transformFunction(former.value, former.sortKey);
					return { value, sortKey };
				},
				expiration,
				done,
			),
		)!;
		return $tuple(entry.value, entry.sortKey as SortKey);
	}

	GetRangeAsync(
		direction: unknown,
		count: number,
		exclusiveLowerBound?: Bound,
		exclusiveUpperBound?: Bound,
	): RangeItem[] {
		// An enum item, its name, or its number.
		const descending = direction === 1 || string.find(tostring(direction), "Descending", 1, true)[0] !== undefined;
		return this.wait<RangeItem[]>("SortedMap.GetRangeAsync", (done) =>
			this.map.getRange(descending, count, exclusiveLowerBound, exclusiveUpperBound, done),
		)!;
	}

	GetSizeAsync(): number {
		return this.wait<number>("SortedMap.GetSizeAsync", (done) => this.map.getSize(done))!;
	}
}

class EngineQueue {
	readonly ClassName = "MemoryStoreQueue";

	constructor(
		private readonly wait: Wait,
		private readonly queue: MemoryQueue,
		readonly Name = queue.name,
	) {}

	AddAsync(value: unknown, expiration: number, priority = 0): void {
		this.wait<undefined>("Queue.AddAsync", (done) => this.queue.add(value, expiration, priority, done));
	}

	ReadAsync(
		count: number,
		allOrNothing = false,
		waitTimeout = -1,
	): LuaTuple<[items: readonly unknown[], id?: string]> {
		const reading = this.wait<MemoryReading>("Queue.ReadAsync", (done) =>
			this.queue.read(count, allOrNothing, waitTimeout, done),
		)!;
		return $tuple(reading.values, reading.id as string);
	}

	RemoveAsync(id: string): void {
		this.wait<undefined>("Queue.RemoveAsync", (done) => this.queue.remove(id, done));
	}

	GetSizeAsync(excludeInvisible = false): number {
		return this.wait<number>("Queue.GetSizeAsync", (done) => this.queue.getSize(excludeInvisible, done))!;
	}
}

/** What a server's MemoryStoreService works with. */
export interface MemoryClient {
	readonly cloud: MemoryStoreCloud;
	readonly link: MemoryLink;
	readonly wait: Wait;
}

class EngineMemoryStoreService {
	readonly ClassName!: string;
	readonly Name!: string;

	/** @param owner has the client, which it makes when it is first asked for */
	constructor(private readonly owner: { readonly memoryClient: MemoryClient }) {}

	GetHashMap(name: string): EngineHashMap {
		const { cloud, link, wait } = this.owner.memoryClient;
		return new EngineHashMap(wait, cloud.hashMap(link, name));
	}

	GetSortedMap(name: string): EngineSortedMap {
		const { cloud, link, wait } = this.owner.memoryClient;
		return new EngineSortedMap(wait, cloud.sortedMap(link, name));
	}

	GetQueue(name: string, invisibilityTimeout: number = MEMORY_INVISIBILITY_SECONDS): EngineQueue {
		const { cloud, link, wait } = this.owner.memoryClient;
		return new EngineQueue(wait, cloud.queue(link, name, invisibilityTimeout));
	}

	GetDistributedCounter(): never {
		error("[net-server-sync] MemoryStoreService.GetDistributedCounter is not emulated", 2);
	}
}

beginWith(EngineMemoryStoreService, { ClassName: "MemoryStoreService", Name: "MemoryStoreService" });

export function memoryClient(cloud: MemoryStoreCloud, link: MemoryLink, suspend: Suspend): MemoryClient {
	const wait = <R>(what: string, start: (done: MemoryDone<R>) => void): R | undefined => {
		const [ended] = suspend(what, (resume) => start((failure, result) => resume({ failure, result })));
		const { failure, result } = ended as Ended<R>;
		if (failure !== undefined) error(failure, 0);
		return result;
	};
	return { cloud, link, wait };
}

/** The MemoryStoreService of a server whose client is made when the service is first used. */
export function memoryStoreServiceOf(owner: { readonly memoryClient: MemoryClient }): MemoryStoreService {
	return new EngineMemoryStoreService(owner) as unknown as MemoryStoreService;
}

/**
 * One server's MemoryStoreService as its scripts see it: methods that end in Async yield the calling thread and throw as the engine does.
 * What any Instance has besides, such as events and attributes, is left out.
 */
export function memoryStoreService(
	cloud: MemoryStoreCloud,
	link: MemoryLink,
	suspend: Suspend = suspendThread,
): MemoryStoreService {
	return memoryStoreServiceOf({ memoryClient: memoryClient(cloud, link, suspend) });
}
