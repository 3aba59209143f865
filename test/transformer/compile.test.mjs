// The transformer in a project: compiled by rbxtsc, run under Lune.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";

import { luneCommand } from "../tools/lune.mjs";
import { ROOT } from "../tools/tools.mjs";
import { ENDLESS, endless } from "./endless.mjs";
import { gameOf } from "./game.mjs";
import { programs } from "./programs.mjs";

const TRANSFORM = "@rbxts/net-server-sync/transformer";
const MARK = "charged-result ";
const EVERY = 8;
const LIMIT = 10_000;
const PROGRAMS = 150;
const MARKED =
	'import { RequireCharged } from "@rbxts/net-server-sync";\nRequireCharged();\nexport const double = (value: number) => value * 2;\n';
const CHARGE = 'export { chargedFile, useMeter } from "@rbxts/net-server-sync/out/entity/charge";\n';
const DIRECTIVES = "//!native\n//!optimize 2\nexport function five() { return 5; }\n";

let game;

/** Runs what was compiled last; with `only`, just that part of it. */
function run(...only) {
	const [program, ...first] = luneCommand();
	const script = ["run", "test/lune/run-charged.luau", game.build(), ...only];
	const { stdout, stderr } = spawnSync(program, [...first, ...script], {
		cwd: ROOT,
		encoding: "utf8",
		timeout: 120_000,
	});
	const line = stdout.split("\n").find((candidate) => candidate.startsWith(MARK));
	assert.ok(line, `${stdout}${stderr}`);
	return { ...JSON.parse(line.slice(MARK.length)), stderr };
}

before(() => {
	const modules = { "programs.ts": programs(1, PROGRAMS), "endless.ts": endless(), "marked.ts": MARKED };
	const sources = { "charged/directives.ts": DIRECTIVES, "bare/charge.ts": CHARGE };
	for (const folder of ["bare", "charged"]) {
		for (const [name, text] of Object.entries(modules)) sources[`${folder}/${name}`] = text;
	}
	game = gameOf(sources);
});
after(() => game?.dispose());

describe("a game with the transformer", () => {
	let seen;
	before(() => {
		const { succeeded, output } = game.compile([
			{ transform: TRANSFORM, files: ["src/charged/**/*"], every: EVERY },
		]);
		assert.ok(succeeded, output);
		seen = run();
	});

	it("does what it does without", () => {
		assert.equal(seen.programs.runs, PROGRAMS * 6);
		assert.ok(seen.programs.ticks > 10_000);
		// Luau has no empty list.
		assert.deepEqual(Object.values(seen.programs.different), []);
	});

	it("is charged a point for each function and each iteration, give or take as many as a loop is charged at once", () => {
		assert.ok(seen.programs.worst <= EVERY, `a run was off by ${seen.programs.worst}`);
		assert.ok(seen.programs.drift <= EVERY, `all together were off by ${seen.programs.drift}`);
	});

	for (const name of Object.keys(ENDLESS)) {
		it(`can be ended in ${name}`, () => {
			const points = seen.endless[name];
			assert.ok(points !== undefined, seen.stderr);
			// What is caught is charged again until something does not catch it.
			assert.ok(points > LIMIT && points <= LIMIT + 3 * EVERY * EVERY, `after ${points} points`);
		});
	}

	it("says of a file that is not charged which it is, and what to do", () => {
		assert.match(
			seen.marked.bare,
			/TS\.bare\.marked:\d+: \[net-server-sync\] ServerScriptService\.TS\.bare\.marked is not charged/,
		);
		assert.match(seen.marked.bare, /"@rbxts\/net-server-sync\/transformer"/);
		assert.equal(seen.marked.charged, undefined);
	});

	it("knows a function's file by its path in the project", () => {
		assert.equal(seen.files.charged, "src/charged/programs.ts");
	});

	it("keeps directives for the Luau compiler first", () => {
		assert.match(game.compiled("charged/directives.luau"), /^--!native\n--!optimize 2\n/);
	});

	it("leaves other files as they are", () => {
		assert.doesNotMatch(game.compiled("bare/programs.luau"), /charge/);
	});
});

describe("a transformer with a wrong name", () => {
	it("is only warned of by the compiler, but raised by the first file that has to be charged", () => {
		const { succeeded, output } = game.compile([
			{ transform: "@rbxts/net-server-sync/transfomer", files: ["src/charged/**/*"] },
		]);
		assert.ok(succeeded, output);
		assert.match(output, /transfomer/);
		const { marked } = run("marked");
		assert.match(marked.charged, /ServerScriptService\.TS\.charged\.marked is not charged/);
	});
});

describe("wrong options", () => {
	const WRONG = [
		[
			"an unknown one",
			{ files: ["src/**/*"], evry: 5 },
			/there is no option "evry"; the options are "files", "exclude", "every", "module"/,
		],
		["no files", {}, /"files" is undefined; it has to be a list of patterns/],
		[
			"files that are none",
			{ files: ["scripts/**/*"] },
			/"files" is \["scripts\/\*\*\/\*"\], which no file of the project matches/,
		],
		[
			"an odd number",
			{ files: ["src/**/*"], every: 7 },
			/"every" is 7; it has to be an even number from 2 to 65536/,
		],
		["a module that is no text", { files: ["src/**/*"], module: 5 }, /"module" is 5/],
	];
	for (const [what, options, message] of WRONG) {
		it(`are an error: ${what}`, () => {
			const { succeeded, output } = game.compile([{ transform: TRANSFORM, ...options }]);
			assert.equal(succeeded, false);
			assert.match(output, message);
			assert.match(output, /\[net-server-sync\] transformer: /);
		});
	}
});
