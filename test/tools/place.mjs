// Builds the place that holds the specs: all of them with the repository's own projects, or a few in a folder apart.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { locked } from "./lock.mjs";
import { CACHE, ROOT, runTool } from "./tools.mjs";

const SPECS = path.join(ROOT, "test", "specs");

function rojoBuild(project, place) {
	return runTool("rojo", "rojo", ["build", project, "--output", place], { quiet: true }) === 0;
}

/** All specs, by test/tsconfig.json and default.project.json. Returns { path, dispose }, or undefined after a failure. */
export function buildWholePlace() {
	// Compiler and Rojo share test/out with every other run; the place itself is this run's own.
	return locked("specs", () => {
		if (runTool("roblox-ts", "rbxtsc", ["-p", "test"]) !== 0) return undefined;
		const place = path.join(ROOT, "test", "out", `specs-${process.pid}.rbxl`);
		if (!rojoBuild(ROOT, place)) return undefined;
		return { path: place, dispose: () => rmSync(place, { force: true }) };
	});
}

function withPathsFrom(folder, node) {
	const moved = {};
	for (const [name, value] of Object.entries(node)) {
		if (name !== "$path") {
			moved[name] = typeof value === "object" && !Array.isArray(value) ? withPathsFrom(folder, value) : value;
			continue;
		}
		const original = typeof value === "string" ? value : value.optional;
		const isBuilt = original.startsWith("test/out") || original === "include";
		const target = isBuilt ? path.join(folder, original) : path.join(ROOT, original);
		// Of what is built, the few specs may not need everything.
		moved.$path = typeof value === "string" ? target : { optional: target };
	}
	return moved;
}

/**
 * The spec files whose path contains `text` and what they import, whatever state the rest of the tree is in. Works in
 * a folder of its own, so any number of these can run at once. Returns as buildWholePlace does.
 */
export function buildPartialPlace(text) {
	const files = readdirSync(SPECS, { recursive: true })
		.map((name) => name.split(path.sep).join("/"))
		.filter((name) => name.endsWith(".spec.ts") && name.toLowerCase().includes(text.toLowerCase()))
		.map((name) => path.join(SPECS, name));
	if (files.length === 0) {
		console.error(`no spec file below test/specs has "${text}" in its path`);
		return undefined;
	}
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, "specs-"));
	const dispose = () => rmSync(folder, { recursive: true, force: true });

	const project = JSON.parse(readFileSync(path.join(ROOT, "default.project.json"), "utf8"));
	project.tree = withPathsFrom(folder, project.tree);
	writeFileSync(path.join(folder, "default.project.json"), JSON.stringify(project));
	const compilerOptions = {
		typeRoots: [path.join(folder, "node_modules", "@rbxts"), path.join(ROOT, "node_modules", "@rbxts")],
		types: ["types", "compiler-types", "testez/globals"],
		rootDir: null,
		rootDirs: [SPECS, path.join(ROOT, "src")],
		outDir: path.join(folder, "test", "out"),
		declaration: false,
	};
	writeFileSync(
		path.join(folder, "tsconfig.json"),
		JSON.stringify({ extends: path.join(ROOT, "tsconfig.json"), compilerOptions, include: [], files }),
	);
	const place = path.join(folder, "specs.rbxl");
	const compiled = runTool("roblox-ts", "rbxtsc", [
		"-p",
		folder,
		"--type",
		"game",
		"--rojo",
		path.join(folder, "default.project.json"),
		"--includePath",
		path.join(folder, "include"),
	]);
	if (compiled !== 0 || !rojoBuild(folder, place)) {
		dispose();
		return undefined;
	}
	return { path: place, dispose };
}
