import { ServerCluster } from "../../../../src/cluster/server-cluster";
import { ConfigureCluster } from "../../../../src/cluster";
import { RandomStream, VirtualGame } from "../../../../src/testing";
import { Member } from "../../contender";
import { UpdateMeter } from "../../measure/updates";
import { keyOf, numberOf, valueOf } from "../../values";
import { PLAYERS_PER_SERVER } from "../../world";

const POOL = "bench";

export const VALUE_BYTES = 30;
/** Between the starts of two servers: what is measured here begins when they know each other, however that came about. */
const START_SPACING_SECONDS = 0.3;
const SETTLED_LIMIT_SECONDS = 150;

export interface HubGameOptions {
	readonly seed: number;
	readonly servers: number;
	readonly loss: number;
	/** Keys that the whole game has, dealt out evenly. */
	readonly keys: number;
	readonly valueBytes?: number;
	/** Of the documented limits; default: the package's own. */
	readonly share?: number;
	/** Without it, what is shown is not followed, which is cheaper. */
	readonly metered?: boolean;
}

/** Keys of five characters, for up to 4,095 servers. */
export function hubKey(server: number, index: number): string {
	return string.format("%03x%02d", server, index);
}

function valueAt(member: Member, key: string): string | undefined {
	return clusterOf(member).context.replica.pools.get(POOL)?.registers.get(key)?.value;
}

export function clusterOf(member: Member): ServerCluster {
	return member.server.Cluster as unknown as ServerCluster;
}

/** A game of many servers of this package, and what the benches do with it. */
export class HubGame {
	public readonly world: VirtualGame;
	public readonly members = new Array<Member>();
	public readonly meter: UpdateMeter;
	public readonly keysOf = new Array<string[]>();
	private readonly texts: RandomStream;
	private updates = 0;
	/** How long the values are that keys are given from now on. */
	public valueBytes: number;
	/** How many new values the last server has been shown: one server's goodput. */
	public shown = 0;

	constructor(public readonly options: HubGameOptions) {
		const { seed, loss, servers, keys } = options;
		this.valueBytes = options.valueBytes ?? VALUE_BYTES;
		this.world = VirtualGame({ seed, loss });
		this.meter = new UpdateMeter(servers);
		this.texts = new RandomStream(seed, "values");
		for (const _ of $range(1, servers)) this.keysOf.push([]);
		for (const index of $range(0, keys - 1)) {
			this.keysOf[index % servers]!.push(hubKey((index % servers) + 1, index.idiv(servers)));
		}
	}

	/** Starts all servers, one after the other. */
	public startAll(): void {
		const { servers } = this.options;
		for (const _ of $range(1, servers)) {
			this.startOne();
			this.world.Run(START_SPACING_SECONDS);
		}
	}

	public startOne(): Member {
		const index = this.members.size();
		const member = this.join(index);
		this.members.push(member);
		for (const key of this.keysOf[index] ?? []) this.update(index, key, false);
		return member;
	}

	/** Listens where pools do: handlers of signals run in threads of their own, which a simulation of hundreds of servers feels. */
	private join(index: number): Member {
		const { share } = this.options;
		const server = this.world.AddServer({
			players: PLAYERS_PER_SERVER,
			...(share === undefined ? {} : { setup: () => ConfigureCluster({ budgetShare: share }) }),
		});
		const cluster = server.Cluster as unknown as ServerCluster;
		const { meter, world } = this;
		// Who joins later is not waited for.
		const metered = this.options.metered !== false && index < this.options.servers;
		const noteShown = (key: string, value: string | undefined): void => {
			if (index === this.options.servers - 1) this.shown += 1;
			if (metered && value !== undefined) meter.shown(index, key, numberOf(value), world.Now());
		};
		cluster.attach(POOL, "remove", {
			note({ register, value }) {
				noteShown(register.key, value);
				return undefined;
			},
			fire() {},
		});
		return {
			server,
			contribute: (value) => server.Do(() => cluster.contribute(POOL, "remove", keyOf(value), value, 0)),
			size: () => cluster.context.replica.registerCount,
			isReady: () => cluster.context.isSynced(),
		};
	}

	/** A server that has ended is replaced by a new one with the same keys. */
	public replace(former: Member): void {
		const index = this.members.indexOf(former);
		this.members[index] = this.join(index);
		for (const key of this.keysOf[index]!) this.update(index, key, false);
	}

