import { sometimes } from "../diagnostics/situations";
import { ElectionEntry, ShortId } from "../wire/frame";
import { Handled } from "./handled";
import type { Scope } from "./scope";

/** Begins the text of what is never handled twice; no payload of another message begins so. */
export const ONCE_PREFIX = "!";
/** So many are to be handled at a time; those of a former leader that does not answer do not count. */
const MOST_UNDER_WAY = 64;
const MOST_ASKED_ABOUT = 256;
const LIFE_SECONDS = 30;
/** Of the terms in which this server has led, the last ones are known. */
const LED_TERMS = 100;
/** A leader that is silent for so long beyond its heartbeat is asked whether it is there, before it gets anything that only it could tell about afterwards. */
const SILENT_SECONDS = 1;

interface Errand {
	readonly id: number;
	readonly text: string;
	readonly untilSeconds: number;
	readonly settle: (outcome: "done" | "expired" | "overflow") => void;
	/** Whom it was sent to, in which term: nobody but that leader can have handled it, and only in that term. */
	sent: { readonly leader: ShortId; readonly term: number } | undefined;
	/** The latest term whose leader has said that it did not, and never will. */
	refusedTerm: number;
	againSeconds: number;
}

/**
 * Messages to the leader that are never handled twice. Each is sent to one leader, in one term. If that term ends before there is an answer, its leader is
 * asked on: what it has handled it says, and of anything else it says that it never will, so that the next leader can have it. Of a leader that is gone
 * nobody knows what it has handled: what was sent to it has expired.
 */
export class TellingOnce {
	private errands = new Array<Errand>();
	private readonly handled = new Handled();
	private readonly ledTerms = new Array<number>();
	/** Of what was handled up to this term not all is remembered. */
	private forgottenTerm = 0;
	private probeAgainSeconds = 0;

	constructor(private readonly scope: Scope) {}

	public queued(): number {
		return this.errands.size();
	}

	/** Whether one more would be taken. */
	public hasRoom(): boolean {
		return this.underWay() < MOST_UNDER_WAY && this.errands.size() < MOST_ASKED_ABOUT;
	}

	public tell(text: string, settle: Errand["settle"]): void {
		if (!this.hasRoom()) return settle("overflow");
		const { elections } = this.scope;
		const now = elections.context.now();
		this.errands.push({
			id: this.scope.nextErrand(),
			text: ONCE_PREFIX + text,
			untilSeconds: now + LIFE_SECONDS,
			settle,
			sent: undefined,
			refusedTerm: 0,
			againSeconds: now,
		});
		elections.wakeBy(now);
	}

	/** This server leads from now on. */
	public began(term: number): void {
		this.ledTerms.push(term);
		if (this.ledTerms.size() > LED_TERMS) this.ledTerms.shift();
	}

	/** There is news of who leads. */
	public look(): void {
		if (this.errands.isEmpty()) return;
		const { elections } = this.scope;
		for (const errand of this.errands) errand.againSeconds = 0;
		elections.wakeBy(elections.context.now());
	}

	public tick(now: number): void {
		const { elections } = this.scope;
		for (const errand of [...this.errands]) {
			if (now >= errand.untilSeconds || this.isUnknowable(errand)) {
				this.settle(errand, "expired");
				continue;
			}
			elections.wakeBy(errand.untilSeconds);
			if (now < errand.againSeconds) elections.wakeBy(errand.againSeconds);
			else this.go(errand, now);
		}
	}

	public hear(entry: ElectionEntry, from: ShortId): void {
		const { scope } = this;
		const { word, term, id } = entry;
		if (word === "tell") {
			const outcome = this.handle(id!, entry.text!, from, term);
			if (outcome !== "later") scope.send(from, outcome === "done" ? "told" : "untold", term, { id });
			return;
		}
		const errand = this.errands.find((candidate) => candidate.id === id);
		if (!errand || errand.sent?.leader !== from || errand.sent.term !== term) return;
		if (word === "told") this.settle(errand, "done");
		else {
			sometimes("a message that a former leader has not handled");
			errand.sent = undefined;
			errand.refusedTerm = term;
			errand.againSeconds = 0;
			scope.elections.wakeBy(scope.elections.context.now());
		}
	}

