import { LeaderElection } from "../../src/election";
import { FenceRefusal, Leadership, LeaderElection as Election } from "../../src/election/types";
import { Accuse, Actor } from "./actor";

/** Every server that takes part stands for both: one where there may be two leaders for a while, one where there may never be. */
export type ScopeName = "Chair" | "Throne";
export const SCOPES: ReadonlyArray<ScopeName> = ["Chair", "Throne"];

/** What a leader has to clean up takes up to so long; nobody waits for longer than the limit. */
const CLEANUP_SECONDS = [0, 0.4, 3, 8];
const CLEANUP_LIMIT_SECONDS = 5;
/** Clocks run up to a tenth too slow. */
const SLOWEST_CLOCK = 0.9;
/** A server that stands still leads no longer than this, by its own clock: a lease, or as long as a bully is believed to live. */
const FROZEN_SECONDS = { Chair: 15, Throne: 10 };
/** A leader writes so often what only it may write. */
const DEED_SECONDS = 2.5;
const DEEDS = "deeds";
const DEED_EXPIRATION_SECONDS = 3600;
/** What is told to a leader goes to the leader of its time, and perhaps to the next one. */
const LEADERS_TOLD_MOST = 2;
/** Just after it began, a leader by messages may find that there is another. */
const BULLY_SETTLES_SECONDS = 30;

/** What one leader after the other wrote, last. */
interface Deed {
	readonly term: number;
	readonly server: number;
}

/** What a scope must be from all servers' sides. */
class Throne {
	/** Who was elected with a term. */
	public readonly holders = new Map<number, Actor>();
	public highest = 0;
	public leading = new Array<Candidate>();
	/** How often each errand was done. */
	public readonly done = new Map<string, number>();
}

/** All elections of a run: which of them lead, and what no two may do. */
export class Thrones {
	private readonly thrones: { readonly [name in ScopeName]: Throne } = { Chair: new Throne(), Throne: new Throne() };
	/** The store has forgotten everything: where nobody remembers either, a later term is only as late as the clocks are. */
	public hasForgotten = false;

	constructor(
		public readonly accuse: Accuse,
		/** Whether nothing has gone wrong so far. */
		public readonly isFair: () => boolean,
		/** Whether clocks are seconds apart, or were. */
		private readonly doClocksDiffer: () => boolean,
	) {}

	/** L1 and L3: no term twice, and each later than all before. */
	public began(candidate: Candidate, term: number): void {
		const { actor, scope } = candidate;
		const throne = this.thrones[scope];
		const former = throne.holders.get(term);
		if (former)
			this.blame(scope, `term ${term} of server ${former.number} is server ${actor.number}'s as well`, actor);
		throne.holders.set(term, actor);
		const isTold = !this.hasForgotten || !this.doClocksDiffer();
		if (scope === "Throne" && term <= throne.highest && isTold) {
			this.blame(
				scope,
				`server ${actor.number} leads with term ${term}, which is not above ${throne.highest}`,
				actor,
			);
		}
		throne.highest = math.max(throne.highest, term);
	}

	/** By one leader once, and where nobody heard that it was done by the next one, once more. */
	public did({ actor, scope }: Candidate, errand: string): void {
		const { done } = this.thrones[scope];
		const times = (done.get(errand) ?? 0) + 1;
		done.set(errand, times);
		if (times > LEADERS_TOLD_MOST) this.blame(scope, `${errand} was done ${times} times`, actor);
	}

	/** Hot: after each piece of code of a server. L2: whoever begins to lead is the only one, where that is promised. */
	public look(candidate: Candidate): void {
		const { scope } = candidate;
		const throne = this.thrones[scope];
		const { leading } = throne;
		const index = leading.indexOf(candidate);
		if (!candidate.isLeading()) {
			if (index >= 0) leading.remove(index);
			return;
		}
		if (index >= 0) return;
		if (scope === "Throne") {
			for (const other of leading) {
				if (!other.isLeading()) continue;
				this.blame(
					scope,
					`servers ${other.actor.number} and ${candidate.actor.number} lead`,
					other.actor,
					candidate.actor,
				);
			}
		}
		leading.push(candidate);
	}

	/** The servers that lead, by their own clocks. */
	public leaders(scope: ScopeName): Actor[] {
		return this.thrones[scope].leading.filter((candidate) => candidate.isLeading()).map(({ actor }) => actor);
	}

	public blame(scope: ScopeName, problem: string, ...actors: Actor[]): void {
		this.accuse(
			`${scope}: ${problem}`,
			actors.map(({ number }) => number),
		);
	}
}

/** One server's part in the election of one scope, with what has to hold of it at any time. */
export class Candidate {
	public readonly election: Election<"exclusive">;
	/** The term in which this server leads, between the signals that say so. */
	private term: number | undefined;
	private lastTerm = 0;
	private beganSeconds = 0;
	private seenTerm = 0;
	private toldLeader: string | undefined;
	private working: number | undefined;
	private cleaningSeconds: number | undefined;
	private turns = 0;
	private readonly done = new Set<string>();

