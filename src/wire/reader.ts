//!native
//!optimize 2
/**
 * Reads what stands one after the other in a string. Hot: every field of every received message.
 * Input may be hostile: a reader never throws. The first thing that is not as it must be sets `failed` and ends the
 * text there, so that everything read afterwards fails as well; results after that mean nothing.
 */
import { DIGIT_OF_BYTE, NUMBER_LIMIT, SHORT_ID_BYTES, STAMP_BYTES, THREE_LIMIT, WORD_BYTES } from "./base85";
import { ShortId } from "./frame";
import { exchange, isUtf8, Traits, traits, unescapeControls } from "./text";

const WORD_LIMIT = 2 ** 32;
const LONG_DIGITS_MOST = 8;

export class Reader {
	public failed = false;
	private limit: number;
	/** The source with all texts as they were before they became wire text, but for control characters. */
	private readonly exchanged: string;
	private readonly isAscii: boolean;

	/** Reads `source` from its character `position` on, 1 being the first. */
	constructor(
		private readonly source: string,
		private position = 1,
	) {
		this.limit = source.size();
		// Digits are never exchanged: everything can be at once.
		this.exchanged = exchange(source);
		const sourceTraits = traits(source);
		this.isAscii = sourceTraits === Traits.Ascii;
		if (sourceTraits === Traits.HasControls) this.fail();
	}

	/** Characters that are left. */
	public remaining(): number {
		return this.limit - this.position + 1;
	}

	/** Where it reads next, 1 being the first character. */
	public at(): number {
		return this.position;
	}

	/** The characters from one position to before another, unread. */
	public between(from: number, to: number): string {
		return string.sub(this.source, from, to - 1);
	}

	/** Whether all was as it must be, and nothing is left. */
	public done(): boolean {
		return !this.failed && this.position > this.limit;
	}

	/** Sets `failed`. Returns 0, for what could not be read. */
	public fail(): number {
		this.failed = true;
		this.position = 1;
		this.limit = 0;
		return 0;
	}

	public digit(): number {
		const position = this.position;
		if (position > this.limit) return this.fail();
		const digit = DIGIT_OF_BYTE.get(string.byte(this.source, position)[0]!);
		// There is no entry for byte 0.
		if (digit === undefined || digit < 0) return this.fail();
		this.position = position + 1;
		return digit;
	}

	/** A digit up to `most`. */
	public digitUpTo(most: number): number {
		const digit = this.digit();
		return digit <= most ? digit : this.fail();
	}

	public flag(): boolean {
		return this.digitUpTo(1) === 1;
	}

	public number(): number {
		const position = this.position;
		if (position > this.limit) return this.fail();
		const first = DIGIT_OF_BYTE.get(string.byte(this.source, position)[0]!) ?? -1;
		if (first < 64) {
			if (first < 0) return this.fail();
			this.position = position + 1;
			return first;
		}
		if (first < 80) {
			if (position === this.limit) return this.fail();
			const low = DIGIT_OF_BYTE.get(string.byte(this.source, position + 1)[0]!) ?? -1;
			if (low < 0) return this.fail();
			this.position = position + 2;
			return 64 + (first - 64) * 85 + low;
		}
		this.position = position + 1;
		if (first < 84) return 1424 + (first - 80) * 7225 + this.fixed(2);
		const count = this.digit();
		if (count > LONG_DIGITS_MOST) return this.fail();
		const value = this.fixed(count);
		// The shortest form is the only one: no smaller number has this many digits.
		return value >= THREE_LIMIT && value >= 85 ** (count - 1) ? value : this.fail();
	}

	/** A number up to `most`. */
	public numberUpTo(most: number): number {
		const value = this.number();
		return value <= most ? value : this.fail();
	}

	/** How many of something follow, each of which takes `bytesEach` characters or more. */
	public count(bytesEach: number): number {
		const count = this.number();
		return count * bytesEach <= this.limit - this.position + 1 ? count : this.fail();
	}

	/** 32 bits. */
	public word(): number {
		const value = this.fixed(WORD_BYTES);
		return value < WORD_LIMIT ? value : this.fail();
	}

	public stamp(): number {
		return this.fixed(STAMP_BYTES);
	}

	public shortId(): ShortId {
		return this.digits(SHORT_ID_BYTES);
	}

	/** So many digits, as they are. */
	public digits(count: number): string {
		const from = this.position;
		this.fixed(count);
		return this.failed ? "" : string.sub(this.source, from, from + count - 1);
	}

	/** A text of `leastBytes` to `mostBytes`, as it was before it became wire text. */
	public text(leastBytes = 0, mostBytes = NUMBER_LIMIT): string {
		const size = this.number();
		const from = this.position;
		const upTo = from + size - 1;
		if (upTo > this.limit) {
			this.fail();
			return "";
		}
		this.position = upTo + 1;
		const text = unescapeControls(string.sub(this.exchanged, from, upTo));
		if (
			text === undefined ||
			text.size() < leastBytes ||
			text.size() > mostBytes ||
			(!this.isAscii && !isUtf8(text))
		) {
			this.fail();
			return "";
		}
		return text;
	}

	/** All that is left, unread. */
	public rest(): string {
		return this.take(this.limit - this.position + 1);
	}

	/** The next `size` characters, unread. */
	public take(size: number): string {
		const from = this.position;
		const upTo = from + size - 1;
		if (upTo > this.limit) {
			this.fail();
			return "";
		}
		this.position = upTo + 1;
		return string.sub(this.source, from, upTo);
	}

	/** Makes the next `size` characters all there is, until `leave` is given what this returns. */
	public enter(size: number): number {
		const outerLimit = this.limit;
		const limit = this.position + size - 1;
		if (limit > outerLimit) return this.fail();
		this.limit = limit;
		return outerLimit;
	}

	/** Ends what `enter` began; all of it must have been read. */
	public leave(outerLimit: number): void {
		if (this.failed) return;
		if (this.position <= this.limit) this.fail();
		else this.limit = outerLimit;
	}

	private fixed(count: number): number {
		const from = this.position;
		const upTo = from + count - 1;
		if (upTo > this.limit) return this.fail();
		const source = this.source;
		let value = 0;
		for (const position of $range(from, upTo)) {
			const digit = DIGIT_OF_BYTE.get(string.byte(source, position)[0]!);
			if (digit === undefined || digit < 0) return this.fail();
			value = value * 85 + digit;
		}
		this.position = upTo + 1;
		return value;
	}
}
