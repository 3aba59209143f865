// Builds the place that holds one of the programs below test/ (bench, simulate, …), and what it imports, in a folder of its
// own: any number of these can run at once.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CACHE, ROOT, runTool } from "./tools.mjs";

/** What programs may import besides their own folder. */
export const SHARED = ["test/specs/support", "test/report", "src"];

function projectIn(folder, program, root) {
	// Relative, so that what was compiled in one folder counts in a copy of it.
	const built = (...names) => ({ $path: { optional: path.join(...names) } });
	return {
		name: `net-server-sync-${program}`,
		globIgnorePaths: ["**/package.json", "**/tsconfig.json", "**/*.tsbuildinfo"],
		tree: {
			$className: "DataModel",
			ReplicatedStorage: {
				include: {
					$path: "include",
					node_modules: {
						$className: "Folder",
						"@rbxts": built(path.relative(folder, path.join(root, "node_modules", "@rbxts"))),
					},
				},
				src: built("out", "src"),
			},
			ServerScriptService: { test: built("out", "test") },
		},
	};
}

/** The package's own transformer, where files of the program are named so that they want to be charged: `*.charged.ts`. */
function pluginsFor(sources, root) {
	if (!readdirSync(sources, { recursive: true }).some((name) => name.endsWith(".charged.ts"))) return {};
	const transform = path.join(root, "transformer");
	const module = path.join(root, "src", "entity", "charge");
	return { plugins: [{ transform, files: [path.join(sources, "**", "*.charged.ts")], module }] };
}

/** Compiles the program of the sources at `root` in a folder, and builds its place. Returns where that is, or undefined after a failure. */
function buildIn(folder, program, root, options) {
	const sources = path.join(root, "test", program);
	const shared = SHARED.map((name) => path.join(root, name)).filter(existsSync);
	const project = path.join(folder, "default.project.json");
	writeFileSync(project, JSON.stringify(projectIn(folder, program, root)));
	const compilerOptions = {
		...options,
		...pluginsFor(sources, root),
		typeRoots: [folder, root].map((parent) => path.join(parent, "node_modules", "@rbxts")),
		// Not all of test/: the compiler copies whatever else is there.
		rootDirs: [sources, ...shared],
		outDir: path.join(folder, "out"),
	};
	writeFileSync(
		path.join(folder, "tsconfig.json"),
		JSON.stringify({ extends: path.join(sources, "tsconfig.json"), compilerOptions, include: [sources] }),
	);
	const place = path.join(folder, `${program}.rbxl`);
	const compile = ["-p", folder, "--type", "game", "--rojo", project, "--includePath", path.join(folder, "include")];
	if (runTool("roblox-ts", "rbxtsc", compile) !== 0) return undefined;
	return runTool("rojo", "rojo", ["build", project, "--output", place], { quiet: true }) === 0 ? place : undefined;
}

/** The program's entry is the module `ServerScriptService.test.<program>.main`. Returns { path, dispose }, or undefined after a failure. */
export function buildProgramPlace(program) {
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, `${program}-`));
	const dispose = () => rmSync(folder, { recursive: true, force: true });
	const place = buildIn(folder, program, ROOT, {});
	if (place !== undefined) return { path: place, dispose };
	dispose();
	return undefined;
}

/** The same of other sources, again and again in one folder: only what has changed since is compiled. */
export function rebuildProgramPlace(program, root, folder) {
	mkdirSync(folder, { recursive: true });
	return buildIn(folder, program, root, {
		incremental: true,
		tsBuildInfoFile: path.join(folder, "out", ".tsbuildinfo"),
		assumeChangesOnlyAffectDirectDependencies: true,
	});
}
