/** 32-bit hash of a pool's key; computed once per register. */
export function hashKey(pool: string, key: string): number {
	return hashText(key, hashText(pool, 2166136261));
}

/** 32-bit hash of a record of that key: what a stream's digest is the XOR of. */
export function hashRecord(keyHash: number, stamp: number): number {
	return mix(bit32.bxor(keyHash, mix(stamp % 4294967296)));
}

function hashText(text: string, seed: number): number {
	let hash = seed;
	for (const index of $range(1, text.size())) {
		const byte = string.byte(text, index)[0]!;
		// Two exact steps instead of a 32-bit multiplication, which doubles cannot hold: 16,777,619 is split at its 2^24.
		const mixed = bit32.bxor(hash, byte);
		hash = (bit32.lshift(mixed, 24) + mixed * 403) % 4294967296;
	}
	return mix(hash);
}

/** Spreads every input bit over the result (a multiply-xorshift round in two exact halves). */
function mix(value: number): number {
	let mixed = bit32.bxor(value, bit32.rshift(value, 15));
	mixed = multiply(mixed, 0x2c1b3c6d);
	mixed = bit32.bxor(mixed, bit32.rshift(mixed, 12));
	mixed = multiply(mixed, 0x297a2d39);
	return bit32.bxor(mixed, bit32.rshift(mixed, 15));
}

function multiply(left: number, right: number): number {
	const low = (left % 65536) * right;
	const high = (math.floor(left / 65536) * right) % 65536;
	return (low + high * 65536) % 4294967296;
}
