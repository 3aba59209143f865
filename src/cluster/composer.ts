import { Slot } from "../outbox/queue";
import { needsParts, outgoing, outgoingPart, partsOf } from "../replication/outgoing";
import { RecentEntry } from "../replication/register";
import { Stream } from "../replication/stream";
import { Departure } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { OutgoingRecord, RecordsWriter } from "../wire/records-writer";
import { writeBeat, writeDepartures, writeIdentity } from "../wire/section-writers";
import { jsonBytes, toWire } from "../wire/text";
import { Context, Waiting } from "./context";

/** Own records sent within this time are repeated in spare room, with the word that they are all there is: it closes gaps. */
const COVER_SECONDS = 15;
/** What a record's numbers need besides key and value, at the most. */
const RECORD_OVERHEAD_BYTES = 20;
/** What a section of another server's records needs besides them, at the most, without the pool's name. */
const SECTION_OVERHEAD_BYTES = 40;
/** A beat's section is not longer than this. */
const BEAT_BYTES = 48;
/** Full messages leave the beat out, but not for longer than this. */
const BEAT_AT_LEAST_SECONDS = 2;

export interface Composed {
	readonly text: string;
	/** How many records were sent for the first time. */
	readonly newRecords: number;
}

/** Packs broadcasts: what is new, the state of the stream, and in the room that is left what others may have missed. */
export class Composer {
	private counter = 0;
	private lastBeatSeconds = -math.huge;

	constructor(private readonly context: Context) {}

	/** The next broadcast. Everything it takes from the outbox counts as sent. */
	public compose(identity: boolean, departures: Departure[], nextBeatSeconds: number): Composed {
		const { context } = this;
		const now = context.now();
		const baseStamp = context.nowStamp();
		const header = {
			addressee: undefined,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter: this.takeCounter(),
			baseStamp,
			unicasts: context.budget.takeUnicastReport(),
		};
		let room = MESSAGE_BYTES - frameHeaderBytes(header);
		const sections = new Array<string>();
		const push = (text: string) => {
			sections.push(text);
			room -= jsonBytes(text);
		};
		if (identity) push(writeIdentity(context.identity));
		if (!departures.isEmpty()) push(writeDepartures(departures, room).text);
		const beatDue = now - this.lastBeatSeconds >= BEAT_AT_LEAST_SECONDS;
		const coveredUpTo = context.sequencer.upTo();
		const fresh = this.packNew(room - (beatDue ? BEAT_BYTES : 0), baseStamp, now);
		if (fresh.text !== undefined) push(fresh.text);
		if (room >= BEAT_BYTES) {
			this.lastBeatSeconds = now;
			push(
				writeBeat(
					{
						synced: context.isSynced(),
						upTo: context.sequencer.upTo(),
						floor: context.floor.floor(baseStamp),
						frontier: context.frontier(),
						nextSeconds: nextBeatSeconds,
						lossPercent: context.lossPercent(),
						digest: context.outbox.size() === 0 ? math.max(1, context.replica.own.digest) : 0,
					},
					baseStamp,
				),
			);
		}
		const cover = this.packCover(math.floor(room * 0.6), coveredUpTo, baseStamp, now);
		if (cover !== undefined) push(cover);
		for (const text of this.packRecent(room, baseStamp, now)) push(text);
		assert(room >= 0, "a message is not larger than it may be");
		return { text: writeFrame(header, sections, context.checksumSeed), newRecords: fresh.count };
	}

	/** The number the next broadcast will have. */
	public nextCounter(): number {
		return this.counter;
	}

	/** The number of a broadcast that is composed elsewhere. */
	public takeCounter(): number {
		const counter = this.counter;
		this.counter = (counter + 1) % 85;
		return counter;
	}

	/** Counts everything that waits as sent, without a message. */
	public countAsSent(): void {
		const { context } = this;
		while (true) {
			const slot = this.takeWaiting();
			if (!slot) break;
			const { register, generation } = slot.value;
			if (needsParts(register)) {
				for (const index of $range(slot.value.nextPart, partsOf(register).size() - 1)) {
					context.sequencer.sentPart(register, index, context.now());
				}
			} else context.sequencer.sent(register, context.now());
			context.floor.left(generation);
		}
	}

	/** The next change that waits and is still this server's to send: another server may have claimed its key meanwhile. */
	private takeWaiting(): Slot<Waiting> | undefined {
		const { outbox, replica, floor } = this.context;
		while (true) {
			const slot = outbox.take();
			if (!slot || slot.value.register.stream === replica.own) return slot;
			floor.left(slot.value.generation);
		}
	}

