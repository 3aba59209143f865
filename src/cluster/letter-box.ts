import { sometimes } from "../diagnostics/situations";
import { LetterSection, ShortId } from "../wire/frame";
import { writeReceipt } from "../wire/section-writers";
import { PAYLOAD_BYTES_MOST } from "../wire/payload";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Sender } from "./sender";

/** Receipts wait so long for others to the same server. */
const GATHER_SECONDS = 0.05;
/** Parts were sent together: what is missing so long after the latest one is lost. */
const PARTS_SECONDS = 1.5;
/** A receipt is repeated with later ones for so long. */
const RESTATED_SECONDS = 6;
const MOST_RESTATED = 40;
/** Nobody repeats a letter for longer than this after a copy of it came; then it is forgotten. */
const REMEMBERED_SECONDS = 400;
const MOST_REMEMBERED = 5000;
const FORGET_SECONDS = 30;
/** Letters of which only some parts have come. */
const MOST_PARTIAL = 50;

interface Incoming {
	readonly from: ShortId;
	readonly id: number;
	/** Its texts, until it is whole. */
	parts: Map<number, string> | undefined;
	readonly partCount: number;
	arrived: number;
	bytes: number;
	/** Handed over, so that it is confirmed. Refused ones are neither. */
	isConfirmed: boolean;
	seenAtSeconds: number;
	/** When its sender is told how it stands; undefined if that has been done. */
	receiptAtSeconds: number | undefined;
	confirmedAtSeconds: number;
}

/**
 * What others send to this server alone. Each letter is handed over once: what has come is remembered for longer than its sender repeats it,
 * and copies that are older are not taken in the first place.
 */
export class LetterBox {
	private readonly byName = new Map<string, Incoming>();
	/** In the order in which they first came. */
	private incoming = new Array<Incoming>();
	private readonly telling: Appointment;
	private forgetAtSeconds = 0;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		/** Hands a payload over. Undefined: nobody listens; false: it was refused. */
		private readonly handOver: (channel: string, text: string, serverId: string) => boolean | undefined,
		private readonly isListening: (channel: string) => boolean,
		agenda: Agenda,
	) {
		this.telling = agenda.add(() => this.tell());
	}

	/** A part of a letter came in, in a message that is fresh. */
	public note(section: LetterSection, from: ShortId): void {
		const { context } = this;
		const now = context.now();
		const name = `${from}${section.id}`;
		let letter = this.byName.get(name);
		if (letter && letter.partCount !== section.parts) {
			context.traffic.drop("malformed");
			return;
		}
		if (!letter) {
			// Its sender goes on trying: there may be such a channel soon.
			if (!this.isListening(section.channel)) return;
			this.forget(now);
			if (this.incoming.size() >= MOST_REMEMBERED || this.partialCount() >= MOST_PARTIAL) {
				context.traffic.drop("overflow");
				return;
			}
			letter = {
				from,
				id: section.id,
				parts: new Map(),
				partCount: section.parts,
				arrived: 0,
				bytes: 0,
				isConfirmed: false,
				seenAtSeconds: now,
				receiptAtSeconds: undefined,
				confirmedAtSeconds: 0,
			};
			this.byName.set(name, letter);
			this.incoming.push(letter);
		}
		letter.seenAtSeconds = now;
		if (!letter.parts) {
			sometimes("a letter that came again");
			if (letter.isConfirmed) this.confirm(letter, now);
			return;
		}
		if (!letter.parts.has(section.part)) {
			letter.parts.set(section.part, section.text);
			letter.arrived += 1;
			letter.bytes += section.text.size();
		}
		assert(letter.arrived <= letter.partCount, "no part is beyond the last");
		if (letter.arrived < letter.partCount) {
			letter.receiptAtSeconds = now + PARTS_SECONDS;
			this.telling.by(letter.receiptAtSeconds);
			return;
		}
		this.take(letter, section.channel, now);
	}

	/** A letter is whole. */
	private take(letter: Incoming, channel: string, now: number): void {
		const { context } = this;
		const texts = new Array<string>();
		for (const index of $range(0, letter.partCount - 1)) texts.push(letter.parts!.get(index)!);
		letter.receiptAtSeconds = undefined;
		if (letter.bytes > PAYLOAD_BYTES_MOST) {
			letter.parts = undefined;
			context.traffic.drop("malformed");
			return;
		}
		const handed = this.handOver(channel, texts.join(""), context.serverIdOf(letter.from));
		// The channel has been destroyed since the first part came.
		if (handed === undefined) return;
		letter.parts = undefined;
		if (handed) this.confirm(letter, now);
	}

	private confirm(letter: Incoming, now: number): void {
		letter.isConfirmed = true;
		letter.confirmedAtSeconds = now;
		letter.receiptAtSeconds = now + GATHER_SECONDS;
		this.telling.by(letter.receiptAtSeconds);
	}

	/** Tells senders what has come of theirs, each in one message, with what it was told lately: that may have been lost. */
	private tell(): void {
		const { context, sender } = this;
		const now = context.now();
		const due = new Array<ShortId>();
		let nextSeconds = math.huge;
		for (const letter of this.incoming) {
			if (letter.receiptAtSeconds === undefined) continue;
			if (letter.receiptAtSeconds > now) nextSeconds = math.min(nextSeconds, letter.receiptAtSeconds);
			else if (!due.includes(letter.from)) due.push(letter.from);
		}
		for (const from of due) {
			const receipts = new Array<{ readonly id: number; readonly missing: number[] }>();
			const restated = new Array<{ readonly id: number; readonly missing: number[] }>();
			for (const letter of this.incoming) {
				if (letter.from !== from) continue;
				const isDue = letter.receiptAtSeconds !== undefined && letter.receiptAtSeconds <= now;
				if (isDue) {
					if (letter.parts) sometimes("a letter of which parts are missing");
					letter.receiptAtSeconds = undefined;
					receipts.push({ id: letter.id, missing: missingOf(letter) });
				} else if (letter.isConfirmed && now - letter.confirmedAtSeconds < RESTATED_SECONDS) {
					restated.push({ id: letter.id, missing: [] });
				}
			}
			for (const index of $range(math.max(0, restated.size() - MOST_RESTATED), restated.size() - 1)) {
				receipts.push(restated[index]!);
			}
			sender.addressed.sendTo(from, "receipt", [writeReceipt(receipts, sender.addressed.roomBytes()).text]);
		}
		if (nextSeconds < math.huge) this.telling.by(nextSeconds);
	}

	private forget(now: number): void {
		if (now < this.forgetAtSeconds) return;
		this.forgetAtSeconds = now + FORGET_SECONDS;
		this.incoming = this.incoming.filter((letter) => {
			const isRemembered = now - letter.seenAtSeconds < REMEMBERED_SECONDS;
			if (!isRemembered) this.byName.delete(`${letter.from}${letter.id}`);
			return isRemembered;
		});
	}

	private partialCount(): number {
		let count = 0;
		for (const { parts } of this.incoming) if (parts) count += 1;
		return count;
	}
}

function missingOf(letter: Incoming): number[] {
	const missing = new Array<number>();
	const { parts } = letter;
	if (!parts) return missing;
	for (const index of $range(0, letter.partCount - 1)) if (!parts.has(index)) missing.push(index);
	return missing;
}
