// README.md shows the tables of docs/benchmarks.md, docs/benchmarks-hub.md and docs/benchmarks-systems.md: this copies them, and tells whether they are the same.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "./tools.mjs";

const README = path.join(ROOT, "README.md");
const TABLE = /^\|.*\n(?:\|.*\n)+/m;
const PAGES = ["benchmarks.md", "benchmarks-hub.md", "benchmarks-systems.md"];

const copyOf = (page) => new RegExp(`(?<=<!-- the table of docs/${page.replaceAll(".", "\\.")} -->\n\n)(?:\\|.*\n)*`);

/** The table of a page; empty as long as nobody has measured it. */
function measuredTable(page) {
	const file = path.join(ROOT, "docs", page);
	return existsSync(file) ? TABLE.exec(readFileSync(file, "utf8"))[0] : "";
}

export function copyTables() {
	const readme = PAGES.reduce(
		(text, page) => text.replace(copyOf(page), () => measuredTable(page)),
		readFileSync(README, "utf8"),
	);
	writeFileSync(README, readme);
}

/** The pages whose table README.md has not, or not as it is. */
export function pagesNotCopied() {
	const readme = readFileSync(README, "utf8");
	return PAGES.filter((page) => copyOf(page).exec(readme)?.[0] !== measuredTable(page));
}
