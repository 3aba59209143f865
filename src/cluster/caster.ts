import { sometimes } from "../diagnostics/situations";
import { StreamRange } from "../replication/cast-log";
import { CastNews, FARTHER, NEARER, sumOf } from "../replication/cast-sums";
import { isChannelPool } from "../replication/messages";
import { REFERENCE_KNOWN_AFTER_SECONDS } from "../replication/sequencer";
import { Stream } from "../replication/stream";
import { Departure, ShortId } from "../wire/frame";
import { SHORT_ID_BYTES } from "../wire/base85";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { OutgoingRecord, PoolTable, RecordsWriter } from "../wire/records-writer";
import {
	writeBeat,
	writeCast,
	writeDepartures,
	writeIdentity,
	writeMembers,
	writeRelayed,
	writeStanding,
	writeSum,
} from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { hasAllOf, introductions, recordsOf, writeCastContent } from "./cast-content";
import { Context } from "./context";
import { Hub } from "./regime";

/** What the head of a cast takes at most, without the servers that it names. */
const CAST_BYTES = 50;
/** Where there is no room for that, they are named in one cast of so many all the same. */
const NAMED_EVERY = 8;
/** So many servers are named that give the state. */
const RESPONDERS = 3;
const NAMING_BYTES = RESPONDERS * SHORT_ID_BYTES + 1;
/** A relayed section without its pools and groups. */
const RELAYED_BYTES = 8;
const BEAT_BYTES = 48;
const IDENTITY_BYTES = 160;
/** The hub's beat: not more often, and where there is no room for it, not more seldom than this. */
const BEAT_AT_LEAST_SECONDS = 2;
const BEAT_AT_MOST_SECONDS = 6;
/** So far back, and so many casts, spare room repeats what was cast. */
const COVER_SECONDS = 20;
const COVER_SPANS: ReadonlyArray<number> = [32, 16, 8, 5, 3];
/** Word of a server is cast so often. */
const WORDS = 2;
/** No more of them fit into one cast. */
const MOST_WORDS = 60;
/** In larger games a new hub does not introduce everybody: who is not known is asked. */
const INTRODUCED_MOST = 100;
/** A cast that has not come back after this is lost: a delivery takes two seconds at most. */
const OWN_MISSING_SECONDS = 2.2;
const MOST_MISSING = 20;
const REMEMBERED_CASTS = 64;
/** What has waited for longer is not kept waiting for repeats. */
const LATE_SECONDS = 2.5;
/** What is new takes half of the room, so that the next cast can repeat all of it. */
const NEW_OF_ROOM = 0.5;
const REPEAT_HEAD_BYTES = 24;
/** All streams are looked at so often; in between those of which something came in. */
const SURVEY_SECONDS = 2;
/** What a new game's first casts bring is all there is. */
const FOUNDING_CASTS = 10;
/** What streams come to: so many entries at most, each takes so much, and so many streams are looked at for that. */
const STANDING_MOST = 60;
const STANDING_BYTES_LEAST = 15;
const STANDING_LOOKED_AT = 100;
/** While so many have not been introduced, they get more of the room, and word of each is cast once: who misses it asks for the cast. */
const CROWD = 20;
const CROWD_OF_ROOM = 0.9;
/** No stream takes more of a cast than this part while others wait. */
const MOST_OF_ROOM = 0.5;

/** What became of composing a cast. */
export interface Cast {
	readonly text: string;
	/** Whether it brings anything that was not cast before. */
	readonly isNews: boolean;
	/** Whether more waits than fitted. */
	readonly isFull: boolean;
}

interface CastStream {
	/** Versions up to here were cast. */
	upTo: number;
	/** When each reference was first cast with its key. */
	definedAt: Map<number, number> | undefined;
	readonly stream: Stream;
	/** Whether it is among those of which something may wait. */
	isListed: boolean;
	/** Since when something waits; undefined when nothing does. */
	waitingSinceSeconds: number | undefined;
}

/** A floor that holds once these streams were cast so far. */
interface FloorCandidate {
	readonly floor: number;
	readonly targets: Map<Stream, number>;
}

