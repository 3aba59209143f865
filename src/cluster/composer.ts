import { sometimes } from "../diagnostics/situations";
import { Slot } from "../outbox/queue";
import { needsParts, outgoing, outgoingPart, partsOf } from "../replication/outgoing";
import { RecentEntry } from "../replication/recent";
import { Stream } from "../replication/stream";
import { Departure, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { OutgoingRecord, RecordsWriter } from "../wire/records-writer";
import { writeBacklog, writeBeat, writeDepartures, writeHeard, writeIdentity } from "../wire/section-writers";
import { jsonBytes, toWire } from "../wire/text";
import { Context, Waiting } from "./context";
import { STRAINED_SECONDS } from "./regime";

/** Own records sent within this time are repeated in spare room, with the word that they are all there is: it closes gaps. */
const COVER_SECONDS = 15;
/** What a record's numbers need besides key and value, nearly always, when it was stamped within the last minute. */
const DEFINING_BYTES = 11;
const BY_REFERENCE_BYTES = 8;
/** What a section needs besides its records and pools, at the most. */
const SECTION_OVERHEAD_BYTES = 28;
/** The part of a message's spare room that repeats of own records may take, so that others' get their turn. */
const COVER_OF_ROOM = 0.6;
/** A beat's section is not longer than this. */
const BEAT_BYTES = 48;
const BACKLOG_BYTES = 6;
/** How far a stream has come is news for so long, and until two others have told it. */
const TOLD_WITHIN_SECONDS = 10;
const TOLD_OFTEN_ENOUGH = 2;
/** Full messages leave the beat out, but not for longer than this. */
const BEAT_AT_LEAST_SECONDS = 2;

/**
 * What spare room is for: the newest own records and others' that were sent least ("shared"), the newest own records only ("own tail"),
 * or those before them, for which the message before had no room ("before that").
 */
export type SpareRoom = "shared" | "own tail" | "before that";

export interface Composed {
	readonly text: string;
	/** How many records were sent for the first time, and what they take. */
	readonly newRecords: number;
	readonly newBytes: number;
}

/** Packs broadcasts: what is new, the state of the stream, and in the room that is left what others may have missed. */
export interface Uplink {
	readonly addressee: ShortId;
	/** So much of what is new it may bring, and one record in any case if this is above 0. */
	readonly changesBytes: number;
}

export class Composer {
	private counter = 0;
	private lastBeatSeconds = -math.huge;
	/** The latest repeats of own records reached back to this version. */
	private coveredAfter = 0;

	constructor(private readonly context: Context) {}

	/** The next broadcast. Everything it takes from the outbox counts as sent. */
	public compose(
		identity: boolean,
		departures: Departure[],
		nextBeatSeconds: number,
		spare: SpareRoom,
		/** For a message to the hub alone. */
		uplink?: Uplink,
	): Composed {
		const { context } = this;
		const addressee = uplink?.addressee;
		const now = context.now();
		const baseStamp = context.nowStamp();
		const header = {
			addressee,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter: addressee === undefined ? this.takeCounter() : 0,
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
		// Where everybody broadcasts, only what has waited for long is worth a word.
		const isStrained = !uplink && context.outbox.oldestAgeSeconds(now) > STRAINED_SECONDS;
		const roomForNew = room - (beatDue ? BEAT_BYTES : 0) - (uplink || isStrained ? BACKLOG_BYTES : 0);
		const fresh = this.packNew(roomForNew, uplink?.changesBytes ?? roomForNew, baseStamp, now);
		if (fresh.text !== undefined) push(fresh.text);
		if (isStrained || (uplink && context.outbox.size() > 0)) push(writeBacklog(context.outbox.size()));
		if (room >= BEAT_BYTES) {
			this.lastBeatSeconds = now;
			push(
				writeBeat(
					{
						synced: context.isSynced(),
						upTo: context.sequencer.upTo(),
						floor: context.floor.floor(baseStamp),
						// The clock goes on while a message is composed.
						frontier: math.min(context.frontier(), baseStamp),
						nextSeconds: nextBeatSeconds,
						lossPercent: context.lossPercent(),
						digest: this.hasSaidAll() ? math.max(1, context.replica.own.digest) : 0,
					},
					baseStamp,
				),
			);
		}
		if (addressee === undefined) {
			const heard = this.packHeard(room, now);
			if (heard !== undefined) push(heard);
		}
		const coverRoom = spare === "shared" ? math.floor(room * COVER_OF_ROOM) : room;
		const coverUpTo = spare === "before that" ? math.min(this.coveredAfter, coveredUpTo) : coveredUpTo;
		const cover = this.packCover(coverRoom, coverUpTo, baseStamp, now, addressee === undefined);
		this.coveredAfter = cover.after;
		if (cover.text !== undefined) push(cover.text);
		const ownUpTo = spare === "before that" ? coveredUpTo : cover.after;
		if (addressee === undefined) for (const text of this.packRecent(room, ownUpTo, baseStamp, now)) push(text);
		assert(room >= 0, "a message is not larger than it may be");
		return {
			text: writeFrame(header, sections, context.checksumSeed),
			newRecords: fresh.count,
			newBytes: fresh.text?.size() ?? 0,
		};
	}

	/** Whether the stream is all that this server has: while it is coming back, it has still to say everything anew. */
	private hasSaidAll(): boolean {
		return this.context.outbox.size() === 0 && this.context.phase !== "rejoining";
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

	/** Counts what waits as sent, without a message: everything, or so many bytes of it and one record more. Returns how many bytes it was, about. */
	public countAsSent(mostBytes = math.huge): number {
		const { context } = this;
		let bytes = 0;
		while (bytes < mostBytes) {
			const slot = this.takeWaiting();
			if (!slot) break;
			const { register, generation } = slot.value;
			bytes += BY_REFERENCE_BYTES + (register.value?.size() ?? 0);
			if (needsParts(register)) {
				for (const index of $range(0, partsOf(register).size() - 1)) {
					context.sequencer.sentPart(register, index, register.stamp, context.now());
				}
			} else context.sequencer.sent(register, context.now());
			context.floor.left(generation);
		}
		return bytes;
	}

	/** The next change that waits and is still this server's to send: another server may have claimed its key meanwhile. */
	private takeWaiting(): Slot<Waiting> | undefined {
		const { outbox, replica, floor } = this.context;
		while (true) {
			const slot = outbox.take();
			if (!slot || slot.value.register.stream === replica.own) return slot;
			sometimes("a key claimed by another while its removal waited");
			floor.left(slot.value.generation);
		}
	}

	private packNew(
		room: number,
		/** More records than the first only up to here. */
		mostBytes: number,
		baseStamp: number,
		now: number,
	): { text: string | undefined; count: number } {
		const { context } = this;
		const { outbox, sequencer } = context;
		if (outbox.size() === 0 || mostBytes <= 0) return { text: undefined, count: 0 };
		const writer = new RecordsWriter(
			room,
			{ stream: undefined, after: sequencer.upTo(), complete: true, dense: true },
			baseStamp,
		);
		while (writer.count() === 0 || writer.bytes() < mostBytes) {
			const slot = this.takeWaiting();
			if (!slot) break;
			const waiting = slot.value;
			const register = waiting.register;
			if (needsParts(register)) {
				if (this.addParts(writer, waiting, now)) {
					outbox.putBack(slot);
					break;
				}
				if (waiting.sending!.stamp !== register.stamp) {
					sometimes("a value replaced while its parts are sent");
					// A newer value came meanwhile. It begins to wait anew, behind what others have waited for.
					outbox.put(slot.key, slot.priority, now, { ...waiting, nextPart: 0, sending: undefined });
					if (writer.count() > 0) break;
					continue;
				}
			} else {
				if (!writer.add(sequencer.preview(register, now, 1))) {
					outbox.putBack(slot);
					break;
				}
				if (waiting.sending) sometimes("a value given up while its parts are sent");
				sequencer.sent(register, now);
			}
			context.floor.left(waiting.generation);
			context.recents.note(register, now);
		}
		context.traffic.recordsSent += writer.count();
		return { text: writer.count() > 0 ? writer.finish() : undefined, count: writer.count() };
	}

	/** Adds the next parts of a large value as far as they fit. Returns whether parts remain. */
	private addParts(writer: RecordsWriter, waiting: Waiting, now: number): boolean {
		const { sequencer } = this.context;
		const { register } = waiting;
		waiting.sending ??= { stamp: register.stamp, parts: partsOf(register) };
		const { stamp, parts } = waiting.sending;
		while (waiting.nextPart < parts.size()) {
			const named = sequencer.preview(register, now, 1);
			const part = outgoingPart(register, waiting.nextPart, named.version, parts, named.reference);
			if (!writer.add({ ...part, stamp })) return true;
			sequencer.sentPart(register, waiting.nextPart, stamp, now);
			waiting.nextPart += 1;
		}
		return false;
	}

	/** How far others' streams have been heard of lately: who missed a message need not wait for its sender's next one to know. */
	private packHeard(room: number, now: number): string | undefined {
		const streams = new Array<Stream>();
		for (const { stream } of this.context.membership.all()) {
			if (stream.told < TOLD_OFTEN_ENOUGH && now - stream.advancedAtSeconds < TOLD_WITHIN_SECONDS)
				streams.push(stream);
		}
		if (streams.isEmpty()) return undefined;
		const entries = streams.map(({ shortId, incarnation, highest }) => ({ shortId, incarnation, upTo: highest }));
		const { text, count } = writeHeard(entries, room);
		if (count === 0) return undefined;
		for (const index of $range(0, count - 1)) streams[index]!.told += 1;
		return text;
	}

	/** The newest own records once more, with the word that above `after` they are all there are. */
	private packCover(
		room: number,
		upTo: number,
		baseStamp: number,
		now: number,
		isHeardByAll: boolean,
	): { readonly text: string | undefined; readonly after: number } {
		const { context } = this;
		const nothing = { text: undefined, after: upTo };
		const estimate = new Estimate(room);
		const tail = context.sequencer.tail(now, now - COVER_SECONDS, upTo, (record) => estimate.take(record, ""));
		if (tail.records.isEmpty()) return nothing;
		const writer = new RecordsWriter(
			room,
			{ stream: undefined, after: tail.after, upTo, complete: true, dense: false },
			baseStamp,
		);
		// The estimate was too low: a section that lacks the newest would not be what it says.
		for (const record of tail.records) if (!writer.add(record)) return nothing;
		context.traffic.recordsRepeated += writer.count();
		if (isHeardByAll)
			for (const record of tail.records) {
				context.recents.heardAgain(context.replica.own, record.reference, record.version);
			}
		return { text: writer.finish(), after: tail.after };
	}

	/** What was on the air least often, of any server; of this one's what `packCover` did not take (versions up to `ownUpTo`). */
	private packRecent(room: number, ownUpTo: number, baseStamp: number, now: number): string[] {
		const { context } = this;
		const groups = new Map<Stream, RecentEntry[]>();
		const streams = new Array<Stream>();
		const estimate = new Estimate(room);
		context.recents.offer(
			now,
			(entry) => {
				const { register } = entry;
				const { stream } = register;
				if (!stream.live || (stream === context.replica.own && entry.version > ownUpTo)) return true;
				const record = outgoing(register, entry.version, register.reference, true);
				if (!estimate.take(record, stream.shortId)) return false;
				const group = groups.get(stream);
				if (group) group.push(entry);
				else {
					groups.set(stream, [entry]);
					streams.push(stream);
				}
				return true;
			},
			context.transmissionGoal(),
		);
		const sections = new Array<string>();
		let left = room;
		for (const stream of streams) {
			const entries = groups.get(stream)!;
			entries.sort((first, second) => first.version < second.version);
			const writer = new RecordsWriter(
				left,
				{
					stream: stream === context.replica.own ? undefined : stream,
					after: entries[0]!.version - 1,
					upTo: entries[entries.size() - 1]!.version,
					complete: false,
					dense: false,
				},
				baseStamp,
			);
			let previous = 0;
			for (const entry of entries) {
				const { register, version } = entry;
				// Until a forged record is found out, a true one may have the same version.
				if (version === previous) {
					sometimes("two records of one version");
					continue;
				}
				previous = version;
				if (!writer.add(outgoing(register, version, register.reference, true))) break;
				entry.transmissions += 1;
				context.traffic.recordsRepeated += 1;
			}
			if (writer.count() === 0) continue;
			left -= writer.bytes();
			sections.push(writer.finish());
		}
		return sections;
	}
}

/** Chooses what fits into some room before it is written: no fewer bytes than it takes, unless stamps are very old, when the writer refuses the rest. */
class Estimate {
	private readonly pools = new Set<string>();

	constructor(private left: number) {}

	/** Whether the record fits as well; `section` tells the sections of one message apart. */
	public take(record: OutgoingRecord, section: string): boolean {
		let bytes = record.defining ? DEFINING_BYTES + jsonBytes(toWire(record.key)) : BY_REFERENCE_BYTES;
		if (record.value !== undefined && record.value !== record.key) bytes += jsonBytes(toWire(record.value));
		if (!this.pools.has(section)) bytes += SECTION_OVERHEAD_BYTES;
		const pool = `${section}\0${record.pool}`;
		if (record.defining && !this.pools.has(pool)) bytes += jsonBytes(toWire(record.pool)) + 3;
		if (bytes > this.left) return false;
		this.left -= bytes;
		this.pools.add(section);
		if (record.defining) this.pools.add(pool);
		return true;
	}
}
