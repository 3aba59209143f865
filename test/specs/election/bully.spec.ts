/// <reference types="@rbxts/testez/globals" />
import { inElection } from "../support/election-game";

export = () => {
	describe("mode bully", () => {
		it("elects the first server, and newcomers learn who leads instead of electing themselves", () => {
			inElection({ seed: 1 }, (trial) => {
				trial.start(6);
				expect(trial.leader().server.Number).to.equal(1);
				expect(trial.elections).to.equal(1);
			});
		});
		for (const count of [2, 5, 20]) {
			it(`E-3: finds one new leader within 24 s of the leader's crash, of ${count} servers`, () => {
				for (const seed of $range(1, 4)) {
					inElection({ seed, loss: 0.05 * (seed - 1) }, (trial) => {
						trial.start(count);
						trial.leader().server.Crash();
						const seconds = trial.untilAgreed(30);
						print(count, seed, seconds);
						expect(seconds <= 25).to.equal(true);
						
					});
				}
			});
		}
	});
};
