/// <reference types="@rbxts/testez/globals" />
import { makeParity, recoverPages } from "../../../src/wire/parity";
import { writeParity } from "../../../src/wire/section-writers";
import { jsonBytes } from "../../../src/wire/text";
import { Generator, property } from "../support/generators";
import { listOf } from "./samples";

function anyBodies(generate: Generator): string[] {
	return listOf(generate.integer(1, 20), () =>
		generate.oneIn(4) ? generate.bytes(generate.integer(0, 60)) : generate.text(0, 60),
	);
}

function byIndex(texts: ReadonlyArray<string>): Map<number, string> {
	const map = new Map<number, string>();
	texts.forEach((text, index) => map.set(index, text));
	return map;
}

function countOf(map: Map<number, string>): number {
	let count = 0;
	for (const _ of map) count += 1;
	return count;
}

export = () => {
	describe("parity", () => {
		it("brings back one lost page of every group, exactly", () => {
			property(1_000, (generate) => {
				const bodies = anyBodies(generate);
				const parities = generate.integer(1, 5);
				const texts = makeParity(bodies, parities);
				expect(texts.size()).to.equal(parities);
				const arrived = byIndex(bodies);
				const lost = new Map<number, string>();
				for (const group of $range(0, math.min(parities, bodies.size()) - 1)) {
					const inGroup = (bodies.size() - 1 - group).idiv(parities);
					const index = group + parities * generate.integer(0, inGroup);
					lost.set(index, bodies[index]!);
					arrived.delete(index);
				}
				const recovered = recoverPages(bodies.size(), parities, arrived, byIndex(texts));
				for (const [index, body] of lost) {
					if (recovered.get(index) !== body) error(`page ${index}`);
				}
				expect(countOf(recovered)).to.equal(countOf(lost));
			});
		});

		it("brings back nothing of a group that lost two pages, or one and its parity", () => {
			const bodies = ["zero", "one", "two", "three", "four", "five"];
			const texts = byIndex(makeParity(bodies, 2));
			const twoLost = byIndex(bodies);
			twoLost.delete(0);
			twoLost.delete(4);
			twoLost.delete(3);
			const recovered = recoverPages(6, 2, twoLost, texts);
			expect(countOf(recovered)).to.equal(1);
			expect(recovered.get(3)).to.equal("three");
			texts.delete(1);
			expect(countOf(recoverPages(6, 2, twoLost, texts))).to.equal(0);
		});

		it("brings back nothing where nothing is lost", () => {
			const bodies = ["zero", "one", "two"];
			expect(countOf(recoverPages(3, 2, byIndex(bodies), byIndex(makeParity(bodies, 2))))).to.equal(0);
		});

		it("brings back the only page of a group, and works with more groups than pages", () => {
			const texts = makeParity(["alone"], 3);
			expect(texts.size()).to.equal(3);
			const recovered = recoverPages(1, 3, new Map(), byIndex(texts));
			expect(recovered.get(0)).to.equal("alone");
			expect(countOf(recovered)).to.equal(1);
		});

		it("takes no escapes, and 2 bytes more than the longest page of its group", () => {
			property(500, (generate) => {
				const bodies = listOf(generate.integer(1, 10), () => string.rep("x-`/", generate.integer(0, 20)));
				let longest = 0;
				for (const body of bodies) longest = math.max(longest, body.size());
				const text = makeParity(bodies, 1)[0]!;
				expect(text.size()).to.equal(longest + 2);
				expect(jsonBytes(text)).to.equal(text.size());
			});
		});

		it("takes one byte more for each byte that is not ASCII, and each of four characters", () => {
			expect(makeParity(["üü"], 1)[0]!.size()).to.equal(2 + 8);
			expect(makeParity(['"\\~&'], 1)[0]!.size()).to.equal(2 + 8);
		});

		it("travels as a section without growing", () => {
			property(200, (generate) => {
				const text = makeParity(anyBodies(generate), 1)[0]!;
				expect(jsonBytes(writeParity(text))).to.equal(writeParity(text).size());
			});
		});

		it("gives nothing if something is left where the missing page has to end", () => {
			const texts = byIndex(makeParity(["abcd", "ef", "g"], 1));
			expect(recoverPages(3, 1, byIndex(["abcd", "ef"]), texts).get(2)).to.equal("g");
			expect(recoverPages(3, 1, byIndex(["abcx", "ef"]), texts).get(2)).to.equal(undefined);
			expect(recoverPages(3, 1, byIndex(["abcdx", "e"]), texts).get(2)).to.equal(undefined);
		});

		it("that does not belong to the pages gives nothing, and never throws", () => {
			let refused = 0;
			property(2_000, (generate) => {
				const bodies = anyBodies(generate);
				const arrived = byIndex(bodies);
				arrived.delete(generate.integer(0, bodies.size() - 1));
				const foreign = generate.oneIn(2) ? generate.bytes(generate.integer(0, 60)) : generate.text(0, 60);
				const texts = new Map<number, string>([[0, foreign]]);
				if (countOf(recoverPages(bodies.size(), 1, arrived, texts)) === 0) refused += 1;
			});
			expect(refused > 1_900).to.equal(true);
		});
	});
};
