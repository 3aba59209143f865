import { Context } from "../../src/cluster/context";
import { Pool } from "../../src/pool/pool";
import { VirtualPlatform, VirtualServer } from "../../src/testing";
import { PoolFold } from "../specs/support/pool-fold";
import { Entry, entryPool } from "../specs/support/entries";
import { Oracle } from "./oracle";
import { PoolName } from "./plan";
import { Talk } from "./talk";
import { Candidate, SCOPES, Thrones } from "./thrones";

/** Gets what must never happen, and the servers that it happened to. */
export type Accuse = (problem: string, servers: readonly number[]) => void;

/** What comparing and coming back left to be mended is so in this time. */
const MENDED_SECONDS = 60;

/** Long values as what tells them apart. */
export function shortened(value: string): string {
	return value.size() > 20 ? `${string.sub(value, 1, 8)}..${value.size()}` : value;
}

/** One pool of one server, with what has to hold of it at any time. */
export class ActorPool {
	public readonly fold: PoolFold<Entry>;
	/** What this server has contributed and neither withdrawn nor lost to another: it has to be shown here. */
	private readonly own = new Map<string, string>();
	/** Keys it has withdrawn, until the signal for that comes. */
	private readonly withdrawing = new Set<string>();
	/** Values that were replaced by their owner, as seen here: they must not come back. */
	private readonly replaced = new Set<string>();
	/** Since when this server has called a value its own, made or adopted. */
	private readonly heldSince = new Map<string, number>();
	/** When it last lost a value of its own to another. */
	private readonly lostAt = new Map<string, number>();
	private nextStep = 0;

	constructor(
		public readonly name: PoolName,
		public readonly pool: Pool<Entry>,
		private readonly actor: Actor,
		private readonly oracle: Oracle,
		private readonly accuse: Accuse,
	) {
		const textOf = (entry: Entry): string => entry.value;
		const isWithdrawing = (key: string): boolean => this.withdrawing.delete(key);
		this.fold = new PoolFold<Entry>(pool, actor.server.ServerId, (entry) => entry.key, textOf, isWithdrawing);
		pool.ContributionAdded.Connect(({ key, value }, _, owner) => this.appeared(key, value, owner));
		pool.ContributionUpdated.Connect(({ key, value }, previous, _, owner) => {
			// Its owner has said something newer, here. What is adopted may go back to what its former owner said.
			const keeps = name === "Kept" || previous.value === value;
			if (!keeps && oracle.makerOf(name, key, previous.value)?.server.ServerId === owner) {
				this.replaced.add(`${key}=${previous.value}`);
			}
			this.appeared(key, value, owner);
		});
		pool.OwnershipLost.Connect((key) => {
			this.lostAt.set(`${key}=${this.own.get(key)}`, actor.now());
			this.own.delete(key);
		});
	}

	public put(key: string, value: string): void {
		const atSeconds = this.actor.now();
		this.oracle.note(this.name, key, {
			atSeconds,
			actor: this.actor,
			value,
			saw: this.pool.GetContribution(key)?.value,
		});
		this.own.set(key, value);
		this.heldSince.set(`${key}=${value}`, atSeconds);
		this.actor.server.Do(() => this.pool.ReplaceContribution({ key, value }));
	}

	/** Whether this server took a value for its own then already, whatever it knew of others. */
	public held(key: string, value: string, atSeconds: number): boolean {
		const since = this.heldSince.get(`${key}=${value}`);
		return since !== undefined && since <= atSeconds;
	}

	/** Whether this server lost a value of its own so lately that what it said of it may still be on its way. */
	public hasJustLost(key: string, value: string): boolean {
		const lostAt = this.lostAt.get(`${key}=${value}`);
		return lostAt !== undefined && this.actor.now() - lostAt < MENDED_SECONDS;
	}

	/** Whether there was something to withdraw. */
	public remove(key: string): boolean {
		const { actor, pool } = this;
		const isOwner = pool.GetOwner(key) === actor.server.ServerId;
		if (!isOwner && this.own.has(key)) this.blame(`${key} is not its own though it was never lost`);
		if (isOwner) {
			this.withdrawing.add(key);
			this.own.delete(key);
			this.oracle.note(this.name, key, {
				atSeconds: actor.now(),
				actor,
				value: undefined,
				saw: pool.GetContribution(key)?.value,
			});
		}
		const removed = actor.server.Do(() => pool.RemoveContribution(key));
		if (removed !== isOwner) this.blame(`withdrawing ${key} says ${removed}, but its owner said ${isOwner}`);
		return removed;
	}

	/** Changes a key again and again, until the server is gone. */
	public spin(key: string, value: string, count: number, everySeconds: number): void {
		this.nextStep += 1;
		const spin = this.nextStep;
		const step = (index: number): void => {
			if (!this.actor.isIdle()) return;
			this.put(key, `${value}.${spin}.${index}`);
			if (index < count) this.actor.later(everySeconds, () => step(index + 1));
		};
		step(1);
	}

	/** Changes a key, and again each time that a handler is told of the change. */
	public chain(key: string, value: string, count: number): void {
		this.nextStep += 1;
		const chain = this.nextStep;
		let index = 1;
		const step = (): void => {
			index += 1;
			if (index <= count) this.put(key, `${value}.${chain}.${index}`);
		};
		const answer = (changed: Entry): void => {
			if (changed.key === key && changed.value === `${value}.${chain}.${index}`) step();
		};
		this.pool.ContributionAdded.Connect(answer);
		this.pool.ContributionUpdated.Connect(answer);
		this.put(key, `${value}.${chain}.1`);
	}

