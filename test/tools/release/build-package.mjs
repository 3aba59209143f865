// `node test/tools/release/build-package.mjs`: makes `out` as the package ships it. Comments stay in the declarations, where editors show them, and go from the
// code; declarations of what no game can import go, too. Without that the package would be half as large again.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { locked } from "../lock.mjs";
import { OUT, ROOT, runTool } from "../tools.mjs";
import { neededDeclarations } from "./declarations.mjs";

function compile(project) {
	return runTool("roblox-ts", "rbxtsc", ["-p", path.join(ROOT, project)]) === 0;
}

/** Returns whether it compiled. Whoever holds the lock "specs" says so: it cannot be taken twice. */
export function buildPackage({ hasLock = false } = {}) {
	if (!hasLock) return locked("specs", () => buildPackage({ hasLock: true }));
	rmSync(OUT, { recursive: true, force: true });
	if (!compile("tsconfig.json")) return false;
	const declarations = neededDeclarations(OUT);
	if (!compile("tsconfig.package.json")) return false;
	for (const name of readdirSync(OUT, { recursive: true })) {
		if (name.endsWith(".d.ts")) rmSync(path.join(OUT, name));
	}
	for (const [file, text] of declarations) writeFileSync(file, text);
	return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(buildPackage() ? 0 : 1);
