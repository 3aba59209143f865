import { Caps, EAGER_UNHEARD, capsFor } from "./caps";
import { MemberHome, OthersUse } from "./others-use";
import { OwnUse } from "./own-use";
import { BROADCAST_TOPICS, NO_TOPIC, WINDOW_SECONDS } from "./use-window";

/** control: beats, departures, announcements. data: changes. echo: a change once more, because its last message may be the one that was lost. */
export type BroadcastKind = "control" | "data" | "echo";

/** Two broadcasts beyond the guarantee keep at least this distance, so that what others send can be heard in between. */
export const BORROW_SPACING_SECONDS = 0.8;
/** The part of its guarantee that a server keeps for control. */
export const CONTROL_RESERVE = 0.15;
/** The average may be exceeded by so much for control; what is never exceeded stays. */
const CONTROL_LEEWAY = 1.25;
/** Others repeat what they hear as well, so an echo is for when there is room. */
const ECHO_LEEWAY = 0.7;
/** Asking again for what is not allowed makes no sense sooner than this. */
const SHORTEST_WAIT_SECONDS = 0.05;
/** With nothing known that would change the answer, ask again after this. */
const IDLE_WAIT_SECONDS = 1;
/** A server that does not know the others yet may ask for them, and once more. */
const UNSYNCED_BROADCASTS = 2;

export interface BudgetOptions {
	readonly selfId: string;
	/** Of the documented limits, (0, 1]. */
	readonly budgetShare: number;
}

/** What the budget knows, in deliveries (or messages) of the last minute. */
export interface BudgetUse {
	readonly servers: number;
	/** By all servers, as far as it is known here. */
	readonly deliveries: number;
	readonly deliveriesCap: number;
	readonly deliveriesDocumented: number;
	readonly ownDeliveries: number;
	readonly ownGuaranteed: number;
	readonly ownSends: number;
	readonly ownSendsCap: number;
	readonly topics: ReadonlyArray<{ readonly deliveries: number; readonly cap: number }>;
}

/**
 * Keeps all servers together within the limits without asking each other. A broadcast costs as many deliveries as there are
 * servers, an addressed message one. There are two caps: C, the share, for what servers have heard of each other; and N,
 * above C and below the documented limit, for what they cannot have heard of yet. C is kept on average, N in every minute.
 *
 * Each server i may always use its guarantee g = C / (2 · servers). Beyond it, it borrows what is free of the other half:
 *
 *     (average)  T_i + cost + Σ heard_ij  ≤  C
 *     (never)    T_i + cost + Σ max(g, heard_ij + U)  ≤  N        and        unheard_i + cost  ≤  U
 *
 * where sums are over the other servers j, T_i is what i used within the window, heard_ij what i has heard of j's use, and
 * unheard_i the part of T_i that some other server may not have heard of: broadcasts younger than HEARING_SECONDS, and
 * addressed messages that no older broadcast reported.
 *
 * Claim: the sum of all T_i is at most N, at all times.
 * 1. T_j ≤ max(g, heard_ij + U) at all times, for all i and j. Right after a guaranteed message T_j ≤ g. Right after a
 *    borrowed one T_j = known_j + unheard_j ≤ heard_ij + U. Until j's next message T_j only falls, by what became too old;
 *    i counts a message from when it heard it, so i forgets it later than j does, and heard_ij does not fall before T_j does.
 * 2. Let P = Σ max(g, T_j) over all servers. A guaranteed message leaves P as it is. A borrowed one of i leaves
 *    P ≤ T_i + Σ max(g, heard_ij + U) ≤ N, by 1 and (never). Between messages P falls or stays. It begins at
 *    servers · g = C / 2. So Σ T_j ≤ P ≤ N.
 *
 * Topics likewise, with two differences. The guarantee holds on one topic for each server, its home; homes are dealt out by
 * the order of short ids. Other topics are for servers that roam: those whose broadcasts every other server knows to be
 * above `roamFrom` (see {@link Caps}). Only they, and those whose home it is, are reckoned with unheard deliveries on a topic.
 * A server that all others know to be eager may have more unheard: 3 U. "Known to all" is: heard by all for certain, and
 * still counted by all for HEARING_SECONDS more, which is as long as a broadcast can stay unheard.
 *
 * What the claim needs: all servers see the same servers and have the same share, hear within HEARING_SECONDS, and have
 * listened for a minute. Less is made up for by estimate: what is heard is raised by the loss that is observed, and in the
 * first minute to a whole minute. Lower congestion factors of some servers do no harm: N and Σ g fall by more than what they
 * expect of the others. Where g does not buy one broadcast (see `scarce`), each server may broadcast in its turn, which
 * together makes C on average, not in every minute; games so large let only the hub broadcast.
 */
