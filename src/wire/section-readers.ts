/** Reads the sections of every kind. What they return after a failure means nothing; the caller looks at `reader.failed`. */
import { SHORT_ID_BYTES } from "./base85";
import {
	COUNTER_LIMIT,
	COVER_PARTS_MOST,
	GIVE_PERCENT_MOST,
	NEXT_BEAT_SECONDS_MOST,
	PAGES_MOST,
	MESSAGE_TENTHS_MOST,
	PARTS_MOST,
	POOL_NAME_BYTES_MOST,
	TELL_BYTES_MOST,
	UPLINK_TENTHS_MOST,
} from "./bounds";
import {
	BeatSection,
	CastRange,
	CastSection,
	Departure,
	ELECTION_WORDS,
	ElectionEntry,
	HeardEntry,
	Identity,
	LetterSection,
	MemberEntry,
	MemberState,
	PageSection,
	Receipt,
	Section,
	ShortId,
	StandingEntry,
	VersionRange,
	WithdrawnEntry,
} from "./frame";
import { CastFlag, Kind, MEMBER_FLAGS, MEMBER_STATES, MemberFlag } from "./layout";
import { Reader } from "./reader";
import { readRecords, readRelayed, readStreamName } from "./records-reader";
import { ID_FORMS, readId } from "./server-ids";
import { shortIdOf } from "./short-id";

const COUNTER_MOST = COUNTER_LIMIT - 1;
/** A short id and an incarnation: the least that an entry of a list of streams can take. */
const STREAM_BYTES_LEAST = SHORT_ID_BYTES + 1;

/** Its head, an id of one character, its age and its place's version. */
const MEMBER_BYTES_LEAST = 5;
/** A word, a scope, a term and a flag. */
const ELECTION_BYTES_LEAST = 8;

const STATES: ReadonlyArray<MemberState> = ["live", "closed", "lost"];

/** One section's body; undefined if this version does not know the kind. */
export function readSection(reader: Reader, kind: number, baseStamp: number): Section | undefined {
	if (kind === Kind.Records) return readRecords(reader, baseStamp);
	if (kind === Kind.Beat) return readBeat(reader, baseStamp);
	if (kind === Kind.Identity) return { kind: "identity", ...readIdentity(reader) };
	if (kind === Kind.Members) return { kind: "members", members: readMembers(reader, baseStamp) };
	if (kind === Kind.Departures) return { kind: "departures", departures: readDepartures(reader) };
	if (kind === Kind.Join) {
		const nonce = reader.word();
		return { kind: "join", nonce, attempt: reader.digit(), held: readPageIndices(reader) };
	}
	if (kind === Kind.Page) return readPage(reader);
	if (kind === Kind.Parity) return { kind: "parity", text: reader.rest() };
	if (kind === Kind.Nack) return { kind: "nack", ranges: readRanges(reader) };
	if (kind === Kind.Probe) {
		const nonce = reader.word();
		const presumedDead = reader.flag();
		return { kind: "probe", nonce, presumedDead, incarnation: reader.numberUpTo(COUNTER_MOST) };
	}
	if (kind === Kind.ProbeAck) return { kind: "probeAck", nonce: reader.word() };
	if (kind === Kind.Heard) return { kind: "heard", streams: readHeard(reader) };
	if (kind === Kind.Cast) return readCast(reader, baseStamp);
	if (kind === Kind.Relayed) return { kind: "relayed", groups: readRelayed(reader, baseStamp) };
	if (kind === Kind.Standing) return { kind: "standing", streams: readStanding(reader) };
	if (kind === Kind.Cover) {
		const epoch = reader.numberUpTo(COUNTER_MOST);
		const upTo = reader.numberUpTo(COUNTER_MOST);
		const after = upTo - reader.numberUpTo(upTo);
		const part = reader.digitUpTo(COVER_PARTS_MOST - 1);
		const parts = reader.digitUpTo(COVER_PARTS_MOST);
		if (part >= parts) reader.fail();
		return { kind: "cover", epoch, after, upTo, part, parts };
	}
	if (kind === Kind.Sum) {
		const nearerStamp = baseStamp - reader.numberUpTo(baseStamp);
		const fartherStamp = baseStamp - reader.numberUpTo(baseStamp);
		return { kind: "sum", nearerStamp, fartherStamp, text: reader.rest() };
	}
	if (kind === Kind.Backlog) return { kind: "backlog", waiting: reader.numberUpTo(COUNTER_MOST) };
	if (kind === Kind.CastNack) {
		const epoch = reader.numberUpTo(COUNTER_MOST);
		return { kind: "castNack", epoch, ranges: readCastRanges(reader) };
	}
	if (kind === Kind.Letter) return readLetter(reader);
	if (kind === Kind.Receipt) return { kind: "receipt", letters: readReceipts(reader) };
	if (kind === Kind.Election) return { kind: "election", entries: readElection(reader) };
	if (kind === Kind.Withdrawn) return { kind: "withdrawn", streams: readWithdrawn(reader) };
	return undefined;
}

