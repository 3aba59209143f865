/// <reference types="@rbxts/testez/globals" />
import { jsonBytes as emulatedJsonBytes } from "../../../src/testing/json-size";
import { fromWire, isUtf8, jsonBytes, toWire } from "../../../src/wire/text";
import { property } from "../support/generators";

export = () => {
	describe("wire text", () => {
		it("is the text itself where nothing has to change", () => {
			expect(toWire("Grüße, #1 / 'x' & <y>")).to.equal("Grüße, #1 / 'x' & <y>");
		});

		it("has quotes and backquotes exchanged, and backslashes and tildes", () => {
			expect(toWire('{"a\\b":"`~"}')).to.equal('{`a~b`:`"\\`}');
			expect(fromWire('{`a~b`:`"\\`}')).to.equal('{"a\\b":"`~"}');
		});

		it("has control characters as DEL and a digit", () => {
			expect(toWire("\0\n\x1f\x7f")).to.equal("\x7f!\x7f.\x7fF\x7fG");
			expect(fromWire("\x7f!\x7f.\x7fF\x7fG")).to.equal("\0\n\x1f\x7f");
		});

		it("comes back, whatever it is", () => {
			property(5_000, (generate) => {
				const text = generate.oneIn(2) ? generate.text(0, 100) : generate.bytes(generate.integer(0, 40));
				if (fromWire(toWire(text)) !== text) error(string.format("%q", text));
			});
		});

		it("has no control characters but DEL", () => {
			property(2_000, (generate) => {
				const wire = toWire(generate.bytes(50));
				for (const position of $range(1, wire.size()))
					expect(string.byte(wire, position)[0]! >= 32).to.equal(true);
			});
		});

		it("is refused with a raw control character", () => {
			for (const byte of $range(0, 31)) expect(fromWire(`a${string.char(byte)}b`)).to.equal(undefined);
		});

		it("is refused with an escape that stands for nothing", () => {
			for (const wire of ["\x7f", "abc\x7f", "\x7f\x7f", "\x7f~", "\x7fz", "\x7f!\x7f"]) {
				expect(fromWire(wire)).to.equal(undefined);
			}
		});

		it("has one form for every text", () => {
			property(3_000, (generate) => {
				const wire = generate.text(0, 20);
				const text = fromWire(wire);
				if (text !== undefined) expect(toWire(text)).to.equal(wire);
			});
		});
	});

	describe("jsonBytes", () => {
		it("counts two bytes for a quote and a backslash, one for everything else", () => {
			expect(jsonBytes("")).to.equal(0);
			expect(jsonBytes("abc")).to.equal(3);
			expect(jsonBytes('"\\')).to.equal(4);
			expect(jsonBytes('a"b\\c"')).to.equal(9);
			expect(jsonBytes("ü\x7f")).to.equal(3);
		});

		it("counts what the cloud counts", () => {
			property(3_000, (generate) => {
				const wire = toWire(generate.text(0, 100));
				expect(jsonBytes(wire) + 2).to.equal(emulatedJsonBytes(wire));
			});
		});
	});

	describe("isUtf8", () => {
		it("accepts characters of every length", () => {
			for (const text of ["", "a", "ß", "€", "😀", "\0", utf8.char(0xd7ff, 0xe000, 0x10_ffff)]) {
				expect(isUtf8(text)).to.equal(true);
			}
		});

		it("refuses what is no UTF-8", () => {
			const broken = [
				[0x80],
				[0xc3],
				[0xc0, 0x80],
				[0xed, 0xa0, 0x80],
				[0xf4, 0x90, 0x80, 0x80],
				[0xff],
				[0xe2, 0x82],
			];
			for (const bytes of broken) expect(isUtf8(string.char(...bytes))).to.equal(false);
		});
	});
};
