// The table of mutants in docs/simulation.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../tools.mjs";

const DOCUMENT = path.join(ROOT, "docs", "simulation.md");
const BEGIN = "<!-- mutants: written by `npm run mutants -- --write` -->";
const END = "<!-- end of mutants -->";

function row({ name, broken, seed, kind, items }) {
	const found = seed === undefined ? ["–", "**not caught**", "–"] : [seed, kind, items ?? "–"];
	return `| ${[name, broken, ...found].map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
}

export function tableOf(results) {
	return [
		"| mutant | what is broken | seed | caught by | shrunk to items |",
		"| --- | --- | --- | --- | --- |",
		...results.map(row),
	].join("\n");
}

/** Puts the table in its place in the document. */
export function writeTable(results) {
	const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "";
	const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
	if (begin < 0 || end < begin)
		throw new Error(`docs/simulation.md has no place for the table of mutants (${BEGIN})`);
	writeFileSync(DOCUMENT, `${text.slice(0, begin)}${BEGIN}\n\n${tableOf(results)}\n\n${text.slice(end)}`);
}