export class Budget {
	private readonly selfId: string;
	private readonly share: number;
	private readonly own = new OwnUse();
	private readonly others: OthersUse;
	private caps: Caps;
	/** What there would be without congestion. */
	private fullCaps: Caps;
	private servers = 1;
	private players = 0;
	private factor = 1;
	private home = 0;
	private owedEchoes = 0;
	private synced = false;
	private unsyncedBroadcasts = 0;

	constructor(options: BudgetOptions) {
		this.selfId = options.selfId;
		this.share = options.budgetShare;
		this.caps = capsFor(1, 0, this.share, 1);
		this.fullCaps = this.caps;
		this.others = new OthersUse(this.caps);
	}

	// -- what it has to know -----------------------------------------------------------------------------------------------------------------

	/** The other live servers. This server may be among them. */
	public setMembers(shortIds: ReadonlyArray<string>, nowSeconds: number): void {
		this.advance(nowSeconds);
		const everybody = [this.selfId];
		for (const shortId of shortIds) if (shortId !== this.selfId) everybody.push(shortId);
		everybody.sort();
		const homes = new Array<MemberHome>();
		for (const rank of $range(0, everybody.size() - 1)) {
			const shortId = everybody[rank]!;
			const home = rank % BROADCAST_TOPICS;
			if (shortId === this.selfId) this.home = home;
			else homes.push({ shortId, home });
		}
		this.servers = everybody.size();
		this.updateCaps();
		this.others.setMembers(homes);
	}

	/** From now on the members are known, and more than the first broadcasts may be sent. */
	public setSynced(): void {
		this.synced = true;
	}

	public setPlayers(count: number): void {
		if (count === this.players) return;
		this.players = count;
		this.updateCaps();
	}

	/** What congestion leaves of the budget, (0, 1]. */
	public setFactor(factor: number): void {
		if (factor === this.factor) return;
		this.factor = factor;
		this.updateCaps();
	}

	/** The share of the others' messages that does not arrive here, 0 to 1. */
	public setLoss(fraction: number): void {
		this.others.setLoss(fraction);
	}

	/** So many echoes of data already sent are still to come; data leaves room for them. */
	public setOwedEchoes(count: number): void {
		this.owedEchoes = count;
	}

	// -- what was sent and heard -------------------------------------------------------------------------------------------------------------

	public noteBroadcast(nowSeconds: number, topic: number): void {
		this.advance(nowSeconds);
		this.own.noteBroadcast(nowSeconds, topic, this.servers);
		if (!this.synced) this.unsyncedBroadcasts += 1;
	}

	public noteUnicast(nowSeconds: number, addressee: string): void {
		this.advance(nowSeconds);
		this.own.noteUnicast(addressee);
	}

	/** A broadcast arrived. This server's own were counted when they were sent. */
	public noteHeard(nowSeconds: number, senderShortId: string, topic: number): void {
		if (senderShortId === this.selfId) return;
		this.advance(nowSeconds);
		this.others.note(senderShortId, topic, this.servers);
	}

	/** A frame told how many addressed messages its sender sent. */
	public noteReportedUnicasts(nowSeconds: number, senderShortId: string, count: number): void {
		if (senderShortId === this.selfId || count <= 0) return;
		this.advance(nowSeconds);
		// More than the game may have is a forgery, and must not silence this server for longer than a minute of it would.
		this.others.note(senderShortId, NO_TOPIC, math.min(count, math.ceil(this.caps.gameWide)));
	}

	/** Addressed messages that the others don't know of yet. */
	public unreportedUnicasts(): number {
		return this.own.unreportedUnicasts();
	}

	/** For the header of the next broadcast, which has to be sent then. */
	public takeUnicastReport(): number {
		return this.own.takeReport();
	}

	// -- what is allowed ---------------------------------------------------------------------------------------------------------------------

	public mayBroadcast(nowSeconds: number, kind: BroadcastKind): boolean {
		this.advance(nowSeconds);
		return this.allowsBroadcast(nowSeconds, kind) && this.bestTopic(nowSeconds, kind) !== undefined;
	}

