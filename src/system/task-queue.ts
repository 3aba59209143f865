import { described, fail } from "../diagnostics/errors";
import { Platform } from "../platform/platform";
import { QueueOptions } from "./types";

const DEFAULT_PRIORITY = 50;
const MOST_WAITING = 1000;

interface Task {
	readonly name: string | undefined;
	readonly priority: number;
	readonly run: () => unknown;
	readonly resolve: (value: unknown) => void;
	readonly reject: (reason: unknown) => void;
}

/** What a module does one after the other. While it is offline only what has a name waits, the newest of each. */
export class TaskQueue {
	private waiting = new Array<Task>();
	private isBusy = false;
	private isOnline = true;
	private ended = false;

	constructor(
		private readonly platform: Platform,
		private readonly label: string,
	) {}

	public queue<T>(run: () => T | Promise<T>, options: QueueOptions | undefined): Promise<T> {
		const wrong = this.wrongWith(run, options);
		if (wrong !== undefined) fail(wrong);
		const { name, priority = DEFAULT_PRIORITY } = options ?? {};
		if (this.ended) return Promise.reject("stopped") as Promise<never>;
		if (!this.isOnline && name === undefined) return Promise.reject("offline") as Promise<never>;
		return new Promise((resolve, reject) => {
			this.put({ name, priority, run, resolve: resolve as (value: unknown) => void, reject });
		});
	}

	public setOnline(online: boolean): void {
		this.isOnline = online;
		if (online) {
			this.work();
			return;
		}
		const { waiting } = this;
		this.waiting = waiting.filter(({ name }) => name !== undefined);
		for (const { name, reject } of waiting) if (name === undefined) reject("offline");
	}

	public finish(): void {
		this.ended = true;
		const { waiting } = this;
		this.waiting = [];
		for (const { reject } of waiting) reject("stopped");
	}

	private put(task: Task): void {
		const { waiting } = this;
		const former = task.name === undefined ? -1 : waiting.findIndex(({ name }) => name === task.name);
		const replaced = former >= 0 ? waiting.remove(former) : undefined;
		// After those of the same priority.
		let at = waiting.size();
		while (at > 0 && waiting[at - 1]!.priority < task.priority) at -= 1;
		waiting.insert(at, task);
		replaced?.reject("replaced");
		this.work();
	}

	private work(): void {
		if (this.isBusy || !this.isOnline) return;
		const task = this.waiting.shift();
		if (!task) return;
		this.isBusy = true;
		this.platform.spawn(() => {
			const [success, result] = pcall(task.run);
			if (success && Promise.is(result)) {
				(result as Promise<unknown>).then(
					(value) => this.done(() => task.resolve(value)),
					(reason) => this.done(() => task.reject(reason)),
				);
			} else this.done(() => (success ? task.resolve(result) : task.reject(result)));
		});
	}

	private done(settle: () => void): void {
		this.isBusy = false;
		settle();
		this.work();
	}

	private wrongWith(run: unknown, options: unknown): string | undefined {
		const { label } = this;
		if (!typeIs(run, "function")) return `${label}: Queue takes a function, but got ${described(run)}`;
		if (this.waiting.size() >= MOST_WAITING)
			return `${label}: ${MOST_WAITING} tasks wait already; give them names, so that newer ones replace older ones`;
		if (options === undefined) return undefined;
		if (!typeIs(options, "table"))
			return `${label}: options of Queue must be a table, but are ${described(options)}`;
		for (const [key, value] of pairs(options as { [option: string]: unknown })) {
			if (key === "name") {
				if (!typeIs(value, "string"))
					return `${label}: the name of a task must be a string, but is ${described(value)}`;
			} else if (key === "priority") {
				if (!typeIs(value, "number") || !(value >= 0 && value <= 100))
					return `${label}: the priority of a task must be 0 to 100, but is ${described(value)}`;
			} else return `${label}: there is no option "${key}" of Queue; the options are name and priority`;
		}
		return undefined;
	}
}
