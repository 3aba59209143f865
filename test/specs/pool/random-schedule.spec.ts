/// <reference types="@rbxts/testez/globals" />
import { ScheduleOptions, runSchedule } from "../support/schedule";

const MINUTES: Omit<ScheduleOptions, "seed"> = { seconds: 150, quietSeconds: 200, servers: [3, 8] };

/** A failure names its seed; the run of that seed alone is the same. */
function eachSeed(from: number, to: number, options: Partial<ScheduleOptions> = {}): void {
	for (const seed of $range(from, to)) runSchedule({ ...MINUTES, ...options, seed });
}

export = () => {
	describe("after random operations and faults, all servers agree with each other and with what was done", () => {
		for (const first of $range(1, 11, 10)) {
			it(`for seeds ${first} to ${first + 9}`, () => eachSeed(first, first + 9));
		}

		it("with clocks that are up to five minutes wrong", () => {
			eachSeed(201, 206, { clockSkewSeconds: [-300, 300] });
		});

		it("where contributions outlive their servers", () => {
			eachSeed(301, 307, { adopt: true });
		});

		it("where a fifth of all messages is lost, and three of ten publishes fail", () => {
			eachSeed(421, 427, { publishErrors: 0.3, loss: 0.2 });
		});
	});
};
