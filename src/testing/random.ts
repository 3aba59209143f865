/**
 * Randomness by counter: a draw is a hash of the seed, the name of its stream and a number, not the next of a sequence.
 * So a run with one fault less draws the same for everything else, which is what makes a failing plan shrink.
 */

const TWO_TO_32 = 4294967296;

/**
 * A bijection of 32-bit numbers in which each input bit changes each output bit about half of the time.
 * Hot: several times a delivery, hence written out: multiplication modulo 2^32 takes two halves, since a plain product is not exact in a double.
 */
function scramble(value: number): number {
	let x = value ^ (value >>> 16);
	x = ((x % 65536) * 0x21f0aaad + (((x >>> 16) * 0x21f0aaad) % 65536) * 65536) % TWO_TO_32;
	x ^= x >>> 15;
	x = ((x % 65536) * 0xd35a2d97 + (((x >>> 16) * 0xd35a2d97) % 65536) * 65536) % TWO_TO_32;
	return x ^ (x >>> 15);
}

/** A 32-bit hash of a text. */
export function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (const position of $range(1, text.size())) {
		const mixed = hash ^ string.byte(text, position)[0]!;
		hash = ((mixed % 65536) * 16777619 + (((mixed >>> 16) * 16777619) % 65536) * 65536) % TWO_TO_32;
	}
	return scramble(hash);
}

/** A 32-bit hash of two 32-bit numbers, in this order. */
export function mix(a: number, b: number): number {
	return scramble((a * 3 + b + 0x9e3779b9) % TWO_TO_32);
}

/** The draw, uniform in [0, 1), that belongs to `counter` in the stream `key`. */
export function draw(key: number, counter: number): number {
	return mix(key, counter) / TWO_TO_32;
}

/** The draw that belongs to `counter` in the stream `key`, uniform between two bounds. */
export function drawBetween(key: number, counter: number, bounds: readonly [least: number, most: number]): number {
	return bounds[0] + draw(key, counter) * (bounds[1] - bounds[0]);
}

/** The key of the stream with this name under this seed. */
export function streamKey(seed: number, name: string): number {
	return mix(mix(hashText(name), seed % TWO_TO_32), math.floor(seed / TWO_TO_32) % TWO_TO_32);
}

/** The GUID that belongs to `counter` in the stream `key`: 36 characters, as long as a real one. */
export function drawGuid(key: number, counter: number): string {
	const a = mix(key, counter);
	const b = mix(a, 1);
	const c = mix(a, 2);
	const d = mix(a, 3);
	return string.format("%08x-%04x-4%03x-%04x-%04x%08x", a, b >>> 16, b % 4096, 0x8000 + (c % 0x4000), c >>> 16, d);
}

/** One stream read in order, for draws that nothing else numbers. */
export class RandomStream {
	private readonly key: number;
	private counter = 0;

	constructor(seed: number, name: string) {
		this.key = streamKey(seed, name);
	}

	/** Uniform in [0, 1). */
	next(): number {
		this.counter += 1;
		return draw(this.key, this.counter);
	}

	nextGuid(): string {
		this.counter += 1;
		return drawGuid(this.key, this.counter);
	}
}