/** Packs what all servers have to say into one hub's broadcasts. */
export class Caster {
	private readonly streams = new Map<Stream, CastStream>();
	/** Those of which something may wait to be cast. */
	private waiting = new Array<CastStream>();
	/** Servers of which no word was cast yet: nor is what they contribute. */
	private readonly unsaid = new Set<ShortId>();
	/** Whether the first casts bring all there is. */
	private readonly isFounding: boolean;
	private surveyedAtSeconds = -math.huge;
	private stableFrontier = 0;
	private seq = 0;
	private floor = 0;
	private candidate: FloorCandidate | undefined;
	private words = new Array<{ readonly shortId: ShortId; said: number }>();
	private lastBeatSeconds = -math.huge;
	private standingAt = 0;
	/** When each of the latest casts was sent. */
	private readonly sentAt = new Map<number, number>();
	/** Casts that have not come back yet, and when they were sent. */
	private readonly awaited = new Map<number, number>();
	/** Of the latest casts: those that have come back, and those that carry the sum of the two before. */
	private readonly returned = new Set<number>();
	private readonly summing = new Set<number>();
	/** Casts that did not come back in time. */
	private missing = new Array<number>();
	private hearsItself = false;
	private oldestWait = 0;
	/** What was new in the latest casts. */
	private readonly news = new Map<number, CastNews>();
	/** The cast before had no room for what waits longest. */
	private isStarved = false;

	constructor(
		private readonly context: Context,
		private readonly hub: Hub,
		/** What the former hub cast lately; it is cast once more. */
		again: ReadonlyArray<StreamRange>,
	) {
		const members = context.membership.all();
		this.isFounding = context.founded && context.isFounding() && members.size() < INTRODUCED_MOST;
		if (this.isFounding) context.givesFirstCasts = true;
		for (const stream of this.liveStreams()) this.stateOf(stream);
		// A game that was small until now may have servers that have not met.
		if (members.size() < INTRODUCED_MOST) {
			for (const { shortId } of members) this.announce(shortId, this.isFounding ? 0 : WORDS - 1);
		}
		for (const { stream, after } of again) {
			const state = this.streams.get(stream);
			if (state) state.upTo = math.min(state.upTo, after);
		}
	}

	/** Word of a server that is new, or has begun a new stream. */
	public announce(shortId: ShortId, said = 0): void {
		this.words = this.words.filter((word) => word.shortId !== shortId);
		this.words.push({ shortId, said });
		if (said === 0) this.unsaid.add(shortId);
	}

	/** More of a stream may be cast. */
	public noteAdvanced(stream: Stream): void {
		const state = this.stateOf(stream);
		if (state.isListed || this.castable(stream) <= state.upTo) return;
		state.isListed = true;
		this.waiting.push(state);
	}

	/** Whether there is anything that was not cast yet. */
	public hasNews(): boolean {
		if (!this.words.isEmpty()) return true;
		this.noteAdvanced(this.context.replica.own);
		for (const state of this.waiting) if (this.isWaiting(state)) return true;
		return false;
	}

