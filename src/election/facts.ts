import { PoolListener, ServerCluster } from "../cluster/server-cluster";
import { Change } from "../replication/replica";
import { shortIdOf } from "../wire/short-id";
import { ShortId } from "../wire/frame";

/** No pool of a game can have this name. */
const POOL = "net-server-sync/elections";
const PRIORITY = 50;
const CANDIDATE = "c/";
const LEADER = "l/";

/** What everybody shows: who may lead where and with which rank, and who leads. Slow and sure, beside what is said at once. */
export class Facts implements PoolListener {
	/** Ranks by scope, of every server that takes part. */
	private readonly candidates = new Map<ShortId, Map<number, number>>();

	constructor(
		private readonly cluster: ServerCluster,
		/** A server shows that it leads. */
		private readonly onLeader: (scope: number, term: number, leader: ShortId, serverId: string) => void,
		/** A server no longer shows that it leads. */
		private readonly onNoLeader: (scope: number, leader: ShortId) => void,
		/** Another server has shown something in the place of what this one did: that it leads in this term, or (0) that it no longer does. */
		private readonly onDisplaced: (scope: number, term: number) => void,
	) {
		cluster.attach(POOL, "remove", this);
		const known = cluster.context.replica.pools.get(POOL);
		if (!known) return;
		for (const [key, register] of known.registers) {
			const shown = register.shown();
			if (shown !== undefined) this.take(key, shown, cluster.serverIdOf(register.stream));
		}
	}

	/** The rank with which a server may lead a scope; undefined if it may not. */
	public rankOf(server: ShortId, scope: number): number | undefined {
		return this.candidates.get(server)?.get(scope);
	}

	/** Tells who shows that it leads a scope that was not asked for before. */
	public tellLeader(scope: number): void {
		const { cluster } = this;
		const register = cluster.context.replica.pools.get(POOL)?.registers.get(`${LEADER}${scope}`);
		const shown = register?.shown();
		if (shown !== undefined) this.take(`${LEADER}${scope}`, shown, cluster.serverIdOf(register!.stream));
	}

	/** Shows where this server may lead. */
	public showCandidacies(ranks: ReadonlyArray<readonly [scope: number, rank: number]>): void {
		const { cluster } = this;
		const key = CANDIDATE + cluster.ServerId;
		if (ranks.isEmpty()) {
			cluster.withdraw(POOL, key, PRIORITY);
			this.candidates.delete(cluster.context.selfId);
			return;
		}
		const text = ranks.map(([scope, rank]) => `${scope}:${rank}`).join(" ");
		this.candidates.set(cluster.context.selfId, new Map(ranks));
		if (!cluster.hasLeft()) cluster.contribute(POOL, "remove", key, text, PRIORITY);
	}

	public showLeading(scope: number, term: number): void {
		const { cluster } = this;
		if (cluster.hasLeft()) return;
		cluster.contribute(POOL, "remove", `${LEADER}${scope}`, string.format("%.0f", term), PRIORITY);
	}

	public showVacated(scope: number): void {
		this.cluster.withdraw(POOL, `${LEADER}${scope}`, PRIORITY);
	}

	/** @internal */
	public note({ kind, register, value }: Change, owner: string): defined | undefined {
		if (kind === "ownershipLost") {
			const scope = scopeOf(register.key);
			if (scope !== undefined) this.onDisplaced(scope, tonumber(register.value ?? "0") ?? 0);
			return undefined;
		}
		// Of two that led at once, the one that gave way takes back what is its own: that says nothing of the other.
		const isAnothers = kind === "removed" && this.cluster.serverIdOf(register.stream) !== owner;
		if (isAnothers && scopeOf(register.key) !== undefined) return undefined;
		this.take(register.key, kind === "removed" ? undefined : value, owner);
		return undefined;
	}

	/** @internal Nothing is told to a game. */
	public fire(): void {}

	/** Anybody can write anything there: what is not as it must be counts as absent. */
	private take(key: string, text: string | undefined, owner: string): void {
		const server = shortIdOf(owner);
		const head = string.sub(key, 1, 2);
		if (head === CANDIDATE) {
			if (string.sub(key, 3) !== owner) return;
			if (text === undefined) this.candidates.delete(server);
			else this.candidates.set(server, ranksOf(text));
		} else {
			const scope = scopeOf(key);
			const term = text === undefined ? undefined : tonumber(text);
			if (scope === undefined) return;
			if (term !== undefined) this.onLeader(scope, term, server, owner);
			else this.onNoLeader(scope, server);
		}
	}
}

/** The scope whose leader is shown by this key; undefined if it shows something else. */
function scopeOf(key: string): number | undefined {
	return string.sub(key, 1, 2) === LEADER ? tonumber(string.sub(key, 3)) : undefined;
}

function ranksOf(text: string): Map<number, number> {
	const ranks = new Map<number, number>();
	for (const [scope, rank] of string.gmatch(text, "(%d+):(%d+)")) {
		ranks.set(tonumber(scope)!, math.min(tonumber(rank)!, 1000));
	}
	return ranks;
}
