/// <reference types="@rbxts/testez/globals" />
import { Reader } from "../../../src/wire/reader";
import { shortIdOf } from "../../../src/wire/short-id";

export = () => {
	describe("a short id", () => {
		it("is eight digits, the same for the same server", () => {
			for (const serverId of ["", "a", "11111111-2222-4333-8444-555555555555"]) {
				const reader = new Reader(shortIdOf(serverId));
				expect(reader.shortId()).to.equal(shortIdOf(serverId));
				expect(reader.done()).to.equal(true);
			}
		});

		it("never changes from version to version", () => {
			expect(shortIdOf("11111111-2222-4333-8444-555555555555")).to.equal("g{=TMWKy");
		});

		it("differs between servers, in both of its halves", () => {
			const ids = new Set<string>();
			let equalHalves = 0;
			const firstHalves = new Set<string>();
			for (const index of $range(1, 20_000)) {
				const id = shortIdOf(`server-${index}`);
				expect(ids.has(id)).to.equal(false);
				ids.add(id);
				if (firstHalves.has(string.sub(id, 1, 4))) equalHalves += 1;
				firstHalves.add(string.sub(id, 1, 4));
			}
			// 20,000 of 52 million: about four are expected to share a half.
			expect(equalHalves < 15).to.equal(true);
		});
	});
};