	/** What waits is given up. */
	public close(): void {
		for (const errand of [...this.errands]) this.settle(errand, "expired");
	}

	/** Those that were not sent to a leader of the past. */
	private underWay(): number {
		const term = this.scope.known?.term;
		let count = 0;
		for (const { sent } of this.errands) if (!sent || sent.term === term) count += 1;
		return count;
	}

	/** Who would know what became of it has left. */
	private isUnknowable({ sent }: Errand): boolean {
		const { known, elections } = this.scope;
		if (!sent || sent.term === known?.term) return false;
		const { membership } = elections.context;
		if (membership.get(sent.leader)) return false;
		return membership.allDeparted().some(({ shortId, reason }) => shortId === sent.leader && reason === "closed");
	}

	/** Sends it, or asks its leader once more. */
	private go(errand: Errand, now: number): void {
		const { scope } = this;
		const { known, elections } = scope;
		const { context } = elections;
		const roundTripSeconds = 2 * context.latency.mostSeconds() + 0.3;
		if (!errand.sent) {
			if (!known || known.term <= errand.refusedTerm) return;
			if (known.leader === context.selfId) {
				if (this.handle(errand.id, errand.text, context.selfId, known.term) === "done")
					this.settle(errand, "done");
				else this.again(errand, now + 0.3);
				return;
			}
			if (this.isSilent(known.leader, now)) {
				this.again(errand, now + roundTripSeconds);
				if (now < this.probeAgainSeconds) return;
				this.probeAgainSeconds = now + roundTripSeconds;
				scope.send(known.leader, "probe", known.term);
				return;
			}
			errand.sent = { leader: known.leader, term: known.term };
		}
		const { leader, term } = errand.sent;
		this.again(errand, now + roundTripSeconds);
		scope.send(leader, "tell", term, { id: errand.id, text: errand.text });
	}

	private again(errand: Errand, seconds: number): void {
		errand.againSeconds = seconds;
		this.scope.elections.wakeBy(seconds);
	}

	/** Whether more than its next heartbeat is missing of a leader. */
	private isSilent(leader: ShortId, now: number): boolean {
		const { heardSeconds, options, elections } = this.scope;
		const member = elections.context.membership.get(leader);
		const lastSeconds = math.max(heardSeconds, member?.lastHeardSeconds ?? -math.huge);
		return now - lastSeconds > options.heartbeatSeconds + SILENT_SECONDS;
	}

	/** Handles a message, unless that was done before; "never" if it was not, and will not be here. */
	private handle(id: number, text: string, from: ShortId, term: number): "done" | "later" | "never" {
		const { scope } = this;
		const { tenure } = scope;
		const { context } = scope.elections;
		const name = `${from}${id}`;
		// Also who leads no longer can say that it was handled.
		if (this.handled.has(name)) {
			sometimes("a message to the leader twice");
			return "done";
		}
		if (!tenure || scope.isEnding || tenure.Term !== term)
			return this.ledTerms.includes(term) && term > this.forgottenTerm ? "never" : "later";
		if (!tenure.IsValid() || !scope.taker) return "later";
		if (!scope.taker(string.sub(text, ONCE_PREFIX.size() + 1), context.serverIdOf(from))) return "later";
		if (!this.handled.add(name, context.now())) this.forgottenTerm = term;
		return "done";
	}

	private settle(errand: Errand, outcome: "done" | "expired"): void {
		const index = this.errands.indexOf(errand);
		assert(index >= 0, "a message is settled once");
		this.errands.remove(index);
		errand.settle(outcome);
	}
}
