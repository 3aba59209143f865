//!native
//!optimize 2
/**
 * Wire text: text in the form that costs least once a message has become JSON.
 * Hot: once per key and value sent, once per message received. Loops over bytes: Lua patterns with sets are five times slower.
 */
import { DIGITS } from "./base85";

/** Starts the two characters that stand for a control character: this one, then the digit of its number. */
const ESCAPE = string.char(127);
const EXCHANGED: ReadonlyArray<string> = ['"', "`", "\\", "~"];
const PARTNERS: ReadonlyArray<string> = ["`", '"', "~", "\\"];

/** By byte: what it becomes on the wire; -1 for a control character. From 1 on without holes, as an array; 0 is absent. */
const WIRE_OF_BYTE = new Map<number, number>();
const ESCAPED_OF_CONTROL = new Map<string, string>();
const CONTROL_OF_DIGIT = new Map<string, string>();
/** By byte: its partner, or itself. The exchange undoes itself. */
const PARTNER_OF_BYTE = new Map<number, number>();

for (const byte of $range(1, 255)) {
	WIRE_OF_BYTE.set(byte, byte < 32 || byte === 127 ? -1 : byte);
	PARTNER_OF_BYTE.set(byte, byte);
}
for (const index of $range(0, 3)) {
	const byte = string.byte(EXCHANGED[index]!)[0]!;
	const partner = string.byte(PARTNERS[index]!)[0]!;
	WIRE_OF_BYTE.set(byte, partner);
	PARTNER_OF_BYTE.set(byte, partner);
}
for (const digit of $range(0, 32)) {
	const control = digit === 32 ? ESCAPE : string.char(digit);
	ESCAPED_OF_CONTROL.set(control, ESCAPE + DIGITS[digit]!);
	CONTROL_OF_DIGIT.set(DIGITS[digit]!, control);
}

/** The text with quotes and backquotes exchanged, and backslashes and tildes. Doing it twice undoes it. */
export function exchange(text: string): string {
	if (
		string.find(text, "`", 1, true)[0] === undefined &&
		string.find(text, '"', 1, true)[0] === undefined &&
		string.find(text, "~", 1, true)[0] === undefined &&
		string.find(text, "\\", 1, true)[0] === undefined
	) {
		return text;
	}
	const bytes = buffer.fromstring(text);
	for (const offset of $range(0, text.size() - 1)) {
		const byte = buffer.readu8(bytes, offset);
		const partner = PARTNER_OF_BYTE.get(byte);
		if (partner !== byte && partner !== undefined) buffer.writeu8(bytes, offset, partner);
	}
	return buffer.tostring(bytes);
}

/** The wire text of a text. */
export function toWire(text: string): string {
	const bytes = buffer.fromstring(text);
	let changed = false;
	for (const offset of $range(0, text.size() - 1)) {
		const byte = buffer.readu8(bytes, offset);
		const wireByte = WIRE_OF_BYTE.get(byte) ?? -1;
		if (wireByte === byte) continue;
		if (wireByte < 0) return escapeControls(exchange(text));
		buffer.writeu8(bytes, offset, wireByte);
		changed = true;
	}
	return changed ? buffer.tostring(bytes) : text;
}

function escapeControls(text: string): string {
	return string.gsub(text, "%c", ESCAPED_OF_CONTROL)[0];
}

/** The text of a wire text, or undefined if it is none. */
export function fromWire(wire: string): string | undefined {
	return traits(wire) === Traits.HasControls ? undefined : unescapeControls(exchange(wire));
}

/** Undefined if an escape stands for nothing. Digits are never exchanged, so this can follow the exchange. */
export function unescapeControls(text: string): string | undefined {
	let position = string.find(text, ESCAPE, 1, true)[0];
	if (position === undefined) return text;
	const pieces = new Array<string>();
	let from = 1;
	while (position !== undefined) {
		const control = CONTROL_OF_DIGIT.get(string.sub(text, position + 1, position + 1));
		if (control === undefined) return undefined;
		pieces.push(string.sub(text, from, position - 1), control);
		from = position + 2;
		position = string.find(text, ESCAPE, from, true)[0];
	}
	pieces.push(string.sub(text, from));
	return pieces.join("");
}

/** What is to be looked at in the texts of a message. */
export const enum Traits {
	/** Printable ASCII and DEL only. */
	Ascii,
	/** Bytes that may or may not be UTF-8. */
	NotAscii,
	/** Bytes below 32, which nothing on the wire has. */
	HasControls,
}

/** Looks at four bytes at a time: bit 7 of a byte says that it is not ASCII, bits 5 to 7 that it is no control character. */
export function traits(text: string): Traits {
	const bytes = buffer.fromstring(text);
	const size = text.size();
	const wordsEnd = size - (size % 4);
	let united = 0;
	for (const offset of $range(0, wordsEnd - 4, 4)) {
		const word = buffer.readu32(bytes, offset);
		united = bit32.bor(united, word);
		const bits = bit32.bor(word, bit32.rshift(word, 1), bit32.rshift(word, 2));
		if (bit32.band(bits, 0x2020_2020) !== 0x2020_2020) return Traits.HasControls;
	}
	for (const offset of $range(wordsEnd, size - 1)) {
		const byte = buffer.readu8(bytes, offset);
		united = bit32.bor(united, byte);
		if (byte < 32) return Traits.HasControls;
	}
	return bit32.band(united, 0x8080_8080) === 0 ? Traits.Ascii : Traits.NotAscii;
}

/** The bytes that the engine's JSON encoder makes of what goes on the wire, without the quotes around it. */
export function jsonBytes(wire: string): number {
	return wire.size() + occurrences(wire, '"') + occurrences(wire, "\\");
}

/** How often a character is in a text. */
export function occurrences(text: string, character: string): number {
	let count = 0;
	let position = string.find(text, character, 1, true)[0];
	while (position !== undefined) {
		count += 1;
		position = string.find(text, character, position + 1, true)[0];
	}
	return count;
}

export function isUtf8(text: string): boolean {
	return typeIs(utf8.len(text)[0], "number");
}
