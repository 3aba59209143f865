import { CloudFaults, CloudRules, MemoryFaults } from "../../src/testing";
import type { ScopeName } from "./thrones";

/** The pools every server has: one whose contributions go with their owner, one whose are adopted. */
export type PoolName = "State" | "Kept";

/** What is put on a topic by somebody who is no server. */
export type Injection =
	"noise" | "truncated" | "mutated" | "replayed" | "future" | "garbled" | "stranger" | "lies" | "forgery";

/** What can happen to a hub. Those without a duration take none. */
export type Strike = "crash" | "close" | "freeze" | "deaf" | "mute";

/** What can happen to a leader. */
export type Deposing = Strike | "resign" | "transfer";

/** Faults of the whole cloud. */
export type Weather = CloudFaults & MemoryFaults;

/** One thing that happens. What cannot happen when its time comes (the server is gone, say) does not. */
export type Happening =
	| {
			readonly kind: "start";
			readonly server: number;
			readonly players: number;
			readonly skewSeconds?: number;
			readonly drift?: number;
			/** It speaks a later version of the wire: its messages have sections that the others do not know. */
			readonly later?: boolean;
			/** It has the option `memoryStore`. */
			readonly stored?: boolean;
			/** It takes part in the elections. */
			readonly elects?: boolean;
	  }
	/** Many servers start within some time, evenly, numbered from `server` on. */
	| {
			readonly kind: "crowd";
			readonly server: number;
			readonly count: number;
			readonly seconds: number;
			readonly players: number;
			/** Their clocks are up to so far ahead, or behind: each differently. */
			readonly skewSeconds?: number;
			/** Every second one speaks a later version of the wire. */
			readonly later?: boolean;
			/** They have the option `memoryStore`. */
			readonly stored?: boolean;
			/** They take part in the elections. */
			readonly elects?: boolean;
	  }
	/** Many servers leave within some time, evenly, from number `server` on. */
	| {
			readonly kind: "exodus";
			readonly server: number;
			readonly count: number;
			readonly seconds: number;
			readonly gracefully: boolean;
	  }
	/** What happens to the hub and to those that would take its place, so many servers in all; where there is no hub, to the oldest. */
	| { readonly kind: "strike"; readonly what: Strike; readonly count: number; readonly seconds: number }
	/** Something happens to whoever leads a scope, by its own clock. */
	| { readonly kind: "depose"; readonly scope: ScopeName; readonly what: Deposing; readonly seconds: number }
	/** The MemoryStore loses everything. */
	| { readonly kind: "forget" }
	/** What says that a leader resigns gets lost, for some time. */
	| { readonly kind: "hush"; readonly seconds: number }
	| { readonly kind: "crash" | "close"; readonly server: number }
	| { readonly kind: "freeze" | "deaf" | "mute"; readonly server: number; readonly seconds: number }
	| { readonly kind: "jump"; readonly server: number; readonly seconds: number }
	| { readonly kind: "players"; readonly server: number; readonly players: number }
	| {
			readonly kind: "put";
			readonly server: number;
			readonly pool: PoolName;
			readonly key: string;
			/** Told apart from every other value of the plan. */
			readonly value: string;
			/** How long the value is made; default as long as it is. */
			readonly bytes?: number;
	  }
	| { readonly kind: "remove"; readonly server: number; readonly pool: PoolName; readonly key: string }
	| {
			/** Changes one key again and again. */
			readonly kind: "spin";
			readonly server: number;
			readonly pool: PoolName;
			readonly key: string;
			readonly value: string;
			readonly count: number;
			readonly everySeconds: number;
	  }
	/** Handlers answer each change of one key with the next, so many times, all within one moment. */
	| {
			readonly kind: "chain";
			readonly server: number;
			readonly pool: PoolName;
			readonly key: string;
			readonly value: string;
			readonly count: number;
	  }
	/** A server publishes something in a channel; it is so many bytes longer than it has to be. */
	| { readonly kind: "say"; readonly server: number; readonly bytes: number }
	/** A server sends something to one other. */
	| {
			readonly kind: "send";
			readonly server: number;
			readonly to: number;
			readonly letter: string;
			readonly bytes: number;
	  }
	/** A server tells the leader of a scope something, which is told apart from all else that is told. */
	| { readonly kind: "tell"; readonly server: number; readonly scope: ScopeName; readonly errand: string }
	/** What these servers send does not reach those; an empty list means all of them. A server hears itself in any case. */
	| {
			readonly kind: "cut";
			readonly seconds: number;
			readonly from: readonly number[];
			readonly to: readonly number[];
			/** What is sent to one server arrives. */
			readonly broadcastsOnly?: boolean;
	  }
	/** Faults of the cloud, for some time. */
	| { readonly kind: "weather"; readonly seconds: number; readonly faults: Weather }
	| { readonly kind: "inject"; readonly what: Injection; readonly count: number }
	/** A server counts something up in the MemoryStore. */
	| { readonly kind: "count"; readonly server: number; readonly key: string };

export type PlanItem = Happening & { readonly atSeconds: number };

/** safety: faults never stop, and what must never happen does not. liveness: they stop, and then everything has to become well. */
export type Mode = "safety" | "liveness";

