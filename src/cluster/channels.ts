import { Register } from "../replication/register";
import { ReceiptSection, ShortId } from "../wire/frame";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { LetterBox } from "./letter-box";
import { Letters } from "./letters";
import { Sender } from "./sender";

/** How often it is looked for messages that have lived for long enough. */
const EXPIRY_SECONDS = 1;
/** How often it is looked for servers that are not known any more. */
const FORGET_SECONDS = 60;

/**
 * What became of a payload that was sent to one server.
 * @inline
 */
export type Sent = "acknowledged" | "gone" | "timeout";

/** What a server says to itself, or to all and so to itself as well. */
interface ToSelf {
	readonly channel: string;
	readonly text: string;
	readonly settle: ((sent: Sent) => void) | undefined;
}

/** What a channel hears. */
export interface ChannelListener {
	/** A payload has come. Returns what hands it to the game; undefined if it is refused. */
	receive(text: string, sender: string): (() => void) | undefined;
}

/** What became of payloads; counts only grow. */
export class ChannelCounters {
	/** Payloads that could not be read, or did not pass their channel's check. */
	public refused = 0;
	public sends = 0;
	public acknowledged = 0;
	public gone = 0;
	public timedOut = 0;
}

/** What a channel needs of the cluster. */
export interface ChannelHost {
	readonly context: Context;
	readonly counters: ChannelCounters;
	hasLeft(): boolean;
	publish(channel: string, text: string, timeToLiveSeconds: number): void;
	send(serverId: string, channel: string, text: string, timeToLiveSeconds: number): Promise<Sent>;
	close(channel: string, listener: ChannelListener): void;
}

/** The channels of one server: what is published goes into the own stream, what has come goes to those that listen. */
export class Channels implements ChannelHost {
	public readonly counters = new ChannelCounters();
	public readonly letterBox: LetterBox;
	private readonly letters: Letters;
	private readonly listeners = new Map<string, ChannelListener>();
	private readonly expiring: Appointment;
	private forgetAtSeconds = 0;
	/** What this server says to itself. */
	private toSelf = new Array<ToSelf>();
	private readonly deliverToSelf = () => this.handOver();

	constructor(
		public readonly context: Context,
		private readonly sender: Sender,
		/** Runs what hands something to the game, after what waits for that already. */
		private readonly fire: (hand: () => void) => void,
		public readonly hasLeft: () => boolean,
		agenda: Agenda,
	) {
		this.expiring = agenda.add(() => this.expire());
		this.letters = new Letters(context, sender, this.counters, agenda);
		this.letterBox = new LetterBox(
			context,
			sender,
			(channel, text, from) => this.receive(channel, text, from),
			(channel) => this.listeners.has(channel),
			agenda,
		);
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	public open(channel: string, listener: ChannelListener): void {
		this.listeners.set(channel, listener);
	}

	public find(channel: string): ChannelListener | undefined {
		return this.listeners.get(channel);
	}

	public close(channel: string, listener: ChannelListener): void {
		// A new channel of this name may have been made already.
		if (this.listeners.get(channel) === listener) this.listeners.delete(channel);
	}

	public publish(channel: string, text: string, timeToLiveSeconds: number): void {
		const { context } = this;
		const { replica } = context;
		this.deliverLater({ channel, text, settle: undefined });
		// Who has left has nobody to tell.
		if (context.phase === "closed") return;
		const register = replica
			.withMessages()
			.publish(replica.own, channel, text, timeToLiveSeconds, context.nowStamp(), context.now());
		this.sender.enqueue(register, 0);
		this.expiring.by(context.now() + EXPIRY_SECONDS);
	}

	public send(serverId: string, channel: string, text: string, timeToLiveSeconds: number): Promise<Sent> {
		const { context, counters } = this;
		if (serverId !== context.identity.serverId)
			return this.letters.send(serverId, channel, text, timeToLiveSeconds);
		counters.sends += 1;
		return new Promise((resolve) => this.deliverLater({ channel, text, settle: resolve }));
	}

	// -- for the cluster ---------------------------------------------------------------------------------------------------------------------

	/** Other servers have letters of this one. */
	public noteReceipts(section: ReceiptSection, from: ShortId): void {
		this.letters.noteReceipts(section, from);
	}

	/** A server is gone. */
	public noteDeparted(): void {
		this.letters.noteChange();
	}

	/** Nothing will be sent any more. */
	public stop(): void {
		this.letters.stop();
	}

	/** Hands over what has come in order. */
	public deliver(): void {
		const { context } = this;
		const { messages } = context.replica;
		if (!messages) return;
		for (const { publisher, channel, text } of messages.take(context.now())) {
			this.receive(channel, text, context.serverIdOf(publisher));
		}
		if (messages.isHolding()) this.expiring.by(context.now() + EXPIRY_SECONDS);
	}

	/** The own stream begins anew: what still lives is said again before anything else is. */
	public restart(): void {
		const { replica } = this.context;
		const registers = replica.messages?.restart(replica.own) ?? [];
		for (const register of registers) this.sender.enqueue(register, 0);
	}

	/** A payload has come. Returns whether it was handed over; undefined if nobody listens. */
	private receive(channel: string, text: string, serverId: string): boolean | undefined {
		const listener = this.listeners.get(channel);
		if (!listener) return undefined;
		const hand = listener.receive(text, serverId);
		if (!hand) return false;
		// Its game may have destroyed it by then.
		this.fire(() => {
			if (this.listeners.get(channel) === listener) hand();
		});
		return true;
	}

	private deliverLater(delivery: ToSelf): void {
		this.toSelf.push(delivery);
		if (this.toSelf.size() === 1) this.context.platform.schedule(0, this.deliverToSelf);
	}

	private handOver(): void {
		const { toSelf, context } = this;
		this.toSelf = [];
		for (const { channel, text, settle } of toSelf) {
			const isHandedOver = this.receive(channel, text, context.identity.serverId) === true;
			if (!settle) continue;
			this.counters[isHandedOver ? "acknowledged" : "timedOut"] += 1;
			this.fire(() => settle(isHandedOver ? "acknowledged" : "timeout"));
		}
		context.events.changed();
	}

	private expire(): void {
		const { context, sender } = this;
		const now = context.now();
		const messages = context.replica.withMessages();
		const isBeingSent = (register: Register) => sender.isBeingSent(register);
		for (const register of messages.expire(now, isBeingSent)) sender.dequeue(register);
		if (now >= this.forgetAtSeconds) {
			this.forgetAtSeconds = now + FORGET_SECONDS;
			const { membership } = context;
			const isKnown = (shortId: string) =>
				(membership.get(shortId) ?? membership.departed(shortId)) !== undefined;
			messages.forgetPublishers(isKnown);
		}
		// What waited for something that does not come.
		sender.casts?.castSoon();
		context.events.changed();
		if (messages.isHolding()) this.expiring.by(now + EXPIRY_SECONDS);
	}
}
