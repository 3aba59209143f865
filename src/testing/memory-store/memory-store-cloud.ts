import { memoryUnitsPerMinute } from "../../platform/limits";
import { streamKey } from "../random";
import { Scheduler } from "../scheduler";
import { Trace } from "../trace";
import { MemoryHashMap } from "./hash-map";
import { Enter, MemoryAccess, MemoryLink } from "./memory-link";
import { DEFAULT_MEMORY_RULES, MemoryCloudRules, MemoryFaults } from "./memory-options";
import { MemoryRealm } from "./memory-realm";
import { MemoryRequests } from "./memory-requests";
import { MemoryStatistics } from "./memory-statistics";
import { MemoryQueue } from "./queue";
import { MemorySortedMap } from "./sorted-map";
import { MemoryStatus } from "./status";

/** A server that uses the emulated MemoryStoreService. */
export interface MemoryServer {
	readonly serverId: string;
	/** Players on it now; asked whenever a limit depends on it. */
	readonly playerCount: () => number;
	/** Runs answers as code of that server; default: at once, in no thread of their own. */
	readonly enter?: Enter;
	/** Default "available". */
	readonly access?: MemoryAccess;
	/** Studio has data and limits of its own; default false. */
	readonly studio?: boolean;
}

function enterAtOnce<A>(callback: (argument: A) => void, argument: A): void {
	callback(argument);
}

/**
 * The emulated backend of MemoryStoreService, shared by all servers of a game. It enforces every documented limit;
 * what the documentation leaves open is an option. The data outlives the servers.
 */
export class MemoryStoreCloud {
	private readonly requests: MemoryRequests;
	private readonly live: MemoryRealm;
	private readonly studio: MemoryRealm;

	/** @param trace gets everything that happens, as a hash */
	constructor(
		private readonly scheduler: Scheduler,
		private readonly seed: number,
		rules: MemoryCloudRules = {},
		readonly trace = new Trace(),
	) {
		const settled = { ...DEFAULT_MEMORY_RULES, ...rules };
		this.requests = new MemoryRequests(scheduler, settled, trace);
		this.live = new MemoryRealm(settled, this.requests.meter);
		this.studio = new MemoryRealm(settled, this.requests.meter);
	}

	/** Connects a server. */
	attach(server: MemoryServer): MemoryLink {
		const realm = server.studio ? this.studio : this.live;
		const link = new MemoryLink(
			server.serverId,
			streamKey(this.seed, `memory store of ${server.serverId}`),
			server.playerCount,
			server.enter ?? enterAtOnce,
			server.access ?? "available",
			realm,
		);
		realm.links.push(link);
		realm.noteUsers(this.scheduler.now());
		return link;
	}

	/** The server is gone: none of its calls returns. What it has sent goes on. To be called while its players are still counted. */
	detach(link: MemoryLink): void {
		if (!link.attached) return;
		this.noteUsers(link);
		link.attached = false;
		link.realm.links.remove(link.realm.links.indexOf(link));
	}

	/** Players of that server are about to leave: the memory quota remembers for eight days that they were there. */
	noteUsers(link: MemoryLink): void {
		link.realm.noteUsers(this.scheduler.now());
	}

	/** Changes what goes wrong from now on; what is not named stays. */
	setFaults(faults: MemoryFaults): void {
		this.requests.setFaults(faults);
	}

	/** All that live servers have put into hash maps and sorted maps is gone. */
	wipe(): void {
		this.live.wipe();
	}

	hashMap(link: MemoryLink, name: string): MemoryHashMap {
		return new MemoryHashMap(this.requests, link, name);
	}

	sortedMap(link: MemoryLink, name: string): MemorySortedMap {
		return new MemorySortedMap(this.requests, link, name);
	}

	queue(link: MemoryLink, name: string, invisibilitySeconds: number): MemoryQueue {
		return new MemoryQueue(this.requests, link, name, invisibilitySeconds);
	}

	/** Everything counted so far; what is there now is that of the live servers. */
	getStatistics(): MemoryStatistics {
		const { live, requests } = this;
		const now = this.scheduler.now();
		live.expire(now);
		live.noteUsers(now);
		const statuses: { [S in MemoryStatus]?: number } = {};
		for (const [status, count] of requests.statuses) statuses[status] = count;
		return {
			...requests.counters,
			statuses,
			unitsLastMinute: live.limits.lastMinute(now),
			unitsPerMinute: memoryUnitsPerMinute(live.users()),
			items: live.itemCount,
			bytes: live.bytes,
			quotaBytes: live.quotaBytes(),
			expired: live.expiredCount,
			limits: requests.meter.list(),
		};
	}
}
