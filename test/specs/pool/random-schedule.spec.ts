/// <reference types="@rbxts/testez/globals" />
import { ScheduleOptions, runSchedule } from "../support/schedule";

/** A failure names its seed; the run of that seed alone is the same. */
function eachSeed(from: number, to: number, options: Omit<ScheduleOptions, "seed">): void {
	for (const seed of $range(from, to)) runSchedule({ seed, ...options });
}

const MINUTES = { seconds: 150, quietSeconds: 200, servers: [3, 8] as const };

export = () => {
	describe("after random operations and faults, all servers agree with each other and with what was done", () => {
		for (const first of $range(1, 31, 10)) {
			it(`for seeds ${first} to ${first + 9}`, () => eachSeed(first, first + 9, MINUTES));
		}

		it("with clocks that are up to five minutes wrong", () => {
			eachSeed(201, 210, { ...MINUTES, clockSkewSeconds: [-300, 300] });
		});
	});
};
