// Checks what the package would ship: the build, the transformer, its papers, and nothing else.
import { execFileSync } from "node:child_process";
import process from "node:process";

import { ROOT } from "./tools.mjs";

const ALLOWED = [
	/^package\.json$/,
	/^README\.md$/,
	/^LICENSE$/,
	/^CHANGELOG\.md$/,
	/^out\/.+\.(luau|d\.ts)$/,
	/^transformer\/[a-z-]+\.js$/,
];
const REQUIRED = ["package.json", "LICENSE", "out/init.luau", "out/index.d.ts", "transformer/index.js"];

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const [{ files }] = JSON.parse(
	execFileSync(npm, ["pack", "--dry-run", "--json", "--ignore-scripts"], {
		cwd: ROOT,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "ignore"],
	}),
);
const names = files.map((file) => file.path);

const surplus = names.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)));
const missing = REQUIRED.filter((name) => !names.includes(name));
if (surplus.length > 0) console.log(`FAILED  the package has what it should not: ${surplus.join(", ")}`);
if (missing.length > 0) console.log(`FAILED  the package lacks ${missing.join(", ")}`);

const failed = Number(surplus.length > 0) + Number(missing.length > 0);
console.log(`${2 - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
