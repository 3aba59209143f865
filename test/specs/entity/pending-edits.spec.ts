/// <reference types="@rbxts/testez/globals" />
import { PendingEdits } from "../../../src/entity/data/pending-edits";
import { EditSchedule } from "../support/edit-schedule";

const SCHEDULES = 10_000;
export = () => {
	describe("Pending edits", () => {
		it("V7: a refused edit is taken back, and newer ones stay", () => {
			const edits = new PendingEdits<number>();
			edits.confirm(1, 1);
			edits.add(1, 2, true);
			edits.add(2, 3, true);
			edits.drop(1);
			expect(edits.shown()).to.equal(3);
			edits.drop(2);
			expect(edits.shown()).to.equal(1);
		});

		it("an echo of an old edit does not cover a newer one", () => {
			const edits = new PendingEdits<number>();
			edits.add(1, 1, true);
			edits.add(2, 2, true);
			edits.confirm(1, 5);
			expect(edits.shown()).to.equal(2);
			edits.accept(1, 5);
			expect(edits.shown()).to.equal(2);
			edits.accept(2, 6);
			expect(edits.shown()).to.equal(2);
			edits.confirm(2, 6);
			expect(edits.pending).to.equal(undefined);
			expect(edits.shown()).to.equal(2);
		});

		it("what others make of it waits beneath, and shows when the edit has been overtaken", () => {
			const edits = new PendingEdits<string>();
			edits.add(1, "own", true);
			edits.confirm("other", 9);
			expect(edits.shown()).to.equal("own");
			edits.accept(1, 8);
			expect(edits.shown()).to.equal("other");
		});

		it("V1: an edit that is not to be shown waits for its confirmation", () => {
			const edits = new PendingEdits<number>();
			edits.confirm(1, 1);
			edits.add(1, 2, false);
			expect(edits.shown()).to.equal(1);
			edits.accept(1, 2);
			expect(edits.shown()).to.equal(1);
			edits.confirm(2, 2);
			expect(edits.shown()).to.equal(2);
		});

		it("V14: a changed edit shows the authority's value", () => {
			const edits = new PendingEdits<number>();
			edits.add(1, 500, true);
			edits.accept(1, 3, { value: 100 });
			expect(edits.shown()).to.equal(100);
			edits.confirm(100, 3);
			expect(edits.shown()).to.equal(100);
		});

		it(`G4: in ${SCHEDULES} random schedules they come to what the authority has, and never flicker where nothing is refused`, () => {
			let changes = 0;
			let refusals = 0;
			for (const seed of $range(1, SCHEDULES)) {
				const schedule = new EditSchedule(seed, seed % 2 === 0);
				schedule.run();
				if (schedule.hasRefused) refusals += 1;
				changes += schedule.changes;
				if (!schedule.problems.isEmpty()) error(`seed ${seed}: ${schedule.problems.join("; ")}`);
			}
			// The schedules reached what they are about.
			expect(changes > SCHEDULES * 3).to.equal(true);
			expect(refusals > SCHEDULES / 4).to.equal(true);
		});
	});
};
