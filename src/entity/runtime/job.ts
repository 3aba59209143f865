import { Platform } from "../../platform/platform";
import { Answers } from "./answers";
import { Entry, present } from "./energy";
import type { ScriptError } from "./failures";
import type { Listener } from "./listener";

/** Listeners that are to be called, one after the other. Used again where nobody holds on to it. */
export class Job {
	/** The next one. */
	public index = 0;
	/** Counts how often a listener has not returned and the next ones were called by another thread. */
	public turn = 0;
	public done = false;
	/** What became of the last listener that failed. */
	public failure: ScriptError | undefined;
	/** The job in which this one was begun. */
	public readonly outer: Job | undefined;
	/** The thread of the listener that has this done, for stack traces; the first job of an entry needs none. */
	public readonly caughtIn: thread | undefined;

	constructor(
		/** Only as many as there were at the beginning. */
		public count: number,
		public listeners: ReadonlyArray<Listener>,
		public argument: unknown,
		/** The Id of the entity whose script shouts. */
		public caller: string | undefined,
		public readonly answers: Answers | undefined,
		/** Whether the first answer ends it. */
		public readonly onlyFirst: boolean,
		public readonly entry: Entry,
		public readonly host: JobHost,
	) {
		this.outer = entry.job;
		if (this.outer) this.caughtIn = coroutine.running();
	}

	/** Has it done once more, for others. */
	public again(listeners: ReadonlyArray<Listener>, argument: unknown, caller: string | undefined): void {
		this.count = listeners.size();
		this.listeners = listeners;
		this.argument = argument;
		this.caller = caller;
		this.index = 0;
		this.done = false;
	}

	/** Whether it can be done once more, in an entry that begins anew: nothing is left that somebody could still ask about, or go on in. Hot. */
	public clear(): boolean {
		const { entry } = this;
		if (!this.done || this.turn !== 0 || this.failure || entry.isHeld || entry.exhausted) return false;
		this.argument = undefined;
		return true;
	}

	/** The listener that is called now, or was last. */
	public current(): Listener | undefined {
		return this.listeners[this.index - 1];
	}
}

/** What a job needs of its runtime. */
export interface JobHost {
	readonly platform: Pick<Platform, "clock">;
	/** A listener has thrown something. */
	failed(job: Job, listener: Listener, problem: unknown): void;
	/** A listener that has waited has thrown something. */
	failedLate(listener: Listener, problem: unknown): void;
	/** A listener has answered with a promise. */
	promised(listener: Listener, answer: object): void;
	/** A handler that has waited uses points. */
	chargeWaiting(waiting: Waiting, points: number): void;
}

/** A handler that waits for something: what it does later is not part of any shout, but still of its owner. */
export interface Waiting {
	readonly listener: Listener;
	readonly host: JobHost;
	/** Its account, a new one in each frame in which it runs. */
	entry: Entry;
	/** The frame of that. */
	frame: number;
}

/** Threads of handlers that wait. A thread that is never resumed is forgotten with it. */
const waiting = new WeakMap<thread, Waiting>();
/** Threads without work, so many of them; each is at its `coroutine.yield`. */
const idle = new Array<thread>();
let idleCount = 0;
const IDLE_MOST = 64;
/** Found once, not with each call. */
const { resume } = coroutine;
/** The job that is being handed to a thread: whatever else resumes an idle one is a mistake of the game's, and ignored. */
let handing: Job | undefined;

/** What the running thread waited for, if it is one that did. */
export function waitingThread(): Waiting | undefined {
	return waiting.get(coroutine.running());
}

/** In a large audience the clock is read once for so many listeners. */
const GROUP = 16;

