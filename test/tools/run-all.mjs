// `npm test`: a clean build, then every check, then one line that sums them up.
//
// With names of npm scripts as parameters, those run too, if package.json has them. A step counts what its last line
// `N passed, N failed, N skipped` says; one without such a line counts as failed if it exits so, else not at all.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { clean } from "./clean.mjs";
import { buildPackage } from "./release/build-package.mjs";
import { ROOT } from "./tools.mjs";

const TALLY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
const total = { passed: 0, failed: 0, skipped: 0 };

function addTally(output, status) {
	const lines = output.trimEnd().split("\n");
	const [, passed, failed, skipped] = (TALLY.exec(lines.at(-1).trim()) ?? [0, 0, 0, 0]).map(Number);
	total.passed += passed;
	total.skipped += skipped;
	total.failed += status === 0 || failed > 0 ? failed : 1;
}

/** Runs a command with its output passed on, and adds its tally. */
async function step(name, command, parameters) {
	console.log(`\n== ${name}`);
	const started = Date.now();
	const child = spawn(command, parameters, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
	let output = "";
	child.stdout.on("data", (chunk) => {
		process.stdout.write(chunk);
		output += chunk;
	});
	const status = await new Promise((resolve) => {
		child.on("error", (problem) => {
			console.log(problem.message);
			resolve(1);
		});
		child.on("close", (code) => resolve(code ?? 1));
	});
	addTally(output, status);
	console.log(`== ${name}: ${status === 0 ? "ok" : "FAILED"}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
	return status === 0;
}

const tool = (name, ...parameters) =>
	step(name, process.execPath, [path.join("test", "tools", `${name}.mjs`), ...parameters]);
const script = (name) => step(name, process.platform === "win32" ? "npm.cmd" : "npm", ["run", "--silent", name]);

function finish() {
	console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
	process.exit(total.failed === 0 ? 0 : 1);
}

console.log("== clean build");
clean();
if (!buildPackage()) {
	total.failed++;
	finish();
}
await script("lint");
await tool("types");
await tool("lune", "run", path.join("test", "lune", "run-checks.luau"));
await tool("specs", "--forbid-focus");
await tool("transformer");
await tool("package");
await tool("luau");
await tool("examples", "--test");
await tool("check-docs");
await tool("api-reference");
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
for (const name of process.argv.slice(2)) if (name in scripts) await script(name);
finish();
