// Whether what docs/fidelity.md and docs/origins.md name exists. Of their tables, a column `where` names files in backticks, by
// path below src, src/testing or test/lune; a column `spec` names spec files below test/specs, with or without folder
// and ending, each followed by titles of specs in it, in quotes; or other files, by path from the repository's folder.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "./tools.mjs";

const DOCUMENTS = ["docs/fidelity.md", "docs/origins.md"];
const SPECS = path.join(ROOT, "test", "specs");
const SOURCES = ["src", "src/testing", "test/lune", "."];
/** A file, or a title of a spec in the last one. */
const EVIDENCE = /`([^`]+)`|"((?:[^"\\]|\\.)+)"/g;

const cellsOf = (line) =>
	line
		.slice(1, line.lastIndexOf("|"))
		.split(/(?<!\\)\|/)
		.map((cell) => cell.trim());

/** Each row of the document's tables as { line, cells by the names of their columns }. */
function rowsOf(document) {
	const rows = [];
	let columns;
	for (const [index, line] of document.split("\n").entries()) {
		if (!line.startsWith("|")) columns = undefined;
		else if (columns === undefined) columns = cellsOf(line);
		else if (!/^[|\s:-]+$/.test(line)) {
			const cells = cellsOf(line);
			rows.push({
				line: index + 1,
				...Object.fromEntries(columns.map((name, column) => [name, cells[column] ?? ""])),
			});
		}
	}
	return rows;
}

function specFiles() {
	const names = readdirSync(SPECS, { recursive: true }).map((name) => name.split(path.sep).join("/"));
	return names.filter((name) => name.endsWith(".spec.ts"));
}

function fileOf(name, specs) {
	const wanted = name.replace(/^test\/specs\//, "").replace(/\.spec\.ts$/, "");
	return specs.find((spec) => spec === `${wanted}.spec.ts` || spec.endsWith(`/${wanted}.spec.ts`));
}

const titlePattern = (title) => new RegExp(`\\bit\\(\\s*(["'\`])${title.replace(/[^\w\s]/g, "\\$&")}\\1`);

function wrongSpecs(cell, specs) {
	const wrong = [];
	let source;
	for (const [, name, title] of cell.matchAll(EVIDENCE)) {
		if (name !== undefined) {
			const spec = fileOf(name, specs);
			const file = spec === undefined ? path.join(ROOT, name) : path.join(SPECS, spec);
			source = existsSync(file) ? readFileSync(file, "utf8") : undefined;
			if (source === undefined) wrong.push(`there is no spec file ${name}`);
		} else if (!titlePattern(title).test(source)) {
			wrong.push(`there is no spec "${title}"`);
		}
	}
	return wrong;
}

const wrongFiles = (cell) =>
	[...cell.matchAll(/`([^`]+\.\w+)`/g)]
		.filter(([, name]) => !SOURCES.some((folder) => existsSync(path.join(ROOT, folder, name))))
		.map(([, name]) => `there is no ${name}`);

function wrongEvidenceOf(document) {
	const specs = specFiles();
	return rowsOf(readFileSync(path.join(ROOT, document), "utf8")).flatMap(({ line, where = "", spec = "" }) =>
		[...wrongFiles(where), ...wrongSpecs(spec, specs)].map((problem) => `${document}:${line}: ${problem}`),
	);
}

/** What the documents name that is not there. */
export function wrongEvidence() {
	return DOCUMENTS.filter((document) => existsSync(path.join(ROOT, document))).flatMap(wrongEvidenceOf);
}
