// What the last campaign before a release came to, as the documents have it.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../tools.mjs";

const DOCUMENT = path.join(ROOT, "docs", "simulation.md");
const HEADING = "## Last campaign";

/** Writes the section anew; the others stay. `lines` have nothing in them that differs between equal runs. */
export function recordCampaign(lines, { commit, parameters, failed }) {
	const command = `npm run simulate -- ${parameters.filter((word) => word !== "--record").join(" ")}`;
	const section = [
		HEADING,
		"",
		`\`${command}\` at commit ${commit}: ${failed === 0 ? "no violation" : `**${failed} failed**`}.`,
		"",
		...lines.map((line) => `* ${line}`),
		"",
	].join("\n");
	const text = readFileSync(DOCUMENT, "utf8");
	const start = text.indexOf(HEADING);
	if (start === -1) {
		writeFileSync(DOCUMENT, `${text.trimEnd()}\n\n${section}`);
		return;
	}
	const next = text.indexOf("\n## ", start);
	writeFileSync(DOCUMENT, text.slice(0, start) + section + (next === -1 ? "" : text.slice(next)));
}
