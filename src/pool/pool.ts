import { Cluster } from "../cluster/cluster";
import { ServerCluster } from "../cluster/server-cluster";
import { createSignal, FiringSignal, Signal } from "../cluster/signal";
import { described, fail, grouped } from "../diagnostics/errors";
import { sometimes } from "../diagnostics/situations";
import { Register } from "../replication/register";
import { Change } from "../replication/replica";
import { OwnerGonePolicy } from "../wire/frame";
import { isUtf8 } from "../wire/text";
import { callDirectly, callWithoutYield } from "../diagnostics/call";
import { Codec } from "./codec";

/** A contribution is at most so many bytes, serialized. */
export const VALUE_BYTES_MOST = 8192;
/** A key is 1 to so many bytes. */
export const KEY_BYTES_MOST = 200;

/** How a pool behaves; all optional. */
export interface PoolOptions {
	/** Changes of pools with a higher number are sent first; each step is worth ten seconds of waiting. Whole, -100 to 100; default 0. */
	readonly priority?: number;
	/** The cluster to share with; default `GetCluster()`. */
	readonly cluster?: Cluster;
	/**
	 * What the other servers do with the contributions of a server that closed or was lost: "remove" them (default),
	 * or "adopt" them, so that they outlive the server that made them: one of the others, chosen by all alike, becomes the owner of each.
	 */
	readonly onOwnerGone?: OwnerGonePolicy;
}

/**
 * A named set of contributions that all servers of the game share: each server contributes, every server soon sees the union.
 * The server that contributed a key last owns it; the key disappears when its owner withdraws it or is gone.
 * No method yields; methods throw for arguments of a wrong type, and where they say so.
 */
export interface Pool<T extends defined> {
	/** As it was asked for. */
	readonly Name: string;
	/**
	 * Contributes a value, or replaces the one with the same key, whoever owned that. Usable at once, before any connection exists.
	 * Throws, and leaves the pool as it was, if the value's key or serialized form cannot be shared (see the pool's kind for the limits).
	 */
	ReplaceContribution(value: T): void;
	/** Withdraws this server's contribution with that key. False, and nothing happens, if this server does not own the key. Throws for a key that is no string, and after `Destroy`. */
	RemoveContribution(key: string): boolean;
	/** The value with that key, whoever contributed it. */
	GetContribution(key: string): T | undefined;
	/** All values of all servers, by key, ascending. A new array at every call. */
	GetAllContributions(): T[];
	/** The values this server owns, by key, ascending. */
	GetOwnContributions(): T[];
	/** The ServerId of the server that owns a key. */
	GetOwner(key: string): string | undefined;
	/** How many contributions there are. */
	Size(): number;
	/** Whether this server has got the state of the others. Until then it sees its own contributions only. */
	IsSynced(): boolean;
	/** Resolves when {@link Pool.IsSynced} becomes true. Never rejects. */
	WaitUntilSynced(): Promise<void>;
	/** Fires once when a key appears. */
	readonly ContributionAdded: Signal<[value: T, key: string, owner: string]>;
	/** Fires once when a key's value or owner changes. */
	readonly ContributionUpdated: Signal<[value: T, previous: T, key: string, owner: string]>;
	/** Fires once when a key disappears. */
	readonly ContributionRemoved: Signal<[previous: T, key: string, owner: string]>;
	/** Fires when another server's newer contribution has taken a key from this server. */
	readonly OwnershipLost: Signal<[key: string, newOwner: string]>;
	/** Withdraws this server's contributions and disconnects the signals. The object must not be used afterwards. */
	Destroy(): void;
}

/** What the game is told of one change. */
interface PoolEvent<T> {
	readonly kind: "added" | "updated" | "removed" | "ownershipLost";
	readonly key: string;
	readonly owner: string;
	readonly value: T | undefined;
	readonly previous: T | undefined;
}

/** The one implementation behind every kind of pool. */
export class SharedPool<T extends defined> implements Pool<T> {
	public readonly ContributionAdded: FiringSignal<[value: T, key: string, owner: string]>;
	public readonly ContributionUpdated: FiringSignal<[value: T, previous: T, key: string, owner: string]>;
	public readonly ContributionRemoved: FiringSignal<[previous: T, key: string, owner: string]>;
	public readonly OwnershipLost: FiringSignal<[key: string, newOwner: string]>;

	private readonly values = new Map<string, T>();
	private readonly owners = new Map<string, string>();
	private valueCount = 0;
	private sortedKeys: string[] | undefined;
	private destroyed: boolean | undefined;
	private readonly call: typeof callWithoutYield;

