import { Log } from "../../diagnostics/logger";
import { Platform } from "../../platform/platform";
import { useMeter } from "../charge";
import { Answers } from "./answers";
import { EnergyLimits, Entry, present } from "./energy";
import { Failures, ScriptError } from "./failures";
import { Job, JobHost, perform, Waiting, waitingThread } from "./job";
import { Handler, Listener } from "./listener";
import { ListenerIndex } from "./listener-index";
import { Owner } from "./owner";

/** What handlers of errors listen to. */
const ERROR_EVENT = "error";

/** Keeps or takes back what an entry has changed. */
export interface Journal {
	/** An entry begins; another one may begin and end in it, by way of another space. */
	begin(): void;
	/** It has ended: its edits stay. */
	keep(): void;
	/** Its energy was used up: its edits are undone, as if they had never been made. */
	rollback(): void;
}

/** What can be counted of a runtime. All counts only grow. */
export interface RuntimeCounts {
	entries: number;
	calls: number;
	exhausted: number;
	slow: number;
}

/**
 * Calls the handlers of scripts, for whatever reason, and sees to it that none of them can disturb another or hold up the server: what one throws is told,
 * what one waits for nobody else waits for, and every call from outside has an account of energy for all that it triggers.
 */
export class Runtime implements JobHost {
	public readonly counts: RuntimeCounts = { entries: 0, calls: 0, exhausted: 0, slow: 0 };
	public readonly failures: Failures;
	/** Called after each entry from outside, when none is running. */
	public ended: (() => void) | undefined;
	public journal: Journal | undefined;
	/** Counts frames as long as somebody charges who has waited. */
	private frame = 0;
	private frameEnds = false;
	/** A job that is over, and its entry: for the next call. */
	private spare: Job | undefined;
	/** Where edits may have to be rolled back, or the first point is too much already, every entry is made anew. */
	private readonly mayReuse: boolean;
	private readonly index = new ListenerIndex();
	private readonly owners = new Map<string, Owner>();

	constructor(
		public readonly platform: Pick<Platform, "clock" | "schedule">,
		private readonly limits: EnergyLimits,
		log: Log | undefined,
		repeatsMost?: number,
	) {
		this.failures = new Failures(() => platform.clock(), log, repeatsMost);
		this.mayReuse = limits.onExhausted === "keep" && limits.points > 1;
		useMeter(chargeRunning);
	}

	// -- owners and listeners ----------------------------------------------------------------------------------------------------------------

	/** A new owner; one of the same id dies. */
	public createOwner(id: string, entityName: string, scriptName: string): Owner {
		this.owners.get(id)?.die();
		const owner = new Owner(id, entityName, scriptName);
		this.owners.set(id, owner);
		owner.onDeath(() => {
			this.index.removeAllOf(owner);
			if (this.owners.get(id) === owner) this.owners.delete(id);
		});
		return owner;
	}

	public ownerOf(id: string): Owner | undefined {
		return this.owners.get(id);
	}

	/** Has a function called for an event; returns what ends that. The same function a second time is the same listener. */
	public on(owner: Owner, event: string, handler: Handler): () => void {
		if (owner.dead) return () => {};
		const listener = this.index.add(owner, event, handler);
		if (event === ERROR_EVENT) this.failures.isHandled = true;
		return () => this.index.remove(listener);
	}

	/** Has a function called in place of the owner's listeners, until that is taken back by undefined. */
	public override(owner: Owner, event: string, handler: Handler | undefined): void {
		if (!owner.dead) this.index.override(owner, event, handler);
	}

	/** Those that listen to an event, in order. */
	public listenersOf(event: string): ReadonlyArray<Listener> {
		return this.index.of(event);
	}

	/** Whether anybody listens to an event. */
	public hears(event: string): boolean {
		return this.index.countOf(event) > 0;
	}

	// -- calling -----------------------------------------------------------------------------------------------------------------------------

	/** Calls all that listen to an event, in the order of their entities' ids. Costs nothing if there are none. */
	public shout(event: string, argument: unknown, caller: string | undefined): Answers {
		const listeners = this.index.of(event);
		const answers = new Answers(listeners.size());
		if (!listeners.isEmpty()) this.execute("shout", listeners, argument, caller, answers, false);
		return answers;
	}

