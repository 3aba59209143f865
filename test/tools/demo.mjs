// `npm run demo`: twelve servers of a game that share their players and leaderboard, in accelerated time.
// Parameters:
//   --servers <number>  3 to 500 servers instead of twelve; from 13 on one of them broadcasts for all
//   --seed <number>     other players who do other things; default 1
//   --pictures          also takes the pictures of the documents, docs/images, of the report
// Also writes a report with charts, test/out/demo-report.html.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { takePictures } from "./pictures.mjs";
import { buildProgramPlace } from "./program-place.mjs";
import { commitName } from "./report/commit.mjs";
import { writeReport } from "./report/index.mjs";
import { buildScratchGame } from "./scratch-game.mjs";
import { ROOT } from "./tools.mjs";

const SERVERS = { least: 3, most: 500 };
const USAGE = `npm run demo -- [--servers <${SERVERS.least} to ${SERVERS.most}>] [--seed <number>] [--pictures]`;
const REPORT = path.join("test", "out", "demo-report.html");

/** What is wrong with the parameters; undefined if nothing is. */
function complaint(parameters) {
	for (let position = 0; position < parameters.length; position += 2) {
		const [name, value] = [parameters[position], parameters[position + 1]];
		if (name !== "--servers" && name !== "--seed") return `unknown parameter ${name}`;
		if (value === undefined) return `${name} wants a number, and none follows it`;
		if (!/^\d{1,9}$/.test(value)) return `${name} wants a whole number, not ${value}`;
		const count = Number(value);
		if (name === "--servers" && (count < SERVERS.least || count > SERVERS.most)) {
			return `--servers is ${value}; the demo is made for ${SERVERS.least} to ${SERVERS.most} servers`;
		}
	}
	return undefined;
}

const givenPictures = process.argv.indexOf("--pictures");
const given = process.argv.slice(2).filter((parameter) => parameter !== "--pictures");
const wrong = complaint(given);
if (wrong !== undefined) {
	console.error(`${wrong}\n${USAGE}`);
	process.exit(2);
}
console.log("Packing the library, installing it in a game, compiling the game ...");
const game = buildScratchGame({ overlays: [path.join(ROOT, "test", "demo", "game")] });
const recorder = buildProgramPlace("report");
const recordFile = path.join(ROOT, "test", "out", `demo-record-${process.pid}.json`);
try {
	if (recorder === undefined) throw new Error("the recorder of the report does not compile");
	mkdirSync(path.dirname(recordFile), { recursive: true });
	const parameters = [game.place, recorder.path, ...given];
	parameters.push("--record", recordFile, "--commit", commitName());
	if (process.stdout.isTTY) parameters.push("--progress");
	process.exitCode = runLune(["run", path.join("test", "demo", "run.luau"), ...parameters], { cwd: ROOT });
	writeReport(JSON.parse(readFileSync(recordFile, "utf8")), path.join(ROOT, REPORT));
	console.log(`\nThe same with charts: ${REPORT}`);
	if (givenPictures !== -1) {
		for (const file of await takePictures(path.join(ROOT, REPORT))) console.log(path.relative(ROOT, file));
	}
} finally {
	game.dispose();
	recorder?.dispose();
	rmSync(recordFile, { force: true });
}
