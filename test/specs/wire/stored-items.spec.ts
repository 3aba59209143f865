/// <reference types="@rbxts/testez/globals" />
import {
	checksumOfPages,
	readStoredPage,
	readStoredState,
	StoredState,
	writeStoredPage,
	writeStoredState,
} from "../../../src/wire/stored-items";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";
import { anyShortId, anyStamp } from "./samples";

function anyState(generate: Generator): StoredState {
	const baseStamp = anyStamp(generate);
	return {
		writer: anyShortId(generate),
		incarnation: generate.magnitude(2 ** 30),
		count: generate.magnitude(2 ** 30),
		generation: generate.magnitude(2 ** 30),
		pages: generate.integer(0, 200),
		bytes: generate.magnitude(2 ** 20),
		pagesStamp: anyStamp(generate),
		pagesChecksum: generate.word(),
		baseStamp,
		writtenAt: anyStamp(generate),
		frontier: baseStamp - generate.magnitude(1_000_000),
		difference: string.rep("x", generate.integer(0, 100)),
	};
}

export = () => {
	describe("what is kept in MemoryStoreService", () => {
		it("is read as it was written", () => {
			property(200, (generate) => {
				const seed = generate.integer(0, 3);
				const state = anyState(generate);
				expectSame(readStoredState(writeStoredState(state, seed), seed), state);
				const page = {
					writer: anyShortId(generate),
					generation: generate.magnitude(2 ** 30),
					index: generate.integer(0, 200),
					body: string.rep("y", generate.integer(0, 1000)),
				};
				expectSame(readStoredPage(writeStoredPage(page, seed), seed), page);
			});
		});

		it("is refused if anything of it is other, cut off, or of another cluster", () => {
			property(200, (generate) => {
				const text = writeStoredState(anyState(generate), 1);
				const at = generate.integer(1, text.size());
				const other = string.sub(text, at, at) === "0" ? "1" : "0";
				const changed = string.sub(text, 1, at - 1) + other + string.sub(text, at + 1);
				expect(readStoredState(changed, 1)).to.equal(undefined);
				expect(readStoredState(string.sub(text, 1, at - 1), 1)).to.equal(undefined);
				expect(readStoredState(text, 2)).to.equal(undefined);
			});
		});

		it("is refused if it is no text, or too long", () => {
			const item = writeStoredPage(
				{ writer: "aaaaaaaa", generation: 1, index: 0, body: string.rep("y", 32_000) },
				0,
			);
			for (const value of [undefined, 5, true, {}, "", "x", item]) {
				expect(readStoredState(value, 0)).to.equal(undefined);
				expect(readStoredPage(value, 0)).to.equal(undefined);
			}
		});

		it("has a checksum over all pages, in their order", () => {
			const pages = [0, 1, 2].map((index) =>
				writeStoredPage({ writer: "aaaaaaaa", generation: 1, index, body: `body ${index}` }, 0),
			);
			const sum = checksumOfPages(pages, 0);
			expect(checksumOfPages([pages[1]!, pages[0]!, pages[2]!], 0)).never.to.equal(sum);
			expect(checksumOfPages([pages[0]!, pages[1]!], 0)).never.to.equal(sum);
		});
	});
};
