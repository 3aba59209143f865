/** Which messages of a numbered series something is true of, as text for a message: four of them in each hexadecimal digit. */
export class Bits {
	private readonly digits = new Array<number>();

	constructor(readonly size: number) {
		for (const _ of $range(1, math.ceil(size / 4))) this.digits.push(0);
	}

	static parse(text: string, size: number): Bits {
		const bits = new Bits(size);
		for (const index of $range(0, bits.digits.size() - 1)) {
			bits.digits[index] = tonumber(string.sub(text, index + 1, index + 1), 16) ?? 0;
		}
		return bits;
	}

	has(index: number): boolean {
		return ((this.digits[index.idiv(4)] ?? 0) >> (index % 4)) % 2 === 1;
	}

	/** False if it was set already, or is none of the series. */
	add(index: number): boolean {
		if (index < 0 || index >= this.size || this.has(index)) return false;
		this.digits[index.idiv(4)]! += 2 ** (index % 4);
		return true;
	}

	count(): number {
		let count = 0;
		for (const index of $range(0, this.size - 1)) if (this.has(index)) count += 1;
		return count;
	}

	text(): string {
		return this.digits.map((digit) => string.format("%x", digit)).join("");
	}
}
