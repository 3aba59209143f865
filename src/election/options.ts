import { described } from "../diagnostics/errors";
import { isUtf8 } from "../wire/text";
import { LeaseTiming } from "./types";

/** A scope's name is 1 to so many bytes. */
const NAME_BYTES_MOST = 50;
const RANK_MOST = 1000;
/** Renewals vary by a tenth, and two of them have to fit. */
const RENEWALS = 2.2;

export interface SettledTiming {
	readonly leaseSeconds: number;
	readonly renewSeconds: number;
	readonly marginSeconds: number;
	readonly heartbeatSeconds: number;
}

export interface SettledOptions {
	readonly mode: "bully" | "lease" | "local";
	readonly heartbeatSeconds: number;
	readonly missedHeartbeats: number;
	readonly rank: number;
	readonly timing: SettledTiming;
	readonly validate: ((value: unknown) => boolean) | undefined;
}

const OPTIONS_OF = {
	bully: ["mode", "heartbeatSeconds", "missedHeartbeats", "rank", "validate"],
	lease: ["mode", "timing", "rank", "validate"],
	local: ["mode", "validate"],
};
const TIMING_OPTIONS = ["leaseSeconds", "renewSeconds", "marginSeconds"];

const PRESETS: { readonly [name: string]: readonly [leaseSeconds: number, renewSeconds: number] } = {
	default: [10, 3],
	fast: [6, 1.5],
	calm: [15, 5],
};

/** What is wrong with a scope's name, if anything. */
export function checkName(name: unknown): string | undefined {
	if (!typeIs(name, "string")) return `LeaderElection: the scope must be a string, but is ${described(name)}`;
	if (name.size() < 1 || name.size() > NAME_BYTES_MOST) {
		return `LeaderElection: the scope's name is ${name.size()} bytes, names are 1 to ${NAME_BYTES_MOST}; choose another one`;
	}
	return isUtf8(name)
		? undefined
		: "LeaderElection: the scope's name is not valid UTF-8; use plain letters and digits";
}

/** The options without gaps, or what is wrong with them. */
export function settleOptions(scope: string, options: unknown): SettledOptions | string {
	const label = `LeaderElection "${scope}"`;
	if (options !== undefined && !typeIs(options, "table"))
		return `${label}: options must be a table, but are ${described(options)}`;
	const given = (options ?? {}) as { [key: string]: unknown };
	const mode = given.mode ?? "bully";
	if (mode !== "bully" && mode !== "lease" && mode !== "local")
		return `${label}: mode must be "bully", "lease" or "local", but is ${described(mode)}`;
	for (const [key] of pairs(given)) {
		if (!OPTIONS_OF[mode].includes(key as string))
			return `${label}: there is no option "${key}" in mode ${mode}; the options are ${OPTIONS_OF[mode].join(", ")}`;
	}
	const { heartbeatSeconds = 5, missedHeartbeats = 3, rank = 0, validate } = given;
	if (!isBetween(heartbeatSeconds, 2, 60))
		return `${label}: heartbeatSeconds must be 2 to 60, but is ${described(heartbeatSeconds)}`;
	if (!isBetween(missedHeartbeats, 2, 10) || missedHeartbeats % 1 !== 0)
		return `${label}: missedHeartbeats must be a whole number from 2 to 10, but is ${described(missedHeartbeats)}`;
	if (!isBetween(rank, 0, RANK_MOST) || rank % 1 !== 0)
		return `${label}: rank must be a whole number from 0 to ${RANK_MOST}, but is ${described(rank)}`;
	if (validate !== undefined && !typeIs(validate, "function"))
		return `${label}: validate must be a function, but is ${described(validate)}`;
	const timing = settleTiming(label, given.timing ?? "default");
	if (typeIs(timing, "string")) return timing;
	return {
		mode,
		heartbeatSeconds: mode === "lease" ? timing.heartbeatSeconds : heartbeatSeconds,
		missedHeartbeats,
		rank,
		timing,
		validate: validate as SettledOptions["validate"],
	};
}

function settleTiming(label: string, timing: unknown): SettledTiming | string {
	if (typeIs(timing, "string")) {
		const preset = PRESETS[timing];
		if (!preset)
			return `${label}: timing must be "fast", "default", "calm" or a table, but is ${described(timing)}`;
		return timingOf(preset[0], preset[1], undefined);
	}
	if (!typeIs(timing, "table")) return `${label}: timing must be a name or a table, but is ${described(timing)}`;
	for (const [key] of pairs(timing as object)) {
		if (!TIMING_OPTIONS.includes(key as string))
			return `${label}: there is no timing "${key}"; there are ${TIMING_OPTIONS.join(", ")}`;
	}
	const { leaseSeconds, renewSeconds, marginSeconds } = timing as { [K in keyof LeaseTiming]: unknown };
	if (!isBetween(leaseSeconds, 4, 120) || leaseSeconds % 1 !== 0)
		return `${label}: leaseSeconds must be a whole number from 4 to 120, but is ${described(leaseSeconds)}`;
	if (!isBetween(renewSeconds, 0.5, 60))
		return `${label}: renewSeconds must be 0.5 to 60, but is ${described(renewSeconds)}`;
	if (marginSeconds !== undefined && !isBetween(marginSeconds, 0, 60))
		return `${label}: marginSeconds must be a number up to 60, but is ${described(marginSeconds)}`;
	const settled = timingOf(leaseSeconds, renewSeconds, marginSeconds as number | undefined);
	const least = leastMargin(leaseSeconds);
	if (settled.marginSeconds < least) {
		return (
			`${label}: marginSeconds >= 1 + 0.1 * leaseSeconds does not hold: ` +
			`${settled.marginSeconds} < ${least}; leave it out, or make it larger`
		);
	}
	const need = RENEWALS * renewSeconds;
	const room = leaseSeconds - settled.marginSeconds;
	if (need >= room) {
		return (
			`${label}: 2.2 * renewSeconds < leaseSeconds - marginSeconds does not hold: ` +
			`${string.format("%.2f", need)} >= ${string.format("%.2f", room)}; renew more often, or make the lease longer`
		);
	}
	return settled;
}

function timingOf(leaseSeconds: number, renewSeconds: number, margin: number | undefined): SettledTiming {
	const heartbeatSeconds = math.clamp(0.4 * leaseSeconds, 3, 5);
	return { leaseSeconds, renewSeconds, marginSeconds: margin ?? leastMargin(leaseSeconds), heartbeatSeconds };
}

/** An expiration is in whole seconds, and clocks may run at a rate that is a tenth off. */
function leastMargin(leaseSeconds: number): number {
	return 1 + leaseSeconds / 10;
}

function isBetween(value: unknown, least: number, most: number): value is number {
	return typeIs(value, "number") && value >= least && value <= most;
}
