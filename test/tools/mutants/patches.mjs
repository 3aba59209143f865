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
		return { name: file.replace(/\.patch$/, ""), file: path.join(FOLDER, file), broken };
	});
}

function git(parameters, folder) {
	execFileSync("git", parameters, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

export function applyMutant({ file }, folder) {
	git(["apply", file], folder);
}

export function revertMutant({ file }, folder) {
	git(["apply", "--reverse", file], folder);
}

/** Why a patch does not fit the sources as they are, if it does not. */
export function whyNotApplicable({ file }) {
	try {
		git(["apply", "--check", file], ROOT);
		return undefined;
	} catch (problem) {
		return String(problem.stderr ?? problem.message).trim();
	}
}
