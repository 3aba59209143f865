/// <reference types="@rbxts/testez/globals" />
import { hashKey, hashRecord } from "../../../src/replication/digest";
import { property } from "../support/generators";

export = () => {
	describe("a key's hash", () => {
		it("differs between pools and keys, and is a whole number of 32 bits", () => {
			const seen = new Map<number, string>();
			let collisions = 0;
			for (const pool of ["Players", "Leaderboard", "P", "Pool/2"]) {
				for (const index of $range(1, 5000)) {
					const name = `${pool}/${index}`;
					const hash = hashKey(pool, `key${index}`);
					if (hash % 1 !== 0 || hash < 0 || hash >= 2 ** 32) error(`${hash} for ${name}`);
					if (seen.has(hash)) collisions += 1;
					seen.set(hash, name);
				}
			}
			// Of 20,000 hashes of 32 bits, a twentieth of a pair is expected to be the same.
			expect(collisions <= 1).to.equal(true);
		});

		it("does not take a pool's name and a key for another split of the same text", () => {
			expect(hashKey("ab", "c") === hashKey("a", "bc")).to.equal(false);
			expect(hashKey("", "abc") === hashKey("abc", "")).to.equal(false);
		});
	});

	describe("a digest", () => {
		it("is the same whatever the order in which records came and went", () => {
			property(200, (generate) => {
				const hashes = new Array<number>();
				for (const index of $range(1, 30)) {
					hashes.push(
						hashRecord(hashKey("Pool", `k${index}`), 1_700_000_000_000 + generate.integer(0, 10 ** 9)),
					);
				}
				let forwards = 0;
				for (const hash of hashes) forwards = bit32.bxor(forwards, hash);
				let shuffled = 0;
				while (!hashes.isEmpty()) {
					const hash = hashes.remove(generate.integer(0, hashes.size() - 1))!;
					shuffled = bit32.bxor(shuffled, hash, 12345, 12345);
				}
				if (forwards !== shuffled) error("the order matters");
			});
		});

		it("changes with a record's stamp, however little that changes", () => {
			const keyHash = hashKey("Pool", "key");
			const seen = new Set<number>();
			for (const stamp of $range(1_700_000_000_000, 1_700_000_005_000)) seen.add(hashRecord(keyHash, stamp));
			expect(seen.size() >= 5000).to.equal(true);
		});
	});
};
