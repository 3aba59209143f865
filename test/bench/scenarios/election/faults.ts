import { runWithFaults } from "../../../specs/support/election-faults";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, row } from "../../row";

const RUNS = 10_000;
const QUICK_RUNS = 300;
/** So many processes share them. */
const PARTS = 4;

/** Runs with faults, of which each begins from another seed. */
function measure(options: RunOptions, part: number): Outcome {
	const runs = math.floor((options.quick ? QUICK_RUNS : RUNS) / PARTS);
	const notes = new Array<string>();
	let elections = 0;
	let overlaps = 0;
	let others = 0;
	for (const index of $range(1, runs)) {
		const seed = options.seeds[0]! * 1_000_000 + part * 100_000 + index;
		const outcome = runWithFaults(seed);
		elections += outcome.elections;
		const overlap = outcome.problems.some((problem) => problem.sub(1, 3) === "L2:");
		if (overlap) overlaps += 1;
		else if (!outcome.problems.isEmpty()) others += 1;
		for (const problem of outcome.problems) notes.push(`seed ${seed}: ${problem}`);
	}
	notes.push(`${runs} runs, ${decimals(elections / runs, 1)} elections each`);
	return {
		rows: [
			row(
				options.contender.name,
				`lease, ${runs} runs with faults, part ${part} of ${PARTS}: with two leaders at once / with another invariant broken`,
				"0 / 0",
				`${overlaps} / ${others}`,
				overlaps === 0 && others === 0,
			),
		],
		notes,
	};
}

const jobs = new Array<Job>();
for (const part of $range(1, PARTS)) {
	jobs.push({
		name: `election lease faults ${part}`,
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, part),
	});
}
export const FAULT_JOBS: ReadonlyArray<Job> = jobs;
