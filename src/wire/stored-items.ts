/** The items that are kept in MemoryStoreService; `docs/protocol.md` has their layout. Reading never throws, whatever is there. */
import { DIGITS, decodeWord, encodeNumber, encodeStamp, encodeWord, WORD_BYTES } from "./base85";
import { COUNTER_LIMIT } from "./bounds";
import { checksum } from "./checksum";
import { Section, ShortId } from "./frame";
import { readSections } from "./frame-reader";
import { Reader } from "./reader";

/** Of these items; a later version may write others, which this one does not read. */
const ITEM_VERSION = 1;
/** What Roblox documents for one value, in the smaller reading of a kilobyte. */
const ITEM_BYTES_MOST = 32_000;
export const STORED_PAGES_MOST = 200;
/** A page's head, and the quotes around it. */
export const STORED_HEAD_BYTES = 40;

const COUNTER_MOST = COUNTER_LIMIT - 1;
const CONTENT_AT = WORD_BYTES + 1;

/** The one item that says which pages there are, and what has changed since they were written. */
export interface StoredState {
	readonly writer: ShortId;
	readonly incarnation: number;
	/** Counts how often the writer has said this. */
	readonly count: number;
	/** Counts the states that the writer has written as pages. */
	readonly generation: number;
	readonly pages: number;
	/** Bytes of everything that the writer keeps. */
	readonly bytes: number;
	/** What the pages' stamps are relative to. */
	readonly pagesStamp: number;
	/** Of the pages' own checksums. */
	readonly pagesChecksum: number;
	/** What the stamps of the difference are relative to. */
	readonly baseStamp: number;
	/** The writer's clock when it said so, in milliseconds of Unix time. */
	readonly writtenAt: number;
	/** Everything up to there had been applied by the writer, and it holds that back. */
	readonly frontier: number;
	/** The sections of what is different from the pages. */
	readonly difference: string;
}

export interface StoredPage {
	readonly writer: ShortId;
	readonly generation: number;
	readonly index: number;
	readonly body: string;
}

export function writeStoredState(state: StoredState, seed: number): string {
	return sealed(
		state.writer +
			encodeNumber(state.incarnation) +
			encodeNumber(state.count) +
			encodeNumber(state.generation) +
			encodeNumber(state.pages) +
			encodeNumber(state.bytes) +
			encodeStamp(state.pagesStamp) +
			encodeWord(state.pagesChecksum) +
			encodeStamp(state.baseStamp) +
			encodeStamp(state.writtenAt) +
			encodeNumber(math.max(0, state.baseStamp - state.frontier)) +
			state.difference,
		seed,
	);
}

/** Undefined if it is none, or not whole. */
export function readStoredState(item: unknown, seed: number): StoredState | undefined {
	const reader = unsealed(item, seed);
	if (!reader) return undefined;
	const writer = reader.shortId();
	const incarnation = reader.numberUpTo(COUNTER_MOST);
	const count = reader.numberUpTo(COUNTER_MOST);
	const generation = reader.numberUpTo(COUNTER_MOST);
	const pages = reader.numberUpTo(STORED_PAGES_MOST);
	const bytes = reader.numberUpTo(COUNTER_MOST);
	const pagesStamp = reader.stamp();
	const pagesChecksum = reader.word();
	const baseStamp = reader.stamp();
	const writtenAt = reader.stamp();
	const frontier = baseStamp - reader.numberUpTo(baseStamp);
	const difference = reader.rest();
	if (reader.failed) return undefined;
	return {
		writer,
		incarnation,
		count,
		generation,
		pages,
		bytes,
		pagesStamp,
		pagesChecksum,
		baseStamp,
		writtenAt,
		frontier,
		difference,
	};
}

export function writeStoredPage(page: StoredPage, seed: number): string {
	return sealed(page.writer + encodeNumber(page.generation) + encodeNumber(page.index) + page.body, seed);
}

/** Undefined if it is none, or not whole. */
export function readStoredPage(item: unknown, seed: number): StoredPage | undefined {
	const reader = unsealed(item, seed);
	if (!reader) return undefined;
	const writer = reader.shortId();
	const generation = reader.numberUpTo(COUNTER_MOST);
	const index = reader.numberUpTo(STORED_PAGES_MOST);
	const body = reader.rest();
	return reader.failed ? undefined : { writer, generation, index, body };
}

/** A checksum over the checksums of all pages, in their order. */
export function checksumOfPages(pages: ReadonlyArray<string>, seed: number): number {
	return checksum(pages.map((page) => string.sub(page, 1, WORD_BYTES)).join(""), seed);
}

/** The sections of a body; undefined if anything in it is not as it must be. */
export function readBody(body: string, baseStamp: number): Section[] | undefined {
	return readSections(body, baseStamp)?.sections;
}

function sealed(content: string, seed: number): string {
	const text = `${DIGITS[ITEM_VERSION]!}${content}`;
	return encodeWord(checksum(text, seed)) + text;
}

function unsealed(item: unknown, seed: number): Reader | undefined {
	if (!typeIs(item, "string") || item.size() <= WORD_BYTES || item.size() > ITEM_BYTES_MOST) return undefined;
	if (string.sub(item, CONTENT_AT, CONTENT_AT) !== DIGITS[ITEM_VERSION]) return undefined;
	if (decodeWord(item) !== checksum(item, seed, CONTENT_AT)) return undefined;
	const reader = new Reader(item, CONTENT_AT);
	reader.digit();
	return reader;
}
