import { LimitUse } from "../cloud-statistics";
import { MemoryStatus } from "./status";

/** What the emulated MemoryStoreService did since it exists. */
export class MemoryCounters {
	/** Requests that reached the service: one a call, more for updates and for reads that wait. */
	requests = 0;
	/** Request units charged. */
	units = 0;
	/** Requests that failed although nothing was wrong with them: errors and hangs that the faults asked for. */
	failedByFault = 0;
	/** Those of them that took effect all the same. */
	appliedButFailed = 0;
	/** Conflicts that nobody caused, as the faults asked for. */
	conflictsByFault = 0;
	/** Times that a transform function ran again after a conflict. */
	reruns = 0;
	/** Reads that showed what was there before the last write. */
	staleReads = 0;
}

/**
 * What the emulated MemoryStoreService did, and how close it came to each documented limit. Numbers are counts where nothing else is said.
 * @interface
 */
export type MemoryStatistics = Readonly<MemoryCounters> & {
	/** How often each status was given, that of a call that never reached the service included. */
	readonly statuses: { readonly [S in MemoryStatus]?: number };
	/** Request units in the last minute. */
	readonly unitsLastMinute: number;
	/** The most that may be, given the users now. */
	readonly unitsPerMinute: number;
	/** Items that there are now. */
	readonly items: number;
	/** Bytes of all items. */
	readonly bytes: number;
	/** The most that may be, given the users of the last eight days. */
	readonly quotaBytes: number;
	/** Items whose time was over. */
	readonly expired: number;
	/** The closest that each limit came to being reached; Studio's are counted as well. */
	readonly limits: readonly LimitUse[];
};
