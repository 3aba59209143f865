// Compiles the specs, builds the place with Rojo and runs it under Lune. Parameters:
//   --only <text>     only spec files whose path contains the text, and what they import
//   --filter <text>   only specs whose full name contains the text
//   --seed <number>   seeds the emulated randomness; default 1
//   --slowest <n>     prints the n specs that took the most real time, and their seconds
//   --verbose         names each spec as it begins, and prints what they print
//   --forbid-focus    a focused spec is a failure
import process from "node:process";
import { fileURLToPath } from "node:url";

import { runLune } from "./lune.mjs";
import { buildPartialPlace, buildWholePlace } from "./place.mjs";
import { ROOT } from "./tools.mjs";

// A spec that loops without ever yielding cannot be ended from inside.
const LIMIT_MILLISECONDS = 600_000;

/** Returns the exit code and what was printed, which is also passed on. */
export function runSpecs(parameters, options = {}) {
	const rest = [...parameters];
	const only = rest.indexOf("--only");
	const place = only === -1 ? buildWholePlace() : buildPartialPlace(rest.splice(only, 2)[1] ?? "");
	if (place === undefined) return 1;
	try {
		return runLune(["run", "test/lune/run-specs.luau", place.path, ...rest], {
			timeout: LIMIT_MILLISECONDS,
			cwd: ROOT,
			...options,
		});
	} catch (problem) {
		if (problem.code !== "ETIMEDOUT") throw problem;
		console.error(
			`The specs were ended after ${LIMIT_MILLISECONDS / 1000} s: one loops without yielding. ` +
				"--verbose names each spec as it begins.",
		);
		return 1;
	} finally {
		place.dispose();
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		process.exit(runSpecs(process.argv.slice(2)));
	} catch (problem) {
		console.error(problem.message);
		process.exit(1);
	}
}
