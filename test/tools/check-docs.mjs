// Checks what the documents say. Compiles every TypeScript example of README.md and docs/guides as a script of a game,
// against the package in `out`, and runs it: on three emulated servers with players, or, if it makes a VirtualGame, once;
// specs by TestEZ. An example is a block that starts with ```ts and stands alone. One that starts with ```ts not run:
// <reason> is compiled only. What is done with examples beside running them is in test/docs/acts.luau. Then: each
// `NAME = value` in docs is in the sources, links lead to files and headings, each warning has an entry, README.md has
// the whole public API and the tables of the benches, and the files and specs that docs/fidelity.md and docs/origins.md
// name exist.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { wrongEvidence } from "./fidelity.mjs";
import { locked } from "./lock.mjs";
import { luneCommand } from "./lune.mjs";
import { wrongMessages } from "./messages.mjs";
import { missingFromReadme } from "./readme-api.mjs";
import { pagesNotCopied } from "./readme-table.mjs";
import { CACHE, OUT, ROOT, runTool, toolPath } from "./tools.mjs";

const EXAMPLE = /^```(ts|typescript|tsx)\b(.*)\n([\s\S]*?)^```$/gm;
const NOT_RUN = /^ not run: \S.*$/;
const HEADING = /^#{1,6} (.*)$/gm;
const CONSTANT = /`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*) = ([^`]+)`/g;
const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g;
/** What the examples use besides the package and what it depends on. */
const USED = ["@rbxts/compiler-types", "@rbxts/services", "@rbxts/testez", "@rbxts/types"];

const read = (file) => readFileSync(path.join(ROOT, file), "utf8");

/** Files below a folder whose names end so, as paths from the repository's folder with slashes. */
function filesBelow(folder, ending) {
	const names = readdirSync(path.join(ROOT, folder), { recursive: true });
	const files = names.map((name) => `${folder}/${name.split(path.sep).join("/")}`);
	return files.filter((name) => name.endsWith(ending)).sort();
}

const isSpec = (code) => /^export = /m.test(code);

/** What an example is run as; undefined if it is not. */
function kindOf(code, information) {
	if (NOT_RUN.test(information)) return undefined;
	if (isSpec(code)) return "spec";
	return code.includes("VirtualGame(") ? "program" : "game";
}

/** The examples of a document, each with the line on which its code begins, and titled by its heading. */
function examplesOf(document) {
	const text = read(document);
	const titles = new Map();
	return [...text.matchAll(EXAMPLE)].map((match) => {
		const [, , information, code] = match;
		const before = text.slice(0, match.index);
		const line = before.split("\n").length + 1;
		const name = `${document.replaceAll(/\W/g, "-")}-${line}`;
		const heading = [...before.matchAll(HEADING)].at(-1)?.[1].replaceAll("\\", "");
		const place = `${document.replace("docs/", "")}: ${heading}`;
		titles.set(place, (titles.get(place) ?? 0) + 1);
		const title = titles.get(place) === 1 ? place : `${place} (${titles.get(place)})`;
		const isKnown = information === "" || NOT_RUN.test(information);
		return { document, line, name, title, code, isKnown, kind: kindOf(code, information) };
	});
}

/** A game with each example as a script, on the line that it has in its document. */
function writeGame(folder, examples) {
	const { name: packageName, dependencies } = JSON.parse(read("package.json"));
	const packages = path.join(folder, "node_modules");
	for (const name of new Set([...Object.keys(dependencies), ...USED])) {
		cpSync(path.join(ROOT, "node_modules", name), path.join(packages, name), { recursive: true });
	}
	// Nobody may clean or rebuild `out` meanwhile.
	locked("specs", () => cpSync(OUT, path.join(packages, packageName, "out"), { recursive: true }));
	cpSync(path.join(ROOT, "package.json"), path.join(packages, packageName, "package.json"));

	const { compilerOptions } = JSON.parse(read("test/game/tsconfig.json"));
	const types = ["types", "compiler-types"];
	const files = {
		"package.json": { name: "examples", private: true },
		"tsconfig.json": { compilerOptions: { ...compilerOptions, incremental: false, types }, include: ["src"] },
		"default.project.json": {
			name: "examples",
			tree: {
				$className: "DataModel",
				ServerScriptService: { TS: { $path: "out/examples" }, specs: { $path: "out/specs" } },
				ReplicatedStorage: {
					rbxts_include: {
						$path: "include",
						node_modules: { $className: "Folder", "@rbxts": { $path: "node_modules/@rbxts" } },
					},
				},
			},
		},
	};
	delete files["tsconfig.json"].compilerOptions.tsBuildInfoFile;
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(path.join(folder, name), JSON.stringify(content));
	}
	for (const name of ["examples", "specs"]) mkdirSync(path.join(folder, "src", name), { recursive: true });
	for (const { name, line, code, kind } of examples) {
		const file = kind === "spec" ? `specs/${name}.spec.ts` : `examples/${name}.ts`;
		writeFileSync(path.join(folder, "src", file), "\n".repeat(line - 1) + code);
	}
}

function compile(folder) {
	const outcome = spawnSync(process.execPath, [toolPath("roblox-ts", "rbxtsc")], { cwd: folder, encoding: "utf8" });
	if (outcome.error) throw outcome.error;
	return { succeeded: outcome.status === 0, output: outcome.stdout + outcome.stderr };
}

/** Compiles the examples, says what is wrong with them, and returns how many are. */
function failedExamples(folder, examples) {
	writeGame(folder, examples);
	const { succeeded, output } = compile(folder);
	if (succeeded) return 0;
	const wrong = examples.filter(({ name }) => output.includes(`${name}.`));
	let report = output;
	for (const { name, document } of wrong) {
		report = report.replaceAll(new RegExp(`src/(examples|specs)/${name}(\\.spec)?\\.ts`, "g"), document);
	}
	console.log(report.trim());
	return Math.max(1, wrong.length);
}

/** Runs one of the runners, passes on what it says but for its tally, and returns that: how many passed and failed. */
function tallyOf(...parameters) {
	const [program, ...first] = luneCommand();
	const outcome = spawnSync(program, [...first, "run", ...parameters], { cwd: ROOT, encoding: "utf8" });
	if (outcome.error) throw outcome.error;
	const lines = `${outcome.stdout}${outcome.stderr}`.trimEnd().split("\n");
	const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(lines.at(-1)) ?? [0, 0, 1];
	for (const line of lines) if (!/^(ok {6}|\d+ passed, )/.test(line)) console.log(line);
	return { passed: Number(passed), failed: Number(failed) };
}

/** Runs the examples that were compiled in a folder. */
function runExamples(folder, examples, only) {
	const place = path.join(folder, "examples.rbxl");
	if (runTool("rojo", "rojo", ["build", folder, "--output", place], { quiet: true }) !== 0) {
		return { passed: 0, failed: 1 };
	}
	const list = path.join(folder, "examples.json");
	const runs = examples.filter(({ kind }) => kind !== undefined);
	writeFileSync(list, JSON.stringify(runs.map(({ name, title, kind }) => ({ name, title, kind }))));
	const scripts = tallyOf(path.join("test", "docs", "run.luau"), place, list, ...(only ? ["--only", only] : []));
	const specs = only ? { passed: 0, failed: 0 } : tallyOf(path.join("test", "lune", "run-specs.luau"), place);
	return { passed: scripts.passed + specs.passed, failed: scripts.failed + specs.failed };
}

/** What documents say of constants that the sources don't. */
function wrongConstants(documents) {
	const sources = filesBelow("src", ".ts").map(read).join("\n");
	const isInSources = (name, value) =>
		new RegExp(`\\b${name}(: [^=]+)? = ${value.replace(/\W/g, "\\$&")};`).test(sources);
	return documents.flatMap((document) =>
		[...read(document).matchAll(CONSTANT)]
			.filter(([, name, value]) => !isInSources(name, value))
			.map(([statement]) => `${document}: no source has ${statement}`),
	);
}

const anchors = new Map();

/** The anchors that a page has: those that it names, and those that GitHub makes of its headings. */
function anchorsOf(document) {
	const known = anchors.get(document);
	if (known) return known;
	const text = read(document).replaceAll(/^```[\s\S]*?^```$/gm, "");
	const found = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)">/g)].map(([, name]) => name));
	const uses = new Map();
	for (const [, heading] of text.matchAll(HEADING)) {
		const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
		const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
		const before = uses.get(anchor) ?? 0;
		uses.set(anchor, before + 1);
		found.add(before === 0 ? anchor : `${anchor}-${before}`);
	}
	anchors.set(document, found);
	return found;
}

function isBroken(document, target, anchor) {
	const file = target === "" ? document : path.posix.join(path.posix.dirname(document), target);
	if (!existsSync(path.join(ROOT, file))) return true;
	return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
}

function brokenLinks(documents) {
	return documents.flatMap((document) =>
		[
			...read(document)
				.replaceAll(/^```[\s\S]*?^```$/gm, "")
				.matchAll(LINK),
		]
			.filter(([, target, anchor]) => isBroken(document, target, anchor))
			.map(
				([, target, anchor]) => `${document}: there is no ${target}${anchor === undefined ? "" : `#${anchor}`}`,
			),
	);
}

function outdatedTables() {
	return pagesNotCopied().map(
		(page) => `README.md: the table is not that of docs/${page}; \`npm run bench\` with --write makes both`,
	);
}

