import { ElectionOptions } from "../../../../src/election/types";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { Outcome, row, secondsText } from "../../row";
import { problemsOf, replace, secondsUntil, startTrial } from "./trial";

const SIZES = [2, 5, 20];
const LOSSES = [0, 0.05, 0.2];
const TIMES = 40;
const QUICK_TIMES = 10;
const LIMIT_SECONDS = 60;

/** The leader closes: until another one leads. */
function measure(options: RunOptions, mode: string, election: ElectionOptions<defined>): Outcome {
	const { name } = options.contender;
	const rows = new Array<Outcome["rows"][0]>();
	const notes = new Array<string>();
	for (const servers of options.servers ?? SIZES) {
		for (const loss of LOSSES) {
			const trial = startTrial(
				{ seed: options.seeds[0]! * 100 + servers, loss, election, countedServers: servers },
				servers,
			);
			const seconds = new Array<number>();
			for (const index of $range(1, options.quick ? QUICK_TIMES : TIMES)) {
				trial.world.Run((index * 1.7) % 5);
				const leader = trial.leader();
				leader.server.Close();
				seconds.push(
					secondsUntil(trial, LIMIT_SECONDS, () => {
						const [following] = trial.leaders();
						return following !== undefined && following !== leader;
					}),
				);
				trial.world.Run(15);
				replace(trial);
			}
			const all = sorted(seconds);
			const [p50, p95] = [percentile(all, 0.5), percentile(all, 0.95)];
			const [goal50, goal95] = loss < 0.2 ? [2.5, 3.5] : [math.huge, 5];
			const what = `${mode}, leader closes, ${servers} servers, ${loss * 100} % loss`;
			rows.push(
				row(
					name,
					`${what}: until another leads, p50 / p95`,
					`<= ${loss < 0.2 ? "2.5 s / 3.5 s" : "- / 5.0 s"}`,
					`${secondsText(p50)} / ${secondsText(p95)}`,
					p50 <= goal50 && p95 <= goal95,
				),
			);
			notes.push(`${what}: ${describeTimes(seconds)} ${problemsOf(trial).join("; ")}`);
			trial.world.Destroy();
		}
	}
	return { rows, notes };
}

export const HANDOVER_JOBS: ReadonlyArray<Job> = [
	{
		name: "election bully hand-over",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, "bully", {}),
	},
	{
		name: "election lease hand-over",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, "lease", { mode: "lease" }),
	},
];
