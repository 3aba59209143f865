// What a recorder needs of a game, whatever harness runs it. Functions, not methods: Luau programs make these, too.
import { Sight } from "./server-lanes";

/** Those of the emulated cloud's counters that a report shows. */
export interface CloudCounts {
	readonly publishes: number;
	readonly deliveries: number;
	readonly duplicates: number;
	readonly limiterDrops: number;
	readonly droppedByLoss: number;
	readonly droppedByFilter: number;
	readonly droppedByDeafness: number;
	readonly limits: ReadonlyArray<{
		readonly name: string;
		readonly most: number;
		readonly limit: number;
		readonly share: number;
	}>;
}

/** The shape of the package's own `CloudWatcher`: the cloud calls these as methods. */
export interface CloudWatcher {
	Published(id: number, sender: string, topic: string, message: unknown, bytes: number): void;
	Delivered(id: number, receiver: string): void;
	Lost(id: number, receiver: string, reason: string): void;
}

/** Whether the others should see a server. While it leaves, they may or may not. */
export type Standing = "live" | "leaving" | "gone";

export interface ObservedServer {
	/** From 1; never used again. */
	readonly number: number;
	/** As the cloud knows it. */
	readonly id: string;
	readonly players: () => number;
	/** For a server that does not live any more: whether it ended without warning. */
	readonly crashed: () => boolean;
	/** For one that lives: whether it is about to end in an orderly way. */
	readonly leaving: () => boolean;
	/** What it sees of the servers, given what is so. Undefined if it cannot tell. */
	readonly sight: (standing: (id: string) => Standing, liveCount: number, leavingCount: number) => Sight | undefined;
	/** Contributions in all its pools, and those of them that are its own, -1 if that is not known. Undefined if it shows none. */
	readonly pools: () => { readonly shown: number; readonly owned: number } | undefined;
	/** Requests for repair that it has sent and answered; undefined where there is no such thing. */
	readonly repairs: () => number | undefined;
}

export interface Stage {
	/** Virtual seconds. */
	readonly now: () => number;
	readonly statistics: () => CloudCounts;
	/** Those that live, in the order in which they started. */
	readonly servers: () => ObservedServer[];
}
