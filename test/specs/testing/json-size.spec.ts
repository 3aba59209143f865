/// <reference types="@rbxts/testez/globals" />
import { HttpService } from "@rbxts/services";
import { isJsonText, jsonBytes } from "../../../src/testing/json-size";
import { RandomStream } from "../../../src/testing/random";

export = () => {
	describe("jsonBytes", () => {
		it("counts the quotes", () => {
			expect(jsonBytes("")).to.equal(2);
			expect(jsonBytes("abc")).to.equal(5);
		});

		it("counts two bytes for a quote and a backslash", () => {
			expect(jsonBytes('"')).to.equal(4);
			expect(jsonBytes("\\")).to.equal(4);
			expect(jsonBytes('a"b\\c')).to.equal(9);
		});

		it("counts two bytes for control characters with a short escape and six for the others", () => {
			for (const code of $range(0, 31)) {
				const short = code === 8 || code === 9 || code === 10 || code === 12 || code === 13;
				expect(jsonBytes(string.char(code))).to.equal(short ? 4 : 8);
			}
		});

		it("counts DEL, the slash and the bytes of UTF-8 as they are", () => {
			expect(jsonBytes("\x7f")).to.equal(3);
			expect(jsonBytes("/")).to.equal(3);
			expect(jsonBytes("ü€😀")).to.equal(11);
		});

		it("agrees with the engine's encoder on printable text", () => {
			for (const seed of $range(1, 50)) {
				const random = new RandomStream(seed, "text");
				const characters = new Array<string>();
				for (const _ of $range(1, seed)) characters.push(string.char(32 + math.floor(random.next() * 95)));
				const text = characters.join("");
				expect(jsonBytes(text)).to.equal(HttpService.JSONEncode(text).size());
			}
		});
	});

	describe("isJsonText", () => {
		it("takes UTF-8 and nothing else", () => {
			expect(isJsonText("plain, ü€😀, \n")).to.equal(true);
			expect(isJsonText("\xff")).to.equal(false);
			expect(isJsonText("half a character: \xe2\x82")).to.equal(false);
			expect(isJsonText("zero \0 byte")).to.equal(false);
		});
	});
};
