// Hot: once per broadcast heard.
import { withoutFirst } from "./without-first";

/** Broadcasts are numbered modulo this: the values of one digit on the wire. */
const COUNTERS = 85;
/** A number that was skipped is given up when so many later ones have come, or so much time has passed. */
const LOST_AFTER_MESSAGES = 20;
const LOST_AFTER_SECONDS = 30;
/** After so much silence a number that looks like an old one is taken for a new one after a long gap. */
const LATE_WITHIN_SECONDS = 5;
/** How many of the latest messages the estimate is about, roughly, and how many it takes to make one. */
const MEMORY_MESSAGES = 100;
const LEAST_MESSAGES = 50;

interface Skipped {
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
	/** Numbers below it that have not come, ascending. */
	public skipped = new Array<Skipped>();
	public readonly tally = new LossTally();

	constructor(counter: number, nowSeconds: number) {
		this.highest = counter;
		this.highestAtSeconds = nowSeconds;
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
			const added = new Sender(counter, nowSeconds);
			this.senders.set(shortId, added);
			this.settle(added, false);
			return;
		}
		const ahead = (counter - sender.highest) % COUNTERS;
		if (isNew(ahead, nowSeconds - sender.highestAtSeconds)) {
			const before = sender.highest;
			sender.highest += ahead;
			sender.highestAtSeconds = nowSeconds;
			for (const sequence of $range(before + 1, sender.highest - 1)) {
				sender.skipped.push({ sequence, sinceSeconds: nowSeconds, arrived: false });
			}
			this.settle(sender, false);
		} else if (ahead !== 0) {
			const sequence = sender.highest - COUNTERS + ahead;
			const late = sender.skipped.find((skipped) => skipped.sequence === sequence);
			if (late && !late.arrived) {
				late.arrived = true;
				this.settle(sender, false);
			}
		}
		this.giveUp(sender, nowSeconds);
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

	private giveUp(sender: Sender, nowSeconds: number): void {
		const { skipped } = sender;
		let settledCount = 0;
		for (const { sequence, sinceSeconds, arrived } of skipped) {
			const given =
				sender.highest - sequence >= LOST_AFTER_MESSAGES || nowSeconds - sinceSeconds >= LOST_AFTER_SECONDS;
			if (!given && !arrived) break;
			settledCount += 1;
			if (!arrived) this.settle(sender, true);
		}
		if (settledCount === 0) return;
		sender.skipped = withoutFirst(skipped, settledCount);
		assert(sender.skipped.size() < LOST_AFTER_MESSAGES, "what is skipped is soon given up");
	}

	private settle(sender: Sender, lost: boolean): void {
		sender.tally.note(lost);
		this.overall.note(lost);
	}
}

/** Whether a number so far ahead, modulo the modulus, is later than the highest one rather than an old one. */
function isNew(ahead: number, silentSeconds: number): boolean {
	if (ahead === 0) return false;
	if (silentSeconds >= LOST_AFTER_SECONDS) return true;
	return ahead <= (silentSeconds >= LATE_WITHIN_SECONDS ? COUNTERS - 1 - LOST_AFTER_MESSAGES : (COUNTERS - 1) / 2);
}
