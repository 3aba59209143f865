import { milliseconds } from "./rounding";
import { DiagramMessage } from "./run-record";

interface Kept extends DiagramMessage {
	readonly id: number;
}

/** How long messages are kept in case a window is chosen that reaches back. */
const LOOK_BACK_SECONDS = 30;
/** Before the window: messages that arrive in it. */
const MARGIN_SECONDS = 3;
const KEPT_MOST = 4000;
const SHOWN_MOST = 160;
const ARROWS_MOST = 1600;

export interface Window {
	readonly fromSeconds: number;
	readonly toSeconds: number;
	readonly text: string;
}

/** Keeps the messages of the last seconds, and those of the window that was chosen. */
export class DiagramRecorder {
	public window: Window | undefined;
	private kept = new Array<Kept>();
	private readonly byId = new Map<number, Kept>();

	/** Chooses what to show; may reach back by {@link LOOK_BACK_SECONDS}. A suggestion gives way to a choice, and to an earlier suggestion. */
	public choose(window: Window, isSuggestion: boolean): void {
		if (isSuggestion && this.window) return;
		this.window = window;
	}

	public published(id: number, sender: number, kind: string, bytes: number, now: number): void {
		if (this.kept.size() >= KEPT_MOST) return;
		const message: Kept = {
			id,
			atSeconds: milliseconds(now),
			sender,
			kind,
			bytes,
			arrivals: [],
			losses: [],
			reasons: [],
		};
		this.kept.push(message);
		this.byId.set(id, message);
	}

	public delivered(id: number, receiver: number, now: number): void {
		const message = this.byId.get(id);
		// A server's own copy of what it sends is of no interest.
		if (message && message.sender !== receiver) message.arrivals.push(receiver, milliseconds(now));
	}

	public lost(id: number, receiver: number, reason: string): void {
		const message = this.byId.get(id);
		if (!message || message.sender === receiver) return;
		message.losses.push(receiver);
		message.reasons.push(reason);
	}

	public forget(now: number): void {
		const first = this.kept[0];
		if (!first || first.atSeconds >= now - LOOK_BACK_SECONDS) return;
		this.kept = this.kept.filter((message) => {
			const keeps = message.atSeconds >= now - LOOK_BACK_SECONDS || this.isShown(message);
			if (!keeps) this.byId.delete(message.id);
			return keeps;
		});
	}

	/** The messages of the window: where they are too many, first without beats that everybody got, then without the last ones. */
	public messages(): { readonly messages: DiagramMessage[]; readonly leftOut: number } {
		const all = this.kept.filter((message) => this.isShown(message));
		const fits = all.size() <= SHOWN_MOST;
		const messages = new Array<DiagramMessage>();
		let arrows = 0;
		for (const { atSeconds, sender, kind, bytes, arrivals, losses, reasons } of all) {
			if (!fits && kind === "beat" && losses.isEmpty()) continue;
			if (messages.size() >= SHOWN_MOST || arrows >= ARROWS_MOST) break;
			arrows += arrivals.size() / 2 + losses.size();
			messages.push({ atSeconds, sender, kind, bytes, arrivals, losses, reasons });
		}
		return { messages, leftOut: all.size() - messages.size() };
	}

	private isShown(message: Kept): boolean {
		const { window } = this;
		if (!window || message.atSeconds > window.toSeconds) return false;
		if (message.atSeconds >= window.fromSeconds) return true;
		const last = message.arrivals[message.arrivals.size() - 1];
		if (message.atSeconds < window.fromSeconds - MARGIN_SECONDS) return false;
		return last === undefined || last >= window.fromSeconds;
	}
}
