// Runs the simulation: `npm run simulate`.
//   --seeds <count>   how many seeds; default 300
//   --from <seed>     the first of them; default 1
//   --mode <mode>     only "safety" or "liveness"; default as each seed has it
//   --plan <file>     this plan alone, with its story; repeats what a failure printed
//   --shrink <file>   makes a failing plan smaller and writes it beside the old one
//   --twice <count>   so many of the seeds run a second time in other processes, and must do the same; default 20
//   --report <file>   where the picture goes; default test/out/simulation/report.html
//   --record          writes what came of it to docs/simulation.md, as before a release
//   --processes <n>   default: one for each processor, at most 4
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { buildProgramPlace } from "./program-place.mjs";
import { describeFailure, describeSummary } from "./simulate/describe.mjs";
import { Progress } from "./simulate/progress.mjs";
import { runSimulation } from "./simulate/process.mjs";
import { drawCampaign } from "./simulate/report.mjs";
import { recordCampaign } from "./simulate/record.mjs";
import { keptPlans } from "./simulate/regressions.mjs";
import { ROOT } from "./tools.mjs";

/** Seeds that one process does before it hands back what it found. */
const BATCH = 8;
const FOUND = path.join(ROOT, "test", "out", "simulation");

const OPTIONS = {
	seeds: { type: "string", default: "300" },
	from: { type: "string", default: "1" },
	mode: { type: "string" },
	plan: { type: "string" },
	shrink: { type: "string" },
	twice: { type: "string", default: "20" },
	report: { type: "string", default: path.join("test", "out", "simulation", "report.html") },
	record: { type: "boolean", default: false },
	processes: { type: "string", default: String(Math.min(4, availableParallelism())) },
};

function commit() {
	try {
		return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
	} catch {
		return "unknown";
	}
}

function wholeNumber(options, name, least) {
	const number = Number(options[name]);
	if (!Number.isInteger(number) || number < least) throw new Error(`--${name} takes a whole number from ${least}`);
	return number;
}

/** What a seed is called on disk. */
function planPath(seed, suffix = "") {
	mkdirSync(FOUND, { recursive: true });
	return path.join(FOUND, `plan-${seed}${suffix}.json`);
}

function writePlan(file, plan) {
	writeFileSync(file, `${JSON.stringify(plan, undefined, "\t")}\n`);
	return path.relative(ROOT, file);
}

/** Runs tasks on so many processes at once; `done` gets each result. */
async function inParallel(processes, tasks, done) {
	let next = 0;
	const worker = async () => {
		while (next < tasks.length) {
			const task = tasks[next++];
			await runSimulation(task.place, task.task, (result) => done(result, task));
		}
	};
	await Promise.all(Array.from({ length: processes }, worker));
}

/** Prints what a failed run was about: its plan is written, and run again for its last events. */
async function report(place, result, options) {
	if (result.plan === undefined) {
		console.log(`FAILED seed ${result.seed}: ${result.problem}`);
		return;
	}
	const file = writePlan(planPath(result.seed), result.plan);
	result.file = file;
	let traced = result;
	await runSimulation(place, { kind: "plan", plan: result.plan, traced: true }, (again) => (traced = again));
	console.log(describeFailure({ ...result, events: traced.events, commit: options.commit, file }));
}

async function runOnePlan(place, file) {
	const plan = JSON.parse(readFileSync(path.resolve(file), "utf8"));
	let result;
	await runSimulation(place, { kind: "plan", plan, traced: true }, (outcome) => (result = outcome));
	for (const { atSeconds, text } of result.story) console.log(`${atSeconds.toFixed(3).padStart(9)} s  ${text}`);
	if (result.problem !== undefined) console.log(describeFailure({ ...result, commit: commit(), file }));
	else console.log(`hash ${result.hash}`);
	return tally(result.problem === undefined ? 1 : 0, result.problem === undefined ? 0 : 1);
}

async function shrink(place, file) {
	const plan = JSON.parse(readFileSync(path.resolve(file), "utf8"));
	let result;
	await runSimulation(place, { kind: "shrink", plan }, (outcome) => {
		if (outcome.runs === undefined) result = outcome;
		else process.stdout.write(`\r${outcome.items} items left after ${outcome.runs} runs  `);
	});
	const smaller = writePlan(file.replace(/(\.json)?$/, "-small.json"), result.plan);
	console.log(`\n${result.problem}`);
	for (const { atSeconds, text } of result.story) console.log(`${atSeconds.toFixed(3).padStart(9)} s  ${text}`);
	console.log(`${result.items} items: ${smaller}`);
	return 0;
}

function tally(passed, failed) {
	console.log(`${passed} passed, ${failed} failed, 0 skipped`);
	return failed === 0 ? 0 : 1;
}

/** Seeds, those of them that run twice, and every plan that was kept. */
async function campaign(place, options) {
	const seeds = Array.from({ length: wholeNumber(options, "seeds", 0) }, (_, index) => index + options.first);
	const twice = seeds.slice(0, wholeNumber(options, "twice", 0));
	const tasks = keptPlans().map(({ name, plan }) => ({ place, name, task: { kind: "plan", plan } }));
	for (const list of [seeds, twice]) {
		for (let from = 0; from < list.length; from += BATCH) {
			const batch = list.slice(from, from + BATCH);
			tasks.push({ place, again: list === twice, task: { kind: "seeds", seeds: batch, mode: options.mode } });
		}
	}
	const results = [];
	const failures = [];
	const hashes = new Map();
	const progress = new Progress(seeds.length + twice.length + keptPlans().length);
	await inParallel(wholeNumber(options, "processes", 1), tasks, (result, task) => {
		results.push({ ...result, kept: task.name, again: task.again });
		progress.advance(result);
		if (result.problem !== undefined) failures.push({ ...result, kept: task.name });
		if (task.name !== undefined) return;
		const known = hashes.get(result.seed);
		if (known !== undefined && known !== result.hash) {
			failures.push({ ...result, problem: `ran differently the second time: ${known}, ${result.hash}` });
		}
		hashes.set(result.seed, result.hash);
	});
	progress.finish();
	for (const failure of failures.slice(0, 5)) await report(place, failure, options);
	const drawn = await drawCampaign(place, {
		results,
		failure: failures.find(({ plan }) => plan !== undefined),
		commit: options.commit,
		file: path.resolve(options.report),
	});
	for (const { seed, problem } of failures.slice(5)) console.log(`seed ${seed}: ${problem}`);
	const summary = describeSummary(results, { twice: twice.length, whole: seeds.length >= 300 });
	console.log(`${summary.text}\nreport: ${options.report} (${Math.round(drawn.bytes / 1000)} kB)`);
	if (options.record) {
		recordCampaign(summary.lines, {
			commit: options.commit,
			parameters: process.argv.slice(2),
			failed: failures.length,
		});
	}
	return tally(results.length - failures.length, failures.length + summary.failed);
}

export async function simulate(parameters) {
	const { values } = parseArgs({ args: parameters, options: OPTIONS });
	const place = buildProgramPlace("simulate");
	if (place === undefined) return 1;
	try {
		if (values.plan !== undefined) return await runOnePlan(place.path, values.plan);
		if (values.shrink !== undefined) return await shrink(place.path, values.shrink);
		return await campaign(place.path, { ...values, first: wholeNumber(values, "from", 0), commit: commit() });
	} finally {
		place.dispose();
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		process.exit(await simulate(process.argv.slice(2)));
	} catch (problem) {
		console.error(problem.message);
		process.exit(1);
	}
}
