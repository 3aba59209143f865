// Checks the report: runs a short game twice, in processes of their own, draws both, and looks at the page in a browser at
// two widths, light and dark. `npm run test:report`; pictures are left in test/out/report.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS, chromiumPath } from "./chromium.mjs";
import { luneCommand } from "./lune.mjs";
import { buildProgramPlace } from "./program-place.mjs";
import { checkPage } from "./report/check-page.mjs";
import { renderReport, writeReport } from "./report/index.mjs";
import { ROOT } from "./tools.mjs";

const MARK = "run-record ";
const SEED = 1;
const LIMIT_MILLISECONDS = 120_000;
const MOST_BYTES = 1_000_000;
const FOLDER = path.join(ROOT, "test", "out", "report");

let passed = 0;
let failed = 0;

function check(name, problems) {
	if (problems.length === 0) passed++;
	else failed++;
	console.log(`${problems.length === 0 ? "ok     " : "FAILED "} ${name}`);
	for (const problem of problems) console.log(`        ${problem}`);
}

function finish() {
	console.log(`${passed} passed, ${failed} failed, 0 skipped`);
	process.exit(failed === 0 ? 0 : 1);
}

/** What the program in the place answers, from a process of its own, as text. */
function inLune(place, ...parameters) {
	const [program, ...first] = luneCommand();
	const script = path.join("test", "lune", "run-report-sample.luau");
	const outcome = spawnSync(program, [...first, "run", script, place, ...parameters], {
		cwd: ROOT,
		encoding: "utf8",
		timeout: LIMIT_MILLISECONDS,
		maxBuffer: 64 * MOST_BYTES,
	});
	if (outcome.error) throw outcome.error;
	const line = outcome.stdout.split("\n").find((candidate) => candidate.startsWith(MARK));
	if (line === undefined) throw new Error(`no answer to ${parameters.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
	return line.slice(MARK.length);
}

/** Everything else that a report may have: ways that are compared, a failure, a campaign; and text that is no HTML. */
function richRecord(record) {
	const [way] = record.ways;
	const rude = '<script>document.title = "no"</script> & "others"';
	const other = {
		...way,
		name: "another way",
		reigns: [
			{ scope: rude, server: 1, term: 1, fromSeconds: 4, toSeconds: 58, end: "crashed" },
			{ scope: rude, server: 3, term: 2, fromSeconds: 75.5, toSeconds: 110, end: "superseded" },
			{ scope: rude, server: 4, term: 3, fromSeconds: 101, toSeconds: -1, end: "leads" },
			{ scope: "weather", server: 1, term: 7, fromSeconds: 12, toSeconds: 12.5, end: "resigned" },
			{ scope: "weather", server: 2, term: 8, fromSeconds: 14, toSeconds: -1, end: "leads" },
		],
		lag: { ...way.lag, never: way.lag.never.map((_, index) => index % 3) },
	};
	const figures = record.figures.flatMap((figure) =>
		figure.way === ""
			? [figure]
			: [figure, { ...figure, way: other.name, value: figure.value * 3, passed: figure.goal === undefined }],
	);
	const seeds = Array.from({ length: 120 }, (_, index) => ({
		seed: index + 1,
		mode: index % 2 === 0 ? "safety" : "liveness",
		servers: 3 + (index % 9),
		hash: record.hash,
		passed: index !== 40,
		...(index === 40 ? { problem: rude } : {}),
	}));
	return {
		...record,
		title: `Another game, ${rude}`,
		verdict: { passed: false, problem: rude },
		command: "npm run test:report",
		ways: [way, other],
		figures,
		campaign: {
			seeds,
			markers: [
				{ name: "a server was refused", count: 12 },
				{ name: "nobody was left", count: 0 },
			],
			faults: [
				{ kind: "crash", count: 210 },
				{ kind: "loss", count: 60 },
			],
			totals: [{ name: "Virtual time", value: 36_000, unit: "s" }],
		},
	};
}

async function lookAt(name, record) {
	const file = path.join(FOLDER, `${name}.html`);
	writeReport(record, file);
	const profile = mkdtempSync(path.join(tmpdir(), "report-"));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: chromiumPath(),
		headless: true,
		args: CHROMIUM_FLAGS,
	});
	try {
		const picture = (variant) => path.join(FOLDER, `${name}-${variant}.png`);
		for (const { name: variant, problems } of await checkPage(context, file, record, picture)) {
			check(`${name} at ${variant}`, problems);
		}
	} finally {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	}
}

mkdirSync(FOLDER, { recursive: true });
const place = buildProgramPlace("report");
if (place === undefined) {
	check("the recorder compiles", ["see above"]);
	finish();
}
try {
	for (const { name, problem } of JSON.parse(inLune(place.path, "checks")))
		check(name, problem === "" ? [] : [problem]);
	const [first, second] = [1, 2].map(() => inLune(place.path, "run", String(SEED), "0000000"));
	const record = JSON.parse(first);
	check("the sample game passes", record.verdict.passed ? [] : [record.verdict.problem]);
	const html = renderReport(record);
	const isSame = html === renderReport(JSON.parse(second));
	check("two runs give the same bytes", isSame ? [] : ["the two files differ"]);
	check("the file is small", html.length < MOST_BYTES ? [] : [`it has ${html.length} characters`]);
	await lookAt("sample", record);
	await lookAt("everything", richRecord(record));
	const kept = readFileSync(path.join(FOLDER, "sample.html"), "utf8");
	check("what is written is what was drawn", kept === html ? [] : ["the file differs"]);
} catch (problem) {
	check("the report can be looked at", [problem.stack ?? String(problem)]);
} finally {
	place.dispose();
}
finish();
