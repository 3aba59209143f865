import { sometimes } from "../diagnostics/situations";
import { FrameHeader, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { AddressedKind, AddressedQueue } from "./addressed-queue";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
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

	/** Sends sections to one server, as soon as the budget allows. Not repeated if lost: whoever waits for it asks again. */
	public sendTo(
		addressee: ShortId,
		kind: AddressedKind,
		sections: string[],
		baseStamp = this.context.nowStamp(),
		onSent?: () => void,
	): void {
		const { context } = this;
		const text = writeFrame(this.header(addressee, baseStamp), sections, context.checksumSeed);
		const queuedAtSeconds = context.now();
		const queue = (this.queue ??= new AddressedQueue());
		this.sending ??= this.agenda.add(() => this.send(queue));
		if (queue.put({ addressee, kind, text, queuedAtSeconds, onSent })) this.sending.by(queuedAtSeconds);
		else context.traffic.drop("overflow");
	}

	/** A server asks anew for the state: what waits for it is not sent twice. */
	public forgetPages(addressee: ShortId): void {
		this.queue?.forgetPages(addressee);
	}

	/** The bytes that sections may take in an addressed message. */
	public roomBytes(): number {
		return MESSAGE_BYTES - frameHeaderBytes(this.header(this.context.selfId, 0));
	}

	/** The hub knows what all use; the others have their parts. */
	private mayAddress(now: number, givesState: boolean, isUrgent: boolean): boolean {
		const { budget, regime } = this.context;
		if (regime.role() === "hub") return budget.mayAddressAsHub(now, isUrgent);
		// Whoever has given the state has still something to ask.
		return budget.mayAddress(now, this.giveShare(), isUrgent, givesState ? 1 : CONVERSATION_LEEWAY);
	}

	/** Two at a time may give the state; where more do, the hub leaves them less. */
	private giveShare(): number {
		return (this.context.regime.hub?.giveShare ?? 0) / 2;
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
			// Anybody answers requests for repair: if each might send more for that, all together would leave nothing for casts.
			const givesState = message.kind === "page";
			const may = context.regime.hub
				? this.mayAddress(now, givesState, message.kind === "probe" || message.kind === "probeAck")
				: context.budget.mayUnicast(now, addressee, 1, "control");
			if (!may) {
				if (context.budget.wantsReport()) this.reportSoon();
				sending.at(now + WAIT_SECONDS);
				return;
			}
			queue.take(message);
			message.onSent?.();
			const done = (success: boolean): void => {
				if (success || context.phase === "closed") return;
				sometimes("an addressed message refused");
				queue.putBack(message, context.now());
				sending.by(context.now() + AGAIN_SECONDS);
			};
			this.transmitter.send(inboxTopic(addressee), addressee, text, done, givesState);
		}
	}
}