	constructor(
		public readonly Name: string,
		/** StringPool, NumberPool or GeneralPool; for messages and to tell kinds apart. */
		public readonly kind: string,
		private readonly codec: Codec<T>,
		private readonly cluster: ServerCluster,
		public readonly priority: number,
		public readonly policy: OwnerGonePolicy,
		private readonly onDestroyed: () => void,
	) {
		// Only a game's own functions can do what they should not.
		this.call = kind === "GeneralPool" ? callWithoutYield : callDirectly;
		const { platform } = cluster.context;
		this.ContributionAdded = createSignal(platform);
		this.ContributionUpdated = createSignal(platform);
		this.ContributionRemoved = createSignal(platform);
		this.OwnershipLost = createSignal(platform);
		cluster.attach(Name, policy, this);
		// What others contributed before this pool was asked for is there at once.
		const known = cluster.context.replica.pools.get(Name);
		for (const [key, register] of known ? known.registers : new Map<string, Register>()) {
			const shown = register.shown();
			if (shown !== undefined) this.take(key, shown, cluster.serverIdOf(register.stream));
		}
	}

	public ReplaceContribution(value: T): void {
		const prepared = this.prepare(value);
		if (typeIs(prepared, "string")) fail(prepared);
		this.cluster.contribute(this.Name, this.policy, prepared.key, prepared.text, this.priority);
	}

	public RemoveContribution(key: string): boolean {
		if (this.destroyed) fail(this.destroyedText());
		if (!typeIs(key, "string")) {
			const remedy = typeIs(key, "number") ? `; pass tostring(${key})` : "";
			fail(`${this.label()}: RemoveContribution takes the key, a string, but got ${described(key)}${remedy}`);
		}
		return this.cluster.withdraw(this.Name, key, this.priority);
	}

	public GetContribution(key: string): T | undefined {
		return this.values.get(key);
	}

	public GetAllContributions(): T[] {
		const all = new Array<T>();
		for (const key of this.keys()) all.push(this.values.get(key)!);
		return all;
	}

	public GetOwnContributions(): T[] {
		const own = new Array<T>();
		for (const key of this.keys()) {
			if (this.owners.get(key) === this.cluster.ServerId) own.push(this.values.get(key)!);
		}
		return own;
	}

	public GetOwner(key: string): string | undefined {
		return this.owners.get(key);
	}

	public Size(): number {
		return this.valueCount;
	}

	public IsSynced(): boolean {
		return this.cluster.context.isSynced();
	}

	public WaitUntilSynced(): Promise<void> {
		return this.cluster.WaitUntilReady();
	}

	public Destroy(): void {
		if (this.destroyed) return;
		// First, because handlers of the removals may call any method of this pool.
		this.destroyed = true;
		this.onDestroyed();
		const own = this.keys().filter((key) => this.owners.get(key) === this.cluster.ServerId);
		for (const key of own) this.cluster.withdraw(this.Name, key, this.priority);
		this.cluster.detach(this.Name, this);
		this.ContributionAdded.DisconnectAll();
		this.ContributionUpdated.DisconnectAll();
		this.ContributionRemoved.DisconnectAll();
		this.OwnershipLost.DisconnectAll();
	}

