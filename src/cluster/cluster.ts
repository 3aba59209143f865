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
	/** `game.PlaceVersion` of that server. */
	readonly PlaceVersion: number;
	/** Whether it is this server. */
	readonly IsSelf: boolean;
}

/** What went on since this server started, and how things stand. Numbers are counts where nothing else is said, and only grow. */
export interface ClusterStatistics {
	/** How far this server is: "synced" is the normal state; "local" is Studio without messaging. */
	readonly Phase: "starting" | "joining" | "synced" | "rejoining" | "local" | "closing" | "closed";
	/** "direct": each server broadcasts for itself; "hub": one broadcasts for all, as from 13 servers on. */
	readonly Regime: "direct" | "hub";
	/** The ServerId of the server that broadcasts for all, which may be this one; undefined where none does. No leader: what it does for the others shows nowhere else. */
	readonly Hub: string | undefined;
	/** How many such servers the game has had, as far as this one has heard; 0 where there is none. */
	readonly Epoch: number;
	/** Live servers now, this one included. */
	readonly Servers: number;
	/** Pools that any server contributes to. */
	readonly Pools: number;
	/** Contributions of all servers in all pools now. */
	readonly Records: number;
	/** What is kept of removed contributions until every server knows. */
	readonly Tombstones: number;
	/** Keys and values of all records, in bytes: about half of the memory they take. */
	readonly StoredBytes: number;
	/** Own changes that wait to be sent now. */
	readonly QueueDepth: number;
	/** For how long the oldest of them has waited, in seconds; 0 where none does. */
	readonly OldestQueuedSeconds: number;
	/** Deliveries in the last minute, as this server knows them, and what there may be. */
	readonly Budget: {
		/** Deliveries of all servers' messages. */
		readonly DeliveriesPerMinute: number;
		/** Those of this server's. */
		readonly OwnDeliveriesPerMinute: number;
		/** The share that the game's servers keep to. */
		readonly CapPerMinute: number;
		/** The most that MessagingService documents. */
		readonly DocumentedPerMinute: number;
		/** 1 normally; less after signs of congestion. */
		readonly CongestionFactor: number;
	};
	/** What this server sent. */
	readonly Sent: {
		/** Messages to all servers. */
		readonly Broadcasts: number;
		/** Messages to one server. */
		readonly Unicasts: number;
		/** Bytes of all messages. */
		readonly Bytes: number;
		/** Signs of life. */
		readonly Beats: number;
		/** Broadcasts that say what was heard of others. */
		readonly Echoes: number;
		/** Changes of contributions. */
		readonly Records: number;
		/** Records sent again in spare room. */
		readonly Repeated: number;
		/** Publish calls that failed. */
		readonly Failures: number;
	};
	/** What came in. */
	readonly Received: {
		/** Messages, own ones included. */
		readonly Messages: number;
		/** Records that were news. */
		readonly RecordsApplied: number;
		/** Records that were known already. */
		readonly RecordsDuplicate: number;
		/** Records that lost against a newer claim. */
		readonly RecordsStale: number;
		/** Records whose stamp was too far in the future, or whose reference was not known; the latter are asked for. */
		readonly RecordsRefused: number;
		/** Values that a pool's own function could not read. */
		readonly DeserializeFailures: number;
		/** Parts of messages that only a later version understands. */
		readonly UnknownSections: number;
	};
	/** Messages of channels. */
	readonly Channels: {
		/** What this server has published. */
		readonly Published: number;
		/** What of it was not sent within its time to live, or because too much waited. */
		readonly Unsent: number;
		/** What others published and was delivered here. */
		readonly Delivered: number;
		/** What was given up because it did not arrive within its time to live. Shows with the next message of the same server, and counts from the first one on that is heard of a server that was there before. */
		readonly Missed: number;
		/** What cannot be delivered yet, because something before it is missing. */
		readonly Waiting: number;
		/** Bytes of everything that is kept for repairs now. */
		readonly HeldBytes: number;
		/** Payloads that did not pass their channel's check, or that this version cannot read. */
		readonly Refused: number;
		/** What this server sent to single ones: what is in none of the next three is on its way. */
		readonly Sends: number;
		/** Of those: delivered. */
		readonly Acknowledged: number;
		/** Of those: the server was not there any more. */
		readonly Gone: number;
		/** Of those: not answered in time. */
		readonly TimedOut: number;
	};
	/** Messages that were dropped, by reason. */
	readonly Dropped: { readonly [reason in Dropped]: number };
	/** What was missing, and how it was made good. */
	readonly Repair: {
		/** Requests of this server for what it had missed. */
		readonly Requested: number;
		/** Requests of others that this server answered. */
		readonly Served: number;
		/** How often this server gave another one the whole state. */
		readonly SnapshotsServed: number;
		/** Servers that were asked whether they live. */
		readonly Probes: number;
		/** How often this server got the whole state anew. */
		readonly Resyncs: number;
		/** Versions known to be missing now. */
		readonly Missing: number;
	};
	/** Calls of MemoryStoreService; all zero without the option `memoryStore`. */
	readonly MemoryStore: {
		/** Whether this server got the state from there when it started. */
		readonly Joined: boolean;
		/** Calls that read. */
		readonly Reads: number;
		/** Calls that write. */
		readonly Writes: number;
		/** Request units. */
		readonly Units: number;
		/** The most request units in one minute. */
		readonly MostUnitsPerMinute: number;
		/** Calls that failed, or were not answered in time. */
		readonly Failures: number;
		/** How often this server wrote down the whole state. */
		readonly Generations: number;
		/** How often it wrote down what had changed since. */
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

/** All servers of the game that run this library, as this one sees them. No method yields; methods throw for arguments of a wrong type, and where they say so. */
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
