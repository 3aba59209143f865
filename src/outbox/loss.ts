// Hot: once per broadcast heard.
import { withoutFirst } from "./without-first";

/** Broadcasts are numbered modulo this: the values of one digit on the wire. */
const COUNTERS = 85;
/**
 * A number is settled, as arrived or as lost, when so many later ones have been seen, or so much time has passed.
 * Arrived ones wait as long as lost ones, or estimates would begin too low.
 */
const SETTLED_AFTER_MESSAGES = 20;
const SETTLED_AFTER_SECONDS = 30;
/** After so much silence a number that looks like an old one is taken for a new one after a long gap. */
const LATE_WITHIN_SECONDS = 5;
/** How many of the latest messages the estimate is about, roughly, and how many it takes to make one. */
const MEMORY_MESSAGES = 100;
const LEAST_MESSAGES = 50;

interface Expected {
	readonly sequence: number;
	readonly sinceSeconds: number;
	arrived: boolean;
}

/** The lost part of what was expected lately; older messages weigh less. */
class LossTally {
	private messages = 0;
	private expected = 0;
	private lost = 0;

	public note(lost: boolean): void {
		this.messages += 1;
		const kept = 1 - 1 / MEMORY_MESSAGES;
		this.expected = this.expected * kept + 1;
		this.lost = this.lost * kept + (lost ? 1 : 0);
	}

	/** Whether enough was expected to say something. */
	public isKnown(): boolean {
		return this.messages >= LEAST_MESSAGES;
	}

	/** 0 until it is known. */
	public fraction(): number {
		return this.isKnown() ? this.lost / this.expected : 0;
	}
}

class Sender {
	/** The highest number heard, counted on beyond the modulus. */
	public highest: number;
	public highestAtSeconds: number;
	/** Numbers up to the highest that are not settled, ascending. */
	public unsettled: Expected[];
	public readonly tally = new LossTally();

	constructor(counter: number, nowSeconds: number) {
		this.highest = counter;
		this.highestAtSeconds = nowSeconds;
		this.unsettled = [{ sequence: counter, sinceSeconds: nowSeconds, arrived: true }];
	}
}

/** Estimates which part of the others' broadcasts is lost on the way here, from the numbers they carry. */
export class LossEstimator {
	private readonly senders = new Map<string, Sender>();
	private readonly overall = new LossTally();

	/** A broadcast of a member arrived. Copies and stragglers are fine. */
	public heard(shortId: string, counter: number, nowSeconds: number): void {
		assert(counter >= 0 && counter < COUNTERS, "a counter is one digit");
		const sender = this.senders.get(shortId);
		if (!sender) {
			this.senders.set(shortId, new Sender(counter, nowSeconds));
			return;
		}
		const ahead = (counter - sender.highest) % COUNTERS;
		if (isNew(ahead, nowSeconds - sender.highestAtSeconds)) {
			for (const sequence of $range(sender.highest + 1, sender.highest + ahead)) {
				const arrived = sequence === sender.highest + ahead;
				sender.unsettled.push({ sequence, sinceSeconds: nowSeconds, arrived });
			}
			sender.highest += ahead;
			sender.highestAtSeconds = nowSeconds;
		} else {
			const sequence = ahead === 0 ? sender.highest : sender.highest - COUNTERS + ahead;
			const late = sender.unsettled.find((expected) => expected.sequence === sequence);
			if (late) late.arrived = true;
		}
		this.settle(sender, nowSeconds);
	}

	/** A server is no longer listened to; if it comes back, it starts anew. */
	public forget(shortId: string): void {
		this.senders.delete(shortId);
	}

	/** The part of all broadcasts that is lost, 0 to 1; 0 before enough of them were expected. */
	public fraction(): number {
		return this.overall.fraction();
	}

	/** Whether enough of the others' broadcasts were expected to say something. */
	public isKnown(): boolean {
		return this.overall.isKnown();
	}

	/** The same for one sender's broadcasts. */
	public fractionFrom(shortId: string): number {
		return this.senders.get(shortId)?.tally.fraction() ?? 0;
	}

	private settle(sender: Sender, nowSeconds: number): void {
		let settledCount = 0;
		for (const { sequence, sinceSeconds, arrived } of sender.unsettled) {
			const isRecent = sender.highest - sequence < SETTLED_AFTER_MESSAGES;
			if (isRecent && nowSeconds - sinceSeconds < SETTLED_AFTER_SECONDS) break;
			settledCount += 1;
			sender.tally.note(!arrived);
			this.overall.note(!arrived);
		}
		if (settledCount === 0) return;
		sender.unsettled = withoutFirst(sender.unsettled, settledCount);
		assert(sender.unsettled.size() <= SETTLED_AFTER_MESSAGES, "what is expected is soon settled");
	}
}

/** Whether a number so far ahead, modulo the modulus, is later than the highest one rather than an old one. */
function isNew(ahead: number, silentSeconds: number): boolean {
	if (ahead === 0) return false;
	if (silentSeconds >= SETTLED_AFTER_SECONDS) return true;
	return ahead <= (silentSeconds >= LATE_WITHIN_SECONDS ? COUNTERS - 1 - SETTLED_AFTER_MESSAGES : (COUNTERS - 1) / 2);
}
