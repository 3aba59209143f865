import { Platform } from "../platform/platform";
import type { SignalBehavior } from "./engine/signal";
import { CloudFaults, CloudRules, FAULT_CHECKS, RULE_CHECKS } from "./cloud-options";
import { MemoryFaults, MemoryRules, MEMORY_FAULT_CHECKS, MEMORY_RULE_CHECKS } from "./memory-store/memory-options";
import { Checks, Range, callable, count, finite, integer, oneOf, range, truth } from "./options";

/**
 * What can go wrong in a game, and may be changed while it runs.
 * @inline
 */
export type GameFaults = CloudFaults & MemoryFaults;

/** Options of a {@link VirtualGame}: what goes wrong, how the limits are understood, and the servers' clocks. */
export interface VirtualGameOptions extends CloudFaults, CloudRules, MemoryFaults, MemoryRules {
	/** Same seed, same servers, same options: same run, event by event; default 1. */
	readonly seed?: number;
	/** How far servers' Unix time is ahead, drawn for each; default 0. */
	readonly clockSkewSeconds?: Range;
	/** By how much servers' clocks run too fast, drawn for each; default 0. 1e-5 is about a second a day. */
	readonly clockDrift?: Range;
	/** When handlers of `Engine`'s events run: while the event fires, or at the end of the resumption cycle, as `Workspace.SignalBehavior` says; default "immediate". */
	readonly signalBehavior?: SignalBehavior;
}

/** Options of one {@link VirtualServer}. */
export interface VirtualServerOptions {
	/** How many players are on it at first, called Player1 and so on; default 0. */
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
	/** Not "available": every call of MemoryStoreService fails, with UnpublishedPlace or AccessDenied; default "available". */
	readonly memoryStore?: "available" | "unpublished" | "denied";
	/** Runs as code of this server before anything else, as the first script of a game would: the place for `ConfigureCluster`. */
	readonly setup?: () => void;
}

export const GAME_CHECKS: Checks<VirtualGameOptions> = {
	...FAULT_CHECKS,
	...RULE_CHECKS,
	...MEMORY_FAULT_CHECKS,
	...MEMORY_RULE_CHECKS,
	seed: integer,
	clockSkewSeconds: range,
	clockDrift: range,
	signalBehavior: oneOf("immediate", "deferred"),
};

export const SERVER_CHECKS: Checks<VirtualServerOptions> = {
	players: count,
	drawNumber: count,
	clockSkewSeconds: finite,
	clockDrift: finite,
	placeVersion: count,
	environment: oneOf("live", "studio", "client"),
	messaging: truth,
	memoryStore: oneOf("available", "unpublished", "denied"),
	setup: callable,
};

/** Those of a game's options that may change while it runs. */
export function faultsOf(options: VirtualGameOptions): CloudFaults {
	const faults = {} as { [name: string]: unknown };
	const values = options as { readonly [name: string]: unknown };
	for (const [name] of pairs(FAULT_CHECKS)) faults[name] = values[name];
	return faults as CloudFaults;
}
