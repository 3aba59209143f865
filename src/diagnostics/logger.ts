import { labelled } from "./errors";

export type LogLevel = "debug" | "info" | "warn";
export type Logger = (level: LogLevel, text: string) => void;

/** Warnings go to the game's output unless a logger takes everything; each cause warns once. */
export class Log {
	private readonly warned = new Set<string>();

	constructor(
		private readonly logger: Logger | undefined,
		private readonly warnToOutput: (text: string) => void,
	) {}

	public debug(text: string): void {
		this.logger?.("debug", labelled(text));
	}

	public info(text: string): void {
		this.logger?.("info", labelled(text));
	}

	/** Warns of a cause, the first time it is seen. */
	public warnOnce(cause: string, text: string): void {
		if (this.warned.has(cause)) return;
		this.warned.add(cause);
		if (this.logger) this.logger("warn", labelled(text));
		else this.warnToOutput(labelled(text));
	}
}
