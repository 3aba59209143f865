// Starts the tools that npm installs, without a shell and without npx, so that it works alike everywhere.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the package build goes. */
export const OUT = path.join(ROOT, "out");

/** Where these tools keep what can be made again. */
export const CACHE = path.join(ROOT, "node_modules", ".cache", "net-server-sync");

const require = createRequire(import.meta.url);

/** Where a package's command is. */
export function toolPath(packageName, toolName) {
	const manifestPath = require.resolve(`${packageName}/package.json`);
	const { bin } = JSON.parse(readFileSync(manifestPath, "utf8"));
	return path.join(path.dirname(manifestPath), typeof bin === "string" ? bin : bin[toolName]);
}

/** Runs a package's command at the repository's folder. Returns its exit code; with `quiet`, prints its output only if it failed. */
export function runTool(packageName, toolName, parameters, { quiet = false } = {}) {
	const outcome = spawnSync(process.execPath, [toolPath(packageName, toolName), ...parameters], {
		cwd: ROOT,
		stdio: quiet ? "pipe" : "inherit",
		encoding: "utf8",
	});
	if (outcome.error) throw outcome.error;
	if (quiet && outcome.status !== 0) process.stderr.write(`${outcome.stdout}${outcome.stderr}`);
	return outcome.status ?? 1;
}
