import { Elections } from "../../../src/election/elections";
import { LeaderElection } from "../../../src/election";
import { Scope } from "../../../src/election/scope";
import { ElectionOptions } from "../../../src/election/types";
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { VirtualGame, VirtualGameOptions, VirtualServer, VirtualServerOptions } from "../../../src/testing";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { ElectionEntry } from "../../../src/wire/frame";

const STEP_SECONDS = 0.1;

/** One server that takes part in the election of a scope, and what it told its game. */
export class Contender {
	/** "+" elected, "-reason" vacated, "leader" and "nobody" as LeaderChanged told, in order. */
	public readonly story = new Array<string>();
	private lastTerm = 0;
	private isElected = false;

	constructor(
		owner: ElectionGame,
		public readonly server: VirtualServer,
		public readonly election: Scope,
	) {
		const { world } = owner;
		let toldLeader: string | undefined;
		election.Elected.Connect((leadership) => {
			if (this.isElected) owner.problem(`L5: ${this.name()} was elected twice in a row`);
			this.isElected = true;
			if (leadership.Term <= this.lastTerm)
				owner.problem(`L3: ${this.name()} got term ${leadership.Term} after ${this.lastTerm}`);
			this.lastTerm = leadership.Term;
			owner.noteElected(this, leadership.Term);
			this.story.push("+");
		});
		election.Vacated.Connect((term, reason) => {
			if (!this.isElected || term !== this.lastTerm)
				owner.problem(`L5: ${this.name()} vacated ${term} without having been elected`);
			this.isElected = false;
			this.story.push(`-${reason}`);
		});
		election.LeaderChanged.Connect((leader, term) => {
			if ((leader === undefined) === (toldLeader === undefined))
				owner.problem(`L5: ${this.name()} was told two leaders in a row at ${world.Now()}`);
			toldLeader = leader;
			if (leader !== undefined && owner.highest.get(election) !== undefined) {
				if (term < owner.highest.get(election)!) owner.problem(`L3: ${this.name()} was told an older term`);
			}
			if (leader !== undefined) owner.highest.set(election, term);
			this.story.push(leader === undefined ? "nobody" : `leader ${owner.numberOf(leader)}`);
		});
	}

	public isLive(): boolean {
		return this.server.GetState() === "running";
	}

	public isLeading(): boolean {
		return this.isLive() && this.election.IsLeader();
	}

	public name(): string {
		return `server ${this.server.Number}`;
	}
}

export interface ElectionGameOptions extends VirtualGameOptions {
	readonly election?: ElectionOptions<defined>;
	readonly scope?: string;
}

/** A game of virtual servers that elect a leader of one scope; the invariants are checked whenever somebody begins to lead. */
export class ElectionGame {
	public readonly world: VirtualGame;
	public readonly contenders = new Array<Contender>();
	public readonly problems = new Array<string>();
	public readonly highest = new Map<Scope, number>();
	public readonly scope: string;
	/** Leaderships so far, of all servers. */
	public elections = 0;
	private readonly holders = new Map<number, number>();
	private readonly leading = new Set<Contender>();
	private readonly byServer = new Map<string, Contender>();

	constructor(private readonly options: ElectionGameOptions) {
		const gameOptions: { -readonly [K in keyof ElectionGameOptions]: ElectionGameOptions[K] } = { ...options };
		delete gameOptions.election;
		delete gameOptions.scope;
		this.scope = options.scope ?? "boss";
		this.world = VirtualGame(gameOptions);
		this.world.SetObserver((server) => this.observe(server.ServerId));
	}

	public add(count = 1, options: VirtualServerOptions = {}, election = this.options.election): Contender[] {
		const added = new Array<Contender>();
		for (const _ of $range(1, count)) {
			const server = this.world.AddServer({ players: 10, ...options });
			const scope = server.Do(() =>
				LeaderElection(this.scope, election as { mode: "lease" }),
			) as unknown as Scope;
			const contender = new Contender(this, server, scope);
			this.contenders.push(contender);
			this.byServer.set(server.ServerId, contender);
			added.push(contender);
		}
		return added;
	}

	/** Starts servers one after the other, and waits until all know one leader. */
	public start(count: number, options: VirtualServerOptions = {}, apartSeconds = 1): Contender[] {
		const added = new Array<Contender>();
		for (const _ of $range(1, count)) {
			for (const contender of this.add(1, options)) added.push(contender);
			this.world.Run(apartSeconds);
		}
		this.untilAgreed(60);
		this.world.Run(25);
		return added;
	}

	public live(): Contender[] {
		return this.contenders.filter((contender) => contender.isLive());
	}

	public leaders(): Contender[] {
		return this.contenders.filter((contender) => contender.isLeading());
	}

