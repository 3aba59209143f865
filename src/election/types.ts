import { Guard } from "../cluster/channel";
import { Signal } from "../cluster/signal";

/**
 * What a leadership is worth. "exclusive": never two servers at once (modes lease and local). "bestEffort": one soon, and two for a while
 * where servers cannot hear each other (mode bully). Code that needs exclusivity can ask for it by type.
 */
export type Guarantee = "exclusive" | "bestEffort";

/**
 * Why a leadership ended. expired: it could not be renewed in time, or the server stood still; superseded: another server leads with a later term;
 * resigned, transferred, closing: given up on purpose.
 */
export type VacatedReason = "expired" | "superseded" | "resigned" | "transferred" | "closing";

/** Why {@link Leadership.Fence} wrote nothing. */
export interface FenceRefusal {
	/** ended: this leadership is over; superseded: a later one has written; failed: MemoryStoreService failed, and may have written all the same. */
	readonly kind: "ended" | "superseded" | "failed";
	/** The reason in words. */
	readonly message: string;
}

/** One time of leading a scope, from its election to its end. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface Leadership<G extends Guarantee = Guarantee> {
	/** The scope that is led. */
	readonly Scope: string;
	/** Later leaderships of the scope have higher terms; no two have the same. */
	readonly Term: number;
	/** What this leadership is worth; see {@link Guarantee}. */
	readonly Guarantee: G;
	/** Whether it still holds, by the clock: false from the moment on at which another server may lead, without any message. Never yields. Ask right before each effect. */
	IsValid(): boolean;
	/** Runs when this leadership ends, last added first; at once if it has ended. What takes longer than 5 seconds is no longer waited for. */
	OnVacated(cleanup: () => void): void;
	/**
	 * Writes to a MemoryStoreHashMap with this leadership's term: refused if a later term has written that key, so that a leader of the past can never
	 * overwrite what a newer one wrote. `transform` gets what is there and returns what shall be, or undefined to leave it; it must not yield and may run
	 * several times. The item is kept as `{ Term, Value }`. Resolves with what was written; rejects with a {@link FenceRefusal}.
	 */
	Fence<T extends defined>(
		this: Leadership<"exclusive">,
		map: MemoryStoreHashMap,
		key: string,
		transform: (old: T | undefined) => T | undefined,
		expirationSeconds: number,
	): Promise<T | undefined>;
}

/** What went on in one scope on this server, and how things stand. Numbers are counts where nothing else is said, and only grow. */
export interface ElectionStatistics {
	/** Live servers that may lead this scope, this one included. */
	readonly Candidates: number;
	/** How often this server was elected. */
	readonly Elected: number;
	/** How often it lost or gave up the leadership, by reason. */
	readonly Vacated: { readonly [reason in VacatedReason]: number };
	/** How often another leader became known. */
	readonly LeaderChanges: number;
	/** What this server said about this scope, heartbeats aside. */
	readonly MessagesSent: number;
	/** How many of its broadcasts had the heartbeat. */
	readonly Heartbeats: number;
	/** What was heard and ignored: of a former term, or implausible. */
	readonly Stale: number;
	/** Calls of MemoryStoreService, in mode lease. */
	readonly StoreCalls: number;
	/** Those of them that failed. */
	readonly StoreFailures: number;
	/** Request units that they took. */
	readonly StoreUnits: number;
	/** Messages to the leader that wait now. */
	readonly TellQueued: number;
	/** Messages that arrived here and did not pass `validate`. */
	readonly TellInvalid: number;
	/** Writes that {@link Leadership.Fence} refused. */
	readonly Fenced: number;
}

