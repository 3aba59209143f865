// Hot: once per message sent or heard.
import { beginWith } from "../diagnostics/begin-with";

/** Limits are per minute, and the documentation does not say of which: any minute has to be within them. */
const MINUTE_SECONDS = 60;
/**
 * Deliveries take from about nothing to about two seconds. Messages that were sent this much more than a minute apart
 * can be delivered within one minute, and deliveries are what is limited.
 */
const DELIVERY_SPREAD_SECONDS = 2;
/** Nothing is forgotten before it is this old. It is forgotten at most one second later. */
export const WINDOW_SECONDS = MINUTE_SECONDS + DELIVERY_SPREAD_SECONDS;

/**
 * By then every server that hears a broadcast has heard it: about two seconds of delivery, and the cloud's own time to
 * take it.
 */
export const HEARING_SECONDS = 2.5;

/**
 * One sequence of broadcasts is spread over so many topics, because one topic may receive only two fifths of what the
 * game may.
 */
export const BROADCAST_TOPICS = 3;
/** Stands for a topic's index where what counts is no broadcast. */
export const NO_TOPIC = -1;

/** Shared by whoever has not broadcast. */
export const NOTHING_ON_TOPICS = table.freeze(new Array<number>(BROADCAST_TOPICS, 0)) as number[];

/** What one server caused lately: deliveries, or whatever else is counted. */
export class Account {
	public total!: number;
	/** The part of `total` that went to the broadcast topics. */
	public broadcasts!: number;
	public onTopic = NOTHING_ON_TOPICS;

	constructor(public readonly name: string) {}

	/** @internal */
	public change(topic: number, amount: number): void {
		this.total += amount;
		if (topic === NO_TOPIC) return;
		this.broadcasts += amount;
		if (this.onTopic === NOTHING_ON_TOPICS) this.onTopic = new Array(BROADCAST_TOPICS, 0);
		this.onTopic[topic] = this.onTopic[topic]! + amount;
	}
}

beginWith(Account, { total: 0, broadcasts: 0 });

/** What was counted within one second, as parallel arrays. */
interface Bucket<A extends Account> {
	readonly accounts: A[];
	readonly topics: number[];
	readonly amounts: number[];
}

const BUCKETS = WINDOW_SECONDS + 1;
const NOTHING: ReadonlyArray<never> = [];

/**
 * Keeps accounts at what was added in the last {@link WINDOW_SECONDS}, in buckets of a second: one for each of them and
 * the running one.
 */
export class UseWindow<A extends Account> {
	/** By second, modulo {@link BUCKETS}. Most seconds have none: whoever is idle keeps next to nothing. */
	private readonly buckets = new Map<number, Bucket<A>>();
	private runningSecond = -math.huge;

	/** The window has to have been advanced to the present. */
	public add(account: A, topic: number, amount: number): void {
		account.change(topic, amount);
		const index = this.runningSecond % BUCKETS;
		let bucket = this.buckets.get(index);
		if (!bucket) {
			bucket = { accounts: [], topics: [], amounts: [] };
			this.buckets.set(index, bucket);
		}
		const { accounts, topics, amounts } = bucket;
		const last = accounts.size() - 1;
		if (last >= 0 && accounts[last] === account && topics[last] === topic) {
			amounts[last] = amounts[last]! + amount;
			return;
		}
		accounts.push(account);
		topics.push(topic);
		amounts.push(amount);
	}

	/** Forgets what is too old, and returns the accounts from which something was taken, possibly several times. */
	public advance(nowSeconds: number): ReadonlyArray<A> {
		const second = math.floor(nowSeconds);
		if (second <= this.runningSecond) return NOTHING;
		const touched = new Array<A>();
		// The running bucket is the one after the last; coming around, the next one is the oldest and expires.
		const steps = math.min(BUCKETS, second - this.runningSecond);
		for (const reached of $range(second - steps + 1, second)) {
			const bucket = this.buckets.get(reached % BUCKETS);
			if (!bucket) continue;
			for (const index of $range(0, bucket.accounts.size() - 1)) {
				const account: A = bucket.accounts[index]!;
				account.change(bucket.topics[index]!, -bucket.amounts[index]!);
				assert(account.total >= 0, "nothing is forgotten that was not counted");
				touched.push(account);
			}
			this.buckets.delete(reached % BUCKETS);
		}
		this.runningSecond = second;
		return touched;
	}

	/** When something is forgotten next; undefined when nothing is counted. */
	public nextExpiryAt(): number | undefined {
		for (const second of $range(this.runningSecond - WINDOW_SECONDS, this.runningSecond)) {
			if (this.buckets.has(second % BUCKETS)) return second + BUCKETS;
		}
		return undefined;
	}
}