function readLetter(reader: Reader): LetterSection {
	const id = reader.numberUpTo(COUNTER_MOST);
	const part = reader.number();
	const parts = reader.numberUpTo(PARTS_MOST);
	if (id === 0 || part >= parts) reader.fail();
	const channel = reader.text(1, POOL_NAME_BYTES_MOST);
	return { kind: "letter", id, part, parts, channel, text: reader.text() };
}

function readReceipts(reader: Reader): Receipt[] {
	const letters = new Array<Receipt>();
	for (const _ of $range(1, reader.count(2))) {
		const id = reader.numberUpTo(COUNTER_MOST);
		const missing = new Array<number>();
		for (const __ of $range(1, reader.count(1))) {
			const part = reader.numberUpTo(PARTS_MOST - 1);
			if (reader.failed) break;
			missing.push(part);
		}
		if (reader.failed) break;
		letters.push({ id, missing });
	}
	return letters;
}

function readElection(reader: Reader): ElectionEntry[] {
	const entries = new Array<ElectionEntry>();
	for (const _ of $range(1, reader.count(ELECTION_BYTES_LEAST))) {
		const word = ELECTION_WORDS[reader.digitUpTo(ELECTION_WORDS.size() - 1)]!;
		const scope = reader.word();
		const term = reader.number();
		const about = reader.flag() ? reader.shortId() : undefined;
		const isMessage = word === "tell" || word === "told" || word === "untold";
		const id = isMessage ? reader.numberUpTo(COUNTER_MOST) : undefined;
		const text = word === "tell" ? reader.text(1, TELL_BYTES_MOST) : undefined;
		if (reader.failed) break;
		entries.push({ word, scope, term, about, id, text });
	}
	return entries;
}

function readWithdrawn(reader: Reader): WithdrawnEntry[] {
	const streams = new Array<WithdrawnEntry>();
	for (const _ of $range(1, reader.count(STREAM_BYTES_LEAST))) {
		const { shortId, incarnation } = readStreamName(reader);
		const isAll = reader.flag();
		const versions = new Array<number>();
		if (!isAll) {
			let version = 0;
			for (const __ of $range(1, reader.count(1))) {
				const step = reader.numberUpTo(COUNTER_MOST - version);
				if (step === 0) reader.fail();
				if (reader.failed) break;
				version += step;
				versions.push(version);
			}
		}
		if (reader.failed) break;
		streams.push({ shortId, incarnation, versions: isAll ? undefined : versions });
	}
	return streams;
}

function readCast(reader: Reader, baseStamp: number): CastSection {
	const flags = reader.digitUpTo(CastFlag.Dissolved + CastFlag.Responders + CastFlag.Founding);
	const epoch = reader.numberUpTo(COUNTER_MOST);
	const seq = reader.numberUpTo(COUNTER_MOST);
	const uplinkTenths = reader.numberUpTo(UPLINK_TENTHS_MOST);
	const messageTenths = reader.numberUpTo(MESSAGE_TENTHS_MOST);
	const floor = baseStamp - reader.numberUpTo(baseStamp);
	const frontier = baseStamp - reader.numberUpTo(baseStamp);
	const servers = reader.numberUpTo(COUNTER_MOST);
	const census = reader.word();
	const givePercent = reader.digitUpTo(GIVE_PERCENT_MOST);
	const responders = new Array<ShortId>();
	if (bit32.btest(flags, CastFlag.Responders)) {
		for (const _ of $range(1, reader.count(SHORT_ID_BYTES))) {
			const responder = reader.shortId();
			if (reader.failed) break;
			responders.push(responder);
		}
	}
	const dissolved = bit32.btest(flags, CastFlag.Dissolved);
	return {
		kind: "cast",
		epoch,
		seq,
		dissolved,
		founding: bit32.btest(flags, CastFlag.Founding),
		uplinkTenths,
		messageTenths,
		floor,
		frontier,
		servers,
		census,
		givePercent,
		responders,
	};
}

function readStanding(reader: Reader): StandingEntry[] {
	const streams = new Array<StandingEntry>();
	for (const _ of $range(1, reader.count(STREAM_BYTES_LEAST))) {
		const { shortId, incarnation } = readStreamName(reader);
		const upTo = reader.numberUpTo(COUNTER_MOST);
		const digest = reader.word();
		if (reader.failed) break;
		streams.push({ shortId, incarnation, upTo, digest });
	}
	return streams;
}

function readCastRanges(reader: Reader): CastRange[] {
	const ranges = new Array<CastRange>();
	for (const _ of $range(1, reader.count(2))) {
		const after = reader.numberUpTo(COUNTER_MOST);
		const upTo = after + reader.numberUpTo(COUNTER_MOST - after);
		if (reader.failed) break;
		ranges.push({ after, upTo });
	}
	return ranges;
}

