import { sometimes } from "../diagnostics/situations";
import { DIGITS, encodeNumber } from "../wire/base85";
import { COUNTER_LIMIT, POOL_NAME_BYTES_MOST } from "../wire/bounds";
import { ShortId, WireRecord } from "../wire/frame";
import { Reader } from "../wire/reader";
import { Assembly } from "./assembly";
import { PoolState, Register } from "./register";
import { MESSAGES_LIVE_SECONDS, Stream } from "./stream";

/** Messages travel as records of pools that no game can have: those whose names begin so. */
export const CHANNEL_MARK = string.char(1);
export const CHANNEL_NAME_BYTES_MOST = POOL_NAME_BYTES_MOST - CHANNEL_MARK.size();
/** What is kept of messages, for repairs and until they can be delivered; beyond it the oldest are given up. */
const MOST_HELD_BYTES = 4_000_000;
/** Own messages that wait to be sent; beyond it the oldest are given up. So many of one publisher wait for what is before them; beyond it the newest are given up. */
const MOST_WAITING = 1000;
/** A count that goes on by more than this was not the publisher's. */
const MOST_MISSED_AT_ONCE = 1_000_000;
/** After the publisher's count, where it has begun a new stream and says the message again. */
const AGAIN = DIGITS[1]!;

export function isChannelPool(poolName: string): boolean {
	return string.byte(poolName)[0] === 1;
}

/** A message's time to deliver it has come. */
export interface Delivery {
	readonly publisher: ShortId;
	readonly channel: string;
	readonly text: string;
}

/** What a message's key says. */
interface MessageName {
	/** The publisher's count of its messages, from 1. */
	readonly number: number;
	readonly timeToLiveSeconds: number;
	/** It was in an earlier stream of the publisher, and may have been delivered already. */
	readonly isAgain: boolean;
}

interface Held extends MessageName {
	readonly register: Register;
	readonly channel: string;
	readonly bytes: number;
	/** Set when it is first seen by {@link Messages.take}. */
	untilSeconds: number;
}

/** A message of which only some parts have come. */
interface PartialMessage {
	readonly stream: Stream;
	readonly reference: number;
	readonly assembly: Assembly;
	readonly timeToLiveSeconds: number;
	untilSeconds: number;
}

/** What one server has published, as far as it is here. */
interface Publisher {
	readonly shortId: ShortId;
	stream: Stream;
	/** The publisher's count of the latest message that was delivered or given up; undefined before the first one, if there may have been others. */
	last: number | undefined;
	/** The version of the latest one in the present stream. */
	lastVersion: number;
	/** What waits until everything before it is here, ascending by version. */
	waiting: Held[];
}

/** What became of messages; counts only grow. */
export class MessageCounters {
	/** Own messages that were not sent within their time to live, or for which there was no room. */
	public unsent = 0;
	/** Messages of others that did not arrive here within their time to live. */
	public missed = 0;
	public delivered = 0;
	/** Records of channels that are no messages. */
	public malformed = 0;
}

/**
 * The messages of channels: records that nothing replaces and nobody withdraws. They have their places in the streams, so they are batched, repaired and
 * relayed like others, but they are no state: they are in no pool, no digest and no snapshot, and every server forgets them after their time to live.
 * A message is delivered once everything that its publisher's stream has before it is here. Pure.
 *
 * Invariant: of one publisher, messages are delivered ascending by its count, each once; what its count skips is counted as missed.
 */
export class Messages {
	public readonly counters = new MessageCounters();
	private readonly channels = new Map<string, PoolState>();
	private readonly publishers = new Map<ShortId, Publisher>();
	/** Those of whose messages some wait. */
	private busy = new Array<Publisher>();
	/** Received since the last {@link take}. */
	private arrived = new Array<Held>();
	/** Others' messages, in order of arrival. */
	private others = new Array<Held>();
	private partial = new Array<PartialMessage>();
	/** Own messages, in order. */
	private own = new Array<Held>();
	private published = 0;
	private heldBytes = 0;

