import { Channel, ChannelOptions } from "./channel";
import { Health } from "./health";
import { Dropped } from "./statistics";
import { Signal } from "./signal";

/** One live server, as this one sees it. */
export interface ServerInfo {
	/** `game.JobId`, or a generated GUID where that is empty (Studio). */
	readonly ServerId: string;
	/** Unix time in seconds, by that server's clock. */
	readonly StartedAt: number;
	readonly PlaceVersion: number;
	readonly IsSelf: boolean;
}

/** What went on since this server started, and how things stand. All counts only grow. */
export interface ClusterStatistics {
	/** How far this server is: "synced" is the normal state; "local" is Studio without messaging. */
	readonly Phase: "starting" | "joining" | "synced" | "rejoining" | "local" | "closing" | "closed";
	/** "direct": each server broadcasts for itself; "hub": one broadcasts for all, as from 13 servers on. */
	readonly Regime: "direct" | "hub";
	/** The ServerId of the server that broadcasts for all, which may be this one; undefined where none does. No leader: what it does for the others shows nowhere else. */
	readonly Hub: string | undefined;
	/** How many such servers the game has had, as far as this one has heard; 0 where there is none. */
	readonly Epoch: number;
	readonly Servers: number;
	readonly Pools: number;
	/** Contributions of all servers in all pools, and what is kept of removed ones until every server knows. */
	readonly Records: number;
	readonly Tombstones: number;
	/** Keys and values of all records, in bytes: about half of the memory they take. */
	readonly StoredBytes: number;
	/** Own changes that wait to be sent, and for how long the oldest has. */
	readonly QueueDepth: number;
	readonly OldestQueuedSeconds: number;
	/** Deliveries in the last minute, as this server knows them; `CapPerMinute` is the share that the game's servers keep to. */
	readonly Budget: {
		readonly DeliveriesPerMinute: number;
		readonly OwnDeliveriesPerMinute: number;
		readonly CapPerMinute: number;
		readonly DocumentedPerMinute: number;
		/** 1 normally; less after signs of congestion. */
		readonly CongestionFactor: number;
	};
	readonly Sent: {
		readonly Broadcasts: number;
		readonly Unicasts: number;
		readonly Bytes: number;
		readonly Beats: number;
		readonly Echoes: number;
		readonly Records: number;
		/** Records sent again in spare room. */
		readonly Repeated: number;
		readonly Failures: number;
	};
	readonly Received: {
		readonly Messages: number;
		readonly RecordsApplied: number;
		/** Records that were known already. */
		readonly RecordsDuplicate: number;
		/** Records that lost against a newer claim. */
		readonly RecordsStale: number;
		/** Records whose stamp was too far in the future, or whose reference was not known; the latter are asked for. */
		readonly RecordsRefused: number;
		readonly DeserializeFailures: number;
		readonly UnknownSections: number;
	};
	readonly Channels: {
		/** What this server has published, and what of it was not sent within its time to live (or because too much waited). */
		readonly Published: number;
		readonly Unsent: number;
		/** What came of others' publishing: delivered, or given up because it did not arrive within its time to live. The latter shows with the next message of the same server, and counts from the first one on that is heard of a server that was there before. */
		readonly Delivered: number;
		readonly Missed: number;
		/** What cannot be delivered yet, because something before it is missing; and the bytes of everything that is kept for repairs. */
		readonly Waiting: number;
		readonly HeldBytes: number;
		/** Payloads that did not pass their channel's check, or that this version cannot read. */
		readonly Refused: number;
		/** What this server sent to single ones, and what became of it; the others are on their way. */
		readonly Sends: number;
		readonly Acknowledged: number;
		readonly Gone: number;
		readonly TimedOut: number;
	};
	/** Messages that were dropped, by reason. */
	readonly Dropped: { readonly [reason in Dropped]: number };
	readonly Repair: {
		readonly Requested: number;
		readonly Served: number;
		readonly SnapshotsServed: number;
		readonly Probes: number;
		readonly Resyncs: number;
		/** Versions known to be missing now. */
		readonly Missing: number;
	};
	/** Calls of MemoryStoreService; all zero without the option `memoryStore`. */
	readonly MemoryStore: {
		/** Whether this server got the state from there when it started. */
		readonly Joined: boolean;
		readonly Reads: number;
		readonly Writes: number;
		/** Request units, and the most of them in one minute. */
		readonly Units: number;
		readonly MostUnitsPerMinute: number;
		/** Calls that failed, or were not answered in time. */
		readonly Failures: number;
		/** How often this server wrote down the whole state, and how often what had changed since. */
		readonly Generations: number;
		readonly Renewals: number;
		/** How often the state was too large for this library's part of the limits. */
		readonly Skipped: number;
		/** Bytes of the pages that this server keeps there. */
		readonly Bytes: number;
	};
	/** The share of others' broadcasts that got lost on the way here, 0 to 1. */
	readonly Loss: number;
	/** How far the oldest state of any live server lags behind, in seconds. */
	readonly LagSeconds: number;
}

/** All servers of the game that run this library, as this one sees them. */
export interface Cluster {
	/** This server's id. */
	readonly ServerId: string;
	/** The live servers, this one included, oldest first. */
	GetServers(): ServerInfo[];
	/** Fires when another server has joined. */
	readonly ServerJoined: Signal<[server: ServerInfo]>;
	/** Fires when another server has closed ("closed"), or has not been heard of and did not answer ("lost"). */
	readonly ServerLeft: Signal<[server: ServerInfo, reason: "closed" | "lost"]>;
	/** Resolves once this server has the cluster's state (or is alone, or in Studio without messaging). Never rejects. */
	WaitUntilReady(): Promise<void>;
	/**
	 * Messages between servers, under a name of 1 to 49 bytes. The same name gives the same channel again. What arrives before a server has made the channel is
	 * lost to it: make channels when the server starts. Throws for wrong arguments and unknown options.
	 */
	Channel<T extends defined>(name: string, options?: ChannelOptions<T>): Channel<T>;
	/** Counters and gauges; a new table at every call. */
	GetStatistics(): ClusterStatistics;
	/** Fires with what `GetStatistics()` returns, every `statisticsSeconds` (10 by default) from the first time on that somebody listens. */
	readonly StatisticsChanged: Signal<[statistics: ClusterStatistics]>;
	/** How well this server takes part, and if it does not, why, and what to do. A new cause shows within 15 s; loss and unreadable messages take longer to be sure of. */
	GetHealth(): Health;
	/** Fires within 2 s after the status or the reason has changed. */
	readonly HealthChanged: Signal<[health: Health, previous: Health]>;
	/** The state in words, of several lines: health, servers, regime and hub, queue, budget, traffic, drops, elections. For people: the text may change between versions. */
	Describe(): string;
	/**
	 * Leaves the cluster: the others know at once, and this server's contributions disappear there, or are adopted.
	 * Happens by itself when the server closes. Resolves when it is over, at most 8 seconds later. Never rejects.
	 */
	Close(): Promise<void>;
}
