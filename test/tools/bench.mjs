// Compares this package with others on virtual time: `npm run bench`, or for tuning `npm run bench -- --quick --only updates`.
// `npm run bench -- hub` measures large games instead, `npm run bench -- election` elections,
// `npm run bench -- scripts` entities and their scripts.
//   --only <text>     only jobs with the text in their name; may be given several times
//   --contender <text> only contenders with the text in their name
//   --quick           fewer seeds and shorter runs
//   --seeds <n,n,…>   other seeds
//   --servers <n,n,…> other numbers of servers, in the scenarios of large games
//   --processes <n>   as many at a time, instead of two
//   --write           also writes the table to docs/benchmarks.md and README.md; that of large games to docs/benchmarks-hub.md and there,
//                     that of elections to docs/benchmarks-election.md, of entities and scripts to docs/benchmarks-scripts.md
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import {
	describeBenchmarks,
	describeElectionBenchmarks,
	describeHubBenchmarks,
	describeScriptBenchmarks,
} from "./bench-document.mjs";
import { describeTable } from "./bench-table.mjs";
import { hotPathRow } from "./hot-path.mjs";
import { luneCommand } from "./lune.mjs";
import { buildProgramPlace } from "./program-place.mjs";
import { copyTables } from "./readme-table.mjs";
import { ROOT } from "./tools.mjs";

const PROCESSES = 2;
const MARK = "bench-result ";
/** Jobs whose names begin so are run only when they are asked for, and have a page of their own. */
const FAMILIES = {
	hub: { page: "benchmarks-hub.md", describe: describeHubBenchmarks },
	election: { page: "benchmarks-election.md", describe: describeElectionBenchmarks },
	scripts: { page: "benchmarks-scripts.md", describe: describeScriptBenchmarks },
};
const FULL_SEEDS = [1, 2, 3];
const QUICK_SEEDS = [1, 2];

function parse(parameters) {
	const options = {
		only: [],
		contender: "",
		quick: false,
		seeds: undefined,
		servers: undefined,
		processes: PROCESSES,
		write: false,
		family: undefined,
	};
	for (let position = 0; position < parameters.length; position++) {
		const name = parameters[position];
		if (name === "--only") options.only.push(parameters[++position].toLowerCase());
		else if (name === "--contender") options.contender = parameters[++position];
		else if (name === "--quick") options.quick = true;
		else if (name === "--seeds") options.seeds = parameters[++position].split(",").map(Number);
		else if (name === "--servers") options.servers = parameters[++position].split(",").map(Number);
		else if (name === "--processes") options.processes = Number(parameters[++position]);
		else if (name === "--write") options.write = true;
		else if (FAMILIES[name] !== undefined) options.family = name;
		else throw new Error(`unknown parameter ${name}`);
	}
	options.seeds ??= options.quick ? QUICK_SEEDS : FULL_SEEDS;
	return options;
}

function inLune(place, ...parameters) {
	const [program, ...first] = luneCommand();
	return new Promise((resolve, reject) => {
		const child = spawn(program, [...first, "run", "test/lune/run-bench.luau", place, ...parameters], {
			cwd: ROOT,
			stdio: ["ignore", "pipe", "inherit"],
		});
		let output = "";
		child.stdout.on("data", (chunk) => (output += chunk));
		child.on("error", reject);
		child.on("close", () => {
			const line = output.split("\n").find((candidate) => candidate.startsWith(MARK));
			if (line === undefined) reject(new Error(`no result of ${parameters.join(" ")}\n${output}`));
			else resolve(JSON.parse(line.slice(MARK.length)));
		});
	});
}

async function runAll(place, tasks, processes) {
	const outcomes = new Array(tasks.length);
	let next = 0;
	async function worker() {
		while (next < tasks.length) {
			const index = next++;
			const task = tasks[index];
			const started = Date.now();
			try {
				const { machineCode, ...what } = task;
				const more = machineCode ? ["machine-code"] : [];
				outcomes[index] = await inLune(place, "run", JSON.stringify(what), ...more);
			} catch (problem) {
				outcomes[index] = {
					rows: [],
					notes: [`FAILED ${task.job}, ${task.contender}: ${problem.message}`],
					failed: true,
				};
			}
			const seconds = ((Date.now() - started) / 1000).toFixed(1);
			console.log(`${outcomes[index].notes.join("\n")}\n  (${seconds} s real time)`);
		}
	}
	await Promise.all(Array.from({ length: processes }, worker));
	return outcomes;
}

export async function bench(parameters) {
	const options = parse(parameters);
	const started = Date.now();
	const place = buildProgramPlace("bench");
	if (place === undefined) return 1;
	try {
		const jobs = await inLune(place.path, "list");
		const wanted = jobs.filter(
			({ name }) =>
				Object.keys(FAMILIES).find((family) => name.startsWith(`${family} `)) === options.family &&
				(options.only.length === 0 || options.only.some((text) => name.toLowerCase().includes(text))),
		);
		const tasks = wanted.flatMap(({ name, contenders, machineCode }) =>
			contenders
				.filter((contender) => contender.includes(options.contender))
				.map((contender) => ({
					job: name,
					contender,
					quick: options.quick,
					seeds: options.seeds,
					servers: options.servers,
					machineCode,
				})),
		);
		const outcomes = await runAll(place.path, tasks, options.processes);
		const rows = outcomes.flatMap(({ rows }) => rows);
		if (wanted.some(({ name }) => name === "processor")) rows.push(hotPathRow());
		const table = describeTable(rows);
		const seconds = Math.round((Date.now() - started) / 1000);
		console.log(`\n${table}\nSeeds ${options.seeds.join(", ")}; ${seconds} s of real time.`);
		if (options.write) {
			const { page, describe } = FAMILIES[options.family] ?? {
				page: "benchmarks.md",
				describe: describeBenchmarks,
			};
			writeFileSync(path.join(ROOT, "docs", page), describe(table, parameters, options.seeds));
			if (options.family !== "election" && options.family !== "scripts") copyTables();
		}
		return outcomes.some(({ failed }) => failed) ? 1 : 0;
	} finally {
		place.dispose();
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		process.exit(await bench(process.argv.slice(2)));
	} catch (problem) {
		console.error(problem.message);
		process.exit(1);
	}
}
