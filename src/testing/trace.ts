/** Prime, and small enough for the product with the multiplier to be exact in a double. */
const MODULUS = 140737488355213;
const MULTIPLIER = 61;

/** A rolling hash over what happened: two runs that did the same have the same. Integers only, since texts of doubles may differ. */
export class Trace {
	private hash = 7;

	/** Hot: several times an event. */
	add(value: number): void {
		this.hash = (this.hash * MULTIPLIER + value) % MODULUS;
	}

	addSeconds(seconds: number): void {
		this.add(math.floor(seconds * 1e6 + 0.5));
	}

	/** 12 hexadecimal digits. */
	text(): string {
		return string.format("%04x%08x", math.floor(this.hash / 4294967296), this.hash % 4294967296);
	}
}
