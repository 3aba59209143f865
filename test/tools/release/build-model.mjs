// `npm run model`: the library for games that are written in Luau, in `dist`:
//   net-server-sync.rbxm   a model: one ModuleScript with everything it needs inside
//   wally/                 the same as a package of Wally, to publish from
// rbxtsc compiles the sources as a model, Rojo builds the file.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import ts from "typescript";

import { ROOT, runTool } from "../tools.mjs";
import { luauTypes } from "./luau-types.mjs";

export const DIST = path.join(ROOT, "dist");
/** What is inside besides the library: dependencies, with their code's place. */
const DEPENDENCIES = [["@rbxts/beacon", "out"]];

function sourceProgram() {
	const { config } = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile);
	const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	return ts.createProgram(fileNames, options);
}

/** Compiles the sources into `library`/src, with the runtime in `library`/include. */
function compile(folder, library) {
	const project = path.join(folder, "compile.project.json");
	const tree = {
		$className: "Folder",
		src: { $path: path.join(library, "src") },
		include: {
			$path: path.join(library, "include"),
			node_modules: { $className: "Folder", "@rbxts": { $path: path.join(ROOT, "node_modules", "@rbxts") } },
		},
	};
	writeFileSync(project, JSON.stringify({ name: "net-server-sync", tree }));
	const configuration = path.join(folder, "tsconfig.json");
	const compilerOptions = {
		rootDir: path.join(ROOT, "src"),
		outDir: path.join(library, "src"),
		// The first is what the compiler wants to see.
		typeRoots: [folder, ROOT].map((parent) => path.join(parent, "node_modules", "@rbxts")),
		declaration: false,
	};
	writeFileSync(
		configuration,
		JSON.stringify({
			extends: path.join(ROOT, "tsconfig.json"),
			compilerOptions,
			include: [path.join(ROOT, "src")],
		}),
	);
	const parameters = ["-p", configuration, "--type", "model", "--rojo", project];
	const status = runTool("roblox-ts", "rbxtsc", [...parameters, "--includePath", path.join(library, "include")]);
	rmSync(project);
	rmSync(configuration);
	return status === 0;
}

/** Returns the model's file; undefined after a failure. */
export function buildModel(dist = DIST) {
	const folder = path.join(dist, "wally");
	const library = path.join(folder, "lib");
	rmSync(dist, { recursive: true, force: true });
	mkdirSync(path.join(library, "src"), { recursive: true });
	if (!compile(folder, library)) return undefined;
	for (const [name, code] of DEPENDENCIES) {
		const target = path.join(library, "include", "node_modules", name, code);
		cpSync(path.join(ROOT, "node_modules", name, code), target, {
			recursive: true,
			filter: (file) => !file.endsWith(".d.ts"),
		});
	}
	const program = sourceProgram();
	const modules = [
		["init.luau", "index.ts", "NetServerSync", "require(script.src)"],
		["testing.luau", path.join("testing", "index.ts"), "Testing", "require(script.Parent.src.testing)"],
	];
	for (const [file, entry, typeName, returned] of modules) {
		const text = luauTypes(program, path.join(ROOT, "src", entry), typeName, `(${returned} :: any)`);
		writeFileSync(path.join(library, file), text);
	}
	const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
	const manifest = readFileSync(path.join(ROOT, "luau", "wally.toml"), "utf8");
	writeFileSync(path.join(folder, "wally.toml"), manifest.replace(/^version = .*$/m, `version = "${version}"`));
	cpSync(path.join(ROOT, "luau", "LICENSES.md"), path.join(folder, "LICENSES.md"));
	for (const file of ["LICENSE", "CHANGELOG.md"]) cpSync(path.join(ROOT, file), path.join(folder, file));
	const project = path.join(folder, "default.project.json");
	writeFileSync(project, `${JSON.stringify({ name: "net-server-sync", tree: { $path: "lib" } }, undefined, "\t")}\n`);
	const model = path.join(dist, "net-server-sync.rbxm");
	return runTool("rojo", "rojo", ["build", project, "--output", model], { quiet: true }) === 0 ? model : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const model = buildModel();
	if (model === undefined) process.exit(1);
	console.log(path.relative(ROOT, model));
	console.log(path.relative(ROOT, path.join(DIST, "wally")));
}
