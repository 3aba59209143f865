import { described, grouped } from "../diagnostics/errors";
import { sometimes } from "../diagnostics/situations";
import { TELL_BYTES_MOST } from "../wire/bounds";
import { ElectionEntry, ShortId } from "../wire/frame";
import { decodePayload, encodePayload } from "./payload";
import type { Scope } from "./scope";

/** So many messages to the leader wait at a time, for so long. */
const MOST_QUEUED = 64;
const LIFE_SECONDS = 30;
/** A message goes to the leader of its time, and once more to the next one. */
const LEADERS_MOST = 2;
/** What must not be handled twice goes to one only. */
const LEADERS_OF_ONE = 1;
/** A leader remembers for so long what it has handled: no copy comes later. */
const HANDLED_SECONDS = 120;
const MOST_HANDLED = 5000;

/** Begins the text of what goes to one leader only; no payload begins so. */
const ONE_PREFIX = "!";

interface Errand {
	readonly id: number;
	readonly text: string;
	readonly untilSeconds: number;
	readonly leadersMost: number;
	readonly settle: (outcome: "done" | "expired" | "overflow") => void;
	/** The terms it was sent to, the latest last. */
	terms: number[];
	againSeconds: number;
}

/** Messages to the leader: kept until it has answered, and handled once. */
export class Telling {
	public invalid = 0;
	private errands = new Array<Errand>();
	private lastId = 0;
	private closed = false;
	private handled = new Map<string, number>();
	private handledCount = 0;

	constructor(
		private readonly scope: Scope,
		private readonly validate: ((value: unknown) => boolean) | undefined,
	) {}

	public queued(): number {
		return this.errands.size();
	}

	/** The text of a message, or what is wrong with it. */
	public prepare(message: unknown, label: string): { readonly text?: string; readonly wrong?: string } {
		if (message === undefined) return { wrong: `${label}: Tell takes a message, but got nil` };
		const { validate } = this;
		if (validate && !validate(message))
			return {
				wrong: `${label}: validate refuses the message ${described(message)}; tell what the leader expects`,
			};
		const text = encodePayload(message);
		if (text === undefined)
			return {
				wrong: `${label}: a message is made of strings, numbers, booleans and tables of those, but is ${described(message)}; leave out what is something else`,
			};
		if (text.size() > TELL_BYTES_MOST)
			return {
				wrong: `${label}: the message is ${grouped(text.size())} bytes serialized, the most is ${TELL_BYTES_MOST}; send less, or an id of what a pool has`,
			};
		return { text };
	}

	public tell(text: string): Promise<"done" | "expired" | "overflow"> {
		if (this.closed) return Promise.resolve("expired" as const);
		if (this.errands.size() >= MOST_QUEUED) return Promise.resolve("overflow" as const);
		return new Promise((resolve) => this.add(text, LEADERS_MOST, resolve));
	}

	/** The same, but it is never handled twice: where a leader may have handled it and is gone, it has expired. Only the scope's taker gets it. */
	public tellOne(text: string, settle: (outcome: "done" | "expired" | "overflow") => void): void {
		if (this.closed) return settle("expired");
		if (this.errands.size() >= MOST_QUEUED) return settle("overflow");
		this.add(ONE_PREFIX + text, LEADERS_OF_ONE, settle);
	}

	private add(text: string, leadersMost: number, settle: Errand["settle"]): void {
		const now = this.scope.elections.context.now();
		this.lastId += 1;
		const id = this.lastId;
		const untilSeconds = now + LIFE_SECONDS;
		this.errands.push({ id, text, untilSeconds, leadersMost, settle, terms: [], againSeconds: now });
		this.scope.elections.wakeBy(now);
	}

	/** There is a leader, or another one: what waits is sent. */
	public send(): void {
		if (this.errands.isEmpty()) return;
		this.scope.elections.wakeBy(this.scope.elections.context.now());
	}

	public tick(now: number): void {
		if (this.errands.isEmpty()) return;
		const { scope } = this;
		const { context } = scope.elections;
		const { known } = scope;
		for (const errand of [...this.errands]) {
			if (now >= errand.untilSeconds) {
				this.settle(errand, "expired");
				continue;
			}
			scope.elections.wakeBy(errand.untilSeconds);
			if (!known) continue;
			const isNew = !errand.terms.includes(known.term);
			if (isNew && errand.terms.size() >= errand.leadersMost) {
				this.settle(errand, "expired");
				continue;
			}
			if (!isNew && now < errand.againSeconds) {
				scope.elections.wakeBy(errand.againSeconds);
				continue;
			}
			if (isNew) errand.terms.push(known.term);
			if (known.leader === context.selfId) {
				if (this.handle(errand.id, errand.text, context.selfId, known.term)) this.settle(errand, "done");
				continue;
			}
			errand.againSeconds = now + 2 * context.latency.mostSeconds() + 0.3;
			scope.elections.wakeBy(errand.againSeconds);
			scope.send(known.leader, "tell", known.term, { id: errand.id, text: errand.text });
		}
	}

	public hear({ word, term, id, text }: ElectionEntry, from: ShortId): void {
		const { scope } = this;
		if (word === "tell") {
			if (this.handle(id!, text!, from, term)) scope.send(from, "told", term, { id });
			return;
		}
		const errand = this.errands.find((candidate) => candidate.id === id);
		if (errand && errand.terms.includes(term)) this.settle(errand, "done");
	}

	/** What waits is given up. */
	public close(): void {
		this.closed = true;
		for (const errand of [...this.errands]) this.settle(errand, "expired");
	}

	/** Handles a message, once; false if it was not for this server, or is not what it must be. */
	private handle(id: number, text: string, from: ShortId, term: number): boolean {
		const { scope } = this;
		const { tenure } = scope;
		const { context } = scope.elections;
		const name = `${from}${id}`;
		const now = context.now();
		const isForOne = string.sub(text, 1, ONE_PREFIX.size()) === ONE_PREFIX;
		// Also who leads no longer can say that it was handled.
		if (this.handled.has(name) && (isForOne || tenure?.IsValid())) {
			sometimes("a message to the leader twice");
			return true;
		}
		if (!tenure || !tenure.IsValid()) return false;
		if (isForOne) {
			// In another term its sender has given it up.
			if (term !== tenure.Term || !scope.taker) return false;
			if (!scope.taker(string.sub(text, ONE_PREFIX.size() + 1), context.serverIdOf(from))) return false;
			this.remember(name, now);
			return true;
		}
		const message = decodePayload(text);
		const { validate } = this;
		const [success, isValid] = validate && message !== undefined ? pcall(validate, message) : [true, true];
		if (message === undefined || !success || !isValid) {
			this.invalid += 1;
			return false;
		}
		this.remember(name, now);
		scope.Told.Fire(message, context.serverIdOf(from), tenure);
		return true;
	}

	private remember(name: string, now: number): void {
		if (this.handledCount >= MOST_HANDLED) this.forgetHandled(now);
		this.handled.set(name, now);
		this.handledCount += 1;
	}

	private forgetHandled(now: number): void {
		const kept = new Map<string, number>();
		let count = 0;
		for (const [name, atSeconds] of this.handled) {
			if (now - atSeconds > HANDLED_SECONDS) continue;
			kept.set(name, atSeconds);
			count += 1;
		}
		// Far more than fits into the limits has been forged.
		this.handled = count < MOST_HANDLED ? kept : new Map();
		this.handledCount = count < MOST_HANDLED ? count : 0;
	}

	private settle(errand: Errand, outcome: "done" | "expired"): void {
		this.errands = this.errands.filter((other) => other !== errand);
		errand.settle(outcome);
	}
}