	constructor(
		public readonly actor: Actor,
		public readonly scope: ScopeName,
		private readonly thrones: Thrones,
	) {
		const { server } = actor;
		this.election = server.Do(() =>
			scope === "Throne" ? LeaderElection(scope, { mode: "lease" }) : LeaderElection(scope),
		) as Election<"exclusive">;
		const { election } = this;
		election.Run((leadership) => this.work(leadership));
		election.Elected.Connect(({ Term }) => this.elected(Term));
		election.Vacated.Connect((term, reason) => this.vacated(term, reason));
		election.Told.Connect((message, _from, leadership) => this.told(`${message}`, leadership));
		election.LeaderChanged.Connect((leader) => {
			if ((leader === undefined) === (this.toldLeader === undefined))
				this.blame("was told of leaders out of turn");
			this.toldLeader = leader;
		});
	}

	/** Has whoever leads do something. */
	public tell(errand: string): void {
		const { actor, election } = this;
		actor.server.Do(() => election.Tell(errand));
	}

	public isLeading(): boolean {
		return this.actor.isLive() && this.election.IsLeader();
	}

	/** Hot: after each piece of code of its server. L3: what it knows never gets older. */
	public afterEvent(): void {
		const term = this.election.GetTerm();
		if (term < this.seenTerm) this.blame(`went back from term ${this.seenTerm} to ${term}`);
		this.seenTerm = term;
		this.thrones.look(this);
	}

	/** L6: time alone ends what a server led that stands still. */
	public lookFrozen(frozenSeconds: number): void {
		if (frozenSeconds * SLOWEST_CLOCK <= FROZEN_SECONDS[this.scope] || !this.election.IsLeader()) return;
		this.blame(`still leads after having stood still for ${math.floor(frozenSeconds)} s`);
	}

	/** L1 and L5: elected once a term, with work that runs, and never twice in a row. */
	private elected(term: number): void {
		if (this.term !== undefined) this.blame(`was elected twice in a row, with ${this.term} and ${term}`);
		if (term <= this.lastTerm) this.blame(`was elected with ${term} after ${this.lastTerm}`);
		if (this.working !== term) this.blame(`was elected with ${term}, and its work has not begun`);
		this.term = term;
		this.lastTerm = term;
		this.beganSeconds = this.actor.now();
		this.thrones.began(this, term);
	}

	/** L5, L8 and L11: after what was to be cleaned up, and with nothing gone wrong only on purpose. */
	private vacated(term: number, reason: string): void {
		const { actor, scope, thrones } = this;
		const now = actor.now();
		if (term !== this.term) this.blame(`vacated ${term}, not ${this.term ?? "none"}`);
		this.term = undefined;
		const { cleaningSeconds } = this;
		if (this.working !== undefined) {
			const waited = cleaningSeconds === undefined ? 0 : now - cleaningSeconds;
			if (waited < CLEANUP_LIMIT_SECONDS * SLOWEST_CLOCK) this.blame(`vacated ${term} before its work had ended`);
			this.working = undefined;
		}
		this.cleaningSeconds = undefined;
		const isOnPurpose = reason === "resigned" || reason === "transferred" || reason === "closing";
		const isSettled = scope === "Throne" || now - this.beganSeconds > BULLY_SETTLES_SECONDS;
		if (!isOnPurpose && isSettled && thrones.isFair())
			this.blame(`lost its leadership without a reason: ${reason}`);
	}

	/** What is told comes to a leader that leads, and to each once. */
	private told(errand: string, leadership: Leadership): void {
		if (!leadership.IsValid()) this.blame(`was told ${errand} without leading`);
		if (this.done.has(errand)) this.blame(`was told ${errand} twice`);
		this.done.add(errand);
		this.thrones.did(this, errand);
	}

	/** What a leader does, and cleans up. */
	private work(leadership: Leadership<"exclusive">): () => void {
		const { actor } = this;
		if (this.working !== undefined) this.blame("works twice");
		this.working = leadership.Term;
		this.cleaningSeconds = undefined;
		if (this.scope === "Throne") this.doDeed(leadership);
		this.turns += 1;
		const cleanupSeconds = CLEANUP_SECONDS[(actor.number + this.turns) % CLEANUP_SECONDS.size()]!;
		return () => {
			this.cleaningSeconds = actor.now();
			if (leadership.IsValid()) this.blame("cleans up while it leads");
			if (cleanupSeconds > 0) actor.server.Engine.task.wait(cleanupSeconds);
			if (this.working === leadership.Term) this.working = undefined;
		};
	}

	/** L4: what a leader of a later term wrote is not overwritten; the server may stand still in the middle of it. */
	private doDeed(leadership: Leadership<"exclusive">): void {
		const { actor } = this;
		if (!actor.isIdle() || !leadership.IsValid()) return;
		const map = actor.server.MemoryStoreService.GetHashMap(DEEDS);
		const { Term } = leadership;
		const write = (former: Deed | undefined): Deed => {
			if (former && former.term > Term) {
				this.blame(`overwrites with term ${Term} what server ${former.server} wrote with term ${former.term}`);
			}
			if (!leadership.IsValid()) this.blame(`writes with term ${Term}, which has ended`);
			return { term: Term, server: actor.number };
		};
		const settle = (refusal?: FenceRefusal): void => {
			if (refusal?.kind === "superseded" && leadership.IsValid())
				this.blame(`leads with term ${Term}, though: ${refusal.message}`);
		};
		leadership.Fence<Deed>(map, this.scope, write, DEED_EXPIRATION_SECONDS).then(() => settle(), settle);
		actor.server.Schedule(DEED_SECONDS, () => this.doDeed(leadership));
	}

	private blame(problem: string): void {
		this.thrones.blame(this.scope, `server ${this.actor.number} ${problem}`, this.actor);
	}
}
