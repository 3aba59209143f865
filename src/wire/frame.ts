/** The decoded form of what travels; `docs/protocol.md` section 3 has the layout. */

/** Eight base-85 digits made from a hash of the ServerId: a server's name on the wire. */
export type ShortId = string;

/** Names one stream: what one incarnation of one sequencer sends. */
export interface StreamName {
	readonly shortId: ShortId;
	readonly incarnation: number;
}

/**
 * What survivors do with a lost or closed owner's contributions.
 * @inline
 */
export type OwnerGonePolicy = "remove" | "adopt";

export interface WireRecord {
	/** The record's number in its stream. */
	readonly version: number;
	/** The small number by which its stream calls this (pool, key). */
	readonly reference: number;
	readonly stamp: number;
	/** Pool and key; undefined when the record goes by its reference alone. */
	readonly pool: string | undefined;
	readonly policy: OwnerGonePolicy | undefined;
	readonly key: string | undefined;
	/** The value, the text of this part, or undefined for a tombstone. When `valueIsKey`, undefined: the value is the key. */
	readonly value: string | undefined;
	readonly valueIsKey: boolean;
	/** For a tombstone: the stamp of the value it withdraws. */
	readonly withdrawn?: number | undefined;
	/** For a part of a large value: its index from 0, and how many there are. */
	readonly partIndex?: number | undefined;
	readonly partCount?: number | undefined;
}

export interface RecordsSection {
	readonly kind: "records";
	/** Undefined: the sender's own stream. */
	readonly stream: StreamName | undefined;
	readonly after: number;
	readonly upTo: number;
	/** Every current record of the stream with a version in (after, upTo] is in this section. */
	readonly complete: boolean;
	readonly records: ReadonlyArray<WireRecord>;
}

export interface BeatSection {
	readonly kind: "beat";
	readonly synced: boolean;
	/** The highest version this server's stream has. */
	readonly upTo: number;
	/** Every record of this server with a stamp up to this one has been sent, at a version up to `upTo`. */
	readonly floor: number;
	/** Every record of every live server with a stamp up to this one has been applied here. */
	readonly frontier: number;
	/** The next beat comes within so many seconds. */
	readonly nextSeconds: number;
	readonly lossPercent: number;
	/** 32-bit hash of the contributions this server owns. */
	readonly digest: number;
}

export interface Identity {
	readonly serverId: string;
	readonly startedAtSeconds: number;
	readonly placeVersion: number;
}
export interface IdentitySection extends Identity {
	readonly kind: "identity";
}

export type MemberState = "live" | "closed" | "lost";
export interface MemberEntry extends StreamName, Identity {
	readonly state: MemberState;
	readonly applied: number;
	readonly appliedFloor: number;
}
export interface MembersSection {
	readonly kind: "members";
	readonly members: ReadonlyArray<MemberEntry>;
}

export interface Departure extends StreamName {
	readonly reason: "closed" | "lost";
	readonly upTo: number;
}
export interface DeparturesSection {
	readonly kind: "departures";
	readonly departures: ReadonlyArray<Departure>;
}

export interface JoinSection {
	readonly kind: "join";
	readonly nonce: number;
	readonly attempt: number;
	/** Indices of the pages already held. */
	readonly held: ReadonlyArray<number>;
}
export interface PageSection {
	readonly kind: "page";
	readonly nonce: number;
	/** From 0; indices from `pages` on are parity pages. */
	readonly index: number;
	readonly pages: number;
	readonly parities: number;
}
export interface ParitySection {
	readonly kind: "parity";
	readonly text: string;
}

export interface VersionRange extends StreamName {
	readonly after: number;
	readonly upTo: number;
	/** Asks for the truth: what is absent from the answer is to be dropped. */
	readonly authoritative: boolean;
}
export interface NackSection {
	readonly kind: "nack";
	readonly ranges: ReadonlyArray<VersionRange>;
}
export interface ProbeSection {
	readonly kind: "probe";
	readonly nonce: number;
	readonly presumedDead: boolean;
	readonly incarnation: number;
}
export interface ProbeAckSection {
	readonly kind: "probeAck";
	readonly nonce: number;
}

/** How far another server's stream has been heard of. */
export interface HeardEntry extends StreamName {
	readonly upTo: number;
}
export interface HeardSection {
	readonly kind: "heard";
	readonly streams: ReadonlyArray<HeardEntry>;
}

/** The head of a hub's broadcast, or of a repair of some. */
export interface CastSection {
	readonly kind: "cast";
	/** Counts the hubs that there were. */
	readonly epoch: number;
	/** The number of the hub's broadcast in its epoch. */
	readonly seq: number;
	readonly dissolved: boolean;
	/** The casts of this epoch, from the first on, bring all there is. */
	readonly founding: boolean;
	/** A server sends what is new to the hub at most so often, in tenths of a second. */
	readonly uplinkTenths: number;
	/** It may send a full message of changes in this time, in tenths of a second; 0 for as much as it has. */
	readonly messageTenths: number;
	/** Every record of every live server with a stamp up to this one was cast, at a number up to `seq`. */
	readonly floor: number;
	/** Every record with a stamp up to this one was applied on every live server. */
	readonly frontier: number;
	/** How many servers live, and a hash of who they are */
	readonly servers: number;
	readonly census: number;
	/** How much of what all servers may send those may take together that give the state, in hundredths. */
	readonly givePercent: number;
	/** Some servers that give the state. */
	readonly responders: ReadonlyArray<ShortId>;
}

