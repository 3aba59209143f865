import { described } from "../diagnostics/errors";
import { Caller } from "./call-types";
import { presentCaller } from "./on-behalf";
import { checkCaller, copyCaller, SYSTEM_CALLER } from "./security";

const DEFAULT_DEADLINE_SECONDS = 10;
const DEADLINE_SECONDS_LEAST = 0.1;
const DEADLINE_SECONDS_MOST = 60;

export interface SettledCallOptions {
	readonly caller: Caller;
	readonly deadlineSeconds: number;
	readonly strict: boolean;
}

/** The options of a call without gaps, or what is wrong with them. `isForAll`: the option `strict` exists. */
export function settleCallOptions(label: string, options: unknown, isForAll = false): SettledCallOptions | string {
	if (options !== undefined && !typeIs(options, "table"))
		return `${label}: options must be a table, but are ${described(options)}`;
	let deadlineSeconds = DEFAULT_DEADLINE_SECONDS;
	let caller: Caller | undefined;
	let strict = false;
	for (const [key, value] of pairs((options ?? {}) as { [key: string]: unknown })) {
		if (key === "deadlineSeconds") {
			if (!typeIs(value, "number") || !(value >= DEADLINE_SECONDS_LEAST && value <= DEADLINE_SECONDS_MOST))
				return `${label}: deadlineSeconds must be ${DEADLINE_SECONDS_LEAST} to ${DEADLINE_SECONDS_MOST}, but is ${described(value)}`;
			deadlineSeconds = value;
		} else if (key === "caller") {
			const wrong = checkCaller(value);
			if (wrong !== undefined) return `${label}: ${wrong}`;
			caller = copyCaller(value as Caller);
		} else if (key === "strict" && isForAll) {
			if (!typeIs(value, "boolean")) return `${label}: strict must be true or false, but is ${described(value)}`;
			strict = value;
		} else {
			const known = isForAll ? "deadlineSeconds, caller and strict" : "deadlineSeconds and caller";
			return `${label}: there is no option "${key}"; the options are ${known}`;
		}
	}
	return { caller: caller ?? presentCaller() ?? SYSTEM_CALLER, deadlineSeconds, strict };
}
