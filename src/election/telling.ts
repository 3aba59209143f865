import { described, grouped } from "../diagnostics/errors";
import { sometimes } from "../diagnostics/situations";
import { TELL_BYTES_MOST } from "../wire/bounds";
import { ElectionEntry, ShortId } from "../wire/frame";
import { Handled } from "./handled";
import { decodePayload, encodePayload } from "./payload";
import type { Scope } from "./scope";

/** So many messages to the leader wait at a time, for so long. */
const MOST_QUEUED = 64;
const LIFE_SECONDS = 30;
/** A message goes to the leader of its time, and once more to the next one. */
const LEADERS_MOST = 2;

interface Errand {
	readonly id: number;
	readonly text: string;
	readonly untilSeconds: number;
	readonly settle: (outcome: "done" | "expired" | "overflow") => void;
	/** The terms it was sent to, the latest last. */
	terms: number[];
	againSeconds: number;
}

/** Messages to the leader: kept until it has answered, and handled once. */
export class Telling {
	public invalid = 0;
	private errands = new Array<Errand>();
	private closed = false;
	private readonly handled = new Handled();

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
		return new Promise((settle) => {
			const { elections } = this.scope;
			const now = elections.context.now();
			const untilSeconds = now + LIFE_SECONDS;
			const id = this.scope.nextErrand();
			this.errands.push({ id, text, untilSeconds, settle, terms: [], againSeconds: now });
			elections.wakeBy(now);
		});
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
			if (isNew && errand.terms.size() >= LEADERS_MOST) {
				this.settle(errand, "expired");
				continue;
			}
			if (!isNew && now < errand.againSeconds) {
				scope.elections.wakeBy(errand.againSeconds);
				continue;
			}
			if (isNew) errand.terms.push(known.term);
			if (known.leader === context.selfId) {
				if (this.handle(errand.id, errand.text, context.selfId)) this.settle(errand, "done");
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
			if (this.handle(id!, text!, from)) scope.send(from, "told", term, { id });
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
	private handle(id: number, text: string, from: ShortId): boolean {
		const { scope } = this;
		const { tenure } = scope;
		const { context } = scope.elections;
		const name = `${from}${id}`;
		if (!tenure || !tenure.IsValid()) return false;
		if (this.handled.has(name)) {
			sometimes("a message to the leader twice");
			return true;
		}
		const message = decodePayload(text);
		const { validate } = this;
		const [success, isValid] = validate && message !== undefined ? pcall(validate, message) : [true, true];
		if (message === undefined || !success || !isValid) {
			this.invalid += 1;
			return false;
		}
		this.handled.add(name, context.now());
		scope.Told.Fire(message, context.serverIdOf(from), tenure);
		return true;
	}

	private settle(errand: Errand, outcome: "done" | "expired"): void {
		this.errands = this.errands.filter((other) => other !== errand);
		errand.settle(outcome);
	}
}
