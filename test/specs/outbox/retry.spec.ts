import { LONGEST_BACKOFF_SECONDS, SHORTEST_BACKOFF_SECONDS, backoffSeconds } from "../../../src/outbox/retry";

export = () => {
	describe("backoffSeconds", () => {
		it("begins at one to two seconds", () => {
			expect(backoffSeconds(1, 0)).to.equal(SHORTEST_BACKOFF_SECONDS);
			expect(backoffSeconds(1, 0.5)).to.equal(1.5);
		});

		it("doubles with each failure", () => {
			for (const failures of $range(1, 3)) {
				expect(backoffSeconds(failures + 1, 0.25)).to.equal(2 * backoffSeconds(failures, 0.25));
			}
		});

		it("stays within its bounds, however often it failed", () => {
			for (const failures of [1, 2, 5, 6, 100, 5000]) {
				for (const random of [0, 0.3, 0.999]) {
					const seconds = backoffSeconds(failures, random);
					assert(seconds >= SHORTEST_BACKOFF_SECONDS && seconds <= LONGEST_BACKOFF_SECONDS, `${seconds} s`);
				}
			}
		});
	});
};
