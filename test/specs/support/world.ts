import { Pool, PoolOptions } from "../../../src/pool/pool";
import { VirtualGame, VirtualGameOptions, VirtualServer, VirtualServerOptions } from "../../../src/testing";
import { ConfigureCluster } from "../../../src/cluster";
import { Entry, entryPool } from "./entries";
import { PoolFold } from "./pool-fold";

/** How often a condition is asked: views of many servers take longer to compare than to make. */
const CONDITION_SECONDS = 0.1;

export interface WorldOptions extends VirtualGameOptions {
	/** What every server's pool does with what gone servers left. */
	readonly onOwnerGone?: PoolOptions["onOwnerGone"];
	readonly budgetShare?: number;
	readonly sharedKey?: string;
	readonly memoryStore?: boolean;
	/** Scenarios that break a documented limit on purpose; all others fail if they do. */
	readonly breaksLimits?: boolean;
}

/** One server with its pool, and a mirror of that made from its signals. */
export class Peer {
	public readonly id: string;
	public readonly number: number;
	public readonly pool: Pool<Entry>;
	public readonly fold: PoolFold<Entry>;
	/** When this server had the state; until then it sees its own contributions only, and they count as made then. */
	public syncedAtSeconds = math.huge;
	/** Keys it has withdrawn, until the signal for that comes. */
	private readonly withdrawing = new Set<string>();
	private destroying = false;

	constructor(
		private readonly owner: World,
		public readonly server: VirtualServer,
		options: PoolOptions,
	) {
		this.id = server.ServerId;
		this.number = server.Number;
		this.pool = server.Do(() => entryPool("State", options));
		this.fold = new PoolFold<Entry>(
			this.pool,
			this.id,
			(entry) => entry.key,
			(entry) => entry.value,
			(key) => this.destroying || this.withdrawing.delete(key),
		);
		this.pool.WaitUntilSynced().then(() => {
			this.syncedAtSeconds = owner.emulated.Now();
		});
	}

	public put(key: string, value = "1"): void {
		this.server.Do(() => this.pool.ReplaceContribution({ key, value }));
	}

	public remove(key: string): boolean {
		this.withdrawing.add(key);
		const removed = this.server.Do(() => this.pool.RemoveContribution(key));
		if (!removed) this.withdrawing.delete(key);
		return removed;
	}

	public destroyPool(): void {
		this.destroying = true;
		this.server.Do(() => this.pool.Destroy());
		this.destroying = false;
	}

	public get(key: string): string | undefined {
		return this.pool.GetContribution(key)?.value;
	}

	/** Everything this server sees, with the owners' numbers: "a=1@2 b=5@1". */
	public view(): string {
		const words = new Array<string>();
		for (const { key, value } of this.pool.GetAllContributions()) {
			words.push(`${key}=${shortened(value)}@${this.owner.numberOf(this.pool.GetOwner(key)!)}`);
		}
		return words.join(" ");
	}

	/** The numbers of the servers that this one takes for live, ascending. */
	public sees(): string {
		const numbers = this.server.Cluster.GetServers().map((server) => this.owner.numberOf(server.ServerId));
		numbers.sort();
		return numbers.join(" ");
	}

	public isLive(): boolean {
		return this.server.GetState() === "running";
	}

	public isIdle(): boolean {
		return this.isLive() && !this.server.IsFrozen();
	}
}

/** A game of virtual servers that all share one pool. */
export class World {
	public readonly emulated: VirtualGame;
	public readonly peers = new Array<Peer>();
	private readonly numbers = new Map<string, number>();

	constructor(private readonly options: WorldOptions) {
		const gameOptions: { -readonly [K in keyof WorldOptions]: WorldOptions[K] } = { ...options };
		for (const name of ["onOwnerGone", "budgetShare", "sharedKey", "memoryStore", "breaksLimits"] as const)
			delete gameOptions[name];
		this.emulated = VirtualGame(gameOptions);
	}

	/** Starts servers, all at once. */
	public add(count = 1, options: VirtualServerOptions = {}): Peer[] {
		const added = new Array<Peer>();
		for (const _ of $range(1, count)) {
			const { budgetShare, sharedKey, memoryStore, onOwnerGone } = this.options;
			const server = this.emulated.AddServer({
				players: 10,
				...options,
				setup: () => {
					if (budgetShare !== undefined) ConfigureCluster({ budgetShare });
					if (sharedKey !== undefined) ConfigureCluster({ sharedKey });
					if (memoryStore !== undefined) ConfigureCluster({ memoryStore });
					if (options.setup) options.setup();
				},
			});
			this.numbers.set(server.ServerId, server.Number);
			const peer = new Peer(this, server, onOwnerGone === undefined ? {} : { onOwnerGone });
			this.peers.push(peer);
			added.push(peer);
		}
		return added;
	}

