/** A line that a virtual server wrote to the engine's output. */
export interface OutputLine {
	/** Virtual time. */
	readonly atSeconds: number;
	/** Whether it was printed, or a warning. */
	readonly level: "print" | "warn";
	/** Without the time. */
	readonly text: string;
}

/** Lines kept of each server; older ones are forgotten. */
const MOST_LINES = 1000;

/** The last lines that one server wrote. */
export class Output {
	private readonly ring = new Array<OutputLine>();
	private written = 0;

	add(line: OutputLine): void {
		this.ring[this.written % MOST_LINES] = line;
		this.written += 1;
	}

	/** Oldest first. */
	lines(): OutputLine[] {
		const lines = new Array<OutputLine>();
		const kept = this.ring.size();
		const oldest = this.written - kept;
		for (const offset of $range(0, kept - 1)) lines.push(this.ring[(oldest + offset) % MOST_LINES]!);
		return lines;
	}
}
