/// <reference types="@rbxts/testez/globals" />
import { CallTrial, SubscriptionTrial } from "../support/system-trials";

export = () => {
	describe("random schedules", () => {
		it("leave every subscriber with the value that is there, told once first and never backwards", () => {
			let changes = 0;
			for (const seed of $range(1, 4)) {
				const trial = new SubscriptionTrial(seed);
				for (const _ of $range(1, 5)) trial.schedule();
				const { problems, counts } = trial.finish();
				if (!problems.isEmpty()) error(problems.join("\n"), 0);
				changes += counts.get("changes") ?? 0;
			}
			expect(changes > 100).to.equal(true);
		});

		it("run every function at most once, and settle every call by its deadline", () => {
			let calls = 0;
			for (const seed of $range(1, 4)) {
				const trial = new CallTrial(seed);
				for (const _ of $range(1, 5)) trial.schedule();
				const { problems, counts } = trial.finish();
				if (!problems.isEmpty()) error(problems.join("\n"), 0);
				calls += counts.get("success") ?? 0;
			}
			expect(calls > 20).to.equal(true);
		});
	});
};