	public compose(
		counter: number,
		identity: boolean,
		departures: Departure[],
		nextSeconds: number,
		dissolved: boolean,
	): Cast {
		const { context, hub } = this;
		const now = context.now();
		const baseStamp = context.nowStamp();
		const { log } = hub;
		if (now - this.surveyedAtSeconds >= SURVEY_SECONDS) this.survey(baseStamp, now);
		const founding = this.isFounding && this.seq < FOUNDING_CASTS;
		this.seq += 1;
		const { seq } = this;
		const header = {
			addressee: undefined,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter,
			baseStamp,
			unicasts: context.budget.takeUnicastReport(),
		};
		const wholeRoom = MESSAGE_BYTES - frameHeaderBytes(header) - CAST_BYTES;
		let isNaming = seq % NAMED_EVERY === 0;
		let room = wholeRoom - (isNaming ? NAMING_BYTES : 0);
		const sections = new Array<string>();
		const push = (text: string): void => {
			if (text === "") return;
			sections.push(text);
			room -= jsonBytes(text);
		};
		log.casts.close(seq - 1, seq);
		this.sentAt.set(seq, now);
		this.awaited.set(seq, now);
		this.sentAt.delete(seq - REMEMBERED_CASTS);
		this.returned.delete(seq - REMEMBERED_CASTS);
		this.summing.delete(seq - REMEMBERED_CASTS);
		// A record that fills a message goes before everything else.
		const first = this.isStarved ? this.relayNew(room, baseStamp, now) : undefined;
		if (first) room -= jsonBytes(first.text);
		if ((identity || founding) && room >= IDENTITY_BYTES) push(writeIdentity(context.identity));
		if (context.rider) push(context.rider.takeSections(math.max(0, room)));
		const said = this.sayWords(room, baseStamp, now);
		room -= jsonBytes(said.text);
		if (!departures.isEmpty()) {
			push(writeDepartures(departures, room).text);
			for (const { shortId } of departures) log.noteServer(seq - 1, seq, shortId, now);
		}
		// What the cast before brought is said once more, unless what waits is late already, here or at the leaves.
		const isBusy = this.longestWait(now) >= LATE_SECONDS || hub.messageSeconds > 0;
		const silentSeconds = now - this.lastBeatSeconds;
		const roomForRecords = room - (silentSeconds >= BEAT_AT_MOST_SECONDS ? BEAT_BYTES : 0);
		const newMost = wholeRoom * NEW_OF_ROOM - REPEAT_HEAD_BYTES;
		const roomForNew = isBusy ? roomForRecords : math.min(roomForRecords - this.repeatBytes(newMost), newMost);
		const fresh = first ?? this.relayNew(roomForNew, baseStamp, now);
		if (!first) room -= jsonBytes(fresh.text);
		const news = said.text + fresh.text;
		const beatBytes = silentSeconds >= BEAT_AT_MOST_SECONDS ? BEAT_BYTES : 0;
		push(this.relayAgain(room - beatBytes, baseStamp, now));
		if (silentSeconds >= BEAT_AT_LEAST_SECONDS && room >= BEAT_BYTES) {
			this.lastBeatSeconds = now;
			push(this.beat(baseStamp, nextSeconds));
		}
		if (!isNaming && room >= NAMING_BYTES) {
			isNaming = true;
			room -= NAMING_BYTES;
		}
		push(this.stand(room));
		this.news.set(seq, { seq, baseStamp, text: news });
		this.news.delete(seq - FARTHER);
		if (isNaming) hub.responders = this.responders();
		const cast = writeCast(
			{
				epoch: hub.epoch,
				seq,
				dissolved,
				founding,
				uplinkTenths: math.round(hub.uplinkSeconds * 10),
				messageTenths: math.ceil(hub.messageSeconds * 10),
				floor: math.min(this.floor, baseStamp),
				frontier: math.min(this.stableFrontier, baseStamp),
				servers: context.membership.serverCount(),
				census: context.census(),
				givePercent: math.round(100 * context.budget.giveShare(now)),
				responders: isNaming ? hub.responders : [],
			},
			baseStamp,
		);
		assert(cast.size() <= CAST_BYTES + (isNaming ? NAMING_BYTES : 0), "the head of a cast has its room");
		log.casts.noteFloor(seq, this.floor);
		const text = writeFrame(header, [cast, news, ...sections], context.checksumSeed);
		return { text, isNews: fresh.count > 0 || said.count > 0 || !departures.isEmpty(), isFull: fresh.isFull };
	}

	/** Some that give the state: others each time, so that a crowd spreads. */
	private responders(): ShortId[] {
		const { membership, platform } = this.context;
		const members = membership.all();
		const responders = new Array<ShortId>();
		const first = math.floor(platform.random() * members.size());
		for (const offset of $range(0, members.size() - 1)) {
			if (responders.size() >= RESPONDERS) break;
			const { shortId, suspectedAtSeconds } = members[(first + offset) % members.size()]!;
			if (suspectedAtSeconds === undefined) responders.push(shortId);
		}
		return responders;
	}

	/** Looks at all streams, which takes long where there are many: what is to be cast, and how far all are. */
	private survey(baseStamp: number, now: number): void {
		this.surveyedAtSeconds = now;
		const { membership } = this.context;
		for (const stream of this.liveStreams()) this.noteAdvanced(stream);
		for (const [stream] of this.streams) {
			// Of who left lately last words may be covered once more.
			if (!stream.live && membership.departed(stream.shortId)?.purged !== false) this.streams.delete(stream);
		}
		this.advanceFloor(baseStamp);
		this.stableFrontier = this.context.stableFrontier();
	}

	private liveStreams(): Stream[] {
		const streams = [this.context.replica.own];
		for (const member of this.context.membership.all()) streams.push(member.stream);
		return streams;
	}

	private stateOf(stream: Stream): CastStream {
		let state = this.streams.get(stream);
		if (!state) {
			state = {
				upTo: this.seq === 0 && !this.isFounding ? this.castable(stream) : 0,
				definedAt: undefined,
				stream,
				isListed: false,
				waitingSinceSeconds: undefined,
			};
			this.streams.set(stream, state);
		}
		return state;
	}

	/** Up to which version everything of a stream is here, and may be cast. */
	private castable(stream: Stream): number {
		return stream === this.context.replica.own ? stream.highest : stream.givableUpTo();
	}

