// README.md shows the table of docs/benchmarks.md: this copies it, and tells whether it is the same.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "./tools.mjs";

const README = path.join(ROOT, "README.md");
const BENCHMARKS = path.join(ROOT, "docs", "benchmarks.md");
const TABLE = /^\|.*\n(?:\|.*\n)+/m;
const COPY = /(?<=<!-- the table of docs\/benchmarks\.md -->\n\n)(?:\|.*\n)*/;

const measuredTable = () => TABLE.exec(readFileSync(BENCHMARKS, "utf8"))[0];

export function copyTable() {
	const table = measuredTable();
	writeFileSync(
		README,
		readFileSync(README, "utf8").replace(COPY, () => table),
	);
}

export function isTableCopied() {
	return COPY.exec(readFileSync(README, "utf8"))?.[0] === measuredTable();
}
