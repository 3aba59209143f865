import { ElectionOptions } from "../../../../src/election/types";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { Outcome, row, secondsText } from "../../row";
import { isElectionMessage, listen, problemsOf, replace, secondsUntil, startTrial } from "./trial";

const SIZES = [2, 5, 20, 100];
const QUICK_SIZES = [2, 5, 20];
const LOSSES = [0, 0.05, 0.2];
const TIMES = 40;
const LARGE_TIMES = 12;
const QUICK_TIMES = 8;
const LIMIT_SECONDS = 60;
/** Messages that are repeated come within this time. */
const AFTER_SECONDS = 12;

interface Goal {
	readonly name: string;
	readonly election: ElectionOptions<defined>;
	readonly p50: number;
	readonly p95: number;
	readonly most: number;
	/** Until all know the new leader, or until it leads. */
	readonly agreed: boolean;
}

/** The leader crashes, again and again, and each time another server takes its place in the game. */
function measure(options: RunOptions, goal: Goal): Outcome {
	const { name } = options.contender;
	const rows = new Array<Outcome["rows"][0]>();
	const notes = new Array<string>();
	for (const servers of options.servers ?? (options.quick ? QUICK_SIZES : SIZES)) {
		for (const loss of LOSSES) {
			const times = options.quick ? QUICK_TIMES : servers >= 50 ? LARGE_TIMES : TIMES;
			const trial = startTrial(
				{ seed: options.seeds[0]! * 100 + servers, loss, election: goal.election, countedServers: servers },
				servers,
			);
			const seconds = new Array<number>();
			const messages = new Array<number>();
			for (const index of $range(1, times)) {
				trial.world.Run((index * 1.7) % 5);
				trial.leader().server.Crash();
				const said = listen(trial.world);
				const isDone = goal.agreed ? () => trial.isAgreed() : () => trial.leaders().size() > 0;
				seconds.push(secondsUntil(trial, LIMIT_SECONDS, isDone));
				trial.world.Run(AFTER_SECONDS);
				trial.world.SetWatcher(undefined);
				messages.push(said.filter((one) => isElectionMessage(one)).size());
				replace(trial);
			}
			const all = sorted(seconds);
			const [p50, p95, worst] = [percentile(all, 0.5), percentile(all, 0.95), percentile(all, 1)];
			const most = percentile(sorted(messages), 1);
			const mostAllowed = 3 * servers + 9;
			const what = `${goal.name}, leader crashes, ${servers} servers, ${loss * 100} % loss`;
			const outcome = goal.agreed ? "all agree on another" : "another leads";
			const isLast = goal.most < math.huge;
			rows.push(
				row(
					name,
					`${what}: until ${outcome}, p50 / p95 / max`,
					`<= ${secondsText(goal.p50)} / ${secondsText(goal.p95)} / ${isLast ? secondsText(goal.most) : "-"}`,
					`${secondsText(p50)} / ${secondsText(p95)} / ${secondsText(worst)}`,
					p50 <= goal.p50 && p95 <= goal.p95 && worst <= goal.most,
				),
			);
			if (goal.agreed) {
				rows.push(
					row(
						name,
						`${what}: messages, p50 / max`,
						`<= ${mostAllowed}`,
						`${percentile(sorted(messages), 0.5)} / ${most}`,
						most <= mostAllowed,
					),
				);
			}
			notes.push(`${what}: ${describeTimes(seconds)}; messages up to ${most}; ${problemsOf(trial).join("; ")}`);
			trial.world.Destroy();
		}
	}
	return { rows, notes };
}

const job = (name: string, goal: Goal): Job => {
	return { name, contenders: [OURS], machineCode: true, run: (options) => measure(options, goal) };
};

export const CRASH_JOBS: ReadonlyArray<Job> = [
	job("election bully crash", { name: "bully", election: {}, p50: 20, p95: 24, most: math.huge, agreed: true }),
	job("election lease crash", {
		name: "lease",
		election: { mode: "lease" },
		p50: 11,
		p95: 12.5,
		most: 14,
		agreed: false,
	}),
	job("election lease fast crash", {
		name: "lease, fast",
		election: { mode: "lease", timing: "fast" },
		p50: 7.5,
		p95: 8.5,
		most: math.huge,
		agreed: false,
	}),
];