	/** Whether some of a stream that is followed was not cast yet. */
	private isWaiting({ stream, upTo }: CastStream): boolean {
		return this.castable(stream) > upTo && this.context.findStream(stream) === stream && stream.live;
	}

	/** How long the oldest of what the casts before had no room for has waited by now. */
	private longestWait(now: number): number {
		let longest = 0;
		for (const { stream, waitingSinceSeconds } of this.waiting) {
			if (waitingSinceSeconds === undefined || this.unsaid.has(stream.shortId)) continue;
			longest = math.max(longest, now - waitingSinceSeconds);
		}
		return longest;
	}

	private sayWords(room: number, baseStamp: number, now: number): { readonly text: string; readonly count: number } {
		const { context } = this;
		if (this.words.isEmpty()) return { text: "", count: 0 };
		const candidates = new Array<ShortId>();
		for (const { shortId } of this.words) {
			if (candidates.size() >= MOST_WORDS) break;
			candidates.push(shortId);
		}
		const entries = introductions(context, candidates);
		const isCrowd = this.unsaid.size() > CROWD;
		const { text, count } = writeMembers(entries, math.floor(room * (isCrowd ? CROWD_OF_ROOM : 0.5)), baseStamp);
		const said = new Set<ShortId>();
		for (const index of $range(0, count - 1)) {
			const { shortId } = entries[index]!;
			said.add(shortId);
			this.unsaid.delete(shortId);
			this.hub.log.noteServer(this.seq - 1, this.seq, shortId, now);
		}
		for (const word of this.words) if (said.has(word.shortId)) word.said += isCrowd ? WORDS : 1;
		for (const shortId of candidates)
			if (context.membership.get(shortId) === undefined) this.unsaid.delete(shortId);
		this.words = this.words.filter(
			(word) => word.said < WORDS && context.membership.get(word.shortId) !== undefined,
		);
		// Those that were said least come first the next time.
		this.words.sort((left, right) => left.said < right.said);
		return { text, count };
	}

	/** What was not cast yet, in the order in which it began to wait. */
	private relayNew(
		room: number,
		baseStamp: number,
		now: number,
	): { readonly text: string; readonly count: number; readonly isFull: boolean } {
		const { context } = this;
		this.noteAdvanced(context.replica.own);
		const waiting = new Array<CastStream>();
		const listed = new Array<CastStream>();
		for (const state of this.waiting) {
			if (!this.isWaiting(state)) {
				state.isListed = false;
				continue;
			}
			state.waitingSinceSeconds ??= now;
			listed.push(state);
			// Whoever does not know a server misses what it says, and asks for it: in a game that starts, that would be everybody all the time.
			if (!this.unsaid.has(state.stream.shortId)) waiting.push(state);
		}
		this.waiting = listed;
		waiting.sort((left, right) =>
			left.waitingSinceSeconds === right.waitingSinceSeconds
				? left.stream.shortId < right.stream.shortId
				: left.waitingSinceSeconds! < right.waitingSinceSeconds!,
		);
		this.oldestWait = waiting.isEmpty() ? 0 : now - waiting[0]!.waitingSinceSeconds!;
		const pools = new PoolTable();
		const groups = new Array<string>();
		let left = room - RELAYED_BYTES;
		let count = 0;
		let isFull = false;
		const hasPrecedence = this.isStarved;
		this.isStarved = false;
		for (const state of waiting) {
			if (left < 24) {
				if (groups.isEmpty()) this.isStarved = true;
				isFull = true;
				break;
			}
			const { stream } = state;
			const upTo = this.castable(stream);
			const records = recordsOf(context, stream, state.upTo, upTo);
			const isShared = waiting.size() > 1 && groups.isEmpty() && !hasPrecedence;
			const share = isShared ? math.max(left * MOST_OF_ROOM, 400) : left;
			const dense = records.size() === upTo - state.upTo;
			const within = (roomBytes: number): { readonly writer: RecordsWriter; readonly added: number } => {
				const writer = new RecordsWriter(
					math.floor(roomBytes),
					{
						stream,
						after: state.upTo,
						upTo: dense ? undefined : upTo,
						complete: dense || hasAllOf(context, { stream, after: state.upTo, upTo }),
						dense,
						byPrefix: this.context.goesByPrefix(stream),
					},
					baseStamp,
					pools,
				);
				let added = 0;
				for (const record of records) {
					if (!writer.add(this.referred(record, state, now))) break;
					added += 1;
				}
				return { writer, added };
			};
			let { writer, added } = within(math.min(left, share));
			// A record that needs more than its part has it in its turn: in another cast it would fit no better.
			if (added === 0 && share < left && !records.isEmpty()) ({ writer, added } = within(left));
			const all = added === records.size();
			if (added === 0 && !all) {
				assert(!hasPrecedence || !groups.isEmpty(), "any record fits into a cast");
				if (stream === waiting[0]!.stream) this.isStarved = true;
				isFull = true;
				continue;
			}
			const to = all ? upTo : records[added - 1]!.version;
			left -= writer.bytes();
			groups.push(dense ? writer.finish() : writer.finish(to));
			this.hub.log.noteRange(this.seq - 1, this.seq, { stream, after: state.upTo, upTo: to }, now);
			for (const index of $range(0, added - 1)) this.define(records[index]!, state, now);
			state.upTo = to;
			count += added;
			state.waitingSinceSeconds = all ? undefined : now;
			if (!all) isFull = true;
		}
		if (groups.isEmpty()) return { text: "", count: 0, isFull };
		context.traffic.recordsSent += count;
		return { text: writeRelayed(pools, groups), count: math.max(1, count), isFull };
	}

