import { Platform } from "../platform/platform";
import { CloudFaults, CloudRules, FAULT_CHECKS, RULE_CHECKS } from "./cloud-options";
import { Checks, Range, callable, count, finite, integer, oneOf, range, truth } from "./options";

/** Options of a {@link VirtualGame}: what goes wrong, how the limits are understood, and the servers' clocks. */
export interface VirtualGameOptions extends CloudFaults, CloudRules {
	/** Same seed, same servers, same options: same run, event by event; default 1. */
	readonly seed?: number;
	/** How far servers' Unix time is ahead, drawn for each; default 0. */
	readonly clockSkewSeconds?: Range;
	/** By how much servers' clocks run too fast, drawn for each; default 0. 1e-5 is about a second a day. */
	readonly clockDrift?: Range;
}

/** Options of one {@link VirtualServer}. */
export interface VirtualServerOptions {
	/** Players on it at first, called Player1 and so on; default 0. */
	readonly players?: number;
	/** How far its Unix time is ahead; default: as the game's options say. */
	readonly clockSkewSeconds?: number;
	/** By how much its clocks run too fast; default: as the game's options say. */
	readonly clockDrift?: number;
	/** What this server's id and everything random about it is drawn from, besides the game's seed; default its Number. */
	readonly drawNumber?: number;
	/** Default 1. */
	readonly placeVersion?: number;
	/** Default "live". */
	readonly environment?: Platform["environment"];
	/** False: there is no MessagingService, every call of it fails; default true. */
	readonly messaging?: boolean;
	/** Runs as code of this server before anything else, as the first script of a game would: the place for `ConfigureCluster`. */
	readonly setup?: () => void;
}

export const GAME_CHECKS: Checks<VirtualGameOptions> = {
	...FAULT_CHECKS,
	...RULE_CHECKS,
	seed: integer,
	clockSkewSeconds: range,
	clockDrift: range,
};

export const SERVER_CHECKS: Checks<VirtualServerOptions> = {
	players: count,
	drawNumber: count,
	clockSkewSeconds: finite,
	clockDrift: finite,
	placeVersion: count,
	environment: oneOf("live", "studio", "client"),
	messaging: truth,
	setup: callable,
};

/** Those of a game's options that may change while it runs. */
export function faultsOf(options: VirtualGameOptions): CloudFaults {
	const faults = {} as { [name: string]: unknown };
	const values = options as { readonly [name: string]: unknown };
	for (const [name] of pairs(FAULT_CHECKS)) faults[name] = values[name];
	return faults as CloudFaults;
}
