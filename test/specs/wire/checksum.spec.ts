/// <reference types="@rbxts/testez/globals" />
import { checksum, SEED_LIMIT, seedOfKey } from "../../../src/wire/checksum";
import { property } from "../support/generators";

export = () => {
	describe("checksum", () => {
		it("is a whole number of 32 bits, the same for the same text and seed", () => {
			property(1_000, (generate) => {
				const text = generate.bytes(generate.integer(0, 100));
				const seed = generate.integer(0, SEED_LIMIT - 1);
				const sum = checksum(text, seed);
				expect(sum >= 0 && sum < 2 ** 32 && sum % 1 === 0).to.equal(true);
				expect(checksum(text, seed)).to.equal(sum);
			});
		});

		it("notices any change of one byte", () => {
			property(40, (generate) => {
				const text = generate.bytes(generate.integer(1, 60));
				const seed = generate.integer(0, SEED_LIMIT - 1);
				const sum = checksum(text, seed);
				for (const position of $range(1, text.size())) {
					for (const byte of $range(0, 255)) {
						const changed =
							string.sub(text, 1, position - 1) + string.char(byte) + string.sub(text, position + 1);
						if (changed !== text && checksum(changed, seed) === sum) error(`byte ${position}`);
					}
				}
			});
		});

		it("notices any two bytes that changed places", () => {
			property(40, (generate) => {
				const bytes = generate.bytes(60);
				const seed = generate.integer(0, SEED_LIMIT - 1);
				const sum = checksum(bytes, seed);
				for (const a of $range(1, 60)) {
					for (const b of $range(a + 1, 60)) {
						const changed =
							string.sub(bytes, 1, a - 1) +
							string.sub(bytes, b, b) +
							string.sub(bytes, a + 1, b - 1) +
							string.sub(bytes, a, a) +
							string.sub(bytes, b + 1);
						if (changed !== bytes && checksum(changed, seed) === sum) error(`bytes ${a} and ${b}`);
					}
				}
			});
		});

		it("notices zero bytes added at the end", () => {
			const sums = new Set<number>();
			for (const size of $range(0, 100)) {
				const sum = checksum(string.rep("\0", size), seedOfKey(""));
				expect(sums.has(sum)).to.equal(false);
				sums.add(sum);
			}
		});

		it("leaves out what stands before its first character", () => {
			property(200, (generate) => {
				const text = generate.bytes(generate.integer(0, 50));
				const before = generate.bytes(generate.integer(0, 9));
				expect(checksum(before + text, 7, before.size() + 1)).to.equal(checksum(text, 7));
			});
		});

		it("differs between seeds", () => {
			const sums = new Set<number>();
			for (const index of $range(1, 1_000)) {
				const sum = checksum("the same text", seedOfKey(`key ${index}`));
				expect(sums.has(sum)).to.equal(false);
				sums.add(sum);
			}
		});

		it("changes in about half of its bits", () => {
			let bits = 0;
			for (const index of $range(1, 1_000)) {
				let changed = bit32.bxor(checksum(`text ${index}`, 0), checksum(`text ${index + 1}`, 0));
				while (changed > 0) {
					bits += changed % 2;
					changed = changed.idiv(2);
				}
			}
			expect(bits > 15_000 && bits < 17_000).to.equal(true);
		});
	});

	describe("seedOfKey", () => {
		it("gives whole numbers below the limit", () => {
			property(1_000, (generate) => {
				const seed = seedOfKey(generate.bytes(generate.integer(0, 40)));
				expect(seed >= 0 && seed < SEED_LIMIT && seed % 1 === 0).to.equal(true);
			});
		});
	});
};