	// -- own messages ------------------------------------------------------------------------------------------------------------------------

	/** A new message of this server; the caller sends it. */
	public publish(
		stream: Stream,
		channel: string,
		text: string,
		timeToLiveSeconds: number,
		stamp: number,
		nowSeconds: number,
	): Register {
		assert(channel.size() <= CHANNEL_NAME_BYTES_MOST, "a channel's name fits");
		this.published += 1;
		const name = { number: this.published, timeToLiveSeconds, isAgain: false };
		const register = this.create(stream, channel, name, text, stamp);
		this.own.push({ ...name, register, channel, bytes: text.size(), untilSeconds: nowSeconds + timeToLiveSeconds });
		this.heldBytes += text.size();
		return register;
	}

	public publishedCount(): number {
		return this.published;
	}

	/** The own stream begins anew: what still lives is said again. Returns it, in order. */
	public restart(stream: Stream): Register[] {
		this.own = this.own.map((held) => {
			const isAgain = held.isAgain || held.register.version !== 0;
			const register = this.create(
				stream,
				held.channel,
				{ ...held, isAgain },
				held.register.value!,
				held.register.stamp,
			);
			this.drop(held.register);
			return { ...held, isAgain, register };
		});
		return this.own.map(({ register }) => register);
	}

	/** Forgets what has lived for long enough, but for own messages that are being sent. Returns the own ones: some may wait to be sent, or to be sent once more. */
	public expire(nowSeconds: number, isBeingSent: (register: Register) => boolean): Register[] {
		const expired = new Array<Register>();
		if (!this.own.isEmpty()) this.expireOwn(nowSeconds, isBeingSent, expired);
		if (!this.others.isEmpty())
			this.others = this.others.filter((held) => {
				const lives = nowSeconds < held.untilSeconds && this.heldBytes <= MOST_HELD_BYTES;
				if (!lives) this.forget(held);
				return lives;
			});
		if (!this.partial.isEmpty()) this.expireParts(nowSeconds);
		return expired;
	}

	/** Parts whose others do not come any more: nobody has them. */
	private expireParts(nowSeconds: number): void {
		this.partial = this.partial.filter((parts) => {
			const { stream, reference, assembly } = parts;
			if (parts.untilSeconds === math.huge) parts.untilSeconds = nowSeconds + parts.timeToLiveSeconds;
			if (stream.assemblies.get(reference) !== assembly) return false;
			if (nowSeconds < parts.untilSeconds && !this.isHopeless(parts)) return true;
			sometimes("a message of which only parts came");
			stream.forgetAssembly(reference);
			return false;
		});
	}

	/** Whether a part that is missing was passed over: parts are sent in order, and messages after each other. */
	private isHopeless({ stream, assembly }: PartialMessage): boolean {
		let [highest, last] = [0, 0];
		for (const [index, version] of assembly.versions) {
			highest = math.max(highest, version);
			last = math.max(last, index);
		}
		if (stream.watermark() < highest) return false;
		const publisher = this.publishers.get(stream.shortId);
		return last >= assembly.arrived || (publisher?.stream === stream && publisher.lastVersion > highest);
	}

	private expireOwn(nowSeconds: number, isBeingSent: (register: Register) => boolean, expired: Register[]): void {
		let surplus = -MOST_WAITING;
		for (const { register } of this.own) if (register.version === 0) surplus += 1;
		this.own = this.own.filter((held) => {
			const { register } = held;
			const isWaiting = register.version === 0;
			const lives = nowSeconds < held.untilSeconds && !(isWaiting && surplus > 0);
			// Who has got some parts waits for the others.
			if (lives || isBeingSent(register)) return true;
			if (isWaiting) {
				sometimes("a message that was not sent in time");
				surplus -= 1;
				this.counters.unsent += 1;
			}
			expired.push(register);
			this.forget(held);
			return false;
		});
	}

	// -- what arrives ------------------------------------------------------------------------------------------------------------------------