	/** The topic for the next broadcast: the one with the most room, this server's home among equals. Without room anywhere, home. */
	public pickTopic(nowSeconds: number): number {
		this.advance(nowSeconds);
		return this.bestTopic(nowSeconds, "control") ?? this.home;
	}

	/** When asking {@link mayBroadcast} again may make sense: now if it is allowed, otherwise at least 0.05 s later. */
	public nextBroadcastAt(nowSeconds: number, kind: BroadcastKind): number {
		if (this.mayBroadcast(nowSeconds, kind)) return nowSeconds;
		const lastSeconds = this.own.lastBroadcastAt();
		let earliest = nowSeconds + IDLE_WAIT_SECONDS;
		const consider = (seconds: number | undefined) => {
			if (seconds !== undefined && seconds > nowSeconds) earliest = math.min(earliest, seconds);
		};
		consider(lastSeconds + this.borrowSpacing());
		if (this.caps.scarce) consider(lastSeconds + this.caps.turnSeconds);
		consider(this.own.nextChangeAt());
		consider(this.others.nextExpiryAt());
		return math.max(earliest, nowSeconds + SHORTEST_WAIT_SECONDS);
	}

	/** Whether `count` messages to one server's inbox topic may be sent. */
	public mayUnicast(nowSeconds: number, addressee: string, count: number, kind: BroadcastKind = "data"): boolean {
		this.advance(nowSeconds);
		const { own } = this;
		const caps = this.capsOf(kind);
		if (own.messages() + count > caps.sends) return false;
		if (own.messagesTo(addressee) + count > caps.inbox) return false;
		const used = own.deliveries() + count + this.reportRoom();
		const needed = used + this.setAside(kind);
		if (needed <= caps.guaranteed) return true;
		if (this.others.usedInGame() + needed > leeway(kind) * caps.gameWide) return false;
		if (this.others.committedInGame() + used > caps.gameWideNever) return false;
		return used <= caps.guaranteed || this.unheardWithReport() + count <= this.unheardCap();
	}

	/**
	 * Addressed messages wait for the others to be told of those already sent. The next broadcast does that, which may be an early beat: addressed
	 * messages always leave room for it.
	 */
	public wantsReport(): boolean {
		const { caps, own } = this;
		const used = own.deliveries() + 1 + this.reportRoom();
		if (own.unreportedUnicasts() === 0 || used <= caps.guaranteed) return false;
		return this.unheardWithReport() + 1 > this.unheardCap();
	}

	public use(nowSeconds: number): BudgetUse {
		this.advance(nowSeconds);
		const { caps, own, others } = this;
		const topics = new Array<{ deliveries: number; cap: number }>();
		for (const topic of $range(0, BROADCAST_TOPICS - 1)) {
			topics.push({ deliveries: own.deliveriesOnTopic(topic) + others.usedOnTopic(topic), cap: caps.topic });
		}
		return {
			servers: this.servers,
			deliveries: own.deliveries() + others.usedInGame(),
			deliveriesCap: caps.gameWide,
			deliveriesDocumented: caps.documentedGame,
			ownDeliveries: own.deliveries(),
			ownGuaranteed: caps.guaranteed,
			ownSends: own.messages(),
			ownSendsCap: caps.sends,
			topics,
		};
	}

	private advance(nowSeconds: number): void {
		this.own.advance(nowSeconds);
		this.others.advance(nowSeconds);
	}

	private updateCaps(): void {
		this.caps = capsFor(this.servers, this.players, this.share, this.factor);
		this.fullCaps = capsFor(this.servers, this.players, this.share, 1);
		this.others.setCaps(this.caps);
	}

	/** What a message of this kind has to leave. */
	private setAside(kind: BroadcastKind): number {
		if (kind === "control") return 0;
		const reserve = CONTROL_RESERVE * this.caps.guaranteed;
		return kind === "echo" ? reserve : reserve + this.owedEchoes * this.servers;
	}

	/** Room for the broadcast that tells the others of addressed messages. Where only the hub broadcasts, others have none to send. */
	private reportRoom(): number {
		return this.isSilent() ? 0 : this.servers;
	}

	private unheardWithReport(): number {
		return this.own.unheardDeliveries() + this.reportRoom();
	}

	private unheardCap(): number {
		return this.isSilent() ? this.caps.unheardOfSilent : this.caps.unheard;
	}

	/** Whether the others reckon with no broadcast of this server. */
	private isSilent(): boolean {
		return this.caps.scarce && this.own.visibleBroadcasts() === 0;
	}

