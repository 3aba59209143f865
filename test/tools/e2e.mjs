// `npm run test:e2e`: the packed library in a game, run as several live servers on an emulated cloud. Parameters:
//   --seed <number>   another seed; default 1
//   --only <text>     only checks whose name contains the text
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildScratchGame } from "./scratch-game.mjs";
import { ROOT } from "./tools.mjs";

let game;
try {
	game = buildScratchGame();
} catch (problem) {
	console.log(`FAILED  a game made from the default template compiles with the packed library\n${problem.message}`);
	console.log("0 passed, 1 failed, 0 skipped");
	process.exit(1);
}
try {
	const script = path.join("test", "e2e", "run.luau");
	process.exitCode = runLune(["run", script, game.place, ...process.argv.slice(2)], { cwd: ROOT });
} finally {
	game.dispose();
}
