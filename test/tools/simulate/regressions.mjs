// The plans that once found something: they run in every campaign.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../tools.mjs";

const FOLDER = path.join(ROOT, "test", "simulate", "regressions");

/** Each with its file's name. */
export function keptPlans() {
	if (!existsSync(FOLDER)) return [];
	const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
	names.sort();
	return names.map((name) => ({ name, plan: JSON.parse(readFileSync(path.join(FOLDER, name), "utf8")) }));
}
