import { Frame, Section } from "../../../src/wire/frame";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { frameHeaderBytes } from "../../../src/wire/frame-writer";
import { Kind } from "../../../src/wire/layout";
import { Reader } from "../../../src/wire/reader";

/** Without a shared key. */
const CHECKSUM_SEED = 0;

/** The frame that a message of this package is. */
export function frameOf(message: string): Frame {
	const frame = readFrame(message, CHECKSUM_SEED);
	assert(!isDropReason(frame), "what this package sends can be read");
	return frame;
}

function hasSection(frame: Frame, kinds: ReadonlySet<Section["kind"]>): boolean {
	return frame.sections.some((section) => kinds.has(section.kind));
}

const JOIN: ReadonlySet<Section["kind"]> = new Set(["join"] as const);
const STATE: ReadonlySet<Section["kind"]> = new Set(["join", "page", "parity"] as const);

/** Whether a message asks everybody for the state. */
export function isAnnouncement(message: string): boolean {
	const frame = frameOf(message);
	return frame.addressee === undefined && hasSection(frame, JOIN);
}

/** Whether a message asks one server for the state, or gives it to one. */
export function isAddressedForJoin(message: string): boolean {
	const frame = frameOf(message);
	return frame.addressee !== undefined && hasSection(frame, STATE);
}

const QUOTES_BYTES = 2;

/** Characters of a message that are sections of this kind. */
export function sectionCharacters(message: string, kind: Kind): number {
	// The header needs no escapes, so its bytes are its characters.
	const reader = new Reader(message, frameHeaderBytes(frameOf(message)) - QUOTES_BYTES + 1);
	let characters = 0;
	while (!reader.done()) {
		const before = reader.remaining();
		const found = reader.digit();
		reader.take(reader.number());
		if (found === kind) characters += before - reader.remaining();
	}
	return characters;
}

/** How many records of its own stream a message has. */
export function ownRecords(frame: Frame): number {
	let count = 0;
	for (const section of frame.sections) {
		if (section.kind === "records" && section.stream === undefined) count += section.records.size();
	}
	return count;
}
