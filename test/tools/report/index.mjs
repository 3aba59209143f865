// Draws the report of a run: one HTML file that needs nothing else.
//
//   import { writeReport } from "./report/index.mjs";
//   writeReport(record, "test/out/report.html");
//
// `record` is a RunRecord (test/report/run-record.ts) as JSON has it. Equal records give equal files.
import { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { pageHtml } from "./page.mjs";

/** The same values with all keys in one order, which JSON from elsewhere need not have. */
function inOrder(value) {
	if (Array.isArray(value)) return value.map(inOrder);
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.keys(value)
			.sort()
			.map((key) => [key, inOrder(value[key])]),
	);
}

/** The report as HTML. */
export function renderReport(record) {
	return pageHtml(inOrder(record));
}

/** Writes the report, and makes the folder if need be. Returns how many bytes it has. */
export function writeReport(record, file) {
	const html = renderReport(record);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, html);
	return Buffer.byteLength(html);
}
