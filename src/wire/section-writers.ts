/** Writes the sections other than records. Numbers must be whole and within `bounds.ts`; stamps not above the base stamp. */
import { DIGITS, encodeNumber, encodeWord, numberBytes } from "./base85";
import {
	BeatSection,
	CastRange,
	CastSection,
	CoverSection,
	Departure,
	HeardEntry,
	Identity,
	JoinSection,
	MemberEntry,
	PageSection,
	PartSection,
	ProbeAckSection,
	ProbeSection,
	StandingEntry,
	StreamName,
	TurnSection,
	VersionRange,
	WithdrawnEntry,
} from "./frame";
import { CastFlag, Kind, MEMBER_FLAGS, MEMBER_STATES, MemberFlag } from "./layout";
import { PoolTable } from "./records-writer";
import { idFormOf, idText } from "./server-ids";
import { jsonBytes } from "./text";

/** A section with as many of a list's entries as there was room for. */
export interface PartialSection {
	/** Empty if not even one entry fits. */
	readonly text: string;
	/** How many entries are in it, from the list's start. */
	readonly count: number;
}

const LOSS_DIGIT_MOST = 84;

export function writeBeat(beat: Omit<BeatSection, "kind">, baseStamp: number): string {
	return section(
		Kind.Beat,
		flag(beat.synced) +
			encodeNumber(beat.upTo) +
			encodeNumber(baseStamp - beat.floor) +
			encodeNumber(baseStamp - beat.frontier) +
			encodeNumber(beat.nextSeconds) +
			DIGITS[math.clamp(math.round(beat.lossPercent), 0, LOSS_DIGIT_MOST)]! +
			encodeWord(beat.digest),
	);
}

export function writeIdentity(identity: Identity): string {
	return section(Kind.Identity, identityText(identity));
}

export function writeMembers(
	members: ReadonlyArray<MemberEntry>,
	roomBytes: number,
	baseStamp: number,
): PartialSection {
	const baseSeconds = baseStamp.idiv(1000);
	return list(Kind.Members, members, roomBytes, (member) => {
		const { state, incarnation, applied, appliedFloor, serverId } = member;
		const form = idFormOf(serverId);
		const isKnown = applied > 0 || appliedFloor > 0;
		const flags = (incarnation > 0 ? MemberFlag.Incarnation : 0) + (isKnown ? MemberFlag.Applied : 0);
		const stateDigit = state === "live" ? 0 : state === "closed" ? 1 : 2;
		const ageSeconds = baseSeconds - member.startedAtSeconds;
		return (
			DIGITS[flags + MEMBER_FLAGS * (stateDigit + MEMBER_STATES * form)]! +
			idText(serverId, form) +
			(incarnation > 0 ? encodeNumber(incarnation) : "") +
			(isKnown ? encodeNumber(applied) + encodeNumber(baseStamp - appliedFloor) : "") +
			// A clock may be ahead of another.
			encodeNumber(ageSeconds >= 0 ? 2 * ageSeconds : -2 * ageSeconds - 1) +
			encodeNumber(member.placeVersion)
		);
	});
}

export function writeDepartures(departures: ReadonlyArray<Departure>, roomBytes: number): PartialSection {
	return list(
		Kind.Departures,
		departures,
		roomBytes,
		(departure) =>
			streamText(departure) + DIGITS[departure.reason === "closed" ? 1 : 2]! + encodeNumber(departure.upTo),
	);
}

export function writeNack(ranges: ReadonlyArray<VersionRange>, roomBytes: number): PartialSection {
	return list(
		Kind.Nack,
		ranges,
		roomBytes,
		(range) =>
			streamText(range) +
			encodeNumber(range.after) +
			encodeNumber(range.upTo - range.after) +
			flag(range.authoritative),
	);
}

export function writeHeard(streams: ReadonlyArray<HeardEntry>, roomBytes: number): PartialSection {
	return list(Kind.Heard, streams, roomBytes, (heard) => streamText(heard) + encodeNumber(heard.upTo));
}

/** Names as many of the held pages as there is room for; the others come once more. */
export function writeJoin(join: Omit<JoinSection, "kind">, roomBytes: number): string {
	const start = encodeWord(join.nonce) + DIGITS[join.attempt]!;
	const held = list(Kind.Join, join.held, roomBytes, encodeNumber, start);
	return held.count > 0 ? held.text : section(Kind.Join, start + encodeNumber(0));
}

export function writePart({ part, parts }: Omit<PartSection, "kind">): string {
	return section(Kind.Part, DIGITS[part]! + DIGITS[parts]!);
}

export function writeTurn({ nonce, seconds, parts, responders }: Omit<TurnSection, "kind">): string {
	const about = encodeWord(nonce) + encodeNumber(seconds) + DIGITS[parts]!;
	return section(Kind.Turn, about + encodeNumber(responders.size()) + responders.join(""));
}