// Hot: once per shout, and in it once per listener. A handler is called without a `pcall` of its own: one around all of them costs less, and whoever
// throws is known.
function work(job: Job): void {
	const { listeners, argument, caller, answers, entry, host, count, turn, onlyFirst } = job;
	const { platform } = host;
	const group = count > GROUP ? GROUP : 1;
	let index = job.index;
	// What an entry begins with begins when it does.
	let accounted = entry.accountedSeconds;
	let before = index === 0 && accounted === 0 && !job.outer ? entry.beganSeconds : platform.clock();
	let groupStart = index;
	while (index < count) {
		const listener = listeners[index]!;
		index += 1;
		if (listener.active) {
			job.index = index;
			const answer = listener.handler(argument, caller);
			// The handler had to wait, and somebody else has gone on.
			if (job.turn !== turn) {
				if (typeIs(answer, "table")) host.promised(listener, answer);
				return;
			}
			if (answers) {
				const answered = answers.Count;
				answers.Count = answered + 1;
				answers.listeners[answered] = listener;
				answers.values[answered] = answer as defined;
			}
			if (answer !== undefined) {
				if (typeIs(answer, "table")) host.promised(listener, answer);
				if (onlyFirst) break;
			}
			// What others have used up is noticed before the next one is called.
			if (entry.exhausted) break;
		}
		if (index - groupStart < group && index < count) continue;
		const now = platform.clock();
		entry.account(accounted, now - before, listeners[groupStart]!, index - groupStart);
		if (now > entry.deadlineSeconds && index < count) {
			entry.exhausted = "clock";
			break;
		}
		before = now;
		accounted = entry.accountedSeconds;
		groupStart = index;
	}
	job.index = count;
}

/** What a failing handler leaves behind: what it threw, and the stack where it did. */
export interface Problem {
	readonly thrown: unknown;
	readonly trace: string;
	/** The stacks of the handlers that have shouted it, the nearest first. */
	readonly around: ReadonlyArray<{ readonly listener: Listener; readonly trace: string }>;
}

/** For `xpcall`: what was thrown, with the stack. */
function describeProblem(thrown: unknown): Problem {
	const around = new Array<{ readonly listener: Listener; readonly trace: string }>();
	let job = present.entry?.job;
	while (job && job.outer) {
		around.push({ listener: job.outer.current()!, trace: debug.traceback(job.caughtIn!) });
		job = job.outer;
	}
	return { thrown, trace: debug.traceback(undefined, 2), around };
}

/** What a thread has to do. */
interface Desk {
	job: Job;
	/** The job's turn in which this thread does it. */
	turn: number;
}

/** One job after the other, until a listener throws something or waits. Hot. */
function workOn(desk: Desk): void {
	while (true) {
		const { job } = desk;
		work(job);
		if (job.turn !== desk.turn) return;
		job.done = true;
		let given: unknown;
		do {
			given = coroutine.yield()[0];
		} while (given === undefined || given !== handing);
		desk.job = handing!;
		desk.turn = handing!.turn;
	}
}

function workAll(first: Job): void {
	const desk: Desk = { job: first, turn: first.turn };
	while (true) {
		const [success, problem] = xpcall(workOn, describeProblem, desk);
		const { job } = desk;
		if (job.turn !== desk.turn) {
			if (!success) {
				const { listener, host } = waitingThread()!;
				host.failedLate(listener, problem);
			}
			// A thread that has waited may be resumed once more by mistake; that has to stay an error.
			return;
		}
		const listener = job.current()!;
		if (job.answers) job.answers.add(listener, undefined);
		if (job.entry.exhausted) job.index = job.count;
		job.host.failed(job, listener, problem);
	}
}

/** Calls all of a job's listeners, each until it returns, throws or waits for something. Neither throws nor yields. */
export function perform(job: Job): void {
	const { entry } = job;
	const { job: formerJob } = entry;
	entry.job = job;
	const former = present.entry;
	present.entry = entry;
	while (!job.done && job.index < job.count) {
		let worker: thread;
		if (idleCount > 0) {
			idleCount -= 1;
			worker = idle[idleCount]!;
		} else worker = coroutine.create(workAll);
		handing = job;
		const [alive, problem] = resume(worker, job);
		handing = undefined;
		if (!alive) error(problem, 0);
		if (job.done) {
			if (idleCount < IDLE_MOST) {
				idle[idleCount] = worker;
				idleCount += 1;
			}
			break;
		}
		// It waits. The next listeners are called without it.
		entry.isHeld = true;
		waiting.set(worker, { listener: job.current()!, host: job.host, entry, frame: -1 });
		if (job.answers) job.answers.add(job.current()!, undefined);
		job.turn += 1;
	}
	entry.job = formerJob;
	present.entry = former;
}
