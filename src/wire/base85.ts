//!native
//!optimize 2
/**
 * Numbers as printable characters: base 85 without anything that JSON, HTML or a shell would escape.
 * Hot: every number of every message comes through here.
 */

const ALPHABET = "!#$%()*+,-.0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}";
const BASE = 85;

export const WORD_BYTES = 5;
export const STAMP_BYTES = 7;
export const SHORT_ID_BYTES = 8;
/** Numbers are below this: eight digits. Anything up to 2^50 has room. */
export const NUMBER_LIMIT = BASE ** 8;
/** Stamps are below this: seven digits, good until the year 2985. */
export const STAMP_LIMIT = BASE ** STAMP_BYTES;

/** Numbers below the first limit take one character, below the second two, below the third three. */
const ONE_LIMIT = 64;
const TWO_LIMIT = ONE_LIMIT + 16 * BASE;
export const THREE_LIMIT = TWO_LIMIT + 4 * BASE * BASE;
const TWO_MARK = 64;
const THREE_MARK = 80;
const LONG_MARK = 84;

/** The characters of the digits 0 to 84. */
export const DIGITS: ReadonlyArray<string> = string.split(ALPHABET, "");

const digitOfByte = new Map<number, number>();
for (const byte of $range(1, 255)) digitOfByte.set(byte, -1);
DIGITS.forEach((character, digit) => digitOfByte.set(string.byte(character)[0]!, digit));

/** By byte: the digit, or -1. From 1 on without holes, so that Luau keeps it as an array; 0 is absent. */
export const DIGIT_OF_BYTE: ReadonlyMap<number, number> = digitOfByte;

/** Exactly `count` digits, most significant first. */
export function encodeFixed(value: number, count: number): string {
	let text = "";
	let rest = value;
	for (const _ of $range(1, count)) {
		text = DIGITS[rest % BASE]! + text;
		rest = rest.idiv(BASE);
	}
	return text;
}

function longDigits(value: number): number {
	let count = 3;
	let limit = BASE ** 3;
	while (value >= limit) {
		count += 1;
		limit *= BASE;
	}
	return count;
}

export function encodeNumber(value: number): string {
	if (value < ONE_LIMIT) return DIGITS[value]!;
	if (value < TWO_LIMIT) {
		const rest = value - ONE_LIMIT;
		return DIGITS[TWO_MARK + rest.idiv(BASE)]! + DIGITS[rest % BASE]!;
	}
	if (value < THREE_LIMIT) {
		const rest = value - TWO_LIMIT;
		const high = rest.idiv(BASE);
		return DIGITS[THREE_MARK + high.idiv(BASE)]! + DIGITS[high % BASE]! + DIGITS[rest % BASE]!;
	}
	const count = longDigits(value);
	return DIGITS[LONG_MARK]! + DIGITS[count]! + encodeFixed(value, count);
}

/** How many characters `encodeNumber` makes. */
export function numberBytes(value: number): number {
	if (value < ONE_LIMIT) return 1;
	if (value < TWO_LIMIT) return 2;
	if (value < THREE_LIMIT) return 3;
	return 2 + longDigits(value);
}

export function encodeWord(value: number): string {
	const high = value.idiv(BASE ** 3);
	const low = value % BASE ** 3;
	// Joined at once: one string is made, not one for each digit.
	return (
		DIGITS[high.idiv(BASE)]! +
		DIGITS[high % BASE]! +
		DIGITS[low.idiv(BASE ** 2)]! +
		DIGITS[low.idiv(BASE) % BASE]! +
		DIGITS[low % BASE]!
	);
}

/** The word that a text begins with; -1 if it begins with something else. */
export function decodeWord(text: string): number {
	let value = 0;
	for (const position of $range(1, WORD_BYTES)) {
		const digit = DIGIT_OF_BYTE.get(string.byte(text, position)[0]!);
		if (digit === undefined || digit < 0) return -1;
		value = value * BASE + digit;
	}
	return value;
}

export function encodeStamp(value: number): string {
	return encodeFixed(value, STAMP_BYTES);
}