	/** A record of a channel came in whole. Returns its register, or undefined if it is not to be kept. */
	public receive(stream: Stream, record: WireRecord, text: string | undefined): Register | undefined {
		const known = stream.references.get(record.reference);
		if (known && isSame(known, record)) return undefined;
		const name = readName(record.key!);
		if (!name || text === undefined) {
			sometimes("a record of a channel that is no message");
			this.counters.malformed += 1;
			return undefined;
		}
		const channel = string.sub(record.pool!, CHANNEL_MARK.size() + 1);
		const register = this.create(stream, channel, name, text, record.stamp);
		register.noteKnownElsewhere();
		this.arrived.push({ ...name, register, channel, bytes: text.size(), untilSeconds: math.huge });
		this.heldBytes += text.size();
		return register;
	}

	/** The first part of a message came in. */
	public noteParts(stream: Stream, record: WireRecord, assembly: Assembly): void {
		const timeToLiveSeconds = readName(record.key!)?.timeToLiveSeconds ?? MESSAGES_LIVE_SECONDS;
		this.partial.push({
			stream,
			reference: record.reference,
			assembly,
			timeToLiveSeconds,
			untilSeconds: math.huge,
		});
	}

	/** What is to be delivered now, in order. */
	public take(nowSeconds: number): Delivery[] {
		const deliveries = new Array<Delivery>();
		const { arrived } = this;
		if (!arrived.isEmpty()) this.arrived = [];
		for (const held of arrived) this.hold(held, nowSeconds);
		if (this.busy.isEmpty()) return deliveries;
		for (const publisher of this.busy) this.deliver(publisher, nowSeconds, deliveries);
		this.busy = this.busy.filter(({ waiting }) => !waiting.isEmpty());
		return deliveries;
	}

	/** Forgets what servers published that are not known any more. */
	public forgetPublishers(isKnown: (shortId: ShortId) => boolean): void {
		for (const [shortId, { waiting }] of this.publishers) {
			if (waiting.isEmpty() && !isKnown(shortId)) this.publishers.delete(shortId);
		}
	}

	/** How many of its own this server keeps, sent or not. */
	public ownCount(): number {
		return this.own.size();
	}

	/** Whether anything is kept. */
	public isHolding(): boolean {
		return !(this.own.isEmpty() && this.others.isEmpty() && this.arrived.isEmpty() && this.partial.isEmpty());
	}

	/** Bytes of all messages that are kept. */
	public bytes(): number {
		return this.heldBytes;
	}

	/** How many messages wait until everything before them is here. */
	public waitingCount(): number {
		let count = this.arrived.size();
		for (const { waiting } of this.busy) count += waiting.size();
		return count;
	}

	private hold(held: Held, nowSeconds: number): void {
		held.untilSeconds = nowSeconds + held.timeToLiveSeconds;
		this.others.push(held);
		const publisher = this.publisherOf(held.register.stream);
		if (!publisher) return;
		const { version } = held.register;
		// A stream that is compared is received once more, and what was delivered of it may be forgotten here.
		if (version <= publisher.lastVersion) return;
		const { waiting } = publisher;
		if (waiting.size() >= MOST_WAITING) return;
		if (waiting.isEmpty()) this.busy.push(publisher);
		let index = waiting.size();
		while (index > 0 && waiting[index - 1]!.register.version > version) index -= 1;
		waiting.insert(index, held);
	}

	/** Undefined for a stream that was replaced by another. */
	private publisherOf(stream: Stream): Publisher | undefined {
		const { shortId } = stream;
		const known = this.publishers.get(shortId);
		if (!known) {
			const last = (stream.hasUnknownPast ?? stream.incarnation > 0) ? undefined : 0;
			const publisher = { shortId, stream, last, lastVersion: 0, waiting: [] };
			this.publishers.set(shortId, publisher);
			return publisher;
		}
		if (known.stream === stream) return known;
		if (stream.incarnation < known.stream.incarnation) return undefined;
		// What waits for the end of the former stream comes again in this one.
		if (!known.waiting.isEmpty()) {
			sometimes("messages that wait when their publisher begins a new stream");
			known.waiting = [];
			this.busy = this.busy.filter((other) => other !== known);
		}
		// A server that was forgotten, and is known again, goes on in the stream it had.
		if (stream.incarnation > known.stream.incarnation) known.lastVersion = 0;
		known.stream = stream;
		return known;
	}

