// `npm run demo`: twelve servers of a game that share their players and leaderboard, in accelerated time.
// Parameter: --seed <number>, for other players who do other things; default 1.
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildScratchGame } from "./scratch-game.mjs";
import { ROOT } from "./tools.mjs";

console.log("Packing the library, installing it in a game, compiling the game ...");
const game = buildScratchGame({ overlays: [path.join(ROOT, "test", "demo", "game")] });
try {
	const parameters = [game.place, ...process.argv.slice(2)];
	if (process.stdout.isTTY) parameters.push("--progress");
	process.exitCode = runLune(["run", path.join("test", "demo", "run.luau"), ...parameters], { cwd: ROOT });
} finally {
	game.dispose();
}
