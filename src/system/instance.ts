import { described, fail } from "../diagnostics/errors";
import { Platform } from "../platform/platform";
import { Caller } from "./call-types";
import { DefinedModule } from "./definition";
import { HostedStatus } from "./module-status";
import { Owner } from "./owner";
import { TaskQueue } from "./task-queue";
import { ModuleContext, ModuleStatus, QueueOptions, Settings } from "./types";

/** A module that starts is waited for so long: what yields for ever must not hold up all servers' start-up. */
const START_SECONDS = 30;
const NO_SETTINGS: Settings = table.freeze({});

export type Body = (args: object, caller: Caller) => unknown;

function traced(problem: unknown): string {
	return typeIs(problem, "string") ? problem : typeIs(problem, "table") ? tostring(problem) : described(problem);
}

/** One time of running a module: what its `start` function made, until it stops. */
export class Instance implements ModuleContext<object> {
	public readonly Status: ModuleStatus<object>;
	public readonly Subscriptions = new Owner();
	private functions: { readonly [name: string]: Body | undefined } | undefined;
	private settingsHandlers = new Array<(settings: Settings) => void>();
	private startHandlers = new Array<() => void>();
	private stopHandlers = new Array<() => void>();
	private readonly tasks: TaskQueue;
	private ended = false;
	/** Who is called once its handlers are through; undefined when they are. */
	private stopping: Array<() => void> | undefined;
	private cancelStart: (() => void) | undefined;

	constructor(
		public readonly Id: string,
		public readonly definition: DefinedModule,
		private settings: Settings | undefined,
		public readonly status: HostedStatus,
		private readonly platform: Platform,
	) {
		this.Status = status as unknown as ModuleStatus<object>;
		this.tasks = new TaskQueue(platform, this.label());
	}

	// -- for the module's own code -----------------------------------------------------------------------------------------------------------

	public GetSettings(): Settings {
		return this.settings ?? NO_SETTINGS;
	}

	public OnSettings(handler: (settings: Settings) => void): void {
		if (!typeIs(handler, "function"))
			fail(`${this.label()}: OnSettings takes a function, but got ${described(handler)}`);
		this.settingsHandlers.push(handler);
		handler(this.GetSettings());
	}

	public OnStart(handler: () => void): void {
		if (!typeIs(handler, "function"))
			fail(`${this.label()}: OnStart takes a function, but got ${described(handler)}`);
		this.startHandlers.push(handler);
	}

	public OnStop(handler: () => void): void {
		if (!typeIs(handler, "function"))
			fail(`${this.label()}: OnStop takes a function, but got ${described(handler)}`);
		if (this.ended) this.platform.spawn(handler);
		else this.stopHandlers.push(handler);
	}

	public Queue<T>(task: () => T | Promise<T>, options?: QueueOptions): Promise<T> {
		return this.tasks.queue(task, options);
	}

	public SetOnline(online: boolean): void {
		if (!typeIs(online, "boolean"))
			fail(`${this.label()}: SetOnline takes true or false, but got ${described(online)}`);
		this.tasks.setOnline(online);
	}

	// -- for the host ------------------------------------------------------------------------------------------------------------------------

	/** Starts the module in a thread of its own. `done` gets what went wrong, if anything did. */
	public begin(done: (failure: string | undefined) => void): void {
		let isDone = false;
		const finish = (failure: string | undefined): void => {
			if (isDone || this.ended) return;
			isDone = true;
			this.cancelStart?.();
			done(failure);
		};
		this.cancelStart = this.platform.schedule(START_SECONDS, () =>
			finish(`start has not returned after ${START_SECONDS} seconds`),
		);
		this.platform.spawn(() => {
			const [success, failure] = xpcall(() => this.load(), traced);
			finish(success ? undefined : tostring(failure));
		});
	}

	/** What runs when a function is called; undefined if it has none of that name. */
	public body(name: string): Body | undefined {
		return this.functions?.[name];
	}

	/** The settings may be others now. */
	public setSettings(settings: Settings | undefined): void {
		this.settings = settings;
		for (const handler of [...this.settingsHandlers]) this.platform.spawn(() => handler(this.GetSettings()));
	}

	/** Ends everything of it; `done` is called when its handlers are through, or have taken so many seconds. */
	public stop(seconds: number, done: () => void): void {
		if (this.ended) {
			if (this.stopping) this.stopping.push(done);
			else done();
			return;
		}
		this.ended = true;
		this.stopping = [done];
		this.cancelStart?.();
		this.Subscriptions.Terminate();
		this.tasks.finish();
		const handlers = this.stopHandlers;
		this.stopHandlers = [];
		const finish = (): void => {
			const { stopping } = this;
			if (!stopping) return;
			this.stopping = undefined;
			cancel();
			this.status.finish();
			for (const callback of stopping) callback();
		};
		const cancel = this.platform.schedule(seconds, finish);
		this.platform.spawn(() => {
			for (const index of $range(handlers.size() - 1, 0, -1)) {
				const [success, problem] = pcall(handlers[index]!);
				if (!success) this.platform.spawn(() => error(problem, 0));
			}
			finish();
		});
	}

	private load(): void {
		const functions = this.definition.start(this);
		if (!typeIs(functions, "table"))
			error(`start returned ${described(functions)}; return the module's functions`, 0);
		for (const [name] of pairs(this.definition.Functions)) {
			const body = (functions as { readonly [name: string]: unknown })[name as string];
			if (!typeIs(body, "function"))
				error(`start returned no function "${name}"; return all of the definition's`, 0);
		}
		this.functions = functions as unknown as { readonly [name: string]: Body };
		for (const handler of [...this.startHandlers]) if (!this.ended) handler();
		if (!this.ended) this.status.clear();
	}

	private label(): string {
		return `Module "${this.Id}" (${this.definition.Name})`;
	}
}
