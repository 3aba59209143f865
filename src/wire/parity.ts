//!native
//!optimize 2
/**
 * Parity pages: of n of them, each replaces any one lost page of its group. Page i belongs to group i % n.
 *
 * Pages are added up, symbol by symbol, modulo the number of symbols. Symbols are the 93 printable ASCII characters that
 * JSON does not escape; `~` or `&` and a symbol stand for any other byte, and for themselves. So a parity text is as long
 * as the longest page of its group and 2 characters more, where `~`, `&`, `"`, `\`, and each byte that is not ASCII
 * count twice.
 */

const ESCAPES: ReadonlyArray<string> = ["~", "&"];
/** Start a parity text: the sum of the pages' lengths. */
const LENGTH_SYMBOLS = 2;

const SYMBOLS = new Array<string>();
const BYTES = 256;

/** By byte: its number as a symbol. */
const SYMBOL_OF_BYTE = new Map<number, number>();
/** By byte of a body: the number of the symbol it is, or of the two that stand for it. */
const FIRST_OF_BYTE = new Map<number, number>();
const SECOND_OF_BYTE = new Map<number, number>();
/** By the numbers of both symbols, the first times 93 plus the second. */
const BYTE_OF_PAIR = new Map<number, number>();

const escapedBytes = new Array<number>();
for (const byte of $range(0, BYTES - 1)) {
	const character = string.char(byte);
	if (byte < 32 || byte > 126 || character === '"' || character === "\\") {
		escapedBytes.push(byte);
		continue;
	}
	if (ESCAPES.includes(character)) escapedBytes.push(byte);
	SYMBOL_OF_BYTE.set(byte, SYMBOLS.size());
	FIRST_OF_BYTE.set(byte, SYMBOLS.size());
	SYMBOLS.push(character);
}
const BASE = SYMBOLS.size();
/** Bodies must be shorter, escaped. */
const LENGTH_LIMIT = BASE ** LENGTH_SYMBOLS;
const ESCAPE_NUMBERS = ESCAPES.map((character) => SYMBOL_OF_BYTE.get(string.byte(character)[0]!)!);
escapedBytes.forEach((byte, index) => {
	const first = ESCAPE_NUMBERS[index.idiv(BASE)]!;
	const second = index % BASE;
	FIRST_OF_BYTE.set(byte, first);
	SECOND_OF_BYTE.set(byte, second);
	BYTE_OF_PAIR.set(first * BASE + second, byte);
});

/** Sums of symbols, by position from 0. */
class Sums {
	private readonly sums: buffer;
	/** How many positions are in use. */
	public size = 0;

	constructor(mostSymbols: number) {
		this.sums = buffer.create(4 * mostSymbols);
	}

	/** Adds a body's symbols, or takes them away with the sign -1. Returns how many there are. */
	public addBody(body: string, sign: number): number {
		const sums = this.sums;
		let offset = 0;
		for (const position of $range(1, body.size())) {
			const byte = string.byte(body, position)[0]!;
			buffer.writei32(sums, offset, buffer.readi32(sums, offset) + sign * FIRST_OF_BYTE.get(byte)!);
			offset += 4;
			const second = SECOND_OF_BYTE.get(byte);
			if (second === undefined) continue;
			buffer.writei32(sums, offset, buffer.readi32(sums, offset) + sign * second);
			offset += 4;
		}
		const size = offset / 4;
		this.size = math.max(this.size, size);
		return size;
	}

	public symbol(position: number): number {
		return buffer.readi32(this.sums, 4 * position) % BASE;
	}

	public add(position: number, symbol: number): void {
		buffer.writei32(this.sums, 4 * position, this.symbol(position) + symbol);
		this.size = math.max(this.size, position + 1);
	}
}

/** The parity texts, one a group, of a snapshot's page bodies. */
export function makeParity(bodies: ReadonlyArray<string>, parities: number): string[] {
	let longest = 0;
	for (const body of bodies) longest = math.max(longest, body.size());
	if (2 * longest >= LENGTH_LIMIT) error(`a page of ${longest} bytes is too long for parity`);

	const texts = new Array<string>();
	for (const group of $range(0, parities - 1)) {
		const sums = new Sums(2 * longest);
		let lengths = 0;
		for (const index of $range(group, bodies.size() - 1, parities)) lengths += sums.addBody(bodies[index]!, 1);
		const symbols = [SYMBOLS[(lengths % LENGTH_LIMIT).idiv(BASE)]!, SYMBOLS[lengths % BASE]!];
		for (const position of $range(0, sums.size - 1)) symbols.push(SYMBOLS[sums.symbol(position)]!);
		texts.push(symbols.join(""));
	}
	return texts;
}

/**
 * The bodies that can be computed from what arrived, by index: those that alone are missing in a group whose parity
 * text is there. `bodies` are by page index, `parityTexts` by group.
 */
export function recoverPages(
	pages: number,
	parities: number,
	bodies: ReadonlyMap<number, string>,
	parityTexts: ReadonlyMap<number, string>,
): Map<number, string> {
	const recovered = new Map<number, string>();
	for (const group of $range(0, math.min(parities, pages) - 1)) {
		const parityText = parityTexts.get(group);
		if (parityText === undefined) continue;
		const others = new Array<string>();
		const missing = new Array<number>();
		for (const index of $range(group, pages - 1, parities)) {
			const body = bodies.get(index);
			if (body !== undefined) others.push(body);
			else missing.push(index);
		}
		if (missing.size() !== 1) continue;
		const body = recover(parityText, others);
		if (body !== undefined) recovered.set(missing[0]!, body);
	}
	return recovered;
}

/** Undefined if the parity text cannot be that of these bodies and one more. */
function recover(parityText: string, others: ReadonlyArray<string>): string | undefined {
	const paritySize = parityText.size() - LENGTH_SYMBOLS;
	if (paritySize < 0) return undefined;
	let longest = paritySize;
	for (const body of others) longest = math.max(longest, 2 * body.size());

	const sums = new Sums(longest);
	let length = 0;
	for (const position of $range(1, parityText.size())) {
		const symbol = SYMBOL_OF_BYTE.get(string.byte(parityText, position)[0]!);
		if (symbol === undefined) return undefined;
		if (position <= LENGTH_SYMBOLS) length = length * BASE + symbol;
		else sums.add(position - LENGTH_SYMBOLS - 1, symbol);
	}
	for (const body of others) length -= sums.addBody(body, -1);
	length %= LENGTH_LIMIT;
	if (length > paritySize) return undefined;
	// Where the missing body had ended, it added nothing.
	for (const position of $range(length, sums.size - 1)) if (sums.symbol(position) !== 0) return undefined;
	return bodyOf(sums, length);
}

function bodyOf(sums: Sums, length: number): string | undefined {
	const characters = new Array<string>();
	let position = 0;
	while (position < length) {
		const symbol = sums.symbol(position);
		position += 1;
		if (!ESCAPE_NUMBERS.includes(symbol)) {
			characters.push(SYMBOLS[symbol]!);
			continue;
		}
		const byte = position < length ? BYTE_OF_PAIR.get(symbol * BASE + sums.symbol(position)) : undefined;
		if (byte === undefined) return undefined;
		characters.push(string.char(byte));
		position += 1;
	}
	return characters.join("");
}
