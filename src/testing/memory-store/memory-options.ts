import {
	MEMORY_PARTITION_REQUESTS_PER_MINUTE,
	MEMORY_STRUCTURE_ITEMS,
	MEMORY_STRUCTURE_KILOBYTES,
	MEMORY_STRUCTURE_UNITS_PER_MINUTE,
} from "../../platform/limits";
import { Minute } from "../minute-window";
import { Checks, Range, count, delayRange, notNegative, oneOf, probability, range, truth } from "../options";

/** What can go wrong in the emulated MemoryStoreService. May be changed while the game runs. None of it is documented in numbers. */
export interface MemoryFaults {
	/** How long one request takes; it takes effect after half of that. Default 0.02 to 0.15 s. */
	readonly memorySeconds?: Range;
	/** Probability that a request fails with InternalError; default 0. */
	readonly memoryErrors?: number;
	/** Share of those that took effect all the same; default 0.5. */
	readonly memoryErrorsAfterEffect?: number;
	/** Probability that a request hangs and then fails, whether or not it took effect; default 0. */
	readonly memoryHangs?: number;
	/** How long a request hangs; default 30 s, `math.huge` for ever. */
	readonly memoryHangSeconds?: number;
	/** Probability that an update meets a conflict although nobody else wrote; default 0. */
	readonly memoryConflicts?: number;
	/** How much later than asked for an item expires, drawn for each write; negative: earlier. Default 0. */
	readonly memoryExpirySeconds?: Range;
	/** Probability that `GetAsync` may show what was there before the last write; default 0. */
	readonly memoryStaleReads?: number;
	/** How long ago that write is at most; default 1 s. */
	readonly memoryStaleSeconds?: number;
	/** Probability that an update fails with InternalError if the key was written with an expiration of 1 s or less within the last second, as was seen once; default 0. */
	readonly memoryShortLivedErrors?: number;
}

/** How the emulated MemoryStoreService understands what the documentation leaves open. */
export interface MemoryRules {
	/** The number of users that the limits are computed from; default: the players on all live servers. */
	readonly countedUsers?: number;
	/** How often an update runs again after a conflict before it gives up with UpdateConflict; default 5. */
	readonly memoryUpdateRetries?: number;
	/** Whether each of those costs as much as the first time; default true. */
	readonly memoryRetriesCost?: boolean;
	/** Whether requests that fail cost request units, AccessDenied aside; default true. */
	readonly memoryFailuresCost?: boolean;
	/** For how long a server's calls fail with RequestThrottled, unsent, after one was over a request limit; default 0. */
	readonly memoryThrottleSeconds?: number;
	/** Whether the bounds of `GetRangeAsync` belong to the range: the class page says no, the guide yes. Default "exclusive". */
	readonly memoryBounds?: "exclusive" | "inclusive";
	/** What a bound with a sort key and no key stands for: all items with that sort key, or a place before the first of them; default "group". */
	readonly memorySortKeyBound?: "group" | "before";
	/** What an expiration of 0 means; default "at once". */
	readonly memoryZeroExpiration?: "at once" | "longest";
	/** What the 128 characters of a key are: bytes, characters of UTF-8, or bytes as JSON; default "bytes". */
	readonly memoryKeySize?: "bytes" | "characters" | "json";
	/** Bytes of a kilobyte: 1000 or 1024, the default. */
	readonly memoryKilobyteBytes?: number;
	/** What an item takes beside the bytes of its key, sort key and value; default 0. */
	readonly memoryItemBytes?: number;
	/** Whether a page of `ListItemsAsync` ends with its partition, so that pages may be short or empty though more follow; default false. */
	readonly memoryShortPages?: boolean;
	/** Over how many partitions hash maps spread; default 16. */
	readonly memoryPartitions?: number;
	/** Requests that one partition takes in a minute; default 50,000. */
	readonly memoryPartitionRequests?: number;
	/** Request units that one data structure takes in a minute; default 100,000. */
	readonly memoryStructureUnits?: number;
	/** How many items one sorted map or queue takes; default 1,000,000. */
	readonly memoryStructureItems?: number;
	/** Kilobytes of one sorted map or queue; default 102,400. */
	readonly memoryStructureKilobytes?: number;
}

