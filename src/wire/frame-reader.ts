/** Reads messages. Whatever arrives, nothing throws, and nothing of a message counts unless all of it is as it must be. */
import { sometimes } from "../diagnostics/situations";
import { DOCUMENTED_MESSAGE_BYTES } from "../platform/limits";
import { decodeWord, DIGITS, WORD_BYTES } from "./base85";
import { COUNTER_LIMIT } from "./bounds";
import { checksum } from "./checksum";
import { DropReason, Frame, FrameHeader, Section } from "./frame";
import { Cast, Kind, WIRE_VERSION } from "./layout";
import { Reader } from "./reader";
import { readSection } from "./section-readers";

/** The checksum covers everything after itself, and the version comes first of that. */
const VERSION_AT = WORD_BYTES + 1;

export interface Sections {
	readonly sections: Section[];
	readonly unknownSections: number;
	/** Where the first section is a cast's head: the words and records right after it, as they stand there. */
	readonly news: string | undefined;
}

/** The frame that a message is, or why it is to be dropped. */
export function readFrame(message: unknown, seed: number): Frame | DropReason {
	if (!typeIs(message, "string")) return "type";
	// Larger than any own message, within what the cloud delivers: a later version may use all of it.
	if (message.size() < VERSION_AT || message.size() > DOCUMENTED_MESSAGE_BYTES) {
		sometimes("a message of the wrong size");
		return "size";
	}
	if (string.sub(message, VERSION_AT, VERSION_AT) !== DIGITS[WIRE_VERSION]) {
		sometimes("a message of another version of the wire");
		return "version";
	}
	if (decodeWord(message) !== checksum(message, seed, VERSION_AT)) {
		sometimes("a message with a wrong checksum");
		return "checksum";
	}

	const reader = new Reader(message, VERSION_AT);
	const { addressee, sender, incarnation, counter, baseStamp, unicasts } = readHeader(reader);
	const content = reader.failed ? undefined : readContent(reader, baseStamp);
	if (!content) {
		sometimes("a message that cannot be read");
		return "malformed";
	}
	return { addressee, sender, incarnation, counter, baseStamp, unicasts, ...content };
}

export function isDropReason(result: Frame | DropReason): result is DropReason {
	return typeIs(result, "string");
}

/** The sections that a snapshot page's body is. `baseStamp` is that of the message the page came in. */
export function readSections(body: string, baseStamp: number): Sections | undefined {
	return readContent(new Reader(body), baseStamp);
}

/**
 * What follows the page section of a message, as it stands there: what parity is computed over. Undefined unless the
 * message's first section is a page. The message must be one that `readFrame` accepted.
 */
export function readPageBody(message: string): string | undefined {
	const reader = new Reader(message, VERSION_AT);
	readHeader(reader);
	if (reader.digit() !== Kind.Page) return undefined;
	reader.take(reader.number());
	const body = reader.rest();
	return reader.failed ? undefined : body;
}

function readHeader(reader: Reader): FrameHeader {
	// The version.
	reader.digit();
	const addressee = reader.digitUpTo(Cast.Addressed) === Cast.Addressed ? reader.shortId() : undefined;
	const sender = reader.shortId();
	const incarnation = reader.numberUpTo(COUNTER_LIMIT - 1);
	const counter = reader.digit();
	const baseStamp = reader.stamp();
	return { addressee, sender, incarnation, counter, baseStamp, unicasts: reader.numberUpTo(COUNTER_LIMIT - 1) };
}

function readContent(reader: Reader, baseStamp: number): Sections | undefined {
	const sections = new Array<Section>();
	let unknownSections = 0;
	let newsFrom: number | undefined;
	let newsTo: number | undefined;
	while (!reader.failed && !reader.done()) {
		const from = reader.at();
		const kind = reader.digit();
		const size = reader.number();
		const outerLimit = reader.enter(size);
		const section = readSection(reader, kind, baseStamp);
		if (section) {
			sections.push(section);
		} else {
			sometimes("a section of an unknown kind");
			reader.take(size);
			unknownSections += 1;
		}
		reader.leave(outerLimit);
		if (kind === Kind.Cast && newsFrom === undefined) {
			newsFrom = reader.at();
			newsTo = newsFrom;
		} else if (newsTo === from && (kind === Kind.Members || kind === Kind.Relayed)) newsTo = reader.at();
	}
	if (reader.failed) return undefined;
	const news = newsFrom !== undefined ? reader.between(newsFrom, newsTo!) : undefined;
	return { sections, unknownSections, news };
}
