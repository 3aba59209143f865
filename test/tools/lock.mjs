// One run at a time for what writes to a shared folder.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { CACHE } from "./tools.mjs";

const PATIENCE_MILLISECONDS = 180_000;

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (problem) {
		return problem.code === "EPERM";
	}
}

function sleep(milliseconds) {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Runs `body` while no other process is inside the lock `name`. A lock whose process has died is taken over. */
export function locked(name, body) {
	mkdirSync(CACHE, { recursive: true });
	const file = path.join(CACHE, `${name}.lock`);
	const deadline = Date.now() + PATIENCE_MILLISECONDS;
	for (;;) {
		try {
			writeFileSync(file, String(process.pid), { flag: "wx" });
			break;
		} catch (problem) {
			if (problem.code !== "EEXIST") throw problem;
		}
		let owner;
		try {
			owner = Number(readFileSync(file, "utf8"));
		} catch {
			continue;
		}
		if (owner > 0 && !isAlive(owner)) rmSync(file, { force: true });
		else if (Date.now() > deadline)
			throw new Error(`${file} is still held by process ${owner}; remove it if that is no run of these tools`);
		else sleep(50);
	}
	try {
		return body();
	} finally {
		rmSync(file, { force: true });
	}
}
