import { CallTrial, SubscriptionTrial, TrialOutcome } from "../../../specs/support/system-trials";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { Outcome, row } from "../../row";

const SCHEDULES = 10_000;
const QUICK_SCHEDULES = 400;
/** So many processes share them. */
const PARTS = 4;
/** So many go on in one game, one after the other. */
const PER_GAME = 25;

interface Running {
	schedule(): void;
	finish(): TrialOutcome;
}

function measure(
	options: RunOptions,
	part: number,
	what: string,
	promise: string,
	create: (seed: number) => Running,
): Outcome {
	const games = math.floor((options.quick ? QUICK_SCHEDULES : SCHEDULES) / PARTS / PER_GAME);
	const notes = new Array<string>();
	const counts = new Map<string, number>();
	let problems = 0;
	for (const index of $range(1, games)) {
		const trial = create(options.seeds[0]! * 1_000_000 + part * 100_000 + index);
		for (const _ of $range(1, PER_GAME)) trial.schedule();
		const outcome = trial.finish();
		problems += outcome.problems.size();
		for (const problem of outcome.problems) notes.push(problem);
		for (const [name, count] of outcome.counts) counts.set(name, (counts.get(name) ?? 0) + count);
	}
	const told = new Array<string>();
	for (const [name, count] of counts) told.push(`${count} ${name}`);
	told.sort((left, right) => left < right);
	notes.push(`${what}: ${told.join(", ")}`);
	return {
		rows: [
			row(
				options.contender.name,
				`${what}, ${games * PER_GAME} schedules, part ${part} of ${PARTS}: broken promises (${promise})`,
				"0",
				`${problems}`,
				problems === 0,
			),
		],
		notes,
	};
}

const jobs = new Array<Job>();
for (const part of $range(1, PARTS)) {
	jobs.push({
		name: `systems subscriptions ${part}`,
		contenders: [OURS],
		machineCode: true,
		run: (options) =>
			measure(
				options,
				part,
				"subscription convergence",
				"last delivered = current, first exactly once, never backwards",
				(seed) => new SubscriptionTrial(seed),
			),
	});
	jobs.push({
		name: `systems calls ${part}`,
		contenders: [OURS],
		machineCode: true,
		run: (options) =>
			measure(
				options,
				part,
				"calls with moves, crashes, losses, copies",
				"body at most once, settled by the deadline, outcome as told",
				(seed) => new CallTrial(seed),
			),
	});
}
export const SCHEDULE_JOBS: ReadonlyArray<Job> = jobs;