function readHeard(reader: Reader): HeardEntry[] {
	const streams = new Array<HeardEntry>();
	for (const _ of $range(1, reader.count(STREAM_BYTES_LEAST))) {
		const { shortId, incarnation } = readStreamName(reader);
		const upTo = reader.numberUpTo(COUNTER_MOST);
		if (reader.failed) break;
		streams.push({ shortId, incarnation, upTo });
	}
	return streams;
}

function readBeat(reader: Reader, baseStamp: number): BeatSection {
	const synced = reader.flag();
	const upTo = reader.numberUpTo(COUNTER_MOST);
	const floor = baseStamp - reader.numberUpTo(baseStamp);
	const frontier = baseStamp - reader.numberUpTo(baseStamp);
	const nextSeconds = reader.numberUpTo(NEXT_BEAT_SECONDS_MOST);
	const lossPercent = reader.digit();
	return { kind: "beat", synced, upTo, floor, frontier, nextSeconds, lossPercent, digest: reader.word() };
}

function readIdentity(reader: Reader): Identity {
	const serverId = readId(reader, reader.digitUpTo(ID_FORMS - 1));
	const startedAtSeconds = reader.numberUpTo(COUNTER_MOST);
	return { serverId, startedAtSeconds, placeVersion: reader.numberUpTo(COUNTER_MOST) };
}

function readMembers(reader: Reader, baseStamp: number): MemberEntry[] {
	const members = new Array<MemberEntry>();
	const baseSeconds = baseStamp.idiv(1000);
	for (const _ of $range(1, reader.count(MEMBER_BYTES_LEAST))) {
		const head = reader.digitUpTo(MEMBER_FLAGS * MEMBER_STATES * ID_FORMS - 1);
		const flags = head % MEMBER_FLAGS;
		const rest = head.idiv(MEMBER_FLAGS);
		const serverId = readId(reader, rest.idiv(MEMBER_STATES));
		const incarnation = bit32.btest(flags, MemberFlag.Incarnation) ? reader.numberUpTo(COUNTER_MOST) : 0;
		const isKnown = bit32.btest(flags, MemberFlag.Applied);
		const applied = isKnown ? reader.numberUpTo(COUNTER_MOST) : 0;
		const appliedFloor = isKnown ? baseStamp - reader.numberUpTo(baseStamp) : 0;
		const age = reader.number();
		const startedAtSeconds = baseSeconds - (age % 2 === 0 ? age / 2 : -(age + 1) / 2);
		if (startedAtSeconds < 0 || startedAtSeconds > COUNTER_MOST) reader.fail();
		const placeVersion = reader.numberUpTo(COUNTER_MOST);
		if (reader.failed) break;
		members.push({
			shortId: shortIdOf(serverId),
			incarnation,
			state: STATES[rest % MEMBER_STATES]!,
			applied,
			appliedFloor,
			serverId,
			startedAtSeconds,
			placeVersion,
		});
	}
	return members;
}

function readDepartures(reader: Reader): Departure[] {
	const departures = new Array<Departure>();
	for (const _ of $range(1, reader.count(STREAM_BYTES_LEAST))) {
		const { shortId, incarnation } = readStreamName(reader);
		const reason = STATES[reader.digitUpTo(STATES.size() - 1)]!;
		if (reason === "live") reader.fail();
		const upTo = reader.numberUpTo(COUNTER_MOST);
		if (reader.failed || reason === "live") break;
		departures.push({ shortId, incarnation, reason, upTo });
	}
	return departures;
}

function readPageIndices(reader: Reader): number[] {
	const indices = new Array<number>();
	for (const _ of $range(1, reader.count(1))) {
		const index = reader.numberUpTo(PAGES_MOST);
		if (reader.failed) break;
		indices.push(index);
	}
	return indices;
}

function readPage(reader: Reader): PageSection {
	const nonce = reader.word();
	const index = reader.number();
	const pages = reader.numberUpTo(PAGES_MOST);
	const parities = reader.digit();
	if (pages === 0 || index >= pages + parities) reader.fail();
	return { kind: "page", nonce, index, pages, parities };
}

function readRanges(reader: Reader): VersionRange[] {
	const ranges = new Array<VersionRange>();
	for (const _ of $range(1, reader.count(STREAM_BYTES_LEAST))) {
		const { shortId, incarnation } = readStreamName(reader);
		const after = reader.numberUpTo(COUNTER_MOST);
		const upTo = after + reader.numberUpTo(COUNTER_MOST - after);
		const authoritative = reader.flag();
		if (reader.failed) break;
		ranges.push({ shortId, incarnation, after, upTo, authoritative });
	}
	return ranges;
}
