import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { cutParts } from "../wire/fragment";
import { ReceiptSection, ShortId } from "../wire/frame";
import { writeLetter } from "../wire/section-writers";
import { shortIdOf } from "../wire/short-id";
import { jsonBytes, toWire } from "../wire/text";
import { Agenda, Appointment } from "./agenda";
import { ChannelCounters, Sent } from "./channels";
import { Context } from "./context";
import { Sender } from "./sender";

/** A letter and its receipt take two deliveries; it is sent again after that, ever more slowly. */
const REPEAT_SECONDS = 3.5;
const MOST_REPEAT_SECONDS = 15;
/** What waits for the budget is forgotten after less than this. */
const FORGOTTEN_SECONDS = 7;
/** A server that nobody has told of for so long is not there. */
const MEET_SECONDS = 12;
/** So many are on their way at a time; the others wait for their turn. */
const MOST_ACTIVE = 30;
/** So many may wait; more are not taken. */
const MOST_WAITING = 1000;
/** What a letter's section needs besides channel and text. */
const LETTER_BYTES = 24;

interface Letter {
	readonly id: number;
	readonly addressee: ShortId;
	readonly channel: string;
	/** Which of its parts have not been confirmed, from 0. */
	missing: number[];
	readonly parts: string[];
	readonly untilSeconds: number;
	/** Whoever has not been met by then is not there. */
	readonly knownBySeconds: number;
	/** When it is looked at next. */
	dueSeconds: number;
	attempts: number;
	/** Parts of the latest attempt that still wait for the budget. */
	unsent: number;
	settled: boolean;
	readonly settle: (sent: Sent) => void;
}

const NO_LETTERS: Letter[] = table.freeze(new Array<Letter>()) as Letter[];

/** What games of this server send to one other: repeated until that one confirms it, is gone, or it has taken too long. */
export class Letters {
	private letters!: Letter[];
	private count!: number;
	private readonly stepping: Appointment;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		private readonly counters: ChannelCounters,
		agenda: Agenda,
	) {
		this.stepping = agenda.add(() => this.step());
	}

	public send(serverId: string, channel: string, text: string, timeToLiveSeconds: number): Promise<Sent> {
		const { context, counters } = this;
		counters.sends += 1;
		if (this.letters.size() >= MOST_WAITING || context.phase === "closed") {
			counters.timedOut += 1;
			return Promise.resolve("timeout" as const);
		}
		const addressee = shortIdOf(serverId);
		const parts = cutParts(text, this.partBytes(channel));
		const missing = parts.map((_, index) => index);
		const now = context.now();
		this.count += 1;
		const id = this.count;
		return new Promise((resolve) => {
			const letter: Letter = {
				id,
				addressee,
				channel,
				missing,
				parts,
				untilSeconds: now + timeToLiveSeconds,
				knownBySeconds: now + MEET_SECONDS,
				dueSeconds: now,
				attempts: 0,
				unsent: 0,
				settled: false,
				settle: resolve,
			};
			if (this.letters === NO_LETTERS) this.letters = [];
			this.letters.push(letter);
			this.stepping.by(now);
		});
	}

	/** Another server has letters of this one. */
	public noteReceipts(section: ReceiptSection, from: ShortId): void {
		for (const { id, missing } of section.letters) {
			const letter = this.letters.find((other) => other.id === id && other.addressee === from);
			if (!letter || letter.settled) continue;
			if (missing.isEmpty()) {
				this.settle(letter, "acknowledged");
				continue;
			}
			// What it has not said to be missing it has.
			letter.missing = letter.missing.filter((part) => missing.includes(part));
			if (letter.missing.isEmpty()) letter.missing = letter.parts.map((_, index) => index);
			if (letter.attempts > 0 && letter.unsent === 0) letter.dueSeconds = this.context.now();
		}
		this.stepping.by(this.context.now());
	}

	/** A server is gone, or this one stops. */
	public noteChange(): void {
		if (!this.letters.isEmpty()) this.stepping.by(this.context.now());
	}

	/** Nothing will be sent any more. */
	public stop(): void {
		for (const letter of this.letters) if (!letter.settled) this.settle(letter, "timeout");
		this.letters = NO_LETTERS;
	}

	public waitingCount(): number {
		return this.letters.size();
	}

	private partBytes(channel: string): number {
		return this.sender.addressed.roomBytes() - LETTER_BYTES - jsonBytes(toWire(channel));
	}

	private step(): void {
		const { context } = this;
		const now = context.now();
		let active = 0;
		let nextSeconds = math.huge;
		for (const letter of this.letters) {
			if (letter.settled) continue;
			if (this.isGone(letter, now)) this.settle(letter, "gone");
			else if (now >= letter.untilSeconds) this.settle(letter, "timeout");
			else if (active < MOST_ACTIVE) {
				active += 1;
				if (letter.dueSeconds <= now && context.isActive()) this.attempt(letter, now);
				nextSeconds = math.min(nextSeconds, letter.dueSeconds);
			}
			if (letter.settled) continue;
			nextSeconds = math.min(nextSeconds, letter.untilSeconds);
			if (letter.knownBySeconds > now) nextSeconds = math.min(nextSeconds, letter.knownBySeconds);
		}
		this.letters = this.letters.filter(({ settled }) => !settled);
		// Before this server takes part nobody can be told anything; it looks again when it does.
		if (!context.isActive()) nextSeconds = math.max(nextSeconds, now + 0.5);
		if (nextSeconds < math.huge) this.stepping.by(nextSeconds);
	}

	/** Whether there is no such server. One that was never met may be met soon, in a large game that starts; before this server has the state it knows nobody. */
	private isGone({ addressee, knownBySeconds }: Letter, now: number): boolean {
		const { membership } = this.context;
		if (!this.context.isSynced() || membership.get(addressee)) return false;
		return membership.departed(addressee) !== undefined || now >= knownBySeconds;
	}

	private attempt(letter: Letter, now: number): void {
		const { sender, context } = this;
		if (letter.attempts > 0) sometimes("a letter sent again");
		letter.attempts += 1;
		letter.dueSeconds = now + FORGOTTEN_SECONDS;
		letter.unsent = letter.missing.size();
		const attempt = letter.attempts;
		const { id, channel, parts, addressee } = letter;
		const wait = math.min(REPEAT_SECONDS * 1.4 ** (attempt - 1), MOST_REPEAT_SECONDS);
		for (const part of letter.missing) {
			const section = writeLetter({ id, part, parts: parts.size(), channel, text: parts[part]! });
			sender.addressed.sendTo(addressee, "letter", [section], undefined, () => {
				if (letter.attempts !== attempt || letter.unsent === 0) return;
				letter.unsent -= 1;
				if (letter.unsent === 0)
					letter.dueSeconds = context.now() + wait * (1 + 0.2 * context.platform.random());
			});
		}
	}

	private settle(letter: Letter, sent: Sent): void {
		assert(!letter.settled, "a letter is settled once");
		letter.settled = true;
		const { counters } = this;
		if (sent === "acknowledged") counters.acknowledged += 1;
		else if (sent === "gone") counters.gone += 1;
		else counters.timedOut += 1;
		letter.settle(sent);
	}
}

beginWith(Letters, { letters: NO_LETTERS, count: 0 });