	/** Compares the pool with its signals and with what this server must show. */
	public audit(): void {
		// Handlers that answer changes with changes for long are told of the rest in the next frame.
		if (!this.actor.hasMoreToTell()) this.fold.compare();
		const problem = this.fold.problems[0];
		if (problem !== undefined) this.blame(`signals and state do not agree: ${problem}`);
		for (const [key, value] of this.own) {
			const shown = this.pool.GetContribution(key)?.value;
			if (shown === value && this.pool.GetOwner(key) === this.actor.server.ServerId) continue;
			const instead = shown === undefined ? "nothing" : shortened(shown);
			this.blame(`its own ${key}=${shortened(value)} is not shown, but ${instead}, and it was not told so`);
		}
	}

	private appeared(key: string, value: string, owner: string): void {
		const maker = this.oracle.makerOf(this.name, key, value);
		const text = `${key}=${shortened(value)}`;
		if (!maker) {
			if (!this.actor.isOutsider(owner) && !this.actor.isDeceived())
				this.blame(`${text}, which nobody contributed`);
		} else if (this.name !== "Kept" && maker.server.ServerId !== owner) this.blame(`${text} of another owner`);
		const adopted = maker && maker !== this.actor && owner === this.actor.server.ServerId;
		if (adopted) {
			this.heldSince.set(`${key}=${value}`, this.actor.now());
			this.actor.onAdopted?.(`${this.name}.${key}=${value}`);
		}
		// Where somebody lies in its owner's name, late copies may count until the owner is heard.
		if (!this.replaced.has(`${key}=${value}`) || this.actor.isDeceived()) return;
		this.blame(`${text} came back, which its owner had replaced`);
	}

	private blame(problem: string): void {
		this.accuse(`server ${this.actor.number} shows in ${this.name}: ${problem}`, [this.actor.number]);
	}
}

/** One server of a run. */
export class Actor {
	public readonly number: number;
	public readonly talk: Talk;
	public readonly pools: { readonly [name in PoolName]: ActorPool };
	public readonly startedAtSeconds: number;
	/** Its part in each election; none where it takes part in none. */
	public candidates: ReadonlyArray<Candidate> = [];
	/** When it was last made to stand still. */
	public frozenAtSeconds = 0;
	/** Told of each contribution of another that has become this server's. */
	public onAdopted: ((contribution: string) => void) | undefined;
	/** When it began to close, if it did. */
	public closedAtSeconds: number | undefined;
	/** When it crashed or began to close. */
	public goneAtSeconds: number | undefined;
	private resyncs = 0;
	private resyncedAtSeconds = -math.huge;
	/** When this server had the state; until then it sees its own contributions only, and they count as made then. */
	public syncedAtSeconds = math.huge;
	/** The inside of its cluster, for checks. */
	public readonly context: Context;
	public readonly platform: VirtualPlatform;

	constructor(
		number: number,
		public readonly server: VirtualServer,
		oracle: Oracle,
		accuse: Accuse,
		public readonly now: () => number,
		public readonly later: (seconds: number, action: () => void) => void,
		/** Whether that id is none of a server of the run. */
		public readonly isOutsider: (serverId: string) => boolean,
		/** Whether somebody has spoken in a server's name. */
		public readonly isDeceived: () => boolean,
		actorOf: (number: number) => Actor | undefined,
	) {
		this.number = number;
		this.startedAtSeconds = now();
		this.context = (server.Cluster as unknown as { readonly context: Context }).context;
		this.platform = (server as unknown as { readonly platform: VirtualPlatform }).platform;
		const poolOf = (name: PoolName): ActorPool => {
			const onOwnerGone = name === "Kept" ? "adopt" : "remove";
			const pool = server.Do(() => entryPool(name, { onOwnerGone }));
			return new ActorPool(name, pool, this, oracle, accuse);
		};
		this.talk = new Talk(this, actorOf, accuse);
		this.pools = { State: poolOf("State"), Kept: poolOf("Kept") };
		this.pools.State.pool.WaitUntilSynced().then(() => {
			this.syncedAtSeconds = now();
		});
	}

	/** Whether it came back lately, or compared all it has of another: it may have dropped what others' records had lost against, and has to find out. */
	public isMending(): boolean {
		const { resyncs } = this.context.traffic;
		if (resyncs !== this.resyncs) {
			this.resyncs = resyncs;
			this.resyncedAtSeconds = this.now();
		}
		return this.now() - this.resyncedAtSeconds < MENDED_SECONDS;
	}

	/** Takes part in all elections from now on. */
	public stand(thrones: Thrones): void {
		this.candidates = SCOPES.map((scope) => new Candidate(this, scope, thrones));
	}

	public isLive(): boolean {
		return this.server.GetState() === "running";
	}

	/** Whether its handlers have still to be told of changes. */
	public hasMoreToTell(): boolean {
		return !(this.server.Cluster as unknown as { readonly firing: ReadonlyArray<unknown> }).firing.isEmpty();
	}

	/** Whether code of it can run now. */
	public isIdle(): boolean {
		return this.isLive() && !this.server.IsFrozen();
	}

	/** Everything it sees, with the owners: what has to be the same everywhere in the end. */
	public view(nameOf: (serverId: string) => string): string {
		const words = new Array<string>();
		for (const { name, pool } of [this.pools.State, this.pools.Kept]) {
			for (const { key, value } of pool.GetAllContributions()) {
				words.push(`${name}.${key}=${shortened(value)}@${nameOf(pool.GetOwner(key)!)}`);
			}
		}
		return words.join(" ");
	}
}