	public leader(): Contender {
		const [leader, another] = this.leaders();
		if (!leader || another) error(`there are ${this.leaders().size()} leaders at ${this.world.Now()}`, 2);
		return leader;
	}

	public numberOf(serverId: string): number {
		return this.byServer.get(serverId)?.server.Number ?? 0;
	}

	/** Whether all live servers know the same leader, who leads. */
	public isAgreed(among = this.live()): boolean {
		const leaders = among.filter((contender) => contender.isLeading());
		if (leaders.size() !== 1) return false;
		const [leader] = leaders;
		const term = leader!.election.GetTerm();
		for (const { election } of among) {
			if (election.GetLeader() !== leader!.server.ServerId || election.GetTerm() !== term) return false;
		}
		return true;
	}

	/** Seconds until all agree. */
	public untilAgreed(limitSeconds: number, among?: Contender[]): number {
		return this.until("all agree on a leader", limitSeconds, () => this.isAgreed(among));
	}

	public until(what: string, limitSeconds: number, condition: () => boolean): number {
		const start = this.world.Now();
		while (!condition()) {
			if (this.world.Now() - start >= limitSeconds)
				error(`after ${limitSeconds} s still not: ${what}\n${this.describe()}`, 2);
			this.world.Run(STEP_SECONDS);
		}
		return this.world.Now() - start;
	}

	public describe(): string {
		const lines = new Array<string>();
		for (const { server, election, story } of this.live()) {
			const leader = election.GetLeader();
			lines.push(
				`server ${server.Number}: leader ${leader === undefined ? "none" : this.numberOf(leader)}, term ${election.GetTerm()}, leads ${election.IsLeader()}; ${story.join(", ")}`,
			);
		}
		return lines.join("\n");
	}

	/** Servers of different sides do not hear each other; the store is reachable for all. */
	public partition(sideOf: (number: number) => number): void {
		this.world.SetFilter((sender, receiver) =>
			sideOf(this.numberOf(sender)) === sideOf(this.numberOf(receiver)) ? "deliver" : "drop",
		);
	}

	public heal(): void {
		this.world.SetFilter(undefined);
	}

	public problem(text: string): void {
		this.problems.push(`${text} (at ${string.format("%.2f", this.world.Now())} s)`);
	}

	public noteElected(contender: Contender, term: number): void {
		this.elections += 1;
		// There, everybody counts for itself.
		if (this.options.election?.mode === "local") return;
		const former = this.holders.get(term);
		if (former !== undefined) this.problem(`L1: term ${term} of server ${former} is ${contender.name()}'s as well`);
		this.holders.set(term, contender.server.Number);
	}

	/** Whoever begins to lead must be the only one, where that is promised. */
	private observe(serverId: string): void {
		const contender = this.byServer.get(serverId);
		if (!contender || this.options.election?.mode !== "lease") return;
		if (!contender.isLeading()) {
			this.leading.delete(contender);
			return;
		}
		if (this.leading.has(contender)) return;
		this.leading.add(contender);
		for (const other of this.contenders) {
			if (other !== contender && other.isLeading()) this.problem(`L2: ${other.name()} and ${contender.name()}`);
		}
	}

	public checkEnd(): void {
		const [problem] = this.problems;
		if (problem !== undefined) error(problem, 0);
		const [failure] = this.world.Errors;
		if (failure) error(`on server ${this.numberOf(failure.serverId)}: ${failure.text}`, 0);
	}
}

/** Runs a scenario, and checks what has to hold after every one. A failure names the seed. */
export function inElection(options: ElectionGameOptions, scenario: (trial: ElectionGame) => void): void {
	const trial = new ElectionGame(options);
	const [success, problem] = pcall(() => {
		scenario(trial);
		trial.checkEnd();
	});
	trial.world.Destroy();
	if (!success) error(`seed ${options.seed ?? 1}: ${problem}`, 0);
}

export interface Said {
	readonly atSeconds: number;
	readonly from: string;
	readonly topic: string;
	readonly entries: ReadonlyArray<ElectionEntry>;
}

/** What servers say about elections from now on, each message once. */
export function listen(world: VirtualGame): Said[] {
	const said = new Array<Said>();
	world.SetWatcher({
		Published(_id, sender, topic, message) {
			if (!typeIs(message, "string")) return;
			const frame = readFrame(message, 0);
			if (isDropReason(frame)) return;
			for (const section of frame.sections) {
				if (section.kind !== "election") continue;
				said.push({ atSeconds: world.Now(), from: sender, topic, entries: section.entries });
			}
		},
		Delivered() {},
		Lost() {},
	});
	return said;
}

/** The elections of a server, for what is not public. */
export function electionsOf(contender: Contender): Elections {
	return (contender.server.Cluster as ServerCluster).context.rider as Elections;
}