	private isTurn(nowSeconds: number): boolean {
		return this.caps.scarce && nowSeconds >= this.own.lastBroadcastAt() + this.caps.turnSeconds;
	}

	/** Whether the limits on the whole game, and on this server's messages, allow a broadcast. */
	private allowsBroadcast(nowSeconds: number, kind: BroadcastKind): boolean {
		const { own } = this;
		const caps = this.capsOf(kind);
		if (own.messages() + 1 > caps.sends) return false;
		if (!this.synced) return this.unsyncedBroadcasts < UNSYNCED_BROADCASTS;
		if (this.isTurn(nowSeconds)) return true;
		const used = own.deliveries() + this.servers;
		const needed = used + this.setAside(kind);
		if (needed <= caps.guaranteed) return true;
		if (nowSeconds < own.lastBroadcastAt() + this.borrowSpacing()) return false;
		if (this.others.usedInGame() + needed + this.courtesy(kind) > leeway(kind) * caps.gameWide) return false;
		if (this.others.committedInGame() + used > caps.gameWideNever) return false;
		if (used <= caps.guaranteed) return true;
		// Who is not reckoned with waits for its turn.
		if (this.isSilent()) return false;
		const times = own.visibleBroadcasts() > caps.eagerFrom ? EAGER_UNHEARD : 1;
		const unheard = kind === "control" ? times * caps.unheard : times * caps.unheardData;
		return own.unheardDeliveries() + this.servers <= unheard;
	}

	/** Whether this server has had its fair share: all of the cap, divided by the servers. */
	private isRich(): boolean {
		return this.own.deliveries() + this.servers > 2 * this.caps.guaranteed;
	}

	/**
	 * Room that the rich leave to the others. What this server used long ago is forgotten here first and by the others seconds later; without this,
	 * whoever has much would always be the first to see it free again.
	 */
	private courtesy(kind: BroadcastKind): number {
		return kind !== "control" && this.isRich() ? this.servers : 0;
	}

	/** The rich spread what they can borrow over the minute, instead of falling silent until the first of it is forgotten. */
	private borrowSpacing(): number {
		if (!this.isRich()) return BORROW_SPACING_SECONDS;
		const available = math.max(this.servers, this.caps.gameWide - this.others.usedInGame());
		return math.max(BORROW_SPACING_SECONDS, (this.servers * WINDOW_SECONDS) / available);
	}

	private bestTopic(nowSeconds: number, kind: BroadcastKind): number | undefined {
		let best: number | undefined;
		let leastCommitted = math.huge;
		for (const offset of $range(0, BROADCAST_TOPICS - 1)) {
			const topic = (this.home + offset) % BROADCAST_TOPICS;
			if (!this.allowsTopic(nowSeconds, topic, kind)) continue;
			const committed = this.others.committedOnTopic(topic) + this.own.deliveriesOnTopic(topic);
			if (committed >= leastCommitted) continue;
			best = topic;
			leastCommitted = committed;
		}
		return best;
	}

	private allowsTopic(nowSeconds: number, topic: number, kind: BroadcastKind): boolean {
		const { own, others } = this;
		const caps = this.capsOf(kind);
		const atHome = topic === this.home;
		if (atHome && (this.isTurn(nowSeconds) || !this.synced)) return true;
		const used = own.deliveriesOnTopic(topic) + this.servers;
		if (others.usedOnTopic(topic) + used > caps.topicNever) return false;
		if (atHome && used <= caps.guaranteedAtHome) return true;
		if (others.usedOnTopic(topic) + used + this.courtesy(kind) > leeway(kind) * caps.topic) return false;
		if (!atHome && own.visibleBroadcasts() <= caps.roamFrom) return false;
		if (others.committedOnTopic(topic) + used > caps.topicNever) return false;
		const unheard = kind === "control" ? caps.unheardOnTopic : caps.unheardDataOnTopic;
		return own.unheardOnTopic(topic) + this.servers <= unheard;
	}

	/** Congestion does not slow control: it is little, and it is what tells that servers live. */
	private capsOf(kind: BroadcastKind): Caps {
		return kind === "control" ? this.fullCaps : this.caps;
	}
}

/** How much of the average a kind of message may use: beats and departures must not wait for the rush of data to pass, nor data for repeats. */
function leeway(kind: BroadcastKind): number {
	if (kind === "control") return CONTROL_LEEWAY;
	return kind === "data" ? 1 : ECHO_LEEWAY;
}
