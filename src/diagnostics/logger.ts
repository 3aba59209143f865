import { labelled } from "./errors";

export type LogLevel = "debug" | "info" | "warn";
export type Logger = (level: LogLevel, text: string) => void;

/** Warnings go to the game's output unless a logger takes everything; each cause warns once. */
export class Log {
	private readonly warned = new Set<string>();
	private hasFailed = false;

	constructor(
		private readonly logger: Logger | undefined,
		private readonly warnToOutput: (text: string) => void,
		/** Runs a function in a thread of its own. */
		private readonly spawn: (body: () => void) => void,
	) {}

	public debug(text: string): void {
		this.tell("debug", text);
	}

	public info(text: string): void {
		this.tell("info", text);
	}

	/** Warns of a cause, the first time it is seen. */
	public warnOnce(cause: string, text: string): void {
		if (this.warned.has(cause)) return;
		this.warned.add(cause);
		if (this.logger) this.tell("warn", text);
		else this.warnToOutput(labelled(text));
	}

	/** A logger that fails, or waits for something, must not hold up what is being told. */
	private tell(level: LogLevel, text: string): void {
		const { logger } = this;
		if (!logger) return;
		this.spawn(() => {
			const [success, problem] = pcall(logger, level, labelled(text));
			if (success || this.hasFailed) return;
			this.hasFailed = true;
			this.warnToOutput(labelled(`the logger failed: ${problem}`));
		});
	}
}
