/** One measured figure beside its goal. */
export interface Row {
	/** What was measured; rows of several contenders with the same text are one line of the table. */
	readonly what: string;
	readonly goal: string;
	readonly contender: string;
	readonly measured: string;
	/** Undefined where there is no goal. */
	readonly met: boolean | undefined;
}

export function row(contender: string, what: string, goal: string, measured: string, met: boolean | undefined): Row {
	return { contender, what, goal, measured, met };
}

/** What a job printed: rows of the table, and lines that tell more. */
export interface Outcome {
	readonly rows: Row[];
	readonly notes: string[];
}

/** Seconds as "2.1 s", and what never happened as "never". */
export function secondsText(seconds: number): string {
	return seconds === math.huge ? "never" : `${string.format("%.1f", seconds)} s`;
}

export function percentText(share: number): string {
	return `${string.format("%.0f", share * 100)} %`;
}

export function decimals(value: number, places: number): string {
	return string.format(`%.${places}f`, value);
}
