// One process of the simulation.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { luneCommand } from "../lune.mjs";
import { ROOT } from "../tools.mjs";

const MARK = "simulation ";

/** Does one task in a process of its own; `done` gets each thing that comes of it. Rejects if the process fails. With `quiet`, nobody is told of errors on servers. */
export function runSimulation(place, task, done, { quiet = false } = {}) {
	const [program, ...first] = luneCommand();
	// Large plans do not fit into an argument: the task is what the process reads.
	const child = spawn(program, [...first, "run", "test/lune/run-simulation.luau", place], {
		cwd: ROOT,
		stdio: ["pipe", "pipe", quiet ? "ignore" : "inherit"],
	});
	child.stdin.end(JSON.stringify(task));
	createInterface({ input: child.stdout }).on("line", (line) => {
		if (line.startsWith(MARK)) done(JSON.parse(line.slice(MARK.length)));
		else console.log(line);
	});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) =>
			code === 0 ? resolve() : reject(new Error(`a process of the simulation ended with ${code}`)),
		);
	});
}