	/** As a reference alone where every server can be taken to know it. */
	private referred(record: OutgoingRecord, state: CastStream, now: number): OutgoingRecord {
		if (record.partIndex !== undefined || isChannelPool(record.pool)) return record;
		const definedAt = state.definedAt?.get(record.reference);
		const known = definedAt !== undefined && now - definedAt >= REFERENCE_KNOWN_AFTER_SECONDS;
		return known ? { ...record, defining: false } : record;
	}

	private define(record: OutgoingRecord, state: CastStream, now: number): void {
		// A message has a reference of its own, which nobody needs again.
		if (isChannelPool(record.pool)) return;
		const definedAt = (state.definedAt ??= new Map());
		if (!definedAt.has(record.reference)) definedAt.set(record.reference, now);
	}

	/** What earlier casts brought once more: one that this server did not hear come back; else the latest, as far back as there is room for all of them. */
	private relayAgain(room: number, baseStamp: number, now: number): string {
		const lost = this.missing.shift();
		if (lost !== undefined) {
			const text = this.cover(lost - 1, lost, room, baseStamp, now);
			if (text !== undefined) {
				sometimes("a cast lost for all, and cast again");
				return text;
			}
			this.missing.unshift(lost);
		}
		const upTo = this.seq - 1;
		for (const span of COVER_SPANS) {
			const after = upTo - span;
			if (now - (this.sentAt.get(after + 1) ?? -math.huge) > COVER_SECONDS) continue;
			const text = this.cover(after, upTo, room, baseStamp, now);
			if (text !== undefined) return text;
		}
		// In the room of one.
		const sum = this.sumOfNews(room, baseStamp);
		return sum !== "" ? sum : (this.cover(upTo - 1, upTo, room, baseStamp, now) ?? "");
	}

	private cover(after: number, upTo: number, room: number, baseStamp: number, now: number): string | undefined {
		if (after < 0) return undefined;
		const content = this.hub.log.content(after, upTo);
		if (!content) return undefined;
		// Of a stream that is not followed any more nothing has to be said.
		const ranges = content.ranges.filter(({ stream }) => this.streams.has(stream));
		const parts = writeCastContent(
			this.context,
			{ epoch: this.hub.epoch, after, upTo },
			{ ranges, servers: content.servers },
			room,
			1,
			baseStamp,
			(record, stream) => this.referred(record, this.stateOf(stream), now),
			true,
		);
		return parts?.[0];
	}

	/** What the news of two casts before add up to, if there is room for it. */
	private sumOfNews(room: number, baseStamp: number): string {
		const nearer = this.news.get(this.seq - NEARER);
		const farther = this.news.get(this.seq - FARTHER);
		if (!nearer || !farther) return "";
		const text = writeSum(sumOf(nearer, farther), baseStamp);
		if (jsonBytes(text) > room) return "";
		this.summing.add(this.seq);
		return text;
	}

	/** What a repeat of the cast before takes, alone or in a sum. */
	private repeatBytes(newMost: number): number {
		const [nearer, farther] = [NEARER, FARTHER].map((back) => {
			const news = this.news.get(this.seq - back);
			return news ? jsonBytes(news.text) : 0;
		});
		// What was new in a cast without room for repeats is too much to be part of a sum.
		return (farther! <= newMost ? math.max(nearer!, farther!) : nearer!) + REPEAT_HEAD_BYTES;
	}

