/// <reference types="@rbxts/testez/globals" />
import { SeenRequests } from "../../../src/system/seen-requests";

export = () => {
	describe("requests that have come", () => {
		it("are known again for 400 seconds at least, and forgotten in the end", () => {
			const seen = new SeenRequests();
			expect(seen.note("a", 1000)).to.equal(true);
			for (const now of [1000, 1200, 1400]) {
				expect(seen.note("a", now)).to.equal(false);
				seen.note(`other ${now}`, now);
			}
			for (const now of [1500, 2000, 2500]) seen.note(`other ${now}`, now);
			expect(seen.note("a", 2500)).to.equal(true);
		});

		it("are remembered up to a bound, the latest 20,000 always", () => {
			const seen = new SeenRequests();
			for (const number of $range(1, 130_000)) seen.note(`server ${number}`, number / 1000);
			expect(seen.size() <= 40_000).to.equal(true);
			expect(seen.note("server 110001", 130)).to.equal(false);
		});
	});
};
