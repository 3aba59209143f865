import { sometimes } from "../diagnostics/situations";
import { ShortId } from "../wire/frame";

/** Two servers' conversation: what each addressed message is. */
export type AddressedKind = "probe" | "probeAck" | "join" | "turn" | "nack" | "repair" | "page";

export interface AddressedMessage {
	readonly addressee: ShortId;
	readonly kind: AddressedKind;
	readonly text: string;
	readonly queuedAtSeconds: number;
	/** Told when it goes out, each time it does. */
	readonly onSent?: (() => void) | undefined;
}

/** Who waits for an answer has asked again by then, so an older message is of no use. */
const STALE_SECONDS = 6;
/** Pages and repairs that wait; beyond it new ones are given up, and asked for again. */
const MOST_WAITING = 400;

/** Whether a message is part of keeping servers together, rather than of giving them state. */
function isConversation(kind: AddressedKind): boolean {
	return kind !== "repair" && kind !== "page";
}

/**
 * Addressed messages that wait for the budget. Questions and answers go before state, and a newer one to the same server takes the older one's place:
 * they are repeated while nobody answers, and must not pile up.
 */
export class AddressedQueue {
	private conversation = new Array<AddressedMessage>();
	private state = new Array<AddressedMessage>();
	/** How many of `state` have been taken. */
	private taken = 0;

	/** Returns whether there was room. */
	public put(message: AddressedMessage): boolean {
		if (!isConversation(message.kind)) {
			if (this.state.size() - this.taken >= MOST_WAITING) return false;
			this.state.push(message);
			return true;
		}
		const index = this.indexOf(message);
		if (index >= 0) this.conversation[index] = message;
		else this.conversation.push(message);
		return true;
	}

	/** Puts back what the cloud refused, unless it is stale or has been said anew meanwhile. */
	public putBack(message: AddressedMessage, nowSeconds: number): void {
		if (nowSeconds - message.queuedAtSeconds > STALE_SECONDS) return;
		if (!isConversation(message.kind)) this.put(message);
		else if (this.indexOf(message) < 0) this.conversation.push(message);
	}

	/** The message whose turn it is, after forgetting what has waited for too long. */
	public peek(nowSeconds: number): AddressedMessage | undefined {
		const oldest = nowSeconds - STALE_SECONDS;
		while (true) {
			const first = this.conversation[0];
			if (!first) break;
			if (first.queuedAtSeconds >= oldest) return first;
			sometimes("an addressed message gone stale");
			this.conversation.remove(0);
		}
		while (this.taken < this.state.size()) {
			const first = this.state[this.taken]!;
			if (first.kind === "page" || first.queuedAtSeconds >= oldest) return first;
			this.taken += 1;
		}
		this.state.clear();
		this.taken = 0;
		return undefined;
	}

	/** Takes what {@link peek} gave. */
	public take(message: AddressedMessage): void {
		if (isConversation(message.kind)) this.conversation.remove(0);
		else this.taken += 1;
	}

	/** Where what this one takes the place of waits; -1 if nothing does. */
	private indexOf({ addressee, kind }: AddressedMessage): number {
		return this.conversation.findIndex((waiting) => waiting.addressee === addressee && waiting.kind === kind);
	}
}