/** One scope, in which one server of the game leads. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface LeaderElection<G extends Guarantee = Guarantee, M extends defined = defined> {
	/** The name of the scope. */
	readonly Scope: string;
	/** What leading is worth, by the mode; see {@link Guarantee}. */
	readonly Guarantee: G;
	/** Whether this server leads now, by the clock: becomes false by the passage of time alone. Costs next to nothing. */
	IsLeader(): boolean;
	/** The ServerId of the leader as far as this server knows; undefined while there is none. */
	GetLeader(): string | undefined;
	/** The highest term that is known here; 0 before the first. */
	GetTerm(): number;
	/** Resolves with the leader's ServerId as soon as one is known. Never rejects. */
	WaitForLeader(): Promise<string>;
	/** Fires when this server has begun to lead. */
	readonly Elected: Signal<[leadership: Leadership<G>]>;
	/** Fires when this server leads no longer, and all that has to be cleaned up was; always between two of {@link LeaderElection.Elected}. */
	readonly Vacated: Signal<[term: number, reason: VacatedReason]>;
	/** Fires for each leader that becomes known, and with undefined before the next one, or when there is none. */
	readonly LeaderChanged: Signal<[leader: string | undefined, term: number]>;
	/**
	 * Runs `body` in a thread of its own whenever this server leads, also at once if it does. What it returns runs when the leadership ends, before
	 * {@link LeaderElection.Vacated} fires and before another server is told. Returns what ends all this.
	 */
	Run(body: (leadership: Leadership<G>) => void | (() => void)): () => void;
	/** Gives the leadership up, to the best other candidate; this server stays out of the next election unless it is alone. Resolves when that is done; at once if this server does not lead. Never rejects. */
	Resign(): Promise<void>;
	/** Hands the leadership to one server. "gone": there is no such candidate, or this server does not lead; "timeout": it did not answer, or did not take over. Never rejects. */
	Transfer(serverId: string): Promise<"transferred" | "gone" | "timeout">;
	/**
	 * Sends a message to the leader, which may be this server. Waits while there is none: at most 30 seconds, and at most 64 messages. If the leader changes before it
	 * has answered, the message is sent to the next one, once. A leader handles each message once; only where one crashes right after, the next one may again.
	 * Messages are strings, numbers, booleans and tables of those, up to 700 bytes serialized; throws for others. Never rejects.
	 */
	Tell(message: M): Promise<"done" | "expired" | "overflow">;
	/** Fires on the leader for each message. */
	readonly Told: Signal<[message: M, sender: string, leadership: Leadership<G>]>;
	/** Counters and gauges; a new table at every call. */
	GetStatistics(): ElectionStatistics;
	/** Resigns, and takes no more part. The object must not be used afterwards. */
	Destroy(): void;
}

/** Best effort, by messages alone: the election of the origin's design papers, made sound. */
export interface BullyOptions<M> {
	/** Best effort, by messages alone. The default. */
	readonly mode?: "bully";
	/** How often the leader says that it lives, 2 to 60 s; default 5. */
	readonly heartbeatSeconds?: number;
	/** A leader that was not heard of for this number of heartbeats is suspected, 2 to 10; default 3. */
	readonly missedHeartbeats?: number;
	/** Candidates with a higher rank go first, then older servers; nobody is ever deposed for it. Whole, 0 to 1,000; default 0. */
	readonly rank?: number;
	/** What messages of {@link LeaderElection.Tell} must be; others are counted and dropped at the leader. */
	readonly validate?: Guard<M>;
}

/** How long a lease lasts, how often it is renewed, and how long before its end the leader stops: margin >= 1 s + 10 % of the lease, 2.2 * renew < lease - margin. */
export interface LeaseTiming {
	/** Whole seconds, 4 to 120. */
	readonly leaseSeconds: number;
	/** How often the leader renews it, in seconds. */
	readonly renewSeconds: number;
	/** Default the least possible. */
	readonly marginSeconds?: number;
}

/** Exclusive, by one key of MemoryStoreService. */
export interface LeaseOptions<M> {
	/** Exclusive, by MemoryStoreService. */
	readonly mode: "lease";
	/** "default": 10 s, renewed every 3 s; "fast": 6 and 1.5; "calm": 15 and 5. */
	readonly timing?: "fast" | "default" | "calm" | LeaseTiming;
	/** Candidates with a higher rank go first. Whole, 0 to 1,000; default 0. */
	readonly rank?: number;
	/** What messages of {@link LeaderElection.Tell} must be; others are counted and dropped at the leader. */
	readonly validate?: Guard<M>;
}

/** Every server leads for itself: for Studio and tests. */
export interface LocalOptions<M> {
	/** Every server leads for itself. */
	readonly mode: "local";
	/** What messages of {@link LeaderElection.Tell} must be; others are counted and dropped at the leader. */
	readonly validate?: Guard<M>;
}

/** How a scope is led: by messages, by leases, or by every server for itself. */
export type ElectionOptions<M> = BullyOptions<M> | LeaseOptions<M> | LocalOptions<M>;
