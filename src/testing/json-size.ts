import { occurrences, Traits, traits } from "../wire/text";

/** Control characters for which JSON has an escape of two characters; the others take six (`\u001f`). */
const SHORT_ESCAPES: ReadonlySet<string> = new Set(["\b", "\t", "\n", "\f", "\r"]);

/** Bytes of `text` as a JSON string, quotes included. The cloud measures a message after encoding it. */
export function jsonBytes(text: string): number {
	let bytes = text.size() + 2;
	// Most texts need no look at each character, which takes a while.
	if (traits(text) !== Traits.HasControls) return bytes + occurrences(text, '"') + occurrences(text, "\\");
	let [position] = string.find(text, '[%c"\\]');
	while (position !== undefined) {
		const character = string.sub(text, position, position);
		if (character === '"' || character === "\\" || SHORT_ESCAPES.has(character)) bytes += 1;
		// %c counts DEL as a control character; JSON does not escape it.
		else if (character !== "\x7f") bytes += 5;
		[position] = string.find(text, '[%c"\\]', position + 1);
	}
	return bytes;
}

/** Characters of `text`; its bytes if it is not UTF-8. */
export function characters(text: string): number {
	const [length] = utf8.len(text);
	return typeIs(length, "number") ? length : text.size();
}

/** Whether `text` survives JSON at all: it has to be UTF-8 without zero bytes. */
export function isJsonText(text: string): boolean {
	if (traits(text) === Traits.Ascii) return true;
	const [zero] = string.find(text, "\0", 1, true);
	const [length] = utf8.len(text);
	return zero === undefined && length !== undefined && length !== false;
}
