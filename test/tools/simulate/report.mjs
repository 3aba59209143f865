// The picture of a campaign: one run in full, and what came of all.
import { readFileSync } from "node:fs";
import path from "node:path";

import { writeReport } from "../report/index.mjs";
import { ROOT } from "../tools.mjs";
import { runSimulation } from "./process.mjs";

/** What is shown in full when every run went well: a bit of everything. */
const SHOWCASE = path.join("test", "simulate", "showcase.json");
/** The table of seeds shows the first of them, and all that failed. */
const MOST_SEEDS = 400;

function sumsOf(results, name) {
	const sums = new Map();
	for (const result of results) {
		for (const [key, count] of Object.entries(result[name] ?? {})) sums.set(key, (sums.get(key) ?? 0) + count);
	}
	return [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What came of every run, in the order of the seeds: runs end in any order. */
export function campaignOf(results) {
	const runs = results.filter(({ kept, again }) => kept === undefined && !again);
	runs.sort((left, right) => left.seed - right.seed);
	const shown = runs.filter(({ problem }, index) => index < MOST_SEEDS || problem !== undefined);
	const faults = new Map();
	for (const { features } of runs) for (const name of features) faults.set(name, (faults.get(name) ?? 0) + 1);
	const total = (name) => runs.reduce((sum, run) => sum + run[name], 0);
	return {
		seeds: shown.map(({ seed, mode, servers, hash, problem }) => ({
			seed,
			mode,
			servers,
			hash,
			passed: problem === undefined,
			...(problem === undefined ? {} : { problem }),
		})),
		markers: sumsOf(runs, "situations").map(([name, count]) => ({ name, count })),
		faults: [...faults].sort().map(([kind, count]) => ({ kind, count })),
		totals: [
			{ name: "Runs", value: runs.length, unit: "" },
			{ name: "Runs that failed", value: runs.filter(({ problem }) => problem !== undefined).length, unit: "" },
			{ name: "Virtual time of all servers", value: Math.round(total("serverSeconds")), unit: "s" },
			{ name: "Messages published", value: total("publishes"), unit: "" },
			{ name: "Copies delivered", value: total("deliveries"), unit: "" },
		],
	};
}

/** Draws a failing plan, or the showcase, and the campaign around it. Returns what the picture is of. */
export async function drawCampaign(place, { results, failure, commit, file }) {
	const plan = failure?.plan ?? JSON.parse(readFileSync(path.join(ROOT, SHOWCASE), "utf8"));
	const source = failure?.file ?? SHOWCASE;
	const head = {
		title: failure ? "A simulation that failed" : "A simulated game under every kind of fault",
		summary: failure
			? `The plan that failed first, and the campaign it was part of.`
			: "Ten servers for six minutes: losses, a crash, a freeze, a partition, a close and a late start; below, every run of the campaign.",
		commit,
		command: `npm run simulate -- --plan ${source}`,
		campaign: campaignOf(results),
	};
	let record;
	await runSimulation(place, { kind: "picture", plan, head }, (drawn) => (record = drawn));
	const bytes = writeReport(record, file);
	return { record, bytes };
}