/** The rules, with the one that they share with those of MessagingService. */
export type MemoryCloudRules = MemoryRules & { readonly minute?: Minute };

/** {@link MemoryCloudRules} without gaps. */
export type SettledMemoryRules = Required<Omit<MemoryCloudRules, "countedUsers">> & Pick<MemoryRules, "countedUsers">;

export const DEFAULT_MEMORY_FAULTS: Required<MemoryFaults> = {
	memorySeconds: [0.02, 0.15],
	memoryErrors: 0,
	memoryErrorsAfterEffect: 0.5,
	memoryHangs: 0,
	memoryHangSeconds: 30,
	memoryConflicts: 0,
	memoryExpirySeconds: [0, 0],
	memoryStaleReads: 0,
	memoryStaleSeconds: 1,
	memoryShortLivedErrors: 0,
};

export const DEFAULT_MEMORY_RULES: SettledMemoryRules = {
	minute: "sliding",
	memoryUpdateRetries: 5,
	memoryRetriesCost: true,
	memoryFailuresCost: true,
	memoryThrottleSeconds: 0,
	memoryBounds: "exclusive",
	memorySortKeyBound: "group",
	memoryZeroExpiration: "at once",
	memoryKeySize: "bytes",
	memoryKilobyteBytes: 1024,
	memoryItemBytes: 0,
	memoryShortPages: false,
	memoryPartitions: 16,
	memoryPartitionRequests: MEMORY_PARTITION_REQUESTS_PER_MINUTE,
	memoryStructureUnits: MEMORY_STRUCTURE_UNITS_PER_MINUTE,
	memoryStructureItems: MEMORY_STRUCTURE_ITEMS,
	memoryStructureKilobytes: MEMORY_STRUCTURE_KILOBYTES,
};

export const MEMORY_FAULT_CHECKS: Checks<MemoryFaults> = {
	memorySeconds: delayRange,
	memoryErrors: probability,
	memoryErrorsAfterEffect: probability,
	memoryHangs: probability,
	memoryHangSeconds: notNegative,
	memoryConflicts: probability,
	memoryExpirySeconds: range,
	memoryStaleReads: probability,
	memoryStaleSeconds: notNegative,
	memoryShortLivedErrors: probability,
};

function kilobyte(value: unknown): string | undefined {
	return value === 1000 || value === 1024 ? undefined : "1000 or 1024";
}

function partitions(value: unknown): string | undefined {
	return count(value) === undefined && (value as number) >= 1 ? undefined : "an integer from 1";
}

export const MEMORY_RULE_CHECKS: Checks<MemoryRules> = {
	countedUsers: count,
	memoryUpdateRetries: count,
	memoryRetriesCost: truth,
	memoryFailuresCost: truth,
	memoryThrottleSeconds: notNegative,
	memoryBounds: oneOf("exclusive", "inclusive"),
	memorySortKeyBound: oneOf("group", "before"),
	memoryZeroExpiration: oneOf("at once", "longest"),
	memoryKeySize: oneOf("bytes", "characters", "json"),
	memoryKilobyteBytes: kilobyte,
	memoryItemBytes: notNegative,
	memoryShortPages: truth,
	memoryPartitions: partitions,
	memoryPartitionRequests: notNegative,
	memoryStructureUnits: notNegative,
	memoryStructureItems: notNegative,
	memoryStructureKilobytes: notNegative,
};

/** Those of a game's options that are faults of the memory store, and may change while it runs. */
export function memoryFaultsOf(options: MemoryFaults): MemoryFaults {
	const faults = {} as { [name: string]: unknown };
	const values = options as { readonly [name: string]: unknown };
	for (const [name] of pairs(MEMORY_FAULT_CHECKS)) faults[name] = values[name];
	return faults as MemoryFaults;
}
