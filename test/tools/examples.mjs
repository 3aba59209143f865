// `npm run examples [-- <name> …]`: the places of the games in examples, built on the packed library, into dist/examples.
// `npm run test:examples`: runs each on three emulated servers.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildExamples, EXAMPLES } from "./scratch-game.mjs";
import { ROOT } from "./tools.mjs";

const TARGET = path.join(ROOT, "dist", "examples");
const isTest = process.argv.includes("--test");
const asked = process.argv.slice(2).filter((name) => name !== "--test");

const all = readdirSync(EXAMPLES)
	.filter((name) => existsSync(path.join(EXAMPLES, name, "default.project.json")))
	.sort();
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
	console.error(`there is no example ${unknown.join(", ")}; there are ${all.join(", ")}`);
	process.exit(2);
}

let games;
try {
	games = buildExamples(asked.length > 0 ? asked : all);
} catch (problem) {
	console.log(`FAILED  the examples compile with the packed library\n${problem.message}`);
	console.log("0 passed, 1 failed, 0 skipped");
	process.exit(1);
}
try {
	if (isTest) {
		const list = path.join(path.dirname(Object.values(games.places)[0]), "places.json");
		writeFileSync(list, JSON.stringify(games.places));
		process.exitCode = runLune(["run", path.join("test", "examples", "run.luau"), list], { cwd: ROOT });
	} else {
		mkdirSync(TARGET, { recursive: true });
		for (const [name, place] of Object.entries(games.places)) {
			copyFileSync(place, path.join(TARGET, `${name}.rbxl`));
			console.log(path.join("dist", "examples", `${name}.rbxl`));
		}
	}
} finally {
	games.dispose();
}
