/* eslint-disable roblox-ts/no-user-defined-lua-tuple -- methods of the engine return several values */
import { MEMORY_INVISIBILITY_SECONDS } from "../../platform/limits";
import { MemoryHashMap, MemoryPage } from "./hash-map";
import { MemoryDone, MemoryEntry } from "./keyed-map";
import { MemoryLink } from "./memory-link";
import { MemoryStoreCloud } from "./memory-store-cloud";
import { MemoryQueue, MemoryReading } from "./queue";
import { Bound, SortKey } from "./sort-order";
import { MemorySortedMap, RangeItem } from "./sorted-map";

/** Yields the calling thread until the call that `start` begins has ended; returns its result or throws its failure, as the engine does. */
function waitFor<R>(start: (done: MemoryDone<R>) => void): R | undefined {
	const thread = coroutine.running();
	let finished = false;
	let yielded = false;
	let failure: string | undefined;
	let result: R | undefined;
	start((text, value) => {
		[finished, failure, result] = [true, text, value];
		// A thread that was cancelled meanwhile waits for nothing.
		if (!yielded || coroutine.status(thread) !== "suspended") return;
		const [resumed, problem] = coroutine.resume(thread);
		if (!resumed) error(problem, 0);
	});
	if (!finished) {
		yielded = true;
		coroutine.yield();
		assert(finished, "a thread that waits for MemoryStoreService was resumed by somebody else");
	}
	if (failure !== undefined) error(failure, 0);
	return result;
}

class EngineHashMapPages {
	readonly ClassName = "MemoryStoreHashMapPages";
	IsFinished: boolean;

	constructor(private page: MemoryPage) {
		this.IsFinished = page.advance === undefined;
	}

	GetCurrentPage(): MemoryPage["items"] {
		return this.page.items;
	}

	AdvanceToNextPageAsync(): void {
		const { advance } = this.page;
		if (!advance) error("No pages to advance to", 0);
		this.page = waitFor(advance)!;
		this.IsFinished = this.page.advance === undefined;
	}
}

class EngineHashMap {
	readonly ClassName = "MemoryStoreHashMap";

	constructor(
		private readonly map: MemoryHashMap,
		readonly Name = map.name,
	) {}

	GetAsync(key: string): unknown {
		return waitFor<unknown>((done) => this.map.get(key, done));
	}

	SetAsync(key: string, value: unknown, expiration: number): boolean {
		return waitFor<boolean>((done) => this.map.set(key, value, expiration, done))!;
	}

	RemoveAsync(key: string): void {
		waitFor<undefined>((done) => this.map.remove(key, done));
	}

	UpdateAsync(key: string, transformFunction: (value: unknown) => unknown, expiration: number): unknown {
		return waitFor<unknown>((done) => this.map.update(key, transformFunction, expiration, done));
	}

	ListItemsAsync(count: number): EngineHashMapPages {
		return new EngineHashMapPages(waitFor<MemoryPage>((done) => this.map.listItems(count, done))!);
	}
}

type SortedTransform = (value: unknown, sortKey: SortKey | undefined) => LuaTuple<[value: unknown, sortKey?: SortKey]>;

class EngineSortedMap {
	readonly ClassName = "MemoryStoreSortedMap";

	constructor(
		private readonly map: MemorySortedMap,
		readonly Name = map.name,
	) {}

	GetAsync(key: string): LuaTuple<[value?: unknown, sortKey?: SortKey]> {
		const entry = waitFor<MemoryEntry>((done) => this.map.get(key, done))!;
		return $tuple(entry.value, entry.sortKey as SortKey);
	}

	SetAsync(key: string, value: unknown, expiration: number, sortKey?: SortKey): boolean {
		return waitFor<boolean>((done) => this.map.set(key, value, expiration, sortKey, done))!;
	}

	RemoveAsync(key: string): void {
		waitFor<undefined>((done) => this.map.remove(key, done));
	}

	UpdateAsync(
		key: string,
		transformFunction: SortedTransform,
		expiration: number,
	): LuaTuple<[value?: unknown, sortKey?: SortKey]> {
		const entry = waitFor<MemoryEntry>((done) =>
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
		return waitFor<RangeItem[]>((done) =>
			this.map.getRange(descending, count, exclusiveLowerBound, exclusiveUpperBound, done),
		)!;
	}

	GetSizeAsync(): number {
		return waitFor<number>((done) => this.map.getSize(done))!;
	}
}

class EngineQueue {
	readonly ClassName = "MemoryStoreQueue";

	constructor(
		private readonly queue: MemoryQueue,
		readonly Name = queue.name,
	) {}

	AddAsync(value: unknown, expiration: number, priority = 0): void {
		waitFor<undefined>((done) => this.queue.add(value, expiration, priority, done));
	}

	ReadAsync(
		count: number,
		allOrNothing = false,
		waitTimeout = -1,
	): LuaTuple<[items: readonly unknown[], id?: string]> {
		const reading = waitFor<MemoryReading>((done) => this.queue.read(count, allOrNothing, waitTimeout, done))!;
		return $tuple(reading.values, reading.id as string);
	}

	RemoveAsync(id: string): void {
		waitFor<undefined>((done) => this.queue.remove(id, done));
	}

	GetSizeAsync(excludeInvisible = false): number {
		return waitFor<number>((done) => this.queue.getSize(excludeInvisible, done))!;
	}
}

class EngineMemoryStoreService {
	readonly ClassName = "MemoryStoreService";
	readonly Name = "MemoryStoreService";

	constructor(
		private readonly cloud: MemoryStoreCloud,
		private readonly link: MemoryLink,
	) {}

	GetHashMap(name: string): EngineHashMap {
		return new EngineHashMap(this.cloud.hashMap(this.link, name));
	}

	GetSortedMap(name: string): EngineSortedMap {
		return new EngineSortedMap(this.cloud.sortedMap(this.link, name));
	}

	GetQueue(name: string, invisibilityTimeout: number = MEMORY_INVISIBILITY_SECONDS): EngineQueue {
		return new EngineQueue(this.cloud.queue(this.link, name, invisibilityTimeout));
	}

	GetDistributedCounter(): never {
		error("[net-server-sync] MemoryStoreService.GetDistributedCounter is not emulated", 2);
	}
}

/**
 * One server's MemoryStoreService as its scripts see it: methods that end in Async yield the calling thread and throw as the engine does.
 * What any Instance has besides, such as events and attributes, is left out.
 */
export function memoryStoreService(cloud: MemoryStoreCloud, link: MemoryLink): MemoryStoreService {
	return new EngineMemoryStoreService(cloud, link) as unknown as MemoryStoreService;
}
