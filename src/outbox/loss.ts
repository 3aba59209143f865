// Hot: once per broadcast heard.
import { beginWith } from "../diagnostics/begin-with";

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
/** How many of the latest messages the estimate is about, roughly, and how many it takes to make one. With so many, 20 % are told as 20 ± 2.5. */
const MEMORY_MESSAGES = 160;
const LEAST_MESSAGES = 50;

/** The lost part of what was expected lately; older messages weigh less. */
class LossTally {
	private messages!: number;
	private expected!: number;
	private lost!: number;

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

beginWith(LossTally, { messages: 0, expected: 0, lost: 0 });

class Sender {
	/** The highest number heard, counted on beyond the modulus. */
	public highest: number;
	public highestAtSeconds: number;
	/** The latest stamp it was sent with: what was sent before is no new one, however old. */
	public latestStamp = 0;
	/** The last numbers up to the highest are not settled: since when each is expected, and whether it has arrived. */
	public readonly expectedSince = new Array<number>();
	public readonly arrived = new Array<boolean>();
	public readonly tally = new LossTally();

	/** The first one heard is not counted: had it been lost, it would not be the first. */
	constructor(counter: number, nowSeconds: number) {
		this.highest = counter;
		this.highestAtSeconds = nowSeconds;
	}

	/** The next number exists. */
	public expect(nowSeconds: number, arrived: boolean): void {
		this.highest += 1;
		this.expectedSince.push(nowSeconds);
		this.arrived.push(arrived);
	}

	/** A number up to the highest has arrived. Nothing happens if it was settled before. */
	public noteLate(sequence: number): void {
		const index = this.arrived.size() - 1 - (this.highest - sequence);
		if (index >= 0) this.arrived[index] = true;
	}

	/** Settles the first of those that are not: whether it has arrived. */
	public settleFirst(): boolean {
		this.expectedSince.remove(0);
		return this.arrived.remove(0)!;
	}
}

/** Estimates which part of the others' broadcasts is lost on the way here, from the numbers they carry. */
export class LossEstimator {
	private readonly senders = new Map<string, Sender>();
	private readonly overall = new LossTally();

	/** A broadcast of a member arrived. Copies and stragglers are fine; `sentAtStamp`, of the sender's clock, tells old ones from new ones after a long gap. */
	public heard(shortId: string, counter: number, nowSeconds: number, sentAtStamp = 0): void {
		assert(counter >= 0 && counter < COUNTERS, "a counter is one digit");
		const sender = this.senders.get(shortId);
		if (!sender) {
			const first = new Sender(counter, nowSeconds);
			first.latestStamp = sentAtStamp;
			this.senders.set(shortId, first);
			return;
		}
		const ahead = (counter - sender.highest) % COUNTERS;
		const former = sender.latestStamp;
		sender.latestStamp = math.max(former, sentAtStamp);
		if (sentAtStamp >= former && isNew(ahead, nowSeconds - sender.highestAtSeconds)) {
			for (const step of $range(1, ahead)) sender.expect(nowSeconds, step === ahead);
			sender.highestAtSeconds = nowSeconds;
		} else sender.noteLate(ahead === 0 ? sender.highest : sender.highest - COUNTERS + ahead);
		this.settle(sender, nowSeconds);
	}

	/** A server is no longer listened to; if it comes back, it starts anew. */
	public forget(shortId: string): void {
		this.senders.delete(shortId);
	}

	/** Nothing at all was heard for some time, of anybody: what was sent meanwhile is not counted. */
	public restart(): void {
		this.senders.clear();
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
		const { expectedSince } = sender;
		while (!expectedSince.isEmpty()) {
			const isRecent = expectedSince.size() <= SETTLED_AFTER_MESSAGES;
			if (isRecent && nowSeconds - expectedSince[0]! < SETTLED_AFTER_SECONDS) break;
			const arrived = sender.settleFirst();
			sender.tally.note(!arrived);
			this.overall.note(!arrived);
		}
		assert(expectedSince.size() <= SETTLED_AFTER_MESSAGES, "what is expected is soon settled");
	}
}

/** Whether a number so far ahead, modulo the modulus, is later than the highest one rather than an old one. */
function isNew(ahead: number, silentSeconds: number): boolean {
	if (ahead === 0) return false;
	if (silentSeconds >= SETTLED_AFTER_SECONDS) return true;
	return ahead <= (silentSeconds >= LATE_WITHIN_SECONDS ? COUNTERS - 1 - SETTLED_AFTER_MESSAGES : (COUNTERS - 1) / 2);
}
