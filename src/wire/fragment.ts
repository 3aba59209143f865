/** Cuts a value that is too large for one message into parts. */
import { jsonBytes, toWire } from "./text";

/** No character takes more: four bytes of UTF-8. */
const CHARACTER_BYTES_MOST = 4;
const FIRST_NOT_ASCII = 128;
/** UTF-8: bytes from 128 to 191 continue a character. */
const FIRST_LEAD = 192;

/** By ASCII character: its bytes on the wire, as JSON. Every other byte stays one byte. */
const WIRE_BYTES = new Array<number>();
for (const byte of $range(0, FIRST_NOT_ASCII - 1)) WIRE_BYTES.push(jsonBytes(toWire(string.char(byte))));

/**
 * The parts of a text, in order: each takes `partBytes` of a message at most (on the wire, as JSON, without what a
 * record needs besides), and as much of that as whole characters allow. The same everywhere, so that any server can
 * repair a part.
 */
export function cutParts(text: string, partBytes: number): string[] {
	if (partBytes < CHARACTER_BYTES_MOST) error(`parts of ${partBytes} bytes have no room for every character`);
	const parts = new Array<string>();
	let partFrom = 1;
	let partTakes = 0;
	let characterFrom = 1;
	let characterTakes = 0;
	for (const position of $range(1, text.size())) {
		const byte = string.byte(text, position)[0]!;
		if (byte < FIRST_NOT_ASCII || byte >= FIRST_LEAD || characterTakes === CHARACTER_BYTES_MOST) {
			partTakes += characterTakes;
			characterFrom = position;
			characterTakes = 0;
		}
		characterTakes += byte < FIRST_NOT_ASCII ? WIRE_BYTES[byte]! : 1;
		if (partTakes + characterTakes > partBytes) {
			parts.push(string.sub(text, partFrom, characterFrom - 1));
			partFrom = characterFrom;
			partTakes = 0;
		}
	}
	parts.push(string.sub(text, partFrom));
	return parts;
}
