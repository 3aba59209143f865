/// <reference types="@rbxts/testez/globals" />
import { inElection } from "../support/election-game";

export = () => {
	describe("mode lease", () => {
		it("elects the first server", () => {
			inElection({ seed: 1, election: { mode: "lease" } }, (trial) => {
				trial.add(1);
				print(trial.untilAgreed(10));
				trial.start(5);
				expect(trial.leader().server.Number).to.equal(1);
				expect(trial.elections).to.equal(1);
			});
		});
		for (const count of [2, 5, 20]) {
			it(`E-3: finds one new leader within 14 s of the leader's crash, of ${count} servers`, () => {
				for (const seed of $range(1, 4)) {
					inElection({ seed, loss: 0.05 * (seed - 1), election: { mode: "lease" } }, (trial) => {
						trial.start(count);
						trial.leader().server.Crash();
						const seconds = trial.until("a leader", 20, () => trial.leaders().size() === 1);
						print(count, seed, seconds, trial.leader().server.Number);
						expect(seconds <= 14).to.equal(true);
					});
				}
			});
		}
	});
};
