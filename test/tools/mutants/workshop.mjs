// A copy of the sources in which mutants are made, one after the other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { SHARED } from "../program-place.mjs";
import { ROOT } from "../tools.mjs";
import { applyMutant, revertMutant } from "./patches.mjs";

const COMPILER = path.join(ROOT, "test", "tools", "mutants", "compile.mjs");
const NEEDED = ["package.json", "tsconfig.json", "test/simulate", ...SHARED];

/** What makes mutants of the library as it is now. Not in node_modules, because the compiler leaves out what is there. */
export class Workshop {
	/** `other`: one whose sources, and what was compiled of them, are taken over. */
	constructor(other) {
		this.folder = mkdtempSync(path.join(tmpdir(), "net-server-sync-mutants-"));
		if (other) {
			cpSync(other.folder, this.folder, { recursive: true });
			return;
		}
		for (const name of NEEDED) {
			const copy = path.join(this.folder, name);
			mkdirSync(path.dirname(copy), { recursive: true });
			cpSync(path.join(ROOT, name), copy, { recursive: true });
		}
		symlinkSync(path.join(ROOT, "node_modules"), path.join(this.folder, "node_modules"), "junction");
	}

	/** The place of the simulation with a mutant, or without one. It is there until the next one is made. */
	async place(mutant) {
		const build = path.join(this.folder, "build");
		if (mutant !== undefined) applyMutant(mutant, this.folder);
		try {
			const child = spawn(process.execPath, [COMPILER, this.folder, build], { cwd: ROOT, stdio: "inherit" });
			const [code] = await once(child, "close");
			if (code !== 0) throw new Error(`${mutant?.name ?? "the library"} does not compile`);
			return path.join(build, "simulate.rbxl");
		} finally {
			if (mutant !== undefined) revertMutant(mutant, this.folder);
		}
	}

	dispose() {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
