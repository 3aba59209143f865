// Builds the place that holds one of the programs below test/ (bench, simulate, …), and what it imports, in a folder of its
// own: any number of these can run at once.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CACHE, ROOT, runTool } from "./tools.mjs";

/** What programs may import besides their own folder. */
const SHARED = ["test/specs/support", "test/report", "src"].map((name) => path.join(ROOT, name)).filter(existsSync);

function projectIn(folder, program) {
	const built = (...names) => ({ $path: { optional: path.join(folder, ...names) } });
	return {
		name: `net-server-sync-${program}`,
		globIgnorePaths: ["**/package.json", "**/tsconfig.json", "**/*.tsbuildinfo"],
		tree: {
			$className: "DataModel",
			ReplicatedStorage: {
				include: {
					$path: path.join(folder, "include"),
					node_modules: {
						$className: "Folder",
						"@rbxts": { $path: { optional: path.join(ROOT, "node_modules", "@rbxts") } },
					},
				},
				src: built("out", "src"),
			},
			ServerScriptService: { test: built("out", "test") },
		},
	};
}

/** The program's entry is the module `ServerScriptService.test.<program>.main`. Returns { path, dispose }, or undefined after a failure. */
export function buildProgramPlace(program) {
	const sources = path.join(ROOT, "test", program);
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, `${program}-`));
	const dispose = () => rmSync(folder, { recursive: true, force: true });
	const project = path.join(folder, "default.project.json");
	writeFileSync(project, JSON.stringify(projectIn(folder, program)));
	const compilerOptions = {
		typeRoots: [path.join(folder, "node_modules", "@rbxts"), path.join(ROOT, "node_modules", "@rbxts")],
		// Not all of test/: the compiler copies whatever else is there.
		rootDirs: [sources, ...SHARED],
		outDir: path.join(folder, "out"),
	};
	writeFileSync(
		path.join(folder, "tsconfig.json"),
		JSON.stringify({ extends: path.join(sources, "tsconfig.json"), compilerOptions, include: [sources] }),
	);
	const place = path.join(folder, `${program}.rbxl`);
	const compile = ["-p", folder, "--type", "game", "--rojo", project, "--includePath", path.join(folder, "include")];
	if (
		runTool("roblox-ts", "rbxtsc", compile) !== 0 ||
		runTool("rojo", "rojo", ["build", project, "--output", place], { quiet: true }) !== 0
	) {
		dispose();
		return undefined;
	}
	return { path: place, dispose };
}