	private deliver(publisher: Publisher, nowSeconds: number, deliveries: Delivery[]): void {
		const { waiting, stream } = publisher;
		// The publisher has said that its stream ends before: these were never its own.
		while (!waiting.isEmpty() && waiting[waiting.size() - 1]!.register.version > stream.highest) waiting.pop();
		const watermark = stream.watermark();
		while (!waiting.isEmpty() && waiting[0]!.register.version <= watermark) {
			const held = waiting.remove(0)!;
			const { version } = held.register;
			assert(version > publisher.lastVersion, "a stream's messages are delivered in order");
			publisher.lastVersion = version;
			this.settle(publisher, held, nowSeconds, deliveries);
		}
	}

	private settle(publisher: Publisher, held: Held, nowSeconds: number, deliveries: Delivery[]): void {
		const { last } = publisher;
		const { number } = held;
		if (held.isAgain && last !== undefined && number <= last) {
			sometimes("a message said again that was delivered already");
			return;
		}
		if (last !== undefined && number > last + 1) {
			sometimes("messages that did not arrive in time");
			this.counters.missed += math.min(number - last - 1, MOST_MISSED_AT_ONCE);
		}
		publisher.last = number;
		const text = held.register.value;
		if (text === undefined || nowSeconds >= held.untilSeconds) {
			sometimes("a message that waited for too long for the ones before");
			this.counters.missed += 1;
			return;
		}
		this.counters.delivered += 1;
		deliveries.push({ publisher: publisher.shortId, channel: held.channel, text });
	}

	// -- registers ---------------------------------------------------------------------------------------------------------------------------

	private create(stream: Stream, channel: string, name: MessageName, text: string, stamp: number): Register {
		let pool = this.channels.get(channel);
		if (!pool) {
			pool = new PoolState(CHANNEL_MARK + channel, true);
			this.channels.set(channel, pool);
		}
		pool.registerCount += 1;
		return new Register(pool, keyOf(name), 0, stream, stamp, text);
	}

	private forget(held: Held): void {
		this.heldBytes -= held.bytes;
		assert(this.heldBytes >= 0, "what is kept of messages is counted");
		this.drop(held.register);
	}

	private drop(register: Register): void {
		assert(!register.dropped, "a message is dropped once");
		register.dropped = true;
		register.value = undefined;
		const { pool, reference, stream } = register;
		if (reference !== 0 && stream.references.get(reference) === register) stream.references.delete(reference);
		pool.registerCount -= 1;
		assert(pool.registerCount >= 0, "messages of a channel are counted");
		const channel = string.sub(pool.name, CHANNEL_MARK.size() + 1);
		if (pool.registerCount === 0 && this.channels.get(channel) === pool) this.channels.delete(channel);
	}
}

/** Whether a record says a message that is here: a stream that is compared is received once more. */
export function isSame(known: Register, record: WireRecord): boolean {
	return known.pool.isChannel && known.key === record.key && known.pool.name === record.pool;
}

function keyOf({ number, timeToLiveSeconds, isAgain }: MessageName): string {
	return encodeNumber(number) + encodeNumber(timeToLiveSeconds) + (isAgain ? AGAIN : "");
}

/** Undefined if a key is none of a message. */
function readName(key: string): MessageName | undefined {
	const reader = new Reader(key);
	const number = reader.numberUpTo(COUNTER_LIMIT - 1);
	const timeToLiveSeconds = reader.numberUpTo(MESSAGES_LIVE_SECONDS);
	const isAgain = reader.remaining() > 0 && reader.flag();
	const isName = reader.done() && number > 0 && timeToLiveSeconds > 0;
	return isName ? { number, timeToLiveSeconds, isAgain } : undefined;
}
