//!native
//!optimize 2
/**
 * A 32-bit checksum. Hot: over every byte of every message, sent and received.
 *
 * A polynomial over the text's 32-bit words modulo a prime: a change of one byte, or two bytes that changed places, cannot
 * go unnoticed, whatever the multiplier, because no multiplier used here has a power within a message's length that
 * equals a power of 256. Both multiplier and start come from the seed. Not cryptographic.
 */

/** The largest prime below 2^32. */
const PRIME = 4_294_967_291;
const WORD_RANGE = 2 ** 32;
/** Multipliers are between this and its double, so that every intermediate result stays below 2^52 and is exact. */
const LEAST_MULTIPLIER = 2 ** 18;
const LENGTH_FACTOR = 40_503;
/** Odd, so that multiplying modulo 2^32 loses nothing. */
const FINAL_FACTOR = 1_664_525;

/** Seeds are whole numbers below this. */
export const SEED_LIMIT = WORD_RANGE * LEAST_MULTIPLIER;

/** Spreads a difference in any bit over all bits, one to one. */
function scatter(sum: number): number {
	let mixed = bit32.bxor(sum, bit32.rshift(sum, 15));
	mixed = (mixed * FINAL_FACTOR) % WORD_RANGE;
	mixed = bit32.bxor(mixed, bit32.rshift(mixed, 13));
	mixed = (mixed * FINAL_FACTOR) % WORD_RANGE;
	return bit32.bxor(mixed, bit32.rshift(mixed, 16));
}

/** The checksum of `text` from its character `from` on. */
export function checksum(text: string, seed: number, from = 1): number {
	const bytes = buffer.fromstring(text);
	const size = text.size();
	const start = from - 1;
	const multiplier = LEAST_MULTIPLIER + seed.idiv(WORD_RANGE);
	let sum = ((seed % WORD_RANGE) + (size - start) * LENGTH_FACTOR) % PRIME;
	const wordsEnd = size - ((size - start) % 4);
	for (const offset of $range(start, wordsEnd - 4, 4)) {
		sum = ((sum + buffer.readu32(bytes, offset)) * multiplier) % PRIME;
	}
	for (const offset of $range(wordsEnd, size - 1)) {
		sum = ((sum + buffer.readu8(bytes, offset)) * multiplier) % PRIME;
	}
	return scatter(sum);
}

/** The seed that a cluster's shared key stands for; the empty key is that of clusters without one. */
export function seedOfKey(key: string): number {
	const start = checksum(key, 1);
	const multiplier = checksum(key, 2 + WORD_RANGE) % LEAST_MULTIPLIER;
	return multiplier * WORD_RANGE + start;
}