	/** The first few of {@link HubGame.disagreements}, for notes. */
	public describeDisagreements(): string {
		const texts = new Array<string>();
		this.members.forEach((owner, index) => {
			if (owner.server.GetState() !== "running") return;
			const { selfId } = clusterOf(owner).context;
			for (const key of this.keysOf[index] ?? []) {
				const value = valueAt(owner, key);
				let wrong = 0;
				let example = "";
				this.members.forEach((member, position) => {
					if (member.server.GetState() !== "running" || valueAt(member, key) === value) return;
					wrong += 1;
					const stream = clusterOf(member).context.membership.get(selfId)?.stream;
					const register = clusterOf(member).context.replica.pools.get(POOL)?.registers.get(key);
					example = `server ${position + 1} has ${valueAt(member, key) ?? "nothing"} (${register ? register.stamp : "no register"}) and versions up to ${stream?.watermark()} of ${stream?.highest}`;
				});
				if (wrong === 0 || texts.size() >= 6) continue;
				const register = clusterOf(owner).context.replica.pools.get(POOL)?.registers.get(key);
				texts.push(
					`${key} of server ${index + 1}: ${value} with version ${register?.version} (${register?.stamp}), ${wrong} differ: ${example}`,
				);
			}
		});
		return texts.join("\n    ");
	}

	/** How many keys, over all live servers, are not shown as the live server has them that they belong to. */
	public disagreements(): number {
		let count = 0;
		this.members.forEach((owner, index) => {
			if (owner.server.GetState() !== "running") return;
			for (const key of this.keysOf[index] ?? []) {
				const value = valueAt(owner, key);
				for (const member of this.members) {
					if (member.server.GetState() === "running" && valueAt(member, key) !== value) count += 1;
				}
			}
		});
		return count;
	}

	public update(server: number, key: string, measured: boolean): void {
		this.updates += 1;
		const { metered } = this.options;
		if (metered !== false) this.meter.issue(key, this.updates, this.world.Now(), measured);
		this.members[server]!.contribute(valueOf(key, this.updates, this.valueBytes, this.texts));
	}

	/** Whether every server has the state and knows all the others. */
	public isSettled(): boolean {
		return this.members.every((member) => {
			if (member.server.GetState() !== "running") return true;
			const { context } = clusterOf(member);
			return context.isSynced() && context.membership.serverCount() === this.liveCount();
		});
	}

	public liveCount(): number {
		let count = 0;
		for (const { server } of this.members) if (server.GetState() === "running") count += 1;
		return count;
	}

	/** Runs until {@link HubGame.isSettled}; returns after how many seconds, `math.huge` for never. */
	public settle(limitSeconds = SETTLED_LIMIT_SECONDS): number {
		const from = this.world.Now();
		while (this.world.Now() - from < limitSeconds) {
			if (this.isSettled()) return this.world.Now() - from;
			this.world.Run(1);
		}
		return math.huge;
	}

	/** Changes random keys of random servers, `perSecond` of them, from now on until `untilSeconds`. */
	public updateAtRandom(perSecond: number, untilSeconds: number, measured: (nowSeconds: number) => boolean): void {
		const { world } = this;
		const random = new RandomStream(this.options.seed, `updates from ${world.Now()}`);
		const pause = (): number => -math.log(1 - random.next()) / perSecond;
		const owners = new Array<number>();
		this.keysOf.forEach((keys, server) => {
			for (const _ of keys) owners.push(server);
		});
		const change = (): void => {
			const now = world.Now();
			if (now >= untilSeconds) return;
			const server = owners[math.floor(random.next() * owners.size())]!;
			const keys = this.keysOf[server]!;
			const key = keys[math.floor(random.next() * keys.size())]!;
			const { server: owner } = this.members[server]!;
			if (owner.GetState() === "running" && !owner.IsFrozen()) this.update(server, key, measured(now));
			world.Schedule(pause(), change);
		};
		world.Schedule(pause(), change);
	}

	/** The server that broadcasts for all, as most others see it; undefined where there is none. */
	public hub(): Member | undefined {
		const votes = new Map<string, number>();
		for (const member of this.members) {
			if (member.server.GetState() !== "running") continue;
			const id = clusterOf(member).context.regime.hub?.shortId;
			if (id !== undefined) votes.set(id, (votes.get(id) ?? 0) + 1);
		}
		let best: string | undefined;
		for (const [id, count] of votes) if (best === undefined || count > votes.get(best)!) best = id;
		return this.members.find((member) => clusterOf(member).context.selfId === best);
	}

	/** What a counter of the servers comes to in all. */
	public sum(read: (cluster: ServerCluster) => number): number {
		let sum = 0;
		for (const member of this.members) sum += read(clusterOf(member));
		return sum;
	}

	/** How many servers do not know as many others as there are. */
	public incompleteViews(): number {
		const live = this.liveCount();
		let count = 0;
		for (const member of this.members) {
			if (member.server.GetState() !== "running") continue;
			if (clusterOf(member).context.membership.serverCount() !== live) count += 1;
		}
		return count;
	}

	/** What went wrong, for notes; empty if nothing did. */
	public problems(): string {
		const { Errors } = this.world;
		const parts = new Array<string>();
		if (!Errors.isEmpty()) parts.push(`${Errors.size()} errors, the first: ${Errors[0]!.text}`);
		const incomplete = this.incompleteViews();
		if (incomplete > 0) parts.push(`${incomplete} servers do not know exactly the ${this.liveCount()} that live`);
		return parts.join("; ");
	}
}
