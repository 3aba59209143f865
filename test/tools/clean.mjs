// Removes what the compiler wrote.
import { rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { locked } from "./lock.mjs";
import { OUT, ROOT } from "./tools.mjs";

export function clean() {
	locked("specs", () => {
		rmSync(OUT, { recursive: true, force: true });
		rmSync(path.join(ROOT, "test", "out"), { recursive: true, force: true });
	});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) clean();
