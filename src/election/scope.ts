import { createSignal, FiringSignal } from "../cluster/signal";
import { described, fail } from "../diagnostics/errors";
import { sometimes } from "../diagnostics/situations";
import { ElectionEntry, ShortId } from "../wire/frame";
import { shortIdOf } from "../wire/short-id";
import { Bully } from "./bully";
import { Contest } from "./contest";
import type { Elections } from "./elections";
import { Lease } from "./lease";
import { Local } from "./local";
import { SettledOptions } from "./options";
import { Telling } from "./telling";
import { ONCE_PREFIX, TellingOnce } from "./telling-once";
import { Tenure, Validity } from "./tenure";
import { isPlausible } from "./term";
import { ElectionStatistics, Guarantee, Leadership, LeaderElection, VacatedReason } from "./types";

/** Who gave the leadership up stays out of the next election for so long. */
const BARRED_SECONDS = 10;
/** And for others so long: it may be closing, and its goodbye be lost. */
const OUT_SECONDS = 45;
/** A server that does not say within this time that it takes over is not given the leadership. */
const TRANSFER_ASKED_SECONDS = 5;
/** And one that has said so, and does not lead after this, does not. */
const TRANSFER_SECONDS = 12;
const REASONS: ReadonlyArray<VacatedReason> = ["expired", "superseded", "resigned", "transferred", "closing"];

interface Work {
	readonly body: (leadership: Leadership) => void | (() => void);
	stop: (() => void) | undefined;
}

/** A leader, as it is known. */
interface Known {
	readonly leader: ShortId;
	readonly serverId: string;
	readonly term: number;
}

interface Transfer {
	readonly to: ShortId;
	readonly startedSeconds: number;
	asked: boolean;
	askAgainSeconds: number;
	readonly settle: (outcome: "transferred" | "gone" | "timeout") => void;
}

/** One scope on one server: who leads, what runs while this server does, and what the game is told. How a leader is found is its contest's. */
export class Scope implements LeaderElection {
	public readonly Guarantee: Guarantee;
	public readonly Elected: FiringSignal<[leadership: Leadership]>;
	public readonly Vacated: FiringSignal<[term: number, reason: VacatedReason]>;
	public readonly LeaderChanged: FiringSignal<[leader: string | undefined, term: number]>;
	public readonly Told: FiringSignal<[message: defined, sender: string, leadership: Leadership]>;

	/** The leader, as far as it is known here; this server while it leads. */
	public known: Known | undefined;
	public highestTerm = 0;
	/** Terms up to here are over: whoever still says that it leads in one of them said so before it gave it up. */
	private endedTerm = 0;
	/** The latest term of which its leader said that it gave it up. */
	private resignedTerm = 0;
	/** This server leads, or has not noticed yet that it does no longer. */
	public tenure: Tenure | undefined;
	/** What this server had to do while it led is being cleaned up. */
	public isEnding = false;
	/** Gets what was said by {@link tellOne}, while this server leads; false if it cannot take it yet. Neither throws nor yields. */
	public taker: ((this: void, text: string, sender: string) => boolean) | undefined;
	/** When the leader was heard of last. */
	public heardSeconds = -math.huge;
	/** The term of which the leader was told last that it is known here. */
	public heardTerm = 0;
	/** When this server last said that it leads. */
	public lastBeatSeconds = -math.huge;
	/** The next heartbeat is to be confirmed by those that hear it. */
	public isAnnouncing = false;
	public messagesSent = 0;
	public heartbeats = 0;
	public stale = 0;
	public readonly contest: Contest;
	private readonly telling: Telling;
	private readonly once: TellingOnce;
	private lastErrand = 0;
	private destroyed = false;
	/** Servers that have just given the leadership up, this one perhaps among them. */
	private barred = new Map<ShortId, number>();
	private works = new Array<Work>();
	private waiting = new Array<(leader: string) => void>();
	private transfer: Transfer | undefined;
	/** What was told last by LeaderChanged. */
	private told: Known | undefined;
	private elected = 0;
	private leaderChanges = 0;
	private fenced = 0;
	private readonly vacatedBy = new Map<VacatedReason, number>();