/** What follows is everything that the casts `after < seq <= upTo` brought, as far as it is current. */
export interface CoverSection {
	readonly kind: "cover";
	readonly epoch: number;
	readonly after: number;
	readonly upTo: number;
	/** Of so many messages, which only together bring all of it, this is number `part`, from 0. */
	readonly part: number;
	readonly parts: number;
}

/** What the news of two casts before this one add up to: with either, the other can be computed. */
export interface SumSection {
	readonly kind: "sum";
	/** The base stamps of those casts. */
	readonly nearerStamp: number;
	readonly fartherStamp: number;
	/** As `makeParity` gives it. */
	readonly text: string;
}

/** Records of one stream in a hub's broadcast. */
export interface RelayedGroup extends Omit<RecordsSection, "kind" | "stream"> {
	/** Its short id may be the first characters only: of the one server whose short id begins so. */
	readonly stream: StreamName;
}
export interface RelayedSection {
	readonly kind: "relayed";
	readonly groups: ReadonlyArray<RelayedGroup>;
}

/** What a stream comes to, for comparison. */
export interface StandingEntry extends StreamName {
	readonly upTo: number;
	readonly digest: number;
}
export interface StandingSection {
	readonly kind: "standing";
	readonly streams: ReadonlyArray<StandingEntry>;
}

export interface CastRange {
	readonly after: number;
	readonly upTo: number;
}
/** Asks for what some of a hub's broadcasts brought. */
export interface CastNackSection {
	readonly kind: "castNack";
	readonly epoch: number;
	readonly ranges: ReadonlyArray<CastRange>;
}

/** So many changes wait at the sender besides those in this message. */
export interface BacklogSection {
	readonly kind: "backlog";
	readonly waiting: number;
}

/** A part of what a game sends to one server. */
export interface LetterSection {
	readonly kind: "letter";
	/** The sender's own count of its letters, from 1. */
	readonly id: number;
	/** From 0. */
	readonly part: number;
	readonly parts: number;
	readonly channel: string;
	readonly text: string;
}

export interface Receipt {
	readonly id: number;
	/** Parts that have not come; none if all of it was handed over. */
	readonly missing: ReadonlyArray<number>;
}
export interface ReceiptSection {
	readonly kind: "receipt";
	readonly letters: ReadonlyArray<Receipt>;
}

/** Records of one stream that an older statement of the state has and that are not current any more. */
export interface WithdrawnEntry extends StreamName {
	/** Undefined: all of the stream. Otherwise their versions, ascending. */
	readonly versions: ReadonlyArray<number> | undefined;
}
export interface WithdrawnSection {
	readonly kind: "withdrawn";
	readonly streams: ReadonlyArray<WithdrawnEntry>;
}

/** What an entry about an election says; its place here is its digit on the wire. */
export const ELECTION_WORDS = [
	"beat",
	"coordinator",
	"election",
	"answer",
	"lost",
	"probe",
	"alive",
	"seen",
	"resigned",
	"tell",
	"told",
	"untold",
] as const;
export type ElectionWord = (typeof ELECTION_WORDS)[number];

/** One thing said about who leads in a scope. */
export interface ElectionEntry {
	readonly word: ElectionWord;
	/** Hash of the scope's name and mode. */
	readonly scope: number;
	/** The leadership it is about; 0 for none. */
	readonly term: number;
	/** A server it is about: whom a leader that resigns names. */
	readonly about?: ShortId | undefined;
	/** The number and the text of a message to the leader. */
	readonly id?: number | undefined;
	readonly text?: string | undefined;
}
export interface ElectionSection {
	readonly kind: "election";
	readonly entries: ReadonlyArray<ElectionEntry>;
}

export type Section =
	| RecordsSection
	| BeatSection
	| IdentitySection
	| MembersSection
	| DeparturesSection
	| JoinSection
	| PageSection
	| ParitySection
	| NackSection
	| ProbeSection
	| ProbeAckSection
	| HeardSection
	| CastSection
	| CoverSection
	| SumSection
	| RelayedSection
	| StandingSection
	| CastNackSection
	| BacklogSection
	| LetterSection
	| ReceiptSection
	| WithdrawnSection
	| ElectionSection;

export interface FrameHeader {
	/** Undefined for a broadcast. */
	readonly addressee: ShortId | undefined;
	readonly sender: ShortId;
	readonly incarnation: number;
	/** The sender's broadcasts, modulo 85: tells receivers how many they missed. */
	readonly counter: number;
	/** No stamp in the frame is above this one. */
	readonly baseStamp: number;
	/** Addressed messages this server sent since its last broadcast: budgets are shared knowledge. */
	readonly unicasts: number;
}

export interface Frame extends FrameHeader {
	readonly sections: ReadonlyArray<Section>;
	/** Sections of kinds this version does not know; skipped. */
	readonly unknownSections: number;
	/** Of a cast: the words and records right after its head, as they stand there. */
	readonly news: string | undefined;
}

/** Why a message was dropped before anything of it was applied. */
export type DropReason = "type" | "size" | "version" | "checksum" | "malformed";