	/** The same for certain entities, in the order given. Those that are not there, or do not listen, are left out. */
	public whisper(ids: ReadonlyArray<string>, event: string, argument: unknown, caller: string | undefined): Answers {
		const listeners = new Array<Listener>();
		for (const id of ids) {
			for (const listener of this.owners.get(id)?.listeners.get(event) ?? []) listeners.push(listener);
		}
		const answers = new Answers(listeners.size());
		if (!listeners.isEmpty()) this.execute("whisper", listeners, argument, caller, answers, false);
		return answers;
	}

	/** Calls listeners until the first that answers, and returns the answer; first those of the first event. */
	public shoutFirst(events: ReadonlyArray<string>, argument: unknown, caller: string | undefined): unknown {
		for (const event of events) {
			const listeners = this.index.of(event);
			if (listeners.isEmpty()) continue;
			const answers = new Answers(1);
			this.execute("shout", listeners, argument, caller, answers, true);
			const [answer] = answers.GetAll();
			if (answer !== undefined) return answer;
		}
		return undefined;
	}

	/** Calls one listener alone. */
	public call(kind: string, listener: Listener, argument: unknown, caller: string | undefined): void {
		this.execute(kind, listener.alone, argument, caller, undefined, false);
	}

	/** Calls some listeners, in one entry. Hot: once per message. */
	public callAll(
		kind: string,
		listeners: ReadonlyArray<Listener>,
		argument: unknown,
		caller: string | undefined,
	): void {
		const job = this.spare;
		if (!job || present.entry) {
			this.execute(kind, listeners, argument, caller, undefined, false);
			return;
		}
		// What is nearly always so, without what is there for all the rest.
		this.spare = undefined;
		const { counts, failures } = this;
		const { entry } = job;
		counts.entries += 1;
		counts.calls += 1;
		entry.begin(kind, listeners[0]);
		entry.left -= 1;
		job.again(listeners, argument, caller);
		perform(job);
		const isQuick = entry.accountedSeconds <= entry.limits.seconds;
		if (isQuick && job.clear() && failures.unhandled.isEmpty()) {
			this.spare = job;
			if (this.ended) this.ended();
		} else this.close(entry);
	}

	/** Calls a function of an owner's, once, and returns what came of that. */
	public callOnce(kind: string, owner: Owner, handler: Handler, argument: unknown): Job {
		const listener = new Listener(owner, kind, 0, handler);
		// Whoever does not listen still is started, and has timers.
		listener.active = !owner.dead;
		return this.execute(kind, listener.alone, argument, undefined, new Answers(1), false);
	}

	/** Energy that is left to what is running. */
	public energy(): number {
		const entry = present.entry;
		if (entry && entry.home === this) return entry.left;
		const waiting = waitingThread();
		return waiting && waiting.frame === this.frame ? waiting.entry.left : this.limits.points;
	}

	/** Hot: once per shout, message, tick and timer. */
	private execute(
		kind: string,
		listeners: ReadonlyArray<Listener>,
		argument: unknown,
		caller: string | undefined,
		answers: Answers | undefined,
		onlyFirst: boolean,
	): Job {
		const outer = present.entry;
		const count = listeners.size();
		if (outer && outer.home === this) {
			outer.charge(1);
			outer.deepen();
			const job = new Job(count, listeners, argument, caller, answers, onlyFirst, outer, this);
			this.counts.calls += 1;
			perform(job);
			outer.depth -= 1;
			if (outer.exhausted) outer.abort();
			return job;
		}
		const entry = this.open(kind, listeners[0], outer);
		const job = new Job(count, listeners, argument, caller, answers, onlyFirst, entry, this);
		// The first charge, and there was no time to use up yet.
		entry.left -= 1;
		if (entry.left <= 0) {
			entry.left = 0;
			entry.exhausted ??= "points";
		}
		if (!entry.exhausted) {
			this.counts.calls += 1;
			perform(job);
		}
		this.close(entry);
		if (this.mayReuse && !answers && !outer && job.clear()) this.spare = job;
		return job;
	}