export function writePage(page: Omit<PageSection, "kind">): string {
	const { nonce, index, pages, parities } = page;
	return section(Kind.Page, encodeWord(nonce) + encodeNumber(index) + encodeNumber(pages) + DIGITS[parities]!);
}

/** `text` as `makeParity` gives it: it needs no escapes. */
export function writeParity(text: string): string {
	return section(Kind.Parity, text);
}

export function writeProbe(probe: Omit<ProbeSection, "kind">): string {
	const { nonce, presumedDead, incarnation } = probe;
	return section(Kind.Probe, encodeWord(nonce) + flag(presumedDead) + encodeNumber(incarnation));
}

export function writeProbeAck(probeAck: Omit<ProbeAckSection, "kind">): string {
	return section(Kind.ProbeAck, encodeWord(probeAck.nonce));
}

export function writeCast(cast: Omit<CastSection, "kind">, baseStamp: number): string {
	const { dissolved, founding, responders } = cast;
	const flags =
		(dissolved ? CastFlag.Dissolved : 0) +
		(responders.isEmpty() ? 0 : CastFlag.Responders) +
		(founding ? CastFlag.Founding : 0);
	return section(
		Kind.Cast,
		DIGITS[flags]! +
			encodeNumber(cast.epoch) +
			encodeNumber(cast.seq) +
			encodeNumber(cast.uplinkTenths) +
			encodeNumber(cast.messageTenths) +
			encodeNumber(baseStamp - cast.floor) +
			encodeNumber(baseStamp - cast.frontier) +
			encodeNumber(cast.servers) +
			encodeWord(cast.census) +
			DIGITS[cast.givePercent]! +
			(responders.isEmpty() ? "" : encodeNumber(responders.size()) + responders.join("")),
	);
}

export function writeBacklog(waiting: number): string {
	return section(Kind.Backlog, encodeNumber(waiting));
}

export function writeCover({ epoch, after, upTo, part, parts }: Omit<CoverSection, "kind">): string {
	const about = encodeNumber(epoch) + encodeNumber(upTo) + encodeNumber(upTo - after);
	return section(Kind.Cover, about + DIGITS[part]! + DIGITS[parts]!);
}

/** `groups` as `RecordsWriter` makes them with these pools. */
export function writeRelayed(pools: PoolTable, groups: ReadonlyArray<string>): string {
	return section(Kind.Relayed, pools.text() + groups.join(""));
}

export function writeStanding(streams: ReadonlyArray<StandingEntry>, roomBytes: number): PartialSection {
	return list(
		Kind.Standing,
		streams,
		roomBytes,
		(standing) => streamText(standing) + encodeNumber(standing.upTo) + encodeWord(standing.digest),
	);
}

export function writeCastNack(epoch: number, ranges: ReadonlyArray<CastRange>, roomBytes: number): PartialSection {
	return list(
		Kind.CastNack,
		ranges,
		roomBytes,
		({ after, upTo }) => encodeNumber(after) + encodeNumber(upTo - after),
		encodeNumber(epoch),
	);
}

/** All of them, or nothing if there are none. */
export function writeWithdrawn(streams: ReadonlyArray<WithdrawnEntry>): string {
	if (streams.isEmpty()) return "";
	const texts = streams.map((entry) => {
		const { versions } = entry;
		if (!versions) return streamText(entry) + flag(true);
		let former = 0;
		const steps = versions.map((version) => {
			const step = encodeNumber(version - former);
			former = version;
			return step;
		});
		return streamText(entry) + flag(false) + encodeNumber(versions.size()) + steps.join("");
	});
	return section(Kind.Withdrawn, encodeNumber(streams.size()) + texts.join(""));
}

function section(kind: Kind, body: string): string {
	return DIGITS[kind]! + encodeNumber(body.size()) + body;
}

function list<T>(
	kind: Kind,
	entries: ReadonlyArray<T>,
	roomBytes: number,
	entryText: (entry: T) => string,
	start = "",
): PartialSection {
	const texts = new Array<string>();
	let entriesBytes = 0;
	let escapeBytes = 0;
	for (const entry of entries) {
		const text = entryText(entry);
		const count = texts.size() + 1;
		const bodyBytes = start.size() + numberBytes(count) + entriesBytes + text.size();
		const escapes = escapeBytes + jsonBytes(text) - text.size();
		if (1 + numberBytes(bodyBytes) + bodyBytes + escapes > roomBytes) break;
		texts.push(text);
		entriesBytes += text.size();
		escapeBytes = escapes;
	}
	const count = texts.size();
	return { text: count > 0 ? section(kind, start + encodeNumber(count) + texts.join("")) : "", count };
}

function streamText(stream: StreamName): string {
	return stream.shortId + encodeNumber(stream.incarnation);
}

function identityText(identity: Identity): string {
	const form = idFormOf(identity.serverId);
	return (
		DIGITS[form]! +
		idText(identity.serverId, form) +
		encodeNumber(identity.startedAtSeconds) +
		encodeNumber(identity.placeVersion)
	);
}

function flag(value: boolean): string {
	return DIGITS[value ? 1 : 0]!;
}
