// `npm run docs:api` writes the API reference, docs/api, from the TSDoc of what the package exports. Without `--write` this checks instead: that what is there is
// what the sources say, and that every exported member has what a reference has to tell (reference-rules.mjs).
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import ts from "typescript";
import { Application } from "typedoc";

import { complaintsAbout } from "./reference-rules.mjs";
import { CACHE, ROOT } from "./tools.mjs";

const TARGET = path.join(ROOT, "docs", "api");

function texts(folder) {
	const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".md"));
	return new Map(names.map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
}

/** Pages that differ, by name. */
function outdated(made) {
	const [now, then] = [texts(made), texts(TARGET)];
	const names = new Set([...now.keys(), ...then.keys()]);
	return [...names].filter((name) => now.get(name) !== then.get(name));
}

/** Names that an entry exports by statements marked as internal: for harnesses of this repository. TypeDoc heeds the mark at declarations alone. */
function internalNames(entry) {
	const file = ts.createSourceFile(entry, readFileSync(path.join(ROOT, entry), "utf8"), ts.ScriptTarget.ESNext, true);
	const isInternal = (statement) => ts.getJSDocTags(statement).some((tag) => tag.tagName.text === "internal");
	return file.statements
		.filter((statement) => ts.isExportDeclaration(statement) && isInternal(statement))
		.flatMap((statement) => statement.exportClause.elements.map((element) => element.name.text));
}

process.chdir(ROOT);
const isWriting = process.argv.includes("--write");
const app = await Application.bootstrapWithPlugins({ logLevel: "Warn" });
const project = await app.convert();
if (project === undefined) throw new Error("the sources do not compile");
const hidden = new Set(internalNames("src/testing/index.ts"));
for (const module of project.children) {
	for (const reflection of [...module.children])
		if (hidden.has(reflection.name)) project.removeReflection(reflection);
}
app.validate(project);
const complaints = complaintsAbout(project);
if (app.logger.warningCount > 0) complaints.push(`${app.logger.warningCount} warnings of TypeDoc, above`);

if (isWriting) {
	rmSync(TARGET, { recursive: true, force: true });
	await app.generateOutputs(project);
} else {
	mkdirSync(CACHE, { recursive: true });
	const folder = mkdtempSync(path.join(CACHE, "api-"));
	try {
		app.options.setValue("out", folder);
		await app.generateOutputs(project);
		for (const name of outdated(folder))
			complaints.push(`docs/api/${name} is not what the sources say; \`npm run docs:api\` writes it`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
for (const complaint of complaints) console.log(complaint);
console.log(complaints.length === 0 ? "1 passed, 0 failed, 0 skipped" : "0 passed, 1 failed, 0 skipped");
process.exit(complaints.length === 0 ? 0 : 1);