	/** Starts servers, and waits until all of them have the state. */
	public start(count: number, options: VirtualServerOptions = {}): Peer[] {
		const added = this.add(count, options);
		this.run(15);
		this.until("all have the state", 30, () => {
			for (const peer of added) if (!peer.pool.IsSynced()) return false;
			return true;
		});
		return added;
	}

	public run(seconds: number): void {
		this.emulated.Run(seconds);
		this.check();
	}

	/** Seconds until the condition holds; fails if it takes longer than the limit. */
	public until(what: string, limitSeconds: number, condition: () => boolean): number {
		const start = this.emulated.Now();
		while (!condition()) {
			if (this.emulated.Now() - start >= limitSeconds) {
				error(`after ${limitSeconds} s still not: ${what}\n${this.describe()}`, 2);
			}
			this.emulated.Run(CONDITION_SECONDS);
		}
		this.check();
		return this.emulated.Now() - start;
	}

	public after(seconds: number, action: () => void): void {
		this.emulated.Schedule(seconds, action);
	}

	/** From now on servers of different sides do not hear each other. */
	public partition(sideOf: (number: number) => number): void {
		this.emulated.SetFilter((sender, receiver) => {
			const from = this.numberOf(sender);
			return from === 0 || sideOf(from) === sideOf(this.numberOf(receiver)) ? "deliver" : "drop";
		});
	}

	/** Everybody hears everybody again. */
	public heal(): void {
		this.emulated.SetFilter(undefined);
	}

	/** Puts copies of messages on their topics, one every half second. */
	public replay(messages: ReadonlyArray<{ readonly topic: string; readonly text: string }>): void {
		for (const { topic, text } of messages) {
			this.emulated.Inject(topic, text);
			this.run(0.5);
		}
	}

	public live(): Peer[] {
		return this.peers.filter((peer) => peer.isLive());
	}

	public numberOf(serverId: string): number {
		return this.numbers.get(serverId) ?? 0;
	}

	/** What all live servers see; fails if they do not see the same. */
	public agreed(): string {
		const live = this.live();
		const view = live[0]!.view();
		for (const peer of live) if (peer.view() !== view) error(`servers disagree\n${this.describe()}`, 2);
		return view;
	}

	public isAgreed(): boolean {
		const live = this.live();
		const view = live[0]!.view();
		for (const peer of live) if (peer.view() !== view) return false;
		return true;
	}

	/** Fails unless all live servers see exactly this. */
	public expectAll(view: string): void {
		for (const peer of this.live()) {
			if (peer.view() !== view) error(`not everywhere "${view}"\n${this.describe()}`, 2);
		}
	}

	public describe(): string {
		const lines = new Array<string>();
		for (const peer of this.live()) lines.push(`server ${peer.number} among ${peer.sees()}: ${peer.view()}`);
		return lines.join("\n");
	}

	/** Compares every live server's pool with what its signals said. */
	public check(): void {
		for (const peer of this.live()) {
			peer.fold.compare();
			const problem = peer.fold.problems[0];
			if (problem !== undefined) error(`signals of server ${peer.number}: ${problem}`, 0);
		}
	}

	/** What has to hold after every scenario: no uncaught error, no documented limit exceeded. */
	public checkEnd(): void {
		this.check();
		const failure = this.emulated.Errors[0];
		if (failure)
			error(`on server ${this.numberOf(failure.serverId)} at ${failure.atSeconds} s: ${failure.text}`, 0);
		if (this.options.breaksLimits) return;
		const counted = this.emulated.GetStatistics();
		for (const name of [
			"limiterDrops",
			"refusedSize",
			"refusedTopic",
			"refusedText",
			"refusedSendLimit",
			"refusedReceiveLimit",
			"subscribesRefusedByLimit",
		] as const) {
			if (counted[name] > 0) error(`${name} is ${counted[name]}: a documented limit was exceeded`, 0);
		}
	}
}

/** Long values as what tells them apart. */
export function shortened(value: string): string {
	return value.size() > 20 ? `${string.sub(value, 1, 6)}..${value.size()}` : value;
}

/** Runs a scenario and checks what has to hold after every one. A failure names the seed. */
export function inWorld(options: WorldOptions, scenario: (world: World) => void): void {
	const world = new World(options);
	const [success, problem] = pcall(() => {
		scenario(world);
		world.checkEnd();
	});
	world.emulated.Destroy();
	if (!success) error(`seed ${options.seed ?? 1}: ${problem}`, 0);
}

/** The least value that at least this part of the samples does not exceed. */
export function quantile(samples: ReadonlyArray<number>, part: number): number {
	const sorted = [...samples];
	sorted.sort((left, right) => left < right);
	return sorted[math.max(0, math.ceil(part * sorted.size()) - 1)]!;
}
