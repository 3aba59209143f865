import { sometimes } from "../diagnostics/situations";
import { FrameHeader, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { AddressedKind, AddressedMessage, AddressedQueue } from "./addressed-queue";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { giverCount } from "./givers";
import { inboxTopic } from "./topics";
import { Transmitter } from "./transmitter";

/** An addressed message that the cloud refused is sent again after this, until it is stale. */
const AGAIN_SECONDS = 1;
/** Questions and answers may take so many times a server's part: state that it gives must not silence it. */
const CONVERSATION_LEEWAY = 1.2;
/** How soon what waits for the budget is tried again. */
const WAIT_SECONDS = 0.25;

/** What this server sends to one other: questions, answers, and state. */
export class AddressedSender {
	/** These are there once there was something to send. */
	private sending: Appointment | undefined;
	private queue: AddressedQueue | undefined;

	constructor(
		private readonly context: Context,
		private readonly transmitter: Transmitter,
		/** The others have to be told first what was sent already. */
		private readonly reportSoon: () => void,
		private readonly agenda: Agenda,
	) {}

	/** Sends sections to one server, as soon as the budget allows. Not repeated if lost: whoever waits for it asks again. Returns whether there was room for it. */
	public sendTo(
		addressee: ShortId,
		kind: AddressedKind,
		sections: string[],
		baseStamp = this.context.nowStamp(),
		onSent?: () => void,
	): boolean {
		const { context } = this;
		const text = writeFrame(this.header(addressee, baseStamp), sections, context.checksumSeed);
		const queuedAtSeconds = context.now();
		const queue = (this.queue ??= new AddressedQueue());
		this.sending ??= this.agenda.add(() => this.send(queue));
		const isTaken = queue.put({ addressee, kind, text, queuedAtSeconds, onSent });
		if (isTaken) this.sending.by(queuedAtSeconds);
		else context.traffic.drop("overflow");
		return isTaken;
	}

	/** How many pages this server may send in a minute, about. */
	public pagesPerMinute(): number {
		const { budget, regime } = this.context;
		return budget.pagesPerMinute(regime.hub ? this.giveShare() : undefined);
	}

	/** The bytes that sections may take in an addressed message. */
	public roomBytes(): number {
		return MESSAGE_BYTES - frameHeaderBytes(this.header(this.context.selfId, 0));
	}

	private may(message: AddressedMessage, now: number): boolean {
		const { budget, regime } = this.context;
		if (!regime.hub) return budget.mayUnicast(now, message.addressee, 1, "control");
		const isUrgent = message.kind === "probe" || message.kind === "probeAck";
		// The hub knows what all use; the others have their parts.
		if (regime.role() === "hub") return budget.mayAddressAsHub(now, isUrgent);
		// Anybody answers requests for repair: if each might send more for that, all together would leave nothing for casts.
		if (message.kind === "page") return budget.mayGive(now, this.giveShare());
		return budget.mayAddress(now, isUrgent, message.kind === "repair" ? 1 : CONVERSATION_LEEWAY);
	}

	/** Those that give the state have equal parts of what the hub leaves them. */
	private giveShare(): number {
		const { membership, regime } = this.context;
		return (regime.hub?.giveShare ?? 0) / giverCount(membership.serverCount());
	}

	private header(addressee: ShortId, baseStamp: number): FrameHeader {
		const { selfId, incarnation } = this.context;
		return { addressee, sender: selfId, incarnation, counter: 0, baseStamp, unicasts: 0 };
	}

	private send(queue: AddressedQueue): void {
		const { context } = this;
		const sending = this.sending!;
		while (true) {
			const now = context.now();
			const message = queue.peek(now);
			if (!message) return;
			const { addressee, text } = message;
			if (!this.may(message, now)) {
				if (context.budget.wantsReport()) this.reportSoon();
				sending.at(now + WAIT_SECONDS);
				return;
			}
			queue.take(message);
			if (message.kind === "page" && context.regime.role() === "leaf") context.budget.noteGiven(now);
			message.onSent?.();
			this.transmitter.send(inboxTopic(addressee), addressee, text, (success) => {
				if (success || context.phase === "closed") return;
				sometimes("an addressed message refused");
				queue.putBack(message, context.now());
				sending.by(context.now() + AGAIN_SECONDS);
			});
		}
	}
}