	constructor(
		public readonly Scope: string,
		public readonly hash: number,
		public readonly options: SettledOptions,
		public readonly elections: Elections,
	) {
		const { platform } = elections.context;
		this.Guarantee = options.mode === "bully" ? "bestEffort" : "exclusive";
		this.Elected = createSignal(platform);
		this.Vacated = createSignal(platform);
		this.LeaderChanged = createSignal(platform);
		this.Told = createSignal(platform);
		this.telling = new Telling(this, options.validate);
		this.once = new TellingOnce(this);
		// In Studio there is one server, and perhaps no store.
		if (options.mode === "local" || (options.mode === "lease" && platform.environment === "studio"))
			this.contest = new Local(this);
		else this.contest = options.mode === "bully" ? new Bully(this) : new Lease(this);
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	// Hot: asked in every frame by some games.
	public IsLeader(): boolean {
		const { tenure } = this;
		return tenure !== undefined && tenure.IsValid();
	}

	public GetLeader(): string | undefined {
		const { known } = this;
		if (!known) return undefined;
		const { context } = this.elections;
		if (known.leader === context.selfId) return this.IsLeader() ? context.identity.serverId : undefined;
		return known.serverId;
	}

	public GetTerm(): number {
		return this.highestTerm;
	}

	public WaitForLeader(): Promise<string> {
		const leader = this.GetLeader();
		if (leader !== undefined) return Promise.resolve(leader);
		return new Promise((resolve) => this.waiting.push(resolve));
	}

	public Run(body: (leadership: Leadership) => void | (() => void)): () => void {
		if (!typeIs(body, "function")) fail(`${this.label()}: Run takes a function, but got ${described(body)}`);
		if (this.destroyed) fail(this.destroyedText());
		const work: Work = { body, stop: undefined };
		this.works.push(work);
		if (this.tenure && this.tenure.IsValid()) this.startWork(work, this.tenure);
		return () => {
			const index = this.works.indexOf(work);
			if (index < 0) return;
			this.works.remove(index);
			if (work.stop) work.stop();
		};
	}

	public Resign(): Promise<void> {
		if (!this.tenure || this.isEnding) return Promise.resolve();
		return new Promise((resolve) => this.giveUp("resigned", this.successor(), resolve));
	}

	public Transfer(serverId: string): Promise<"transferred" | "gone" | "timeout"> {
		if (!typeIs(serverId, "string"))
			fail(`${this.label()}: Transfer takes a ServerId, but got ${described(serverId)}`);
		const { elections } = this;
		const { context } = elections;
		if (!this.IsLeader()) return Promise.resolve("gone" as const);
		if (serverId === context.identity.serverId) return Promise.resolve("transferred" as const);
		const to = shortIdOf(serverId);
		if (!elections.ranking(this, undefined).includes(to)) return Promise.resolve("gone" as const);
		if (this.transfer) return Promise.resolve("timeout" as const);
		return new Promise((resolve) => {
			this.transfer = { to, startedSeconds: context.now(), asked: true, askAgainSeconds: 0, settle: resolve };
			elections.wakeBy(context.now());
		});
	}

	/** Has the leader's taker get a text of at most `TELL_BYTES_MOST` - 1 bytes, never twice; "expired" where nobody can tell whether it did. */
	public tellOne(text: string, settle: (outcome: "done" | "expired" | "overflow") => void): void {
		if (this.destroyed || this.elections.isClosing) settle("expired");
		else this.once.tell(text, settle);
	}

	/** Whether {@link tellOne} would take one more. */
	public mayTellOne(): boolean {
		return this.once.hasRoom();
	}

	public Tell(message: defined): Promise<"done" | "expired" | "overflow"> {
		const prepared = this.destroyed ? { wrong: this.destroyedText() } : this.telling.prepare(message, this.label());
		if (prepared.wrong !== undefined) fail(prepared.wrong);
		return this.telling.tell(prepared.text!);
	}

	public GetStatistics(): ElectionStatistics {
		const { elections, telling } = this;
		const vacated = {} as { [reason in VacatedReason]: number };
		for (const reason of REASONS) vacated[reason] = this.vacatedBy.get(reason) ?? 0;
		const store = this.contest instanceof Lease ? elections.store : undefined;
		return {
			Candidates: elections.ranking(this, undefined).size(),
			Elected: this.elected,
			Vacated: vacated,
			LeaderChanges: this.leaderChanges,
			MessagesSent: this.messagesSent,
			Heartbeats: this.heartbeats,
			Stale: this.stale,
			StoreCalls: store?.calls ?? 0,
			StoreFailures: store?.failures ?? 0,
			StoreUnits: store?.units ?? 0,
			TellQueued: telling.queued() + this.once.queued(),
			TellInvalid: telling.invalid,
			Fenced: this.fenced,
		};
	}

	public Destroy(): void {
		if (this.destroyed) return;
		this.destroyed = true;
		this.close("resigned", () => {
			this.Elected.DisconnectAll();
			this.Vacated.DisconnectAll();
			this.LeaderChanged.DisconnectAll();
			this.Told.DisconnectAll();
		});
		this.elections.remove(this);
	}

	// -- for contests ------------------------------------------------------------------------------------------------------------------------

	/** Whether this server may begin to lead. */
	public isEligible(): boolean {
		return !this.destroyed && !this.isEnding && !this.tenure && !this.elections.isClosing;
	}

	/** This server leads from now on, as long as the clock is below what `validity` says. */
	public lead(term: number, validity: Validity): void {
		assert(this.isEligible(), "who leads or cleans up is not elected again");
		assert(term > this.highestTerm, "terms only grow");
		const { context } = this.elections;
		this.highestTerm = term;
		const tenure = new Tenure(this.Scope, term, this.Guarantee, context.platform, validity, () => {
			this.fenced += 1;
		});
		this.tenure = tenure;
		this.once.began(term);
		this.elected += 1;
		this.lastBeatSeconds = -math.huge;
		this.setKnown({ leader: context.selfId, serverId: context.identity.serverId, term });
		this.elections.facts.showLeading(this.hash, term);
		this.elections.speakSoon();
		for (const work of [...this.works]) this.startWork(work, tenure);
		if (this.tenure === tenure) this.Elected.Fire(tenure);
		this.telling.send();
	}

	/** This server leads no longer. `done` is called when all is cleaned up and the game was told. */
	public vacate(reason: VacatedReason, done?: () => void): void {
		const { tenure } = this;
		assert(tenure, "only who leads vacates");
		this.isEnding = true;
		this.endedTerm = math.max(this.endedTerm, tenure.Term);
		this.vacatedBy.set(reason, (this.vacatedBy.get(reason) ?? 0) + 1);
		const { selfId } = this.elections.context;
		tenure.finish(() => {
			this.tenure = undefined;
			this.isEnding = false;
			for (const work of this.works) work.stop = undefined;
			// Not before: whoever sees it may lead at once.
			this.elections.facts.showVacated(this.hash);
			this.Vacated.Fire(tenure.Term, reason);
			if (done) done();
			else this.contest.rest();
		});
		if (this.known?.leader === selfId) this.setKnown(undefined);
	}

	/**
	 * Somebody is said to lead. Returns whether that is so as far as anybody here knows; what is older than what is known is ignored.
	 * `isAnnounced`: by itself, to be confirmed.
	 */
	public learn(leader: ShortId, term: number, isAnnounced: boolean, name?: string): boolean {
		const { context } = this.elections;
		const serverId = name ?? context.serverIdOf(leader);
		// Who is not known yet introduces itself soon.
		if (leader === context.selfId || serverId === leader) return false;
		const { mode } = this.options;
		if (mode === "local" || !isPlausible(term, mode, context.platform.unixMilliseconds() / 1000)) {
			this.stale += 1;
			return false;
		}
		const { known } = this;
		const isKnown = known !== undefined && known.leader === leader && known.term === term;
		// A heartbeat that comes after its leader has resigned is no news.
		const isOld = term < this.highestTerm || (term === this.highestTerm && !isKnown && this.isTaken(leader, term));
		if (isOld) {
			this.stale += 1;
			sometimes("a leader of the past");
			return false;
		}
		this.heardSeconds = context.now();
		if (isKnown) {
			if (isAnnounced) this.contest.learned(leader, term, true);
			return true;
		}
		if (this.tenure && !this.isEnding) {
			// Time alone has ended it, or the other one does; in mode lease only the store knows.
			if (!this.tenure.IsValid()) this.vacate("expired");
			else if (this.Guarantee === "exclusive") {
				this.contest.learned(leader, term, isAnnounced);
				return false;
			} else {
				sometimes("two leaders meet");
				this.vacate("superseded");
			}
		}
		this.highestTerm = term;
		// A leader that another one follows is gone, or will be for a while: it is nobody's successor.
		if (known && known.leader !== leader && known.leader !== context.selfId) this.bar(known.leader);
		this.barred.delete(leader);
		this.setKnown({ leader, serverId, term });
		this.contest.learned(leader, term, isAnnounced);
		const { transfer } = this;
		if (transfer && !transfer.asked && transfer.to === leader) this.settleTransfer("transferred");
		this.telling.send();
		return true;
	}

	/** The leader leads no longer: nobody does, as far as is known here. */
	public forget(): void {
		if (!this.known) return;
		this.endedTerm = math.max(this.endedTerm, this.known.term);
		this.setKnown(undefined);
	}

	/** The leader was not heard of for too long. It may lead all the same, and is known again as soon as it says so. */
	public loseSight(): void {
		if (this.known) this.setKnown(undefined);
	}

	/** Another server's word has taken the place of what this one shows: it is shown again while it holds. */
	public displaced(shownTerm: number): void {
		const { tenure } = this;
		if (!tenure || !tenure.IsValid() || shownTerm >= tenure.Term) return;
		sometimes("a leader's word displaced by one of the past");
		this.elections.facts.showLeading(this.hash, tenure.Term);
	}

	/** A server stays out of the next election. */
	public bar(server: ShortId): void {
		const { context } = this.elections;
		this.barred.set(server, context.now() + (server === context.selfId ? BARRED_SECONDS : OUT_SECONDS));
	}

	public isBarred(server: ShortId): boolean {
		const untilSeconds = this.barred.get(server);
		if (untilSeconds === undefined) return false;
		if (this.elections.context.now() < untilSeconds) return true;
		this.barred.delete(server);
		return false;
	}

	public send(to: ShortId, word: ElectionEntry["word"], term: number, more?: Partial<ElectionEntry>): void {
		this.messagesSent += 1;
		this.elections.sendTo(to, { word, scope: this.hash, term, ...more });
	}

	/** The number of a message to the leader. */
	public nextErrand(): number {
		this.lastErrand += 1;
		return this.lastErrand;
	}

	/** When the contest wants to be called, unless it wants to be sooner. */
	public due(seconds: number): void {
		const { contest } = this;
		if (seconds >= contest.dueSeconds) return;
		contest.dueSeconds = seconds;
		this.elections.wakeBy(seconds);
	}

	// -- for the desk ------------------------------------------------------------------------------------------------------------------------

	/** Another server has said something of this scope. */
	public hear(entry: ElectionEntry, from: ShortId): void {
		const { word, term } = entry;
		if (word === "tell" || word === "told" || word === "untold") this.hearErrand(entry, from);
		else if (word === "resigned") {
			if (term > this.highestTerm && !this.learn(from, term, false)) return;
			// It may have been seen before that it leads no longer, but not yet who comes next.
			const isOver = !this.known && term === this.highestTerm && term > this.resignedTerm;
			if (!isOver && (this.known?.leader !== from || this.known.term !== term)) return;
			this.resignedTerm = term;
			this.bar(from);
			this.forget();
			this.contest.vanished(entry.about);
		} else {
			if (word === "alive" && this.transfer?.asked && this.transfer.to === from) this.handTo(this.transfer);
			this.contest.hear(entry, from);
			// Who was asked whether it is there.
			if (word === "alive") this.once.look();
		}
	}

	private hearErrand(entry: ElectionEntry, from: ShortId): void {
		const { word, text } = entry;
		const isOnce = word === "tell" ? string.sub(text!, 1, ONCE_PREFIX.size()) === ONCE_PREFIX : true;
		if (word !== "untold" && (word === "told" || !isOnce)) this.telling.hear(entry, from);
		if (isOnce) this.once.hear(entry, from);
	}

	public tick(now: number): void {
		const { contest, transfer } = this;
		if (contest.dueSeconds <= now) {
			contest.dueSeconds = math.huge;
			contest.tick(now);
		}
		if (transfer) {
			const elapsed = now - transfer.startedSeconds;
			if (transfer.asked && elapsed > TRANSFER_ASKED_SECONDS) this.settleTransfer("timeout");
			else if (elapsed > TRANSFER_SECONDS) this.settleTransfer("timeout");
			else {
				if (transfer.asked && now >= transfer.askAgainSeconds) {
					transfer.askAgainSeconds = now + 1;
					this.send(transfer.to, "probe", this.highestTerm);
				}
				this.elections.wakeBy(now + 1);
			}
		}
		this.telling.tick(now);
		this.once.tick(now);
	}

	/** Gives up whatever this server leads, and is no candidate any more. */
	public close(reason: "resigned" | "closing", done: () => void): void {
		this.telling.close();
		this.once.close();
		if (!this.tenure || this.isEnding) done();
		else this.giveUp(reason, this.successor(), done);
	}

	// -- the course of a leadership ----------------------------------------------------------------------------------------------------------

	private startWork(work: Work, tenure: Tenure): void {
		this.elections.context.platform.spawn(() => {
			const cleanup = work.body(tenure);
			if (!typeIs(cleanup, "function")) return;
			const takeBack = tenure.add(cleanup);
			if (!tenure.IsValid()) return;
			work.stop = () => {
				work.stop = undefined;
				takeBack();
				cleanup();
			};
			if (!this.works.includes(work)) work.stop();
		});
	}

	/** Stops the work, then takes back what says that this server leads, then tells the others, twice. */
	private giveUp(
		reason: "resigned" | "closing" | "transferred",
		successor: ShortId | undefined,
		done: () => void,
	): void {
		const { tenure, elections } = this;
		const term = tenure!.Term;
		const { selfId } = elections.context;
		this.bar(selfId);
		this.vacate(reason, () => {
			if (this.contest instanceof Local) {
				this.contest.rest();
				done();
				return;
			}
			this.contest.release(term, () => {
				const entry: ElectionEntry = { word: "resigned", scope: this.hash, term, about: successor };
				elections.sayTwice(entry, successor, () => {
					this.contest.rest();
					done();
				});
			});
		});
	}

	/** Who comes next. */
	private successor(): ShortId | undefined {
		return this.elections.ranking(this, this.elections.context.selfId)[0];
	}

	/** The one that is to lead is there. */
	private handTo(transfer: Transfer): void {
		transfer.asked = false;
		if (!this.tenure || this.isEnding) this.settleTransfer("timeout");
		else this.giveUp("transferred", transfer.to, () => {});
	}

	private settleTransfer(outcome: "transferred" | "gone" | "timeout"): void {
		const { transfer } = this;
		this.transfer = undefined;
		transfer?.settle(outcome);
	}

	/** Whether the leader of this very term is known to be another one, or to lead no longer. */
	private isTaken(leader: ShortId, term: number): boolean {
		const { known } = this;
		// Two with one term meet hardly ever; then everybody picks the same.
		return known ? known.term === term && known.leader < leader : term <= this.endedTerm;
	}

	/** Each leader is told once, and undefined between two of them. */
	private setKnown(known: Known | undefined): void {
		this.known = known;
		this.once.look();
		if (this.told) {
			const { term } = this.told;
			this.told = undefined;
			this.LeaderChanged.Fire(undefined, term);
		}
		if (!known || this.known !== known) return;
		this.told = known;
		this.leaderChanges += 1;
		const { serverId } = known;
		this.LeaderChanged.Fire(serverId, known.term);
		const { waiting } = this;
		this.waiting = [];
		for (const resolve of waiting) resolve(serverId);
	}

	private label(): string {
		return `LeaderElection "${this.Scope}"`;
	}

	private destroyedText(): string {
		return `${this.label()} has been destroyed; call LeaderElection again to get a new one`;
	}
}
