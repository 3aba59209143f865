import { RandomStream } from "../../src/testing";
import { Sharing } from "./contender";

/** A text's key is what stands before its number: "a3k07#000123rest". */
const KEY_BYTES = 5;
const NUMBER_DIGITS = 6;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** The key number `index` (0 to 99) of the server number `server` (1 to 26). */
export function keyName(server: number, index: number): string {
	return `${string.sub(LETTERS, server, server)}-k${string.format("%02d", index)}`;
}

/** The server that a key belongs to, as its name has it. */
export function ownerOf(key: string): string {
	return string.sub(key, 1, 1);
}

export function keyOf(value: string): string {
	return string.sub(value, 1, KEY_BYTES);
}

/** What tells the values apart that are shared so. */
export function keysOf(sharing: Sharing): (value: string) => string {
	return sharing === "values" ? keyOf : (value) => value;
}

/** The text with which the number of an update is written: found in messages as it is. */
export function numberTag(updateNumber: number): string {
	return string.format("#%06d", updateNumber);
}

export function numberOf(value: string): number {
	return tonumber(string.sub(value, KEY_BYTES + 2, KEY_BYTES + 1 + NUMBER_DIGITS)) ?? 0;
}

/** Letters, as many as asked for. */
export function letters(random: RandomStream, count: number): string {
	const text = new Array<string>();
	for (const _ of $range(1, count)) {
		const position = 1 + math.floor(random.next() * LETTERS.size());
		text.push(string.sub(LETTERS, position, position));
	}
	return text.join("");
}

/** A value of `bytes` bytes in all. */
export function valueOf(key: string, updateNumber: number, bytes: number, random: RandomStream): string {
	return key + numberTag(updateNumber) + letters(random, bytes - KEY_BYTES - NUMBER_DIGITS - 1);
}

/** The number of an update anywhere in a text; 0 if there is none. */
export function numberInText(text: string): number {
	const [digits] = string.match(text, "#(%d%d%d%d%d%d)");
	return digits === undefined ? 0 : tonumber(digits)!;
}
