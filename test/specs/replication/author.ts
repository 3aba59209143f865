import { HybridClock } from "../../../src/replication/hybrid-clock";
import { needsParts, outgoingPart, partsOf } from "../../../src/replication/outgoing";
import { Register } from "../../../src/replication/register";
import { Change, Replica } from "../../../src/replication/replica";
import { Sequencer } from "../../../src/replication/sequencer";
import { Stream } from "../../../src/replication/stream";
import { RecordsSection } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { OutgoingRecord, RecordsWriter } from "../../../src/wire/records-writer";

export const POOL = "Pool";
/** The present of all clocks, unless a spec moves it. */
export const PRESENT = 1_763_870_000_000;

/** One message's records, as they arrive. */
export interface Sent {
	readonly author: Author;
	readonly section: RecordsSection;
}

/** A server as far as it is replication: what it has, and what it sends. */
export class Author {
	public readonly clock = new HybridClock();
	public readonly replica: Replica;
	public readonly sequencer: Sequencer;
	/** Others' streams as they are known here. */
	public readonly streams = new Map<string, Stream>();
	/** What the game was shown, by key. */
	public readonly shown = new Map<string, string>();
	private waiting = new Array<Register>();

	constructor(public readonly shortId: string) {
		const stream = new Stream(shortId, 0);
		this.replica = new Replica(stream);
		this.sequencer = new Sequencer(stream);
	}

	public put(key: string, value: string, present: number): void {
		const register = this.replica.contribute(POOL, "remove", key, value, this.clock.now(present));
		this.clock.witness(register.stamp);
		this.waiting.push(register);
		this.note();
	}

	/** Withdraws a key if it is this server's. */
	public remove(key: string, present: number): boolean {
		const register = this.replica.pool(POOL).registers.get(key);
		if (!register || register.stream !== this.replica.own || register.value === undefined) return false;
		if (this.replica.withdraw(register, this.clock.now(present))) this.waiting.push(register);
		this.note();
		return true;
	}

	/** Sends what waits, each change or part as a message of its own. */
	public send(present: number, nowSeconds = 0): Sent[] {
		const sent = new Array<Sent>();
		const { waiting } = this;
		this.waiting = [];
		for (const register of waiting) {
			if (register.stream !== this.replica.own || register.version !== 0 || register.dropped) continue;
			if (!needsParts(register)) {
				const record = this.sequencer.preview(register, nowSeconds, 1);
				this.sequencer.sent(register, nowSeconds);
				sent.push(this.message([record], present));
				continue;
			}
			const parts = partsOf(register);
			for (const index of $range(0, parts.size() - 1)) {
				const named = this.sequencer.preview(register, nowSeconds, 1);
				const record = outgoingPart(register, index, named.version, parts, named.reference);
				this.sequencer.sentPart(register, index, register.stamp, nowSeconds);
				sent.push(this.message([record], present));
			}
		}
		return sent;
	}

	/** An answer to whoever lacks versions: everything current in the range, and that this is all. */
	public answer(after: number, upTo: number, present: number): Sent {
		return this.message(this.sequencer.range(after, upTo), present, after, upTo);
	}

	private message(records: OutgoingRecord[], present: number, after?: number, upTo?: number): Sent {
		const from = after ?? records[0]!.version - 1;
		const baseStamp = this.clock.now(present);
		const writer = new RecordsWriter(
			100_000,
			{ stream: undefined, after: from, upTo, complete: true, dense: false },
			baseStamp,
		);
		for (const record of records) assert(writer.add(record), "there is room for it");
		const read = readSections(writer.finish(), baseStamp);
		assert(read, "what is written can be read");
		return { author: this, section: read.sections[0] as RecordsSection };
	}

	public receive({ author, section }: Sent, present: number): void {
		if (author === this) return;
		this.replica.applySection(this.streamOf(author), section, this.clock, present);
		this.note();
	}

	public streamOf(author: Author): Stream {
		let stream = this.streams.get(author.shortId);
		if (!stream) {
			stream = new Stream(author.shortId, 0);
			this.streams.set(author.shortId, stream);
		}
		return stream;
	}

	/** Everything visible, by key: "key=value@owner". */
	public view(): string {
		const words = new Array<string>();
		for (const register of this.replica.sortedRegisters()) {
			const shown = register.shown();
			if (shown === undefined) continue;
			words.push(`${register.key}=${shown}@${register.stream.shortId}`);
		}
		return words.join(" ");
	}

	/** Digests of all streams, in the order of the servers given. */
	public digests(authors: ReadonlyArray<Author>): string {
		return authors
			.map((author) => (author === this ? this.replica.own.digest : this.streamOf(author).digest))
			.join(" ");
	}

	/** Takes note of what the game would be told, and fails where that does not follow from what it was told before. */
	private note(): void {
		for (const change of this.replica.takeChanges()) this.noteOne(change);
		for (const register of this.replica.sortedRegisters()) {
			if (register.shown() !== this.shown.get(register.key)) error(`${register.key} changed without a word`);
		}
	}

	private noteOne({ kind, register: { key }, value, previous }: Change): void {
		if (kind === "ownershipLost") return;
		if (previous !== this.shown.get(key)) error(`${key} was ${this.shown.get(key)}, not ${previous}`);
		if ((kind === "added") !== (previous === undefined)) error(`${key}: ${kind}, though it was ${previous}`);
		if ((kind === "removed") !== (value === undefined)) error(`${key}: ${kind}, though it is ${value}`);
		if (value === undefined) this.shown.delete(key);
		else this.shown.set(key, value);
	}
}
