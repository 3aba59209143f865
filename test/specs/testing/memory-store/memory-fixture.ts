import { MemoryStoreCloud } from "../../../../src/testing/memory-store/memory-store-cloud";
import { memoryStoreService } from "../../../../src/testing/memory-store/engine-shape";
import { MemoryAccess, MemoryLink } from "../../../../src/testing/memory-store/memory-link";
import { MemoryCloudRules, MemoryFaults } from "../../../../src/testing/memory-store/memory-options";
import { MemoryStatus } from "../../../../src/testing/memory-store/status";
import { Scheduler } from "../../../../src/testing/scheduler";

/** What one call came to. */
export interface Ended<R> {
	done: boolean;
	failure: string | undefined;
	result: R | undefined;
}

/** The first word after the service's name in an error of a call. */
export function statusOf(failure: unknown): string {
	return string.match(tostring(failure), "MemoryStoreService: (%a+)")[0] as string;
}

/** A MemoryStoreService without servers' engines around it, where requests take effect and return at once unless told otherwise. */
export class MemoryFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud: MemoryStoreCloud;
	/** Users of the game, all of them on the first server. */
	users = 0;
	private serverCount = 0;

	constructor(options: MemoryFaults & MemoryCloudRules = {}, seed = 1) {
		this.cloud = new MemoryStoreCloud(this.scheduler, seed, options);
		this.cloud.setFaults({ memorySeconds: [0, 0] });
		this.cloud.setFaults(options);
	}

	attach(access: MemoryAccess = "available", studio = false): MemoryLink {
		this.serverCount += 1;
		const first = this.serverCount === 1;
		const serverId = `S${this.serverCount}`;
		return this.cloud.attach({ serverId, access, studio, playerCount: () => (first ? this.users : 0) });
	}

	/** A server's service as its scripts see it. */
	service(access: MemoryAccess = "available", studio = false): MemoryStoreService {
		return memoryStoreService(this.cloud, this.attach(access, studio));
	}

	/** Starts `body` in a thread of its own; what it throws or returns is noted. */
	start<R>(body: () => R): Ended<R> {
		const ended: Ended<R> = { done: false, failure: undefined, result: undefined };
		task.spawn(() => {
			const [success, result] = pcall(body);
			ended.done = true;
			if (success) ended.result = result as R;
			else ended.failure = tostring(result);
		});
		return ended;
	}

	/** Runs `body` in a thread and time until it has ended, and returns its result or throws its error. */
	call<R>(body: () => R): R {
		const ended = this.start(body);
		for (const _ of $range(1, 100000)) {
			if (ended.done || !this.scheduler.step()) break;
		}
		if (ended.failure !== undefined) error(ended.failure, 0);
		assert(ended.done, "the call has not ended");
		return ended.result as R;
	}

	/** As {@link call}: the status that `body` failed with, or "Success". */
	status(body: () => unknown): string {
		const ended = this.start(body);
		for (const _ of $range(1, 100000)) {
			if (ended.done || !this.scheduler.step()) break;
		}
		assert(ended.done, "the call has not ended");
		return ended.failure === undefined ? "Success" : statusOf(ended.failure);
	}

	run(seconds: number): void {
		this.scheduler.runUntil(this.scheduler.now() + seconds);
	}

	/** Request units so far. */
	units(): number {
		return this.cloud.getStatistics().units;
	}

	bytes(): number {
		return this.cloud.getStatistics().bytes;
	}

	/** How often a status was given. */
	count(status: MemoryStatus): number {
		return this.cloud.getStatistics().statuses[status] ?? 0;
	}
}