const sources = filesBelow("src", ".ts");
const guides = filesBelow("docs/guides", ".md");
const documents = ["README.md", "CHANGELOG.md", ...filesBelow("docs", ".md")];
const examples = ["README.md", ...guides].flatMap(examplesOf);
for (const { document, line, isKnown } of examples) {
	if (!isKnown) throw new Error(`${document}:${line - 1}: after \`\`\`ts comes nothing, or "not run:" and a reason`);
}
const onlyAt = process.argv.indexOf("--only");
const only = onlyAt === -1 ? undefined : process.argv[onlyAt + 1];
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(path.join(CACHE, "docs-"));
let failed, ran;
try {
	failed = failedExamples(folder, examples);
	ran = failed > 0 ? { passed: 0, failed: 0 } : runExamples(folder, examples, only);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
const checks = [
	wrongConstants(documents),
	brokenLinks(documents),
	outdatedTables(),
	wrongEvidence(),
	wrongMessages(sources),
	missingFromReadme(),
];
for (const complaints of checks) for (const complaint of complaints) console.log(complaint);
const wrongChecks = checks.filter((complaints) => complaints.length > 0).length;
const passed = examples.length - failed + ran.passed + checks.length - wrongChecks;
const wrong = failed + ran.failed + wrongChecks;
console.log(`${passed} passed, ${wrong} failed, 0 skipped`);
process.exit(wrong === 0 ? 0 : 1);
