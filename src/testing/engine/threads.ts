import { isRunningAs } from "../../platform/current";
import { Scheduler } from "../scheduler";
import { FailureReport, describeFailure } from "../thread";
import type { VirtualPlatform } from "../virtual-platform";

/** What a thread is resumed with. */
interface Resumption {
	readonly target: thread;
	readonly values: readonly unknown[];
	readonly threads: EngineThreads;
	readonly cancelled?: boolean;
}

function resumeNow({ target, values, threads }: Resumption): void {
	threads.resume(target, values);
}

function resumeDeferred(resumption: Resumption): void {
	resumption.threads.enter(resumeNow, resumption);
}

/**
 * Threads of one virtual server: whatever resumes one does it as that server, not while the server is frozen, and never once it is gone.
 * Their errors go to the game's `Errors`.
 */
export class EngineThreads {
	constructor(
		private readonly platform: VirtualPlatform,
		private readonly scheduler: Scheduler,
		private readonly report: FailureReport,
	) {}

	/** A thread that runs `target` once it is resumed; a thread stays itself. */
	make(target: Callback | thread, what: string): thread {
		if (typeIs(target, "thread")) return target;
		if (!typeIs(target, "function")) {
			error(`invalid argument #1 to '${what}' (function or thread expected, got ${typeOf(target)})`, 3);
		}
		const { report } = this;
		// Errors are caught inside the thread, where their stack is.
		return coroutine.create((...values: unknown[]) => {
			const [success, failure] = xpcall(target, describeFailure, ...values);
			if (!success) report(tostring(failure));
		});
	}

	/** Resumes a thread at once, in the middle of what runs. */
	start(target: thread, values: readonly unknown[]): void {
		if (isRunningAs(this.platform) && !this.platform.isFrozen() && !this.platform.isGone()) {
			this.resume(target, values);
		} else {
			this.enter(resumeNow, { target, values, threads: this });
		}
	}

	/** Resumes a thread at the end of the current resumption cycle: after everything that is due at this moment already. */
	defer(target: thread, values: readonly unknown[]): void {
		this.scheduler.post(this.scheduler.now(), resumeDeferred, { target, values, threads: this });
	}

	/** Calls `callback(item)` as code of this server at the end of the current resumption cycle. */
	deferCall<T extends object>(callback: (item: T) => void, item: T): void {
		this.scheduler.post(this.scheduler.now(), () => this.enter(callback, item), {});
	}

	/** Calls `callback(item)` as code of this server now, or at the end of a freeze. */
	enter<T>(callback: (item: T) => void, item: T): void {
		this.platform.enter(callback, item);
	}

	/** Resumes a thread after that many seconds by this server's clock, on a frame. */
	delay(delaySeconds: number, target: thread, values: readonly unknown[]): void {
		this.platform.schedule(delaySeconds, () => this.resume(target, values));
	}

	/**
	 * Yields the running thread until what `begin` starts calls back, and returns what that was called with.
	 * @param what the function that yields, for the error where nobody could wait
	 */
	suspend(what: string, begin: (resume: (...values: unknown[]) => void) => void) {
		if (!isRunningAs(this.platform)) {
			error(
				`[net-server-sync] ${what} yields, and virtual time stands still here; ` +
					"call it in a thread of the server: server.Engine.task.spawn(() => ...)",
				3,
			);
		}
		const waiting = coroutine.running();
		begin((...values) => this.start(waiting, values));
		return coroutine.yield();
	}

	/** Hot: once per resumption. Threads that are dead, or run, are left alone, as `task` does with those that were cancelled. */
	resume(target: thread, values: readonly unknown[]): void {
		if (coroutine.status(target) !== "suspended") return;
		const [success, failure] = coroutine.resume(target, ...values);
		if (!success) this.report(tostring(failure));
	}
}
