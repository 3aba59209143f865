// Checks what the documents say. Compiles every TypeScript example of README.md and docs/guides as a script of a game,
// against the package in `out`: an example is a block that starts with ```ts and stands alone; one that starts with
// ```ts ignore is skipped. Then: each `NAME = value` in docs is in the sources, links lead to files, README.md has the
// tables of the benches, and the files and specs that docs/fidelity.md and docs/origins.md name exist.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { wrongEvidence } from "./fidelity.mjs";
import { locked } from "./lock.mjs";
import { pagesNotCopied } from "./readme-table.mjs";
import { CACHE, OUT, ROOT, toolPath } from "./tools.mjs";

const EXAMPLE = /^```ts( ignore)?\n([\s\S]*?)^```$/gm;
const CONSTANT = /`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*) = ([^`]+)`/g;
const LINK = /\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g;
/** What the examples use besides the package and what it depends on. */
const USED = ["@rbxts/compiler-types", "@rbxts/services", "@rbxts/testez", "@rbxts/types"];

const read = (file) => readFileSync(path.join(ROOT, file), "utf8");

/** Files below a folder whose names end so, as paths from the repository's folder with slashes. */
function filesBelow(folder, ending) {
	const names = readdirSync(path.join(ROOT, folder), { recursive: true });
	const files = names.map((name) => `${folder}/${name.split(path.sep).join("/")}`);
	return files.filter((name) => name.endsWith(ending)).sort();
}

/** The examples of a document, each with the line on which its code begins. */
function examplesOf(document) {
	const text = read(document);
	return [...text.matchAll(EXAMPLE)].map((match) => {
		const line = text.slice(0, match.index).split("\n").length + 1;
		const name = `${document.replaceAll(/\W/g, "-")}-${line}`;
		return { document, line, name, code: match[2], skipped: match[1] !== undefined };
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
				ServerScriptService: { TS: { $path: "out" } },
				ReplicatedStorage: { include: { $path: "include", node_modules: { $path: "node_modules" } } },
			},
		},
	};
	delete files["tsconfig.json"].compilerOptions.tsBuildInfoFile;
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(path.join(folder, name), JSON.stringify(content));
	}
	mkdirSync(path.join(folder, "src"));
	for (const { name, line, code } of examples) {
		writeFileSync(path.join(folder, "src", `${name}.ts`), "\n".repeat(line - 1) + code);
	}
}

function compile(folder) {
	const outcome = spawnSync(process.execPath, [toolPath("roblox-ts", "rbxtsc")], { cwd: folder, encoding: "utf8" });
	if (outcome.error) throw outcome.error;
	return { succeeded: outcome.status === 0, output: outcome.stdout + outcome.stderr };
}

/** Compiles the examples, says what is wrong with them, and returns how many are. */
function failedExamples(examples) {
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, "docs-"));
	try {
		writeGame(folder, examples);
		const { succeeded, output } = compile(folder);
		if (succeeded) return 0;
		const wrong = examples.filter(({ name }) => output.includes(`${name}.ts`));
		let report = output;
		for (const { name, document } of wrong) report = report.replaceAll(`src/${name}.ts`, document);
		console.log(report.trim());
		return Math.max(1, wrong.length);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
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

function brokenLinks(documents) {
	return documents.flatMap((document) =>
		[...read(document).matchAll(LINK)]
			.filter(([, target]) => !existsSync(path.join(ROOT, path.dirname(document), target)))
			.map(([, target]) => `${document}: there is no ${target}`),
	);
}

function outdatedTables() {
	return pagesNotCopied().map(
		(page) => `README.md: the table is not that of docs/${page}; \`npm run bench\` with --write makes both`,
	);
}

const guides = filesBelow("docs/guides", ".md");
const documents = ["README.md", "CHANGELOG.md", ...filesBelow("docs", ".md")];
const examples = ["README.md", ...guides].flatMap(examplesOf);
const compiled = examples.filter(({ skipped }) => !skipped);
const failed = failedExamples(compiled);
const checks = [wrongConstants(documents), brokenLinks(documents), outdatedTables(), wrongEvidence()];
for (const complaints of checks) for (const complaint of complaints) console.log(complaint);
const wrong = failed + checks.filter((complaints) => complaints.length > 0).length;
const passed = compiled.length + checks.length - wrong;
console.log(`${passed} passed, ${wrong} failed, ${examples.length - compiled.length} skipped`);
process.exit(wrong === 0 ? 0 : 1);
