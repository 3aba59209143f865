/** Puts sections into messages. */
import { OWN_MESSAGE_BYTES } from "../platform/limits";
import { DIGITS, encodeNumber, encodeStamp, encodeWord, WORD_BYTES } from "./base85";
import { checksum } from "./checksum";
import { FrameHeader } from "./frame";
import { Cast, WIRE_VERSION } from "./layout";
import { jsonBytes } from "./text";

/**
 * What a message may have as JSON, the two quotes included. The documentation says "1kB" and leaves open what of: this
 * is the strictest reading, 1,000 bytes of what the engine sends.
 */
export const MESSAGE_BYTES = OWN_MESSAGE_BYTES;

const QUOTES_BYTES = 2;

/** What a string takes of a message's bytes, when it is the message. */
export function messageBytes(text: string): number {
	return jsonBytes(text) + QUOTES_BYTES;
}

/** What a message takes before it has any section, quotes included; `MESSAGE_BYTES` less this is the sections' room. */
export function frameHeaderBytes(header: FrameHeader): number {
	return QUOTES_BYTES + WORD_BYTES + headerText(header).size();
}

/** A message of these sections. `seed` is the cluster's, see `seedOfKey`. */
export function writeFrame(header: FrameHeader, sections: ReadonlyArray<string>, seed: number): string {
	const covered = headerText(header) + sections.join("");
	return encodeWord(checksum(covered, seed)) + covered;
}

function headerText(header: FrameHeader): string {
	return (
		DIGITS[WIRE_VERSION]! +
		(header.addressee === undefined ? DIGITS[Cast.Broadcast]! : DIGITS[Cast.Addressed]! + header.addressee) +
		header.sender +
		encodeNumber(header.incarnation) +
		DIGITS[header.counter]! +
		encodeStamp(header.baseStamp) +
		encodeNumber(header.unicasts)
	);
}