	private open(kind: string, first: Listener | undefined, outer: Entry | undefined): Entry {
		this.counts.entries += 1;
		const entry = new Entry(this, this.limits, this.platform).begin(kind, first);
		if (outer) {
			// Another space's code is around it: what calls to and fro has an end, too.
			entry.depth = outer.depth + 1;
			if (entry.depth >= this.limits.depth) entry.exhausted = "depth";
		}
		if (this.limits.onExhausted === "rollback") this.journal?.begin();
		return entry;
	}

	private close(entry: Entry): void {
		const { journal, failures } = this;
		if (entry.exhausted) {
			this.counts.exhausted += 1;
			if (entry.limits.onExhausted === "rollback") journal?.rollback();
			const culprit = entry.culprit();
			if (culprit) failures.add("exhausted", culprit, retold(entry.describe(), entry.problem));
		} else {
			if (entry.limits.onExhausted === "rollback") journal?.keep();
			const { slowest } = entry;
			if (slowest && entry.accountedSeconds > entry.limits.seconds) {
				this.counts.slow += 1;
				const milliseconds = math.round(entry.slowestSeconds * 1000);
				const text =
					`${slowest.label()} ran for ${milliseconds} ms without a charge; nothing could have ended it. ` +
					"Have its file charged, or call charge() in its loops";
				failures.add("slow", slowest, text);
			}
		}
		if (!failures.unhandled.isEmpty() && !failures.isHandling) this.handleFailures();
		if (this.ended && !present.entry) this.ended();
	}

	/** Has errors handled, those of one entry together in one entry of their own. */
	private handleFailures(): void {
		const { failures } = this;
		const unhandled = failures.takeUnhandled();
		if (unhandled.isEmpty()) return;
		failures.isHandled = this.hears(ERROR_EVENT);
		if (!failures.isHandled) return;
		failures.isHandling = true;
		const entry = this.open(ERROR_EVENT, this.listenersOf(ERROR_EVENT)[0], undefined);
		for (const failure of unhandled) {
			if (!entry.take(1)) break;
			const listeners = this.index.of(ERROR_EVENT);
			perform(new Job(listeners.size(), listeners, failure, failure.EntityId, undefined, false, entry, this));
		}
		this.close(entry);
		failures.isHandling = false;
	}

	// -- for jobs ----------------------------------------------------------------------------------------------------------------------------

	public failed(job: Job, listener: Listener, problem: unknown): void {
		const { entry } = job;
		// The whole entry is told of, once.
		if (entry.exhausted) {
			if (entry.problem === undefined) entry.problem = problem;
			return;
		}
		job.failure = this.failures.add("error", listener, problem);
	}

	public failedLate(listener: Listener, problem: unknown): void {
		const exhausted = waitingThread()?.entry.exhausted;
		if (exhausted) this.counts.exhausted += 1;
		this.failures.add(exhausted ? "exhausted" : "error", listener, problem);
		if (!this.failures.isHandling && !present.entry) this.handleFailures();
	}

	public promised(listener: Listener, answer: object): void {
		if (!Promise.is(answer)) return;
		(answer as Promise<unknown>).catch((problem: unknown) => this.failedLate(listener, problem));
	}

	public chargeWaiting(waiting: Waiting, points: number): void {
		if (waiting.frame !== this.frame) {
			waiting.frame = this.frame;
			waiting.entry = new Entry(this, this.limits, this.platform).begin(waiting.entry.kind, waiting.listener);
			waiting.entry.waited = waiting.listener;
			this.counts.entries += 1;
		}
		if (!this.frameEnds) {
			this.frameEnds = true;
			this.platform.schedule(0, () => {
				this.frameEnds = false;
				this.frame += 1;
			});
		}
		waiting.entry.charge(points);
	}
}

/** Charges whatever is running; nothing where no handler of a script is. */
function chargeRunning(points: number): void {
	const entry = present.entry;
	if (entry) {
		entry.charge(points);
		return;
	}
	const waiting = waitingThread();
	if (waiting) waiting.host.chargeWaiting(waiting, points);
}

/** The same problem, told in other words. */
function retold(thrown: string, problem: unknown): unknown {
	return typeIs(problem, "table") ? { ...(problem as object), thrown } : thrown;
}

/** Runs code of the library for a game's, outside of whatever entry is running. Neither yields nor throws. */
export function outsideOfEntries(body: () => void): void {
	const former = present.entry;
	present.entry = undefined;
	body();
	present.entry = former;
}

export type { ScriptError };
