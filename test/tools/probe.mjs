// `npm run probe`: builds the place of test/probe, to be published, and rehearses it on emulated servers. Parameters:
//   --print   prints the rows that it finds out about them
import { mkdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildPartialPlace } from "./place.mjs";
import { ROOT, runTool } from "./tools.mjs";

const FOLDER = path.join("test", "probe");
const PROJECT = path.join(FOLDER, "default.project.json");
const PLACE = path.join(FOLDER, "out", "probe.rbxl");

function build() {
	mkdirSync(path.join(ROOT, FOLDER, "out"), { recursive: true });
	const include = path.join(FOLDER, "out", "include");
	const compiled = runTool(
		"roblox-ts",
		"rbxtsc",
		["-p", FOLDER, "--type", "game", "--rojo", PROJECT, "--includePath", include],
		{ quiet: true },
	);
	return compiled === 0 && runTool("rojo", "rojo", ["build", FOLDER, "--output", PLACE], { quiet: true }) === 0;
}

/** Runs the place on servers whose cloud is the one of `src/testing`. Returns the exit code. */
function rehearse(parameters) {
	// Any spec that imports all of `src/testing`.
	const emulation = buildPartialPlace("testing/engine-clocks");
	if (emulation === undefined) return 1;
	try {
		const script = path.join(FOLDER, "rehearse.luau");
		return runLune(["run", script, PLACE, emulation.path, ...parameters], { cwd: ROOT });
	} finally {
		emulation.dispose();
	}
}

if (!build()) {
	console.log("0 passed, 1 failed, 0 skipped");
	process.exit(1);
}
console.log(`${PLACE}: open it in Studio and publish it to a place of its own, as docs/development.md describes`);
process.exitCode = rehearse(process.argv.slice(2));
