import type { VirtualPlatform } from "../virtual-platform";
import { EngineThreads } from "./threads";

/** The engine's `task` library on virtual time: what it resumes wakes on this server's frames. */
export type EngineTask = Pick<typeof task, "spawn" | "defer" | "delay" | "wait" | "cancel">;

/** What the overloads of `task` have in common. */
interface AnyTask {
	readonly spawn: (target: Callback | thread, ...values: unknown[]) => thread;
	readonly defer: (target: Callback | thread, ...values: unknown[]) => thread;
	readonly delay: (delaySeconds: number, target: Callback | thread, ...values: unknown[]) => thread;
	readonly wait: (delaySeconds?: number) => number;
	readonly cancel: (target: thread) => void;
}

export function newTask(platform: VirtualPlatform, threads: EngineThreads): EngineTask {
	const library: AnyTask = {
		spawn: (target, ...values) => {
			const started = threads.make(target, "spawn");
			threads.start(started, values);
			return started;
		},
		defer: (target, ...values) => {
			const started = threads.make(target, "defer");
			threads.defer(started, values);
			return started;
		},
		delay: (delaySeconds, target, ...values) => {
			const started = threads.make(target, "delay");
			threads.delay(delaySeconds, started, values);
			return started;
		},
		wait: (delaySeconds = 0) => {
			const since = platform.clock();
			threads.suspend("task.wait", (resume) => platform.schedule(delaySeconds, resume));
			return platform.clock() - since;
		},
		cancel: (target) => {
			const status = coroutine.status(target);
			if (status === "suspended") coroutine.close(target);
			else if (status !== "dead") error("cannot cancel thread", 2);
		},
	};
	return library as unknown as EngineTask;
}
