// Makes games as users of the package would: packs the library, installs the tarball, compiles with the game's own compiler, builds places with Rojo.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { locked } from "./lock.mjs";
import { buildPackage } from "./release/build-package.mjs";
import { ROOT, runTool } from "./tools.mjs";

export const EXAMPLES = path.join(ROOT, "examples");
const GAME = path.join(ROOT, "test", "game");
/** The game is made of these, and of what test/game adds: a screen, bans, a script that starts them all. */
const PARTS = ["player-list", "leaderboard", "announcements", "boss", "village"];
// Not in the cache with everything else: the compiler refuses games below a folder called node_modules.
const SCRATCH = path.join(ROOT, "test", "e2e", "out");
const TARBALL = "net-server-sync.tgz";
/** What a game leaves behind in its own folder; not part of it. */
const GENERATED = new Set(["node_modules", "out", "include"]);
const isSource = (file) => !GENERATED.has(path.basename(file));
/** What each example starts with. */
const isPart = (file) => isSource(file) && path.basename(file) !== "main.server.ts";

function isRunning(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (problem) {
		return problem.code === "EPERM";
	}
}

/** An empty folder of this process. Those of processes that were ended before they could remove theirs go first. */
function ownFolder() {
	mkdirSync(SCRATCH, { recursive: true });
	for (const name of readdirSync(SCRATCH)) {
		if (!isRunning(Number(name))) rmSync(path.join(SCRATCH, name), { recursive: true, force: true });
	}
	const folder = path.join(SCRATCH, String(process.pid));
	mkdirSync(folder);
	return folder;
}

function npm(parameters, cwd) {
	const windows = process.platform === "win32";
	const outcome = spawnSync(windows ? "npm.cmd" : "npm", parameters, { cwd, encoding: "utf8", shell: windows });
	if (outcome.error) throw outcome.error;
	if (outcome.status !== 0) throw new Error(`npm ${parameters.join(" ")} failed\n${outcome.stdout}${outcome.stderr}`);
}

function packInto(folder) {
	// Nobody may clean or rebuild `out` between the build and the packing.
	locked("specs", () => {
		if (!buildPackage({ hasLock: true })) throw new Error("the library does not compile");
		npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], ROOT);
	});
	const packed = readdirSync(folder).find((name) => name.endsWith(".tgz"));
	renameSync(path.join(folder, packed), path.join(folder, TARBALL));
}

const install = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline"];

/** `build` gets a folder with the packed library in it, and returns what to hand on besides `dispose`. What it throws is thrown when the folder is gone. */
function inFolder(build) {
	const folder = ownFolder();
	const dispose = () => rmSync(folder, { recursive: true, force: true });
	try {
		packInto(folder);
		return { ...build(folder), dispose };
	} catch (problem) {
		dispose();
		throw problem;
	}
}

function rojoBuild(project, place) {
	if (runTool("rojo", "rojo", ["build", project, "--output", place], { quiet: true }) !== 0) {
		throw new Error(`Rojo cannot build ${project}`);
	}
	return place;
}

/**
 * Builds the game in a folder of its own. `overlays` are folders whose files go over the game's.
 * Returns { place, dispose }; throws with what went wrong.
 */
export function buildScratchGame({ overlays = [] } = {}) {
	return inFolder((folder) => {
		for (const part of PARTS) {
			cpSync(path.join(EXAMPLES, part, "src"), path.join(folder, "src"), { recursive: true, filter: isPart });
		}
		for (const source of [GAME, ...overlays]) cpSync(source, folder, { recursive: true, filter: isSource });
		npm(install, folder);
		npm(["run", "--silent", "build"], folder);
		return { place: rojoBuild(folder, path.join(folder, "game.rbxl")) };
	});
}

/** Builds the places of some examples. Returns { places, dispose }, places by name; throws with what went wrong. */
export function buildExamples(names) {
	return inFolder((folder) => {
		cpSync(EXAMPLES, folder, { recursive: true, filter: isSource });
		npm(install, folder);
		const places = {};
		for (const name of names) {
			const project = path.join(name, "default.project.json");
			const parameters = ["-p", name, "--rojo", project, "--includePath", "include"];
			npm(["exec", "--offline", "--", "rbxtsc", ...parameters], folder);
			places[name] = rojoBuild(path.join(folder, project), path.join(folder, `${name}.rbxl`));
		}
		return { places };
	});
}