	/** The key and text of a value, or what is wrong with it. Nothing has changed yet. */
	private prepare(value: T): { readonly key: string; readonly text: string } | string {
		const { codec } = this;
		if (this.destroyed) return this.destroyedText();
		if (this.cluster.hasLeft())
			return `${this.label()}: this server has left the cluster; contribute before Close()`;
		const wrong = codec.check(value);
		if (wrong !== undefined) return `${this.label()}: ${wrong}`;
		const hashed = this.call(codec.hash, value);
		if (hashed.outcome === "yielded") return this.yieldedText("hash");
		const key = hashed.result;
		if (hashed.outcome === "threw") return `${this.label()}: the hash function failed: ${key}`;
		if (!typeIs(key, "string")) {
			return `${this.label()}: the hash function returned ${described(key)}; return a string, such as tostring(id)`;
		}
		if (key.size() < 1 || key.size() > KEY_BYTES_MOST) {
			return (
				`${this.label()}: the key is ${grouped(key.size())} bytes, keys are 1 to ${KEY_BYTES_MOST}; ` +
				"use an id or a short name as the key"
			);
		}
		if (!isUtf8(key))
			return `${this.label()}: the key is not valid UTF-8; encode it, for instance as hexadecimal digits`;
		const serialized = this.call(codec.serialize, value);
		if (serialized.outcome === "yielded") return this.yieldedText("serialize");
		const text = serialized.result;
		if (serialized.outcome === "threw")
			return `${this.label()}: the serialize function failed for key "${key}": ${text}`;
		if (!typeIs(text, "string")) {
			return (
				`${this.label()}: the serialize function returned ${described(text)} for key "${key}"; ` +
				"return a string, such as HttpService.JSONEncode(value)"
			);
		}
		if (text.size() > VALUE_BYTES_MOST) {
			return (
				`${this.label()}: the value of key "${key}" is ${grouped(text.size())} bytes serialized, ` +
				`the most is ${grouped(VALUE_BYTES_MOST)}; contribute a shorter value or split it over several keys`
			);
		}
		if (!isUtf8(text)) {
			return `${this.label()}: the value of key "${key}" is not valid UTF-8 when serialized; encode binary data as text`;
		}
		const deserialized = this.call(codec.deserialize, text);
		if (deserialized.outcome === "yielded") return this.yieldedText("deserialize");
		const back = deserialized.result;
		if (deserialized.outcome === "threw" || back === undefined) {
			return (
				`${this.label()}: the deserialize function ${back === undefined ? "returned nil" : `failed (${back})`} for what the ` +
				`serialize function made of key "${key}"; the two must fit`
			);
		}
		const again = this.call(codec.hash, back);
		if (again.result !== key) {
			return (
				`${this.label()}: what the deserialize function makes of key "${key}" has another key (${described(again.result)}); ` +
				"serialize everything that the hash function needs"
			);
		}
		return { key, text };
	}

	/** @internal Takes over a change of the cluster's state; returns what the game is to be told of it. Hot: once per change. */
	public note(change: Change, owner: string): PoolEvent<T> | undefined {
		const { key } = change.register;
		if (change.kind === "ownershipLost")
			return { kind: "ownershipLost", key, owner, value: undefined, previous: undefined };
		const previous = this.values.get(key);
		if (change.value !== undefined && this.take(key, change.value, owner)) {
			const kind = previous === undefined ? "added" : "updated";
			return { kind, key, owner, value: this.values.get(key), previous };
		}
		if (previous === undefined) return undefined;
		const previousOwner = this.owners.get(key) ?? owner;
		this.values.delete(key);
		this.owners.delete(key);
		this.valueCount -= 1;
		this.sortedKeys = undefined;
		return { kind: "removed", key, owner: previousOwner, value: undefined, previous };
	}

	/** @internal */
	public fire({ kind, key, owner, value, previous }: PoolEvent<T>): void {
		if (kind === "added") this.ContributionAdded.Fire(value!, key, owner);
		else if (kind === "updated") this.ContributionUpdated.Fire(value!, previous!, key, owner);
		else if (kind === "removed") this.ContributionRemoved.Fire(previous!, key, owner);
		else this.OwnershipLost.Fire(key, owner);
	}

	/** Decodes and stores a value. A value that cannot be decoded is counted, and absent on this server. */
	private take(key: string, text: string, owner: string): boolean {
		const { outcome, result: value } = this.call(this.codec.deserialize, text);
		if (outcome !== "returned" || value === undefined) {
			sometimes("a value that cannot be deserialized");
			this.cluster.context.traffic.deserializeFailures += 1;
			const reason =
				outcome === "yielded" ? "it yielded" : value === undefined ? "it returned nil" : tostring(value);
			this.cluster.context.log.warnOnce(
				`deserialize ${this.Name}`,
				`${this.label()}: the deserialize function failed for key "${key}" from server ${owner} (${reason}); ` +
					"the contribution is left out here. Do all servers run the same version?",
			);
			return false;
		}
		if (!this.values.has(key)) {
			this.valueCount += 1;
			this.sortedKeys = undefined;
		}
		this.values.set(key, value as T);
		this.owners.set(key, owner);
		return true;
	}

	private keys(): string[] {
		let keys = this.sortedKeys;
		if (!keys) {
			keys = new Array<string>();
			for (const [key] of this.values) keys.push(key);
			keys.sort((left, right) => left < right);
			this.sortedKeys = keys;
		}
		return keys;
	}

	private yieldedText(role: string): string {
		return (
			`${this.label()}: the ${role} function yielded; it must return at once, ` +
			"so look up what it needs before you contribute"
		);
	}

	private label(): string {
		return `${this.kind} "${this.Name}"`;
	}

	private destroyedText(): string {
		return `${this.label()} has been destroyed; call ${this.kind} again to get a new one`;
	}
}
