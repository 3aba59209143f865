// How far a campaign is.
import process from "node:process";

const WIDTH = 30;
const EVERY_MILLISECONDS = 200;
/** Where nobody watches, a line now and then. */
const QUIET_EVERY_MILLISECONDS = 30_000;

function minutes(seconds) {
	return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

export class Progress {
	constructor(total, output = process.stdout) {
		this.total = total;
		this.output = output;
		this.done = 0;
		this.failed = 0;
		this.serverSeconds = 0;
		this.started = Date.now();
		this.shown = this.started;
	}

	advance({ serverSeconds, problem }) {
		this.done += 1;
		this.serverSeconds += serverSeconds;
		if (problem !== undefined) this.failed += 1;
		const every = this.output.isTTY ? EVERY_MILLISECONDS : QUIET_EVERY_MILLISECONDS;
		if (Date.now() - this.shown >= every) this.show();
	}

	finish() {
		this.show();
		if (this.output.isTTY) this.output.write("\n");
	}

	show() {
		this.shown = Date.now();
		const seconds = Math.max(0.001, (this.shown - this.started) / 1000);
		const filled = Math.round((this.done / Math.max(1, this.total)) * WIDTH);
		const rate = this.done / seconds;
		const left = rate > 0 ? minutes((this.total - this.done) / rate) : "?";
		const text =
			`[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${this.done} of ${this.total} runs, ` +
			`${this.failed} failed, ${rate.toFixed(1)} a second, ` +
			`${Math.round(this.serverSeconds / seconds)} server-seconds a second, ${left} left`;
		this.output.write(this.output.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
	}
}
