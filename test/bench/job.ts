import { Contender } from "./contender";
import { Host } from "./host";
import { Outcome } from "./row";

export interface RunOptions {
	/** Less of everything: for tuning, not for figures that are published. */
	readonly quick: boolean;
	readonly seeds: ReadonlyArray<number>;
	/** Other numbers of servers than the scenario has, where it has several. */
	readonly servers: ReadonlyArray<number> | undefined;
	readonly host: Host;
	readonly contender: Contender;
}

/** One scenario at one setting: what one process runs for one contender. */
export interface Job {
	/** "updates 5 %": what `--only` looks at. */
	readonly name: string;
	/** Names of the contenders that can take part. */
	readonly contenders: ReadonlyArray<string>;
	/** Whether scripts are compiled to machine code, as simulations are; live servers do so only where a script asks for it. */
	readonly machineCode?: boolean;
	readonly run: (options: RunOptions) => Outcome;
}
