/// <reference types="@rbxts/testez/globals" />
import {
	DIGITS,
	encodeFixed,
	encodeNumber,
	encodeStamp,
	encodeWord,
	NUMBER_LIMIT,
	numberBytes,
	STAMP_LIMIT,
} from "../../../src/wire/base85";
import { Reader } from "../../../src/wire/reader";
import { property } from "../support/generators";

/** The first and last number of each length. */
const EDGES = [
	0,
	1,
	63,
	64,
	148,
	149,
	1_423,
	1_424,
	30_323,
	30_324,
	85 ** 3 - 1,
	85 ** 3,
	85 ** 4,
	2 ** 40,
	2 ** 50,
	NUMBER_LIMIT - 1,
];

function readNumber(text: string): number | undefined {
	const reader = new Reader(text);
	const value = reader.number();
	return reader.done() ? value : undefined;
}

export = () => {
	describe("digits", () => {
		it("are 85 characters that nothing escapes, in ASCII order", () => {
			expect(DIGITS.size()).to.equal(85);
			let previous = "";
			for (const digit of DIGITS) {
				expect(previous < digit).to.equal(true);
				expect(string.find(" \"&'/<>\\`~", digit, 1, true)[0]).to.equal(undefined);
				previous = digit;
			}
		});

		it("are the only characters a reader takes for one", () => {
			for (const byte of $range(0, 255)) {
				const reader = new Reader(string.char(byte));
				const digit = reader.digit();
				expect(reader.failed).to.equal(!DIGITS.includes(string.char(byte)));
				if (!reader.failed) expect(DIGITS[digit]).to.equal(string.char(byte));
			}
		});
	});

	describe("numbers", () => {
		it("come back, at every edge between lengths", () => {
			for (const edge of EDGES) {
				for (const value of [edge - 1, edge, edge + 1]) {
					if (value < 0 || value >= NUMBER_LIMIT) continue;
					expect(readNumber(encodeNumber(value))).to.equal(value);
					expect(encodeNumber(value).size()).to.equal(numberBytes(value));
				}
			}
		});

		it("come back, whatever they are", () => {
			property(5_000, (generate) => {
				const value = generate.magnitude(2 ** 50);
				if (readNumber(encodeNumber(value)) !== value) error(`${value}`);
				if (encodeNumber(value).size() !== numberBytes(value)) error(`size of ${value}`);
			});
		});

		it("take 1 character to 63, 2 to 1,423, 3 to 30,323, then 2 more than their digits", () => {
			const lengths = [63, 64, 1_423, 1_424, 30_323, 30_324, 85 ** 3, 2 ** 50].map((value) => numberBytes(value));
			expect(lengths.join(" ")).to.equal("1 2 2 3 3 5 6 10");
		});

		it("have one valid form each", () => {
			const seen = new Map<number, string>();
			const forms = new Array<string>();
			for (const first of DIGITS) forms.push(first);
			for (const first of $range(64, 84)) for (const second of DIGITS) forms.push(DIGITS[first]! + second);
			for (const value of $range(0, 40_000, 7)) {
				for (const count of $range(0, 8)) {
					if (value < 85 ** count) forms.push(DIGITS[84]! + DIGITS[count]! + encodeFixed(value, count));
				}
			}
			for (const form of forms) {
				const value = readNumber(form);
				if (value === undefined) continue;
				if (seen.has(value) && seen.get(value) !== form) error(`${value} is ${form} and ${seen.get(value)}`);
				if (encodeNumber(value) !== form) error(`${form} is ${value}, which is ${encodeNumber(value)}`);
				seen.set(value, form);
			}
		});

		it("are refused where they are cut short", () => {
			for (const value of EDGES) {
				const text = encodeNumber(value);
				for (const size of $range(0, text.size() - 1))
					expect(readNumber(string.sub(text, 1, size))).to.equal(undefined);
			}
		});

		it("are refused with more than eight digits", () => {
			expect(readNumber(DIGITS[84]! + DIGITS[9]! + string.rep("A", 9))).to.equal(undefined);
			expect(readNumber(DIGITS[84]! + DIGITS[84]! + string.rep("A", 84))).to.equal(undefined);
		});
	});

	describe("words and stamps", () => {
		it("come back", () => {
			property(1_000, (generate) => {
				const word = generate.word();
				const stamp = generate.magnitude(STAMP_LIMIT - 1);
				const reader = new Reader(encodeWord(word) + encodeStamp(stamp));
				expect(reader.word()).to.equal(word);
				expect(reader.stamp()).to.equal(stamp);
				expect(reader.done()).to.equal(true);
			});
		});

		it("have 32 bits: five digits above that are no word", () => {
			const largest = new Reader(encodeFixed(2 ** 32 - 1, 5));
			expect(largest.word()).to.equal(2 ** 32 - 1);
			expect(largest.failed).to.equal(false);
			const tooLarge = new Reader(encodeFixed(2 ** 32, 5));
			tooLarge.word();
			expect(tooLarge.failed).to.equal(true);
		});
	});

	describe("a reader", () => {
		it("stays failed, and reads nothing more, after the first failure", () => {
			const reader = new Reader('!"!!!!!!!!!!!!!!!!');
			expect(reader.digit()).to.equal(0);
			expect(reader.failed).to.equal(false);
			reader.digit();
			expect(reader.failed).to.equal(true);
			expect(reader.remaining()).to.equal(0);
			expect(reader.number()).to.equal(0);
			expect(reader.word()).to.equal(0);
			expect(reader.stamp()).to.equal(0);
			expect(reader.text()).to.equal("");
			expect(reader.shortId()).to.equal("");
			expect(reader.count(1)).to.equal(0);
			expect(reader.rest()).to.equal("");
			expect(reader.failed).to.equal(true);
			expect(reader.done()).to.equal(false);
		});

		it("refuses to count more than what is left could hold", () => {
			const enough = new Reader(encodeNumber(3) + "!!!!!!");
			expect(enough.count(2)).to.equal(3);
			expect(enough.failed).to.equal(false);
			const tooMany = new Reader(encodeNumber(3) + "!!!!!");
			tooMany.count(2);
			expect(tooMany.failed).to.equal(true);
		});

		it("refuses a part of which something is left over", () => {
			const reader = new Reader("!!!!");
			const outer = reader.enter(2);
			reader.digit();
			reader.leave(outer);
			expect(reader.failed).to.equal(true);
		});

		it("goes on after a part that was read whole", () => {
			const reader = new Reader("!!#");
			const outer = reader.enter(2);
			reader.digit();
			reader.digit();
			reader.leave(outer);
			expect(reader.digit()).to.equal(1);
			expect(reader.done()).to.equal(true);
		});

		it("never throws, whatever it is given to read", () => {
			property(3_000, (generate) => {
				const reader = new Reader(generate.bytes(generate.integer(0, 40)));
				for (const _ of $range(1, 8)) {
					const what = generate.integer(1, 7);
					if (what === 1) reader.number();
					else if (what === 2) reader.word();
					else if (what === 3) reader.stamp();
					else if (what === 4) reader.text(1, 10);
					else if (what === 5) reader.shortId();
					else if (what === 6) reader.count(3);
					else reader.leave(reader.enter(reader.number()));
				}
			});
		});
	});
};
