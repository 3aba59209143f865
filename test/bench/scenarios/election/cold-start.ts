import { RandomStream } from "../../../../src/testing";
import { ElectionGame } from "../../../specs/support/election-game";
import { ElectionOptions } from "../../../../src/election/types";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { Outcome, row, secondsText } from "../../row";
import { PLAYERS_PER_SERVER } from "../../world";
import { problemsOf, secondsUntil } from "./trial";

const SIZES = [2, 10, 50];
const TIMES = 20;
const QUICK_TIMES = 5;
const WITHIN_SECONDS = 0.1;
const WATCHED_SECONDS = 40;

/** A game's first servers start within a tenth of a second: until one leads, and how many ever did. */
function measure(options: RunOptions, mode: string, election: ElectionOptions<defined>, goal: number): Outcome {
	const { name } = options.contender;
	const rows = new Array<Outcome["rows"][0]>();
	const notes = new Array<string>();
	for (const servers of options.servers ?? SIZES) {
		const seconds = new Array<number>();
		let several = 0;
		const problems = new Array<string>();
		for (const time of $range(1, options.quick ? QUICK_TIMES : TIMES)) {
			const seed = options.seeds[0]! * 1000 + time;
			const trial = new ElectionGame({ seed, loss: 0.01, election });
			const moments = new RandomStream(seed, "starts");
			for (const _ of $range(1, servers)) {
				trial.world.Schedule(moments.next() * WITHIN_SECONDS, () =>
					trial.add(1, { players: PLAYERS_PER_SERVER }),
				);
			}
			seconds.push(secondsUntil(trial, WATCHED_SECONDS, () => trial.leaders().size() > 0));
			trial.world.Run(WATCHED_SECONDS);
			if (trial.elections !== 1 || !trial.isAgreed()) several += 1;
			for (const problem of problemsOf(trial)) problems.push(problem);
			trial.world.Destroy();
		}
		const all = sorted(seconds);
		const worst = percentile(all, 1);
		const what = `${mode}, first start of ${servers} servers`;
		rows.push(
			row(
				name,
				`${what}: until one leads, p50 / max; starts with another leader later`,
				`<= - / ${secondsText(goal)}; 0`,
				`${secondsText(percentile(all, 0.5))} / ${secondsText(worst)}; ${several}`,
				worst <= goal && several === 0,
			),
		);
		notes.push(`${what}: ${describeTimes(seconds)} ${problems.join("; ")}`);
	}
	return { rows, notes };
}

export const COLD_START_JOBS: ReadonlyArray<Job> = [
	{
		name: "election bully cold start",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, "bully", {}, 8),
	},
	{
		name: "election lease cold start",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, "lease", { mode: "lease" }, 3),
	},
];
