// Checks what the package would ship: the build, the transformer, its papers, and nothing else; and that it stays small. As `npm publish` would, without its registry.
import { execFileSync, spawnSync } from "node:child_process";
import process from "node:process";

import { buildPackage } from "./release/build-package.mjs";
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

/** Nobody downloads more than this for it. */
const PACKED_BYTES_MOST = 400_000;

// Tests compile for themselves what is in `out`, with more than is shipped.
if (!buildPackage()) {
	console.log("0 passed, 1 failed, 0 skipped");
	process.exit(1);
}

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const [{ files, size }] = JSON.parse(
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

const isTooLarge = size > PACKED_BYTES_MOST;
if (isTooLarge) console.log(`FAILED  the package is ${size} bytes, the most is ${PACKED_BYTES_MOST}`);
// What `npm publish` itself has against it. It would rebuild; that is done.
const rehearsal = spawnSync(npm, ["publish", "--dry-run", "--ignore-scripts", "--offline"], {
	cwd: ROOT,
	encoding: "utf8",
});
const isRefused = rehearsal.status !== 0;
if (isRefused) console.log(`FAILED  npm would not publish it\n${rehearsal.stderr}`);
console.log(`packed: ${size} bytes of ${PACKED_BYTES_MOST}, ${names.length} files`);

const failed = [surplus.length > 0, missing.length > 0, isTooLarge, isRefused].filter(Boolean).length;
console.log(`${4 - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
