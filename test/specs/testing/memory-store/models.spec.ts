/// <reference types="@rbxts/testez/globals" />
import { HASH_MAP, SORTED_MAP } from "./keyed-models";
import { checkWithFaults, checkWithoutFaults } from "./model-check";
import { NEVER_VISIBLE_AGAIN, queueSubject } from "./queue-model";

/** Random sequences of commands for each structure. */
const SEQUENCES = 5000;
const SEQUENCES_WITH_FAULTS = 2000;

export = () => {
	describe("under random commands of three servers", () => {
		it("a hash map does what a plain model does", () => checkWithoutFaults(HASH_MAP, SEQUENCES));
		it("a sorted map does what a plain model does", () => checkWithoutFaults(SORTED_MAP, SEQUENCES));
		it("a queue does what a plain model does", () => checkWithoutFaults(queueSubject(), SEQUENCES));
	});

	describe("the comparison with a model", () => {
		it("finds a difference, and says it in few commands", () => {
			const [, failure] = pcall(() => checkWithoutFaults(SORTED_MAP, SEQUENCES, { memoryBounds: "inclusive" }));
			const lines = string.split(failure as string, "\n");
			expect(lines[0]!.find("seed %d+: range")[0]).to.equal(1);
			// Something is set, and a range is asked for whose bound it is.
			expect(lines.size()).to.equal(3);
		});

		it("finds items that expire late", () => {
			const late = () => checkWithoutFaults(queueSubject(), SEQUENCES, { memoryExpirySeconds: [0.5, 0.5] });
			expect(late).to.throw("seed");
		});

		it("finds reads that are stale, under faults", () => {
			const stale = () => checkWithFaults(HASH_MAP, SEQUENCES, { memoryStaleReads: 1, memoryStaleSeconds: 2 });
			expect(stale).to.throw("no order of the calls explains");
		});
	});

	describe("under faults, with calls that may have taken effect or not", () => {
		it("a hash map does what a plain model could have done", () =>
			checkWithFaults(HASH_MAP, SEQUENCES_WITH_FAULTS));
		it("a sorted map does what a plain model could have done", () =>
			checkWithFaults(SORTED_MAP, SEQUENCES_WITH_FAULTS));
		it("a queue does what a plain model could have done", () => {
			checkWithFaults(queueSubject(NEVER_VISIBLE_AGAIN), SEQUENCES_WITH_FAULTS);
		});
	});
};
