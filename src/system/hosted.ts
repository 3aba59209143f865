import { Leadership } from "../election/types";
import { sometimes } from "../diagnostics/situations";
import { Platform } from "../platform/platform";
import { DefinedModule } from "./definition";
import { Body, Instance } from "./instance";
import { HostedStatus } from "./module-status";
import { HostState, ListEntry } from "./records";
import { StatusTable } from "./status-table";
import { encodePayload } from "../wire/payload";

/** A module is tried so often, so far apart. */
export const START_ATTEMPTS = 3;
const AGAIN_SECONDS = 1;
/** A module that stops, with functions that run still, is waited for so long. */
const STOP_SECONDS = 5;
/** Calls that wait for a module to have started. */
const MOST_WAITING = 256;

export interface HostedEvents {
	/** How it goes is another than before. */
	changed(hosted: Hosted): void;
	started(): void;
	stopped(): void;
}

/** A module that this server runs: from its being placed here until it has stopped. */
export class Hosted {
	public state: HostState = "starting";
	/** Why it could not be started. */
	public message = "";
	public readonly moduleId: string;
	public status: HostedStatus;
	private instance: Instance | undefined;
	/** One that was told to stop, and may not have yet. */
	private former: Instance | undefined;
	private isRunning = false;
	private attempts = 0;
	/** Who waits for it to have stopped, once it is to. */
	private stopping: Array<() => void> | undefined;
	private stopsSeconds = 0;
	private hasEnded = false;
	/** Functions that run. */
	private active = 0;
	private waiting = new Array<() => void>();
	private cancelTimer: (() => void) | undefined;

	constructor(
		/** As the system's list has it. */
		public entry: ListEntry,
		public readonly definition: DefinedModule,
		public readonly term: number,
		/** Where the module is exclusive: what says that no other server runs it. */
		private readonly leadership: Leadership | undefined,
		statuses: StatusTable,
		private readonly platform: Platform,
		private readonly events: HostedEvents,
	) {
		this.moduleId = entry.id;
		this.status = new HostedStatus(entry.id, definition, term, statuses, platform);
	}

	public begin(): void {
		if (this.definition.lazySeconds === undefined) this.start();
		else this.become("idle");
	}

	/** Whether this server may act for the module: it does not stop, and nobody else runs it. */
	public isValid(): boolean {
		return !this.stopping && this.isAllowed();
	}

	public isSettled(): boolean {
		return this.state === "ready" || this.state === "idle" || this.state === "failed";
	}

	/** Calls back when it can be seen whether the module runs; at once if it can. False if too many wait for that. */
	public whenSettled(callback: () => void): boolean {
		if (this.state === "idle") this.start();
		if (this.state !== "starting") {
			callback();
			return true;
		}
		if (this.waiting.size() >= MOST_WAITING) return false;
		this.waiting.push(callback);
		return true;
	}

	/** The body of a function, while the module runs. */
	public body(name: string): Body | undefined {
		return this.state === "ready" ? this.instance?.body(name) : undefined;
	}

	/** A function begins to run. Returns what has to be called when it is done. */
	public enter(): () => void {
		this.active += 1;
		this.cancelTimer?.();
		return () => {
			this.active -= 1;
			if (!this.stopping) this.restLater();
			else if (this.active === 0) this.end();
		};
	}

	/** The system's list says something else of it. A module that could not be started is tried again. */
	public setEntry(entry: ListEntry): void {
		const isSame = encodePayload(entry).text === encodePayload(this.entry).text;
		this.entry = entry;
		if (isSame) return;
		if (this.state === "failed") {
			this.attempts = 0;
			this.start();
		} else this.instance?.setSettings(entry.settings);
	}

	/** Takes no more calls. `done` is called when the functions that run, and then its handlers, are through, or have taken five seconds together. */
	public stop(done: () => void): void {
		if (this.stopping) {
			this.stopping.push(done);
			// What is exclusive has no time without its lease.
			if (!this.isAllowed()) this.end();
			return;
		}
		this.stopping = [done];
		this.stopsSeconds = this.platform.clock() + STOP_SECONDS;
		this.cancelTimer?.();
		this.become("stopping");
		if (this.active > 0 && this.isAllowed())
			this.cancelTimer = this.platform.schedule(STOP_SECONDS, () => this.end());
		else this.end();
	}

	private end(): void {
		const { instance, former } = this;
		if (this.hasEnded) return;
		this.hasEnded = true;
		this.cancelTimer?.();
		this.instance = undefined;
		const finish = (): void => {
			this.status.drop();
			for (const callback of this.stopping!) callback();
		};
		if (instance) {
			this.noteStopped();
			instance.stop(math.max(0, this.stopsSeconds - this.platform.clock()), finish);
		} else if (former) former.stop(STOP_SECONDS, finish);
		else finish();
	}

	/** An exclusive module may run while its lease holds. */
	private isAllowed(): boolean {
		return !this.leadership || this.leadership.IsValid();
	}

	private start(): void {
		this.become("starting");
		this.attempts += 1;
		if (this.attempts > 1 || this.former) this.status = this.status.next();
		const instance = new Instance(this.moduleId, this.definition, this.entry.settings, this.status, this.platform);
		this.instance = instance;
		instance.begin((failure) => {
			if (failure === undefined) {
				this.attempts = 0;
				this.isRunning = true;
				this.events.started();
				this.become("ready");
				this.restLater();
				return;
			}
			sometimes("a module that fails to start");
			this.leave(instance, () => this.tryAgain(failure));
		});
	}

	private tryAgain(failure: string): void {
		if (this.attempts < START_ATTEMPTS) {
			this.cancelTimer = this.platform.schedule(AGAIN_SECONDS * this.attempts, () => this.start());
			return;
		}
		this.message = failure;
		this.become("failed");
	}

	/** This time of running is over, another one may follow. */
	private leave(instance: Instance, afterwards: () => void): void {
		this.instance = undefined;
		this.former = instance;
		this.noteStopped();
		instance.stop(STOP_SECONDS, () => {
			if (!this.stopping) afterwards();
		});
	}

	private noteStopped(): void {
		if (!this.isRunning) return;
		this.isRunning = false;
		this.events.stopped();
	}

	/** A lazy module stops when nobody has called it for long enough. */
	private restLater(): void {
		const { lazySeconds } = this.definition;
		this.cancelTimer?.();
		if (lazySeconds === undefined || this.active > 0 || this.state !== "ready" || this.stopping) return;
		this.cancelTimer = this.platform.schedule(lazySeconds, () => {
			const { instance } = this;
			if (!instance || this.active > 0 || this.stopping) return;
			// Whoever calls now waits until it has stopped, and starts it again.
			this.state = "starting";
			this.leave(instance, () => {
				if (this.waiting.isEmpty()) this.become("idle");
				else this.start();
			});
		});
	}

	private become(state: HostState): void {
		this.state = state;
		this.events.changed(this);
		if (state === "starting" || state === "idle") return;
		const { waiting } = this;
		this.waiting = [];
		for (const callback of waiting) callback();
	}
}