/** Everything that decides a run, as it is stored: the same plan gives the same run, whatever made the plan. */
export interface Plan {
	readonly format: 1;
	/** Of the cloud's draws and the servers' ids. */
	readonly seed: number;
	readonly mode: Mode;
	/** When faults end (liveness) or the run does (safety). */
	readonly seconds: number;
	/** liveness: how long the run goes on without faults. */
	readonly quietSeconds: number;
	readonly rules: CloudRules;
	readonly items: readonly PlanItem[];
	/** What kinds of trouble it was made of; for statistics only. */
	readonly features: readonly string[];
	/** What it once found, for those that are kept. */
	readonly found?: string;
}

function servers(list: readonly number[]): string {
	return list.isEmpty() ? "everybody" : list.join(", ");
}

function describeFaults(faults: Weather): string {
	const words = new Array<string>();
	for (const [name, value] of pairs(faults as { readonly [name: string]: unknown })) {
		words.push(`${name} ${typeIs(value, "table") ? (value as number[]).join("-") : tostring(value)}`);
	}
	words.sort();
	return words.join(", ");
}

/** An item as a sentence. */
export function describeItem(item: PlanItem): string {
	switch (item.kind) {
		case "start": {
			const skew = item.skewSeconds === undefined ? "" : `, its clock ${item.skewSeconds} s ahead`;
			return `server ${item.server} starts${skew}${item.later ? ", of a later version" : ""}`;
		}
		case "crowd": {
			const skew = item.skewSeconds === undefined ? "" : `, their clocks up to ${item.skewSeconds} s off`;
			return `${item.count} servers start within ${item.seconds} s, from ${item.server} on${skew}`;
		}
		case "exodus": {
			const leave = item.gracefully ? "close" : "crash";
			return `${item.count} servers ${leave} within ${item.seconds} s, from ${item.server} on`;
		}
		case "strike": {
			const lasts = item.what === "crash" || item.what === "close" ? "" : ` for ${item.seconds} s`;
			return `the hub ${item.count > 1 ? `and ${item.count - 1} after it ` : ""}${item.what}${lasts}`;
		}
		case "depose": {
			const lasts = item.seconds > 0 ? ` for ${item.seconds} s` : "";
			return `the leader of ${item.scope}: ${item.what}${lasts}`;
		}
		case "forget":
			return "the MemoryStore loses everything";
		case "hush":
			return `no resignation is heard for ${item.seconds} s`;
		case "crash":
			return `server ${item.server} crashes`;
		case "close":
			return `server ${item.server} closes`;
		case "freeze":
			return `server ${item.server} freezes for ${item.seconds} s`;
		case "deaf":
		case "mute":
			return `server ${item.server} is ${item.kind} for ${item.seconds} s`;
		case "jump":
			return `the clock of server ${item.server} jumps by ${item.seconds} s`;
		case "players":
			return `server ${item.server} has ${item.players} players`;
		case "put":
			return `server ${item.server} puts ${item.pool}.${item.key}=${item.value}${item.bytes === undefined ? "" : ` of ${item.bytes} bytes`}`;
		case "remove":
			return `server ${item.server} removes ${item.pool}.${item.key}`;
		case "spin":
			return `server ${item.server} puts ${item.pool}.${item.key}=${item.value} ${item.count} times, every ${item.everySeconds} s`;
		case "chain":
			return `server ${item.server} answers changes of ${item.pool}.${item.key} with changes, ${item.count} times: ${item.value}`;
		case "say":
			return `server ${item.server} says something of ${item.bytes} bytes`;
		case "send":
			return `server ${item.server} sends ${item.letter} of ${item.bytes} bytes to server ${item.to}`;
		case "tell":
			return `server ${item.server} tells the leader of ${item.scope} ${item.errand}`;
		case "cut":
			return `${item.broadcastsOnly ? "broadcasts of " : ""}${servers(item.from)} not heard by ${servers(item.to)} for ${item.seconds} s`;
		case "weather":
			return `for ${item.seconds} s: ${describeFaults(item.faults)}`;
		case "inject":
			return `${item.count} messages from outside: ${item.what}`;
		case "count":
			return `server ${item.server} counts ${item.key} up in the MemoryStore`;
	}
}

/** The servers an item is about. */
export function serversOf(item: PlanItem): readonly number[] {
	if (item.kind === "cut") return [...item.from, ...item.to];
	switch (item.kind) {
		case "weather":
		case "inject":
		case "strike":
		case "depose":
		case "forget":
		case "hush":
		// A crowd gets smaller by itself.
		case "crowd":
		case "exodus":
			return [];
	}
	return item.kind === "send" ? [item.server, item.to] : [item.server];
}

/** The items in the order in which they happen; those of one moment stay in the order of the plan. */
export function inOrder(items: readonly PlanItem[]): PlanItem[] {
	const numbered = items.map((item, index) => ({ item, index }));
	numbered.sort((left, right) =>
		left.item.atSeconds === right.item.atSeconds
			? left.index < right.index
			: left.item.atSeconds < right.item.atSeconds,
	);
	return numbered.map(({ item }) => item);
}
