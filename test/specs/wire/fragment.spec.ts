/// <reference types="@rbxts/testez/globals" />
import { cutParts } from "../../../src/wire/fragment";
import { isUtf8, jsonBytes, toWire } from "../../../src/wire/text";
import { property } from "../support/generators";

export = () => {
	describe("cutParts", () => {
		it("gives parts that joined are the text, each UTF-8 and within the bytes of a part", () => {
			property(2_000, (generate) => {
				const text = generate.text(0, 600);
				const partBytes = generate.integer(4, 200);
				const parts = cutParts(text, partBytes);
				if (parts.join("") !== text) error("the parts are not the text");
				for (const part of parts) {
					if (!isUtf8(part)) error("a character was cut");
					if (jsonBytes(toWire(part)) > partBytes)
						error(`a part takes ${jsonBytes(toWire(part))} of ${partBytes}`);
					if (part === "" && text !== "") error("an empty part");
				}
			});
		});

		it("fills every part but the last as far as whole characters allow", () => {
			property(1_000, (generate) => {
				const text = generate.text(0, 600);
				const partBytes = generate.integer(4, 200);
				const parts = cutParts(text, partBytes);
				for (const index of $range(0, parts.size() - 2)) {
					const following = parts[index + 1]!;
					const nextCharacter = string.sub(
						following,
						1,
						(utf8.offset(following, 2) ?? following.size() + 1) - 1,
					);
					expect(jsonBytes(toWire(parts[index]! + nextCharacter)) > partBytes).to.equal(true);
				}
			});
		});

		it("leaves a text that fits in one part", () => {
			expect(cutParts("", 4).join("|")).to.equal("");
			expect(cutParts("", 4).size()).to.equal(1);
			expect(cutParts("abcd", 4).join("|")).to.equal("abcd");
			expect(cutParts("abcde", 4).join("|")).to.equal("abcd|e");
		});

		it("counts what JSON escapes on the wire", () => {
			expect(cutParts('""""', 4).join("|")).to.equal('""""');
			expect(cutParts("````", 4).join("|")).to.equal("``|``");
			expect(cutParts("~~~~", 4).join("|")).to.equal("~~|~~");
			expect(cutParts("\n\n\n\n", 4).join("|")).to.equal("\n\n|\n\n");
		});

		it("ends with text that is no UTF-8, too", () => {
			property(300, (generate) => {
				const text = generate.bytes(100);
				const parts = cutParts(text, 10);
				expect(parts.join("")).to.equal(text);
				for (const part of parts) expect(jsonBytes(toWire(part)) <= 10).to.equal(true);
			});
			expect(cutParts(string.rep("\x80", 20), 4).size()).to.equal(5);
		});

		it("refuses parts that have no room for every character", () => {
			expect(() => cutParts("abc", 3)).to.throw("no room for every character");
		});
	});
};
