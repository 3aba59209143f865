// A game with the package installed, compiled by the real compiler with the transformer in its tsconfig.json.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { locked } from "../tools/lock.mjs";
import { CACHE, OUT, ROOT, runTool, toolPath } from "../tools/tools.mjs";

const PACKAGE = "@rbxts/net-server-sync";
const USED = ["@rbxts/beacon", "@rbxts/compiler-types", "@rbxts/services", "@rbxts/types"];

const tree = {
	$className: "DataModel",
	ServerScriptService: { TS: { $path: "out" } },
	ReplicatedStorage: { include: { $path: "include", node_modules: { $path: "node_modules" } } },
};

/** Writes a game with these sources, by their names below `src`. Returns { compile, build, dispose }. */
export function gameOf(sources) {
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, "charged-"));
	const packages = path.join(folder, "node_modules");
	for (const name of USED) {
		cpSync(path.join(ROOT, "node_modules", name), path.join(packages, name), { recursive: true });
	}
	// Nobody may clean or rebuild `out` meanwhile.
	locked("specs", () => {
		if (runTool("roblox-ts", "rbxtsc", []) !== 0) throw new Error("the library does not compile");
		cpSync(OUT, path.join(packages, PACKAGE, "out"), { recursive: true });
	});
	for (const part of ["transformer", "package.json"]) {
		cpSync(path.join(ROOT, part), path.join(packages, PACKAGE, part), { recursive: true });
	}
	const { compilerOptions } = JSON.parse(readFileSync(path.join(ROOT, "test", "game", "tsconfig.json"), "utf8"));
	delete compilerOptions.tsBuildInfoFile;
	const options = {
		...compilerOptions,
		incremental: false,
		types: ["types", "compiler-types"],
		noUnusedLocals: true,
	};
	const write = (name, content) => {
		const file = path.join(folder, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
	};
	write("package.json", { name: "charged", private: true });
	write("default.project.json", { name: "charged", tree });
	for (const [name, text] of Object.entries(sources)) write(path.join("src", name), text);

	/** Compiles with these plugins. Returns { succeeded, output }. */
	function compile(plugins) {
		rmSync(path.join(folder, "out"), { recursive: true, force: true });
		write("tsconfig.json", { compilerOptions: { ...options, plugins }, include: ["src"] });
		const outcome = spawnSync(process.execPath, [toolPath("roblox-ts", "rbxtsc")], {
			cwd: folder,
			encoding: "utf8",
		});
		if (outcome.error) throw outcome.error;
		return { succeeded: outcome.status === 0, output: outcome.stdout + outcome.stderr };
	}

	/** Builds the place of what was compiled last. */
	function build() {
		const place = path.join(folder, "game.rbxl");
		if (runTool("rojo", "rojo", ["build", folder, "--output", place], { quiet: true }) !== 0) {
			throw new Error("Rojo cannot build the game");
		}
		return place;
	}

	return {
		compile,
		build,
		compiled: (name) => readFileSync(path.join(folder, "out", name), "utf8"),
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}
