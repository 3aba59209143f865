// Proves what the simulation can find: `npm run mutants` breaks the library on purpose, in many ways (test/mutants), and each has to be caught.
//   --only <text>     only mutants with this text in their name
//   --seeds <count>   how many seeds each is given; default 200
//   --check           only verifies that all patches still fit the sources
//   --write           puts the table of results into docs/simulation.md
//   --processes <n>   default 2
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { allMutants, whyNotApplicable } from "./mutants/patches.mjs";
import { tableOf, writeTable } from "./mutants/table.mjs";
import { Workshop } from "./mutants/workshop.mjs";
import { runSimulation } from "./simulate/process.mjs";
import { ROOT } from "./tools.mjs";

/** A plan that fails is not small before it has at most so many items. */
const MOST_ITEMS = 10;
const MOST_RUNS = 1000;
const FOUND = path.join(ROOT, "test", "out", "mutants");

const OPTIONS = {
	only: { type: "string", default: "" },
	seeds: { type: "string", default: "200" },
	check: { type: "boolean", default: false },
	write: { type: "boolean", default: false },
	processes: { type: "string", default: "2" },
};

function check(mutants) {
	let failed = 0;
	for (const mutant of mutants) {
		const reason = whyNotApplicable(mutant);
		if (reason === undefined) continue;
		failed += 1;
		console.log(`FAILED ${mutant.name} no longer fits:\n${reason}`);
	}
	console.log(`${mutants.length - failed} passed, ${failed} failed, 0 skipped`);
	return failed === 0 ? 0 : 1;
}

/** Mutants cause errors on servers: that is what they are for. */
const simulate = (place, task, done) => runSimulation(place, task, done, { quiet: true });

/** What of a plan is wrong without any mutant: then it proves nothing. */
async function problemOf(place, plan) {
	let problem;
	await simulate(place, { kind: "plan", plan }, (result) => (problem = result.problem));
	return problem;
}

/** The first seed that fails because of the mutant and becomes a small plan, and that plan. */
async function hunt(name, place, library, seeds) {
	let caught;
	await simulate(place, { kind: "seeds", seeds, untilProblem: true }, (result) => {
		if (result.problem !== undefined) caught = result;
	});
	if (caught === undefined) return undefined;
	// What fails without it as well is no catch.
	if ((await problemOf(library, caught.plan)) !== undefined) {
		return hunt(name, place, library, seeds.slice(seeds.indexOf(caught.seed) + 1));
	}
	console.log(`          ${name} is caught at seed ${caught.seed} by: ${caught.kind}; now a smaller plan`);
	let small;
	await simulate(place, { kind: "shrink", plan: caught.plan, mostRuns: MOST_RUNS }, (outcome) => {
		if (outcome.runs === undefined) small = outcome;
	});
	const found = { seed: caught.seed, kind: small.kind, items: small.items, plan: small.plan, problem: small.problem };
	if (found.items <= MOST_ITEMS) return found;
	// A later seed may get into it by fewer steps.
	const another = await hunt(name, place, library, seeds.slice(seeds.indexOf(caught.seed) + 1));
	return another && another.items < found.items ? another : found;
}

function describe({ name, seed, kind, items, unfair, seconds }) {
	const took = `${Math.round(seconds)} s`;
	if (seed === undefined) return `ESCAPED ${name} (${took})`;
	const verdict = unfair !== undefined ? "UNFAIR " : items > MOST_ITEMS ? "LARGE  " : "caught ";
	return `${verdict} ${name}: seed ${seed}, ${items} items, ${kind}${unfair === undefined ? "" : ` – without it: ${unfair}`} (${took})`;
}

async function hunted(mutant, workshop, library, seeds) {
	const started = Date.now();
	let found;
	try {
		found = await hunt(mutant.name, await workshop.place(mutant), library, seeds);
	} catch (problem) {
		console.log(`          ${mutant.name}: ${problem.message}`);
	}
	if (found) {
		mkdirSync(FOUND, { recursive: true });
		writeFileSync(path.join(FOUND, `${mutant.name}.json`), `${JSON.stringify(found.plan, undefined, "\t")}\n`);
	}
	return { ...mutant, ...found, seconds: (Date.now() - started) / 1000 };
}

async function inParallel(processes, mutants, library, place, seeds, done) {
	let next = 0;
	const worker = async () => {
		const workshop = new Workshop(library);
		try {
			while (next < mutants.length) {
				const index = next++;
				const mutant = mutants[index];
				await done(index, await hunted(mutant, workshop, place, seeds));
			}
		} finally {
			workshop.dispose();
		}
	};
	await Promise.all(Array.from({ length: processes }, worker));
}

export async function mutants(parameters) {
	const { values } = parseArgs({ args: parameters, options: OPTIONS });
	const chosen = allMutants().filter(({ name }) => name.includes(values.only));
	if (values.check) return check(chosen);
	const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
	const results = [];
	const library = new Workshop();
	try {
		const place = await library.place(undefined);
		await inParallel(Number(values.processes), chosen, library, place, seeds, async (index, result) => {
			const unfair = result.plan && (await problemOf(place, result.plan));
			results[index] = { ...result, unfair };
			const count = results.filter((one) => one !== undefined).length;
			console.log(`${String(count).padStart(2)} of ${chosen.length}  ${describe(results[index])}`);
		});
	} finally {
		library.dispose();
	}
	console.log(`\n${tableOf(results)}\n`);
	if (values.write) writeTable(results);
	const caught = results.filter(({ seed, items, unfair }) => seed !== undefined && items <= MOST_ITEMS && !unfair);
	console.log(`${caught.length} passed, ${results.length - caught.length} failed, 0 skipped`);
	return caught.length === results.length ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		process.exit(await mutants(process.argv.slice(2)));
	} catch (problem) {
		console.error(problem.message);
		process.exit(1);
	}
}
