// The mutants: defects of the library, made on purpose, as patches of its sources.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../tools.mjs";

const FOLDER = path.join(ROOT, "test", "mutants");

/** Each with its name and what it breaks: what stands in the patch before the first difference. */
export function allMutants() {
	const files = readdirSync(FOLDER).filter((name) => name.endsWith(".patch"));
	files.sort();
	return files.map((file) => {
		const text = readFileSync(path.join(FOLDER, file), "utf8");
		const start = text.indexOf("diff --git ");
		const broken = text.slice(0, Math.max(0, start)).trim().replace(/\s+/g, " ");
		if (broken === "") throw new Error(`${file}: says nothing about what it breaks before its first difference`);
		for (const [, changed] of text.matchAll(/^\+\+\+ b\/(.*)$/gm)) {
			if (!changed.startsWith("src/")) throw new Error(`${file}: changes ${changed}, which is not the library`);
		}
		return { name: file.replace(/\.patch$/, ""), text, broken };
	});
}

function gitApply({ text }, folder, ...options) {
	execFileSync("git", ["apply", ...options, "-"], { cwd: folder, input: text, stdio: ["pipe", "ignore", "pipe"] });
}

export function applyMutant(mutant, folder) {
	gitApply(mutant, folder);
}

export function revertMutant(mutant, folder) {
	gitApply(mutant, folder, "--reverse");
}

/** Why a patch does not fit the sources as they are, if it does not. */
export function whyNotApplicable(mutant) {
	try {
		gitApply(mutant, ROOT, "--check");
		return undefined;
	} catch (problem) {
		return String(problem.stderr ?? problem.message).trim();
	}
}
