// Builds the place that holds the benchmarks, and what they import, in a folder of its own: any number of these can run at once.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CACHE, ROOT, runTool } from "./tools.mjs";

const BENCH = path.join(ROOT, "test", "bench");

function projectIn(folder) {
	const built = (...names) => ({ $path: { optional: path.join(folder, ...names) } });
	return {
		name: "net-server-sync-bench",
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
			ServerScriptService: { bench: built("out", "test", "bench") },
		},
	};
}

/** Returns { path, dispose }, or undefined after a failure. */
export function buildBenchPlace() {
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, "bench-"));
	const dispose = () => rmSync(folder, { recursive: true, force: true });
	const project = path.join(folder, "default.project.json");
	writeFileSync(project, JSON.stringify(projectIn(folder)));
	const compilerOptions = {
		typeRoots: [path.join(folder, "node_modules", "@rbxts"), path.join(ROOT, "node_modules", "@rbxts")],
		rootDirs: [BENCH, path.join(ROOT, "src")],
		outDir: path.join(folder, "out"),
	};
	writeFileSync(
		path.join(folder, "tsconfig.json"),
		JSON.stringify({ extends: path.join(BENCH, "tsconfig.json"), compilerOptions, include: [BENCH] }),
	);
	const place = path.join(folder, "bench.rbxl");
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
