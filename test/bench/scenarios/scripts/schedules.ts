import { EditSchedule } from "../../../specs/support/edit-schedule";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { Outcome, row } from "../../row";

const FULL_SCHEDULES = 10_000;
const QUICK_SCHEDULES = 1000;

function measure({ quick, seeds }: RunOptions): Outcome {
	const each = quick ? QUICK_SCHEDULES : FULL_SCHEDULES;
	let [wrong, refusals, changes, count] = [0, 0, 0, 0];
	const problems = new Array<string>();
	for (const seed of seeds) {
		for (const number of $range(1, each)) {
			const schedule = new EditSchedule(seed * 1_000_000 + number, number % 2 === 0);
			schedule.run();
			count += 1;
			changes += schedule.changes;
			if (schedule.hasRefused) refusals += 1;
			if (schedule.problems.isEmpty()) continue;
			wrong += 1;
			if (problems.size() < 5) problems.push(`seed ${seed}, number ${number}: ${schedule.problems.join("; ")}`);
		}
	}
	return {
		rows: [
			row(
				OURS,
				`${each} random schedules of accept, reject, modify, echo and others' changes: in how many what is shown is not what the authority has in the end, or flickers without a refusal`,
				"0",
				`${wrong}`,
				wrong === 0,
			),
		],
		notes: [`edit schedules: ${count}, ${refusals} with refusals, ${changes} changes shown`, ...problems],
	};
}

export const SCHEDULE_JOBS: ReadonlyArray<Job> = [{ name: "scripts edit schedules", contenders: [OURS], run: measure }];
