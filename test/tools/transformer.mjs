// Runs the tests of the transformer, test/transformer/*.test.mjs, one after the other.
import { readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "node:test";

import { ROOT } from "./tools.mjs";

const FOLDER = path.join(ROOT, "test", "transformer");
const files = readdirSync(FOLDER)
	.filter((name) => name.endsWith(".test.mjs"))
	.map((name) => path.join(FOLDER, name));

let passed = 0;
let failed = 0;
const isSuite = (event) => event.details.type === "suite";
// A file is a test of its own, which says nothing unless it broke down before its tests.
const isFile = (event) => files.includes(event.name);
const stream = run({ files, concurrency: 1 });
stream.on("test:pass", (event) => {
	if (!isSuite(event) && !isFile(event)) passed++;
});
stream.on("test:fail", (event) => {
	const { error } = event.details;
	if (isSuite(event) || (isFile(event) && error.failureType === "subtestsFailed")) return;
	failed++;
	console.log(`FAILED  ${event.name}\n${error.cause?.message ?? error.message}`);
});
stream.on("test:stderr", ({ message }) => process.stderr.write(message));
stream.on("end", () => {
	console.log(`${passed} passed, ${failed} failed, 0 skipped`);
	process.exit(failed === 0 && passed > 0 ? 0 : 1);
});
stream.resume();
