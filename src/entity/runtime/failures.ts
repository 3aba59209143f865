import { Log } from "../../diagnostics/logger";
import type { Problem } from "./job";
import { Listener } from "./listener";
import type { Owner } from "./owner";
import { cleanedFrames, mappedMessage, SourceMap } from "./trace";

/** What went wrong in a script. */
export interface ScriptError {
	/**
	 * error: the script has thrown something; exhausted: it has used up its energy, and what it was called for was ended; slow: it ran for longer
	 * than it may and could not be ended, because it charged nothing.
	 */
	readonly Kind: "error" | "exhausted" | "slow";
	/** The Id of the entity whose script it was. */
	readonly EntityId: string;
	/** Its name. */
	readonly EntityName: string;
	/** The name of the script's definition. */
	readonly Script: string;
	/** What it was called for: "message open", "tick", "setup". */
	readonly Handler: string;
	/** What was thrown, with its place in the sources if there is a map. */
	readonly Message: string;
	/** Where it happened: "entity/script#handler", then the game's own frames, mapped to the sources if there is a map. */
	readonly Stack: string;
	/** The same as the engine tells it. */
	readonly RawStack: string;
	/** How often this handler has failed of late, this time included. */
	readonly Count: number;
}

/** From so many failures of one handler on, nobody is told by OnError. */
const DEFAULT_REPEATS = 100;
/** They are forgotten when the handler has not failed for so long. */
const FORGOTTEN_SECONDS = 60;

interface Repeated {
	count: number;
	lastSeconds: number;
}

/** All that went wrong in the scripts of one runtime: each is told once, and handlers for it cannot set off another. */
export class Failures {
	/** Gets each as it happens. */
	public told: ((failure: ScriptError) => void) | undefined;
	/** Whether anybody handles errors. */
	public isHandled = false;
	/** Errors are being handled: those that this causes are told, but not handled in turn. */
	public isHandling = false;
	public sourceMap: SourceMap | undefined;
	public total = 0;
	private readonly repeated = new Map<string, Repeated>();
	/** Those that have to be handled, once what is running has ended. */
	public unhandled = new Array<ScriptError>();
	private nextSweepSeconds = 0;

	constructor(
		private readonly clock: () => number,
		private readonly log: Log | undefined,
		private readonly repeatsMost = DEFAULT_REPEATS,
	) {}

	/** Something of an owner cannot even be called. */
	public addFor(owner: Owner, handler: string, message: string): void {
		this.add("error", new Listener(owner, handler, 0, () => {}), message);
	}

	public add(kind: ScriptError["Kind"], listener: Listener, problem: unknown): ScriptError {
		const { thrown, trace, around } = isProblem(problem) ? problem : { thrown: problem, trace: "", around: [] };
		const { owner } = listener;
		const message = mappedMessage(textOf(thrown), this.sourceMap);
		const stack = new Array<string>();
		const raw = new Array<string>();
		this.addFrames(stack, raw, listener, trace, false);
		for (const outer of around) this.addFrames(stack, raw, outer.listener, outer.trace, true);
		const count = this.countOf(listener.label());
		const failure: ScriptError = {
			Kind: kind,
			EntityId: owner.id,
			EntityName: owner.entityName,
			Script: owner.scriptName,
			Handler: listener.event,
			Message: message,
			Stack: stack.join("\n"),
			RawStack: raw.join("\n"),
			Count: count,
		};
		this.total += 1;
		this.log?.warnOnce(
			`script ${listener.label()}`,
			`${listener.label()}: ${message}\n${failure.Stack}\nMore failures of this handler are counted, and told by ScriptFailed.`,
		);
		if (this.told) this.told(failure);
		if (this.isHandled && !this.isHandling && !this.isTooOften(failure)) this.unhandled.push(failure);
		return failure;
	}

	/** Takes them out of {@link Failures.unhandled}. */
	public takeUnhandled(): ScriptError[] {
		const { unhandled } = this;
		this.unhandled = [];
		return unhandled;
	}

	/** Handlers whose failures are counted. */
	public remembered(): number {
		return this.repeated.size();
	}

	private isTooOften(failure: ScriptError): boolean {
		if (failure.Count < this.repeatsMost) return false;
		this.log?.warnOnce(
			`repeated ${failure.EntityName} ${failure.Script} ${failure.Handler}`,
			`${failure.EntityName}/${failure.Script}#${failure.Handler} has failed ${failure.Count} times; OnError handlers are no longer called for it until it has not failed for ${FORGOTTEN_SECONDS} s`,
		);
		return failure.Count > this.repeatsMost;
	}

	private countOf(label: string): number {
		const now = this.clock();
		const known = this.repeated.get(label);
		if (known && now - known.lastSeconds <= FORGOTTEN_SECONDS) {
			known.count += 1;
			known.lastSeconds = now;
			return known.count;
		}
		// Once a minute at most, and never more of them than have failed in the last one.
		if (!known) this.forgetOld(now);
		this.repeated.set(label, { count: 1, lastSeconds: now });
		return 1;
	}

	private forgetOld(now: number): void {
		if (now < this.nextSweepSeconds) return;
		this.nextSweepSeconds = now + FORGOTTEN_SECONDS;
		for (const [label, { lastSeconds }] of this.repeated)
			if (now - lastSeconds > FORGOTTEN_SECONDS) this.repeated.delete(label);
	}

	private addFrames(stack: string[], raw: string[], listener: Listener, trace: string, isAround: boolean): void {
		const frames = cleanedFrames(trace, this.sourceMap, isAround);
		if (frames.isEmpty()) stack.push(listener.label());
		else stack.push(`${listener.label()} ${frames[0]}`);
		for (const index of $range(1, frames.size() - 1)) stack.push(frames[index]!);
		if (trace !== "") raw.push(trace);
	}
}

function isProblem(problem: unknown): problem is Problem {
	return typeIs(problem, "table") && (problem as Partial<Problem>).around !== undefined;
}

/** What was thrown, in words: errors may be of any type. */
function textOf(thrown: unknown): string {
	if (typeIs(thrown, "table")) {
		const { message } = thrown as { message?: unknown };
		if (typeIs(message, "string")) return message;
	}
	return tostring(thrown);
}
