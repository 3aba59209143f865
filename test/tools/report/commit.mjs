// What a report calls the sources it comes from.
import { spawnSync } from "node:child_process";

import { ROOT } from "../tools.mjs";

/** The commit that is checked out; "" where that cannot be told. */
export function commitName() {
	const outcome = spawnSync("git", ["rev-parse", "--short=8", "HEAD"], { cwd: ROOT, encoding: "utf8" });
	return outcome.status === 0 ? outcome.stdout.trim() : "";
}
