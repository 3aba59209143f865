import { Platform } from "../platform/platform";
import { labelled } from "./errors";

export type LogLevel = "debug" | "info" | "warn";
/** @inline */
export type Logger = (level: LogLevel, text: string) => void;

/** Warnings go to the game's output unless a logger takes everything; each cause warns once. */
export class Log {
	private warned: Set<string> | undefined;
	private hasFailed: boolean | undefined;

	constructor(
		private readonly platform: Platform,
		private readonly logger: Logger | undefined,
	) {}

	public debug(text: string): void {
		this.tell("debug", text);
	}

	public info(text: string): void {
		this.tell("info", text);
	}

	/** Warns of a cause, the first time it is seen. */
	public warnOnce(cause: string, text: string): void {
		this.warned ??= new Set();
		if (this.warned.has(cause)) return;
		this.warned.add(cause);
		this.warn(text);
	}

	/** For those who see to it themselves that it does not come too often. */
	public warn(text: string): void {
		if (this.logger) this.tell("warn", text);
		else this.platform.warn(labelled(text));
	}

	/** A logger that fails, or waits for something, must not hold up what is being told. */
	private tell(level: LogLevel, text: string): void {
		const { logger } = this;
		if (!logger) return;
		this.platform.spawn(() => {
			const [success, problem] = pcall(logger, level, labelled(text));
			if (success || this.hasFailed) return;
			this.hasFailed = true;
			this.platform.warn(labelled(`the logger failed: ${problem}`));
		});
	}
}