	/** An own cast came back. */
	public noteReturned(seq: number): void {
		this.hearsItself = true;
		this.awaited.delete(seq);
		this.returned.add(seq);
		this.missing = this.missing.filter((lost) => lost !== seq);
	}

	/** Looks for casts that have not come back: nobody can have heard those. Returns whether there are any. */
	public findMissing(now: number): boolean {
		if (!this.hearsItself) return false;
		for (const [seq, sentAt] of this.awaited) {
			if (now - sentAt < OWN_MISSING_SECONDS) continue;
			const nextSentAt = this.summing.has(seq + NEARER) ? this.awaited.get(seq + NEARER) : undefined;
			// Perhaps the sum in the next one comes back.
			if (nextSentAt !== undefined && now - nextSentAt < OWN_MISSING_SECONDS) continue;
			this.awaited.delete(seq);
			// Whoever has heard what this server has can compute it.
			if (this.isInSum(seq + NEARER, seq + NEARER - FARTHER)) continue;
			if (this.isInSum(seq + FARTHER, seq + FARTHER - NEARER)) continue;
			if (this.missing.size() < MOST_MISSING) this.missing.push(seq);
		}
		this.missing.sort((left, right) => left < right);
		return !this.missing.isEmpty();
	}

	/** Whether a cast that has come back carries a sum whose other part has come back. */
	private isInSum(carrier: number, other: number): boolean {
		return this.summing.has(carrier) && this.returned.has(carrier) && this.returned.has(other);
	}

	/** How long the oldest of what waits has waited. */
	public oldestWaitSeconds(): number {
		return this.oldestWait;
	}

	private beat(baseStamp: number, nextSeconds: number): string {
		const { context } = this;
		const own = context.replica.own;
		const settled = this.stateOf(own).upTo === own.highest;
		return writeBeat(
			{
				synced: true,
				upTo: this.stateOf(own).upTo,
				// What counts as sent here has only been said to all once it was cast.
				floor: settled ? context.floor.floor(baseStamp) : 0,
				frontier: context.frontier(),
				nextSeconds,
				lossPercent: context.lossPercent(),
				digest: settled && context.outbox.size() === 0 ? math.max(1, own.digest) : 0,
			},
			baseStamp,
		);
	}

	/** What some streams come to, in turn, for whoever has missed something without knowing. */
	private stand(room: number): string {
		const members = this.context.membership.all();
		const entries = new Array<{ shortId: ShortId; incarnation: number; upTo: number; digest: number }>();
		const most = math.min(STANDING_MOST, room.idiv(STANDING_BYTES_LEAST));
		if (most === 0) return "";
		for (const offset of $range(0, math.min(members.size(), STANDING_LOOKED_AT) - 1)) {
			const { stream } = members[(this.standingAt + offset) % members.size()]!;
			if (this.stateOf(stream).upTo !== stream.highest || stream.gaps.size() > 0) continue;
			// Who has begun anew, and has not said yet what it has now, stands nowhere: its former contributions would be dropped.
			if (stream.inherited) continue;
			entries.push({
				shortId: stream.shortId,
				incarnation: stream.incarnation,
				upTo: stream.highest,
				digest: math.max(1, stream.digest),
			});
			if (entries.size() >= most) break;
		}
		const { text, count } = writeStanding(entries, room);
		if (members.size() > 0) this.standingAt = (this.standingAt + math.max(1, count)) % members.size();
		return text;
	}

	/** The floor of all servers: it holds once everything that was known when it was read off has been cast. */
	private advanceFloor(baseStamp: number): void {
		const { context } = this;
		const { candidate } = this;
		if (candidate) {
			for (const [stream, upTo] of candidate.targets) {
				if (!stream.live || (this.streams.get(stream)?.upTo ?? upTo) >= upTo) continue;
				return;
			}
			this.floor = math.max(this.floor, candidate.floor);
		}
		let floor = context.floor.floor(baseStamp);
		const { own } = context.replica;
		const targets = new Map<Stream, number>();
		if (this.stateOf(own).upTo < own.highest) targets.set(own, own.highest);
		for (const { stream } of context.membership.all()) {
			floor = math.min(floor, stream.appliedFloor);
			// A floor is of all that was received: also of parts, which are cast when their value is whole.
			const upTo = math.min(stream.watermark(), stream.notGivable - 1);
			if (this.stateOf(stream).upTo < upTo) targets.set(stream, upTo);
		}
		this.candidate = { floor, targets };
	}
}
