// `npm run demo`: twelve servers of a game that share their players and leaderboard, in accelerated time.
// Parameter: --seed <number>, for other players who do other things; default 1.
// Also writes a report with charts, test/out/demo-report.html.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildProgramPlace } from "./program-place.mjs";
import { commitName } from "./report/commit.mjs";
import { writeReport } from "./report/index.mjs";
import { buildScratchGame } from "./scratch-game.mjs";
import { ROOT } from "./tools.mjs";

const REPORT = path.join("test", "out", "demo-report.html");

console.log("Packing the library, installing it in a game, compiling the game ...");
const game = buildScratchGame({ overlays: [path.join(ROOT, "test", "demo", "game")] });
const recorder = buildProgramPlace("report");
const recordFile = path.join(ROOT, "test", "out", `demo-record-${process.pid}.json`);
try {
	if (recorder === undefined) throw new Error("the recorder of the report does not compile");
	mkdirSync(path.dirname(recordFile), { recursive: true });
	const parameters = [game.place, recorder.path, ...process.argv.slice(2)];
	parameters.push("--record", recordFile, "--commit", commitName());
	if (process.stdout.isTTY) parameters.push("--progress");
	process.exitCode = runLune(["run", path.join("test", "demo", "run.luau"), ...parameters], { cwd: ROOT });
	writeReport(JSON.parse(readFileSync(recordFile, "utf8")), path.join(ROOT, REPORT));
	console.log(`\nThe same with charts: ${REPORT}`);
} finally {
	game.dispose();
	recorder?.dispose();
	rmSync(recordFile, { force: true });
}
