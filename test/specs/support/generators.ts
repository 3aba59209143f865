/** Seeded cases for properties: the same seed gives the same case, everywhere. */

const WORD = 2 ** 32;

export class Generator {
	private state: number;

	constructor(seed: number) {
		this.state = (seed * 2_654_435_761) % WORD;
		for (const _ of $range(1, 4)) this.word();
	}

	/** Uniform in 0 to 2^32 - 1. */
	public word(): number {
		this.state = (this.state * 1_664_525 + 1_013_904_223) % WORD;
		// The low bits of such a sequence repeat soon; the high ones are mixed into them.
		return bit32.bxor(this.state, bit32.rshift(this.state, 16));
	}

	/** A whole number from `least` to `most`, both included. */
	public integer(least: number, most: number): number {
		const span = most - least + 1;
		const unit = span <= WORD ? this.word() / WORD : (this.word() + this.word() / WORD) / WORD;
		return least + math.min(math.floor(unit * span), span - 1);
	}

	/** A whole number from 0 to `most` whose size, not its value, is uniform: small ones come often. */
	public magnitude(most: number): number {
		const bits = math.ceil(math.log(most + 1, 2));
		return this.integer(0, math.min(most, 2 ** this.integer(0, bits)));
	}

	/** True once in `times`. */
	public oneIn(times: number): boolean {
		return this.integer(1, times) === 1;
	}

	public pick<T extends defined>(choices: ReadonlyArray<T>): T {
		return choices[this.integer(0, choices.size() - 1)]!;
	}

	/** Any bytes. */
	public bytes(size: number): string {
		const characters = new Array<string>();
		for (const _ of $range(1, size)) characters.push(string.char(this.integer(0, 255)));
		return characters.join("");
	}

	/** UTF-8 of `least` to `most` bytes, with what costs extra: quotes, backslashes, control characters, long characters. */
	public text(least: number, most: number): string {
		const size = this.integer(least, most);
		const plain = this.oneIn(2);
		const characters = new Array<string>();
		let bytes = 0;
		while (bytes < size) {
			const character = plain ? string.char(this.integer(32, 126)) : this.character();
			if (bytes + character.size() > size) {
				characters.push("x");
				bytes += 1;
				continue;
			}
			characters.push(character);
			bytes += character.size();
		}
		return characters.join("");
	}

	private character(): string {
		const kind = this.integer(1, 6);
		if (kind === 1) return this.pick(['"', "\\", "`", "~", "/", "&"]);
		if (kind === 2) return string.char(this.oneIn(8) ? 127 : this.integer(0, 31));
		if (kind === 3) return utf8.char(this.integer(0x80, 0x7ff));
		if (kind === 4)
			return utf8.char(this.oneIn(2) ? this.integer(0x800, 0xd7ff) : this.integer(0x1_0000, 0x10_ffff));
		return string.char(this.integer(32, 126));
	}
}

/**
 * Tries a property with the cases of seeds 1 to `count`. A failure names the seed; to see that case alone, pass its
 * seed as `onlySeed` until it is fixed.
 */
export function property(count: number, holds: (generate: Generator) => void, onlySeed?: number): void {
	for (const seed of $range(onlySeed ?? 1, onlySeed ?? count)) {
		const [succeeded, problem] = pcall(() => holds(new Generator(seed)));
		if (!succeeded) error(`seed ${seed} of ${count}: ${problem}`, 0);
	}
	if (onlySeed !== undefined) error(`the property held for seed ${onlySeed}; take it out to try all of them`, 0);
}