	private packNew(room: number, baseStamp: number, now: number): { text: string | undefined; count: number } {
		const { context } = this;
		const { outbox, sequencer } = context;
		if (outbox.size() === 0) return { text: undefined, count: 0 };
		const writer = new RecordsWriter(
			room,
			{ stream: undefined, after: sequencer.upTo(), complete: true, dense: true },
			baseStamp,
		);
		while (true) {
			const slot = this.takeWaiting();
			if (!slot) break;
			const waiting = slot.value;
			const register = waiting.register;
			if (needsParts(register)) {
				if (this.addPart(writer, waiting, now)) {
					outbox.putBack(slot);
					break;
				}
			} else {
				if (!writer.add(sequencer.preview(register, now, 1))) {
					outbox.putBack(slot);
					break;
				}
				sequencer.sent(register, now);
			}
			context.floor.left(waiting.generation);
			context.recents.note(register, now);
		}
		context.traffic.recordsSent += writer.count();
		return { text: writer.count() > 0 ? writer.finish() : undefined, count: writer.count() };
	}

	/** Adds the next part of a large value if it fits. Returns whether parts remain. */
	private addPart(writer: RecordsWriter, waiting: Waiting, now: number): boolean {
		const { sequencer } = this.context;
		const register = waiting.register;
		const parts = partsOf(register);
		while (waiting.nextPart < parts.size()) {
			const named = sequencer.preview(register, now, 1);
			const part = outgoingPart(register, waiting.nextPart, named.version, parts, named.reference);
			if (!writer.add(part)) return true;
			sequencer.sentPart(register, waiting.nextPart, now);
			waiting.nextPart += 1;
		}
		return false;
	}

	private packCover(room: number, upTo: number, baseStamp: number, now: number): string | undefined {
		const { context } = this;
		let left = room - SECTION_OVERHEAD_BYTES;
		const tail = context.sequencer.tail(now - COVER_SECONDS, upTo, (record) => {
			const bytes = estimate(record);
			if (bytes > left) return false;
			left -= bytes;
			return true;
		});
		if (tail.records.isEmpty()) return undefined;
		const writer = new RecordsWriter(
			room,
			{ stream: undefined, after: tail.after, upTo, complete: true, dense: false },
			baseStamp,
		);
		for (const record of tail.records) if (!writer.add(record)) return undefined;
		context.traffic.recordsRepeated += writer.count();
		for (const record of tail.records) {
			context.recents.heardAgain(context.replica.own, record.reference, record.version);
		}
		return writer.finish();
	}

	private packRecent(room: number, baseStamp: number, now: number): string[] {
		const { context } = this;
		const groups = new Map<Stream, RecentEntry[]>();
		const streams = new Array<Stream>();
		let left = room;
		context.recents.offer(
			now,
			(entry) => {
				const { register } = entry;
				if (register.stream === context.replica.own || !register.stream.live) return true;
				const group = groups.get(register.stream);
				// The pool's name is counted for every record: more than needed where pools are shared, never less.
				const bytes =
					estimate(outgoing(register, entry.version, register.reference, true)) +
					(group ? 0 : SECTION_OVERHEAD_BYTES);
				if (bytes > left) return false;
				left -= bytes;
				if (group) group.push(entry);
				else {
					groups.set(register.stream, [entry]);
					streams.push(register.stream);
				}
				return true;
			},
			context.transmissionGoal(),
		);
		const sections = new Array<string>();
		for (const stream of streams) {
			const entries = groups.get(stream)!;
			entries.sort((first, second) => first.version < second.version);
			const writer = new RecordsWriter(
				room,
				{
					stream,
					after: entries[0]!.version - 1,
					upTo: entries[entries.size() - 1]!.version,
					complete: false,
					dense: false,
				},
				baseStamp,
			);
			for (const entry of entries) {
				const { register } = entry;
				if (!writer.add(outgoing(register, entry.version, register.reference, true))) break;
				entry.transmissions += 1;
				context.traffic.recordsRepeated += 1;
			}
			room -= writer.bytes();
			sections.push(writer.finish());
		}
		return sections;
	}
}

/** No fewer bytes than the record takes in a section that does not know its pool yet. */
function estimate(record: OutgoingRecord): number {
	let bytes = RECORD_OVERHEAD_BYTES + jsonBytes(toWire(record.key)) + jsonBytes(toWire(record.pool)) + 4;
	if (record.value !== undefined && record.value !== record.key) bytes += jsonBytes(toWire(record.value));
	return bytes;
}
