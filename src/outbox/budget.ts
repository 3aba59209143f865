import { Allowance, BroadcastKind } from "./allowance";
import { Caps, capsFor } from "./caps";
import { MemberHome, OthersUse } from "./others-use";
import { Pace } from "./pace";
import { OwnUse } from "./own-use";
import { BROADCAST_TOPICS, NO_TOPIC } from "./use-window";

export type { BroadcastKind } from "./allowance";

/** Asking again for what is not allowed makes no sense sooner than this. */
const SHORTEST_WAIT_SECONDS = 0.05;
/** With nothing known that would change the answer, ask again after this. */
const IDLE_WAIT_SECONDS = 1;

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

/** Of the messages that the hub may send, answers to single servers take at most this part. */
const ADDRESSED_OF_HUB_SENDS = 0.6;
/** What the hub leaves of the cap to what others have sent and it has not heard of. */
const CASTS_OF_CAP = 0.98;
/** However busy the others were in the last minute, the hub casts at such intervals, longer after signs of congestion: about half of the cap is its own. */
const SELDOM_CAST_SECONDS = 1.1;
/** What all servers' addressed messages take of the cap at most, in equal parts. */
const ADDRESSED_OF_CAP = 0.55;
/** The same with what is kept for signs of life: who does not answer a probe is taken for lost. */
const URGENT_OF_CAP = 0.7;
/** Those that give the state take what others leave of this part of the cap, within bounds. */
const USED_WITH_STATE = 0.8;
const LEAST_GIVEN = 0.04;
const MOST_GIVEN = 0.4;

/**
 * What this server may send: it is told what is sent, heard and known, and says what is allowed. {@link Allowance} has
 * the rules, and why they keep all servers together within the limits.
 */
export class Budget {
	private readonly selfId: string;
	public readonly share: number;
	private readonly own = new OwnUse();
	private readonly pace = new Pace();
	private readonly others: OthersUse;
	private caps: Caps;
	/** What is known is up to date as of then. */
	private advancedSeconds: number | undefined;
	private readonly allowance: Allowance;

	constructor(options: BudgetOptions) {
		this.selfId = options.selfId;
		this.share = options.budgetShare;
		this.caps = capsFor(1, 0, this.share, 1);
		this.others = new OthersUse(this.caps);
		this.allowance = new Allowance(this.own, this.others, this.pace, this.caps);
	}

	// -- what it has to know ------------------------------------------------------------------------------------------

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
			if (shortId === this.selfId) this.allowance.home = home;
			else homes.push({ shortId, home });
		}
		this.setCaps(everybody.size(), this.caps.players, this.caps.factor);
		this.others.setMembers(homes);
	}

	/** The live servers, where only the hub broadcasts: nobody else is reckoned with. This server is among them. */
	public setServers(count: number, nowSeconds: number): void {
		this.advance(nowSeconds);
		this.setCaps(count, this.caps.players, this.caps.factor);
		this.others.setMembers([]);
	}

	/** From now on the members are known, and more than the first broadcasts may be sent. */
	public setSynced(): void {
		this.allowance.synced = true;
	}

	public setPlayers(count: number): void {
		if (count !== this.caps.players) this.setCaps(this.caps.servers, count, this.caps.factor);
	}

	/** What congestion leaves of the budget, (0, 1]. */
	public setFactor(factor: number): void {
		if (factor !== this.caps.factor) this.setCaps(this.caps.servers, this.caps.players, factor);
	}

	/** The share of the others' messages that does not arrive here, 0 to 1. */
	public setLoss(fraction: number): void {
		this.others.setLoss(fraction);
		// What was heard stands for more, or less, now.
		this.advancedSeconds = undefined;
	}

	/** So many echoes of data already sent are still to come; data leaves room for them. */
	public setOwedEchoes(count: number): void {
		this.allowance.owedEchoes = count;
	}

	// -- what was sent and heard --------------------------------------------------------------------------------------

	public noteBroadcast(nowSeconds: number, topic: number): void {
		this.advance(nowSeconds);
		this.own.noteBroadcast(nowSeconds, topic, this.caps.servers);
		this.pace.note(nowSeconds, this.caps.servers);
		if (!this.allowance.synced) this.allowance.unsyncedBroadcasts += 1;
	}

	/** An addressed message was sent; `givesState` if it is part of the state that another server was given. */
	public noteUnicast(nowSeconds: number, addressee: string, givesState = false): void {
		this.advance(nowSeconds);
		this.own.noteUnicast(nowSeconds, addressee, givesState);
		this.pace.note(nowSeconds, 1);
	}

	/** A broadcast arrived. This server's own were counted when they were sent. */
	public noteHeard(nowSeconds: number, senderShortId: string, topic: number): void {
		if (senderShortId === this.selfId) return;
		this.advance(nowSeconds);
		this.others.note(senderShortId, topic, this.caps.servers);
		this.pace.note(nowSeconds, this.caps.servers);
	}

	/** A frame told how many addressed messages its sender sent. */
	public noteReportedUnicasts(nowSeconds: number, senderShortId: string, count: number): void {
		if (senderShortId === this.selfId || count <= 0) return;
		this.advance(nowSeconds);
		// More than the game may have is a forgery, and must not silence this server for longer than a minute of it
		// would.
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

	// -- where a hub broadcasts for all ------------------------------------------------------------------------------

	/** Whether the hub may broadcast: the only one that does. What the others send, they tell it. */
	public mayCast(nowSeconds: number): boolean {
		this.advance(nowSeconds);
		const { caps, own, others } = this;
		const { servers } = caps;
		if (own.messages() + 1 > caps.sends) return false;
		const used = own.deliveries() + others.usedInGame() + servers;
		// All others wait for the hub: it speaks, seldom if need be, as long as the documented limits allow it.
		if (nowSeconds >= this.seldomCastAt()) {
			return used <= (caps.uncongested ?? caps).gameWideNever;
		}
		if (used > CASTS_OF_CAP * caps.gameWide) return false;
		return this.pace.allows(nowSeconds, servers, caps.gameWide);
	}

	/** From when on the hub may cast however busy the others were. */
	public seldomCastAt(): number {
		return this.own.lastBroadcastAt() + SELDOM_CAST_SECONDS / this.caps.factor;
	}

	/** How many broadcasts in a minute the hub can make beside what the others use now: as the cap has room for, or seldom. */
	public castsPerMinute(nowSeconds: number): number {
		this.advance(nowSeconds);
		const { caps, others } = this;
		const seldom = (60 * caps.factor) / SELDOM_CAST_SECONDS;
		return math.max(seldom, (CASTS_OF_CAP * caps.gameWide - others.usedInGame()) / caps.servers);
	}

	/** What all servers may use in a minute. */
	public capPerMinute(): number {
		return this.caps.gameWide;
	}

	/** Whether the hub, which is told what the others use, may send one addressed message. */
	public mayAddressAsHub(nowSeconds: number, isUrgent = false): boolean {
		this.advance(nowSeconds);
		const { caps, own, others } = this;
		const most = isUrgent ? caps.gameWideNever : caps.gameWide;
		// However many ask it for something, its messages are for casts: without those it is taken for dead.
		const sends = isUrgent ? caps.sends : ADDRESSED_OF_HUB_SENDS * caps.sends;
		return own.messages() + 1 <= sends && own.deliveries() + others.usedInGame() + 1 <= most;
	}

	/** What the hub leaves, as a part of the cap, to servers that give the state. */
	public giveShare(nowSeconds: number): number {
		return math.clamp(USED_WITH_STATE - this.usedShare(nowSeconds), LEAST_GIVEN, MOST_GIVEN);
	}

	/** Which part of the cap others have used for what they sent to single servers. */
	public addressedShare(nowSeconds: number): number {
		this.advance(nowSeconds);
		return this.others.usedInGame() / this.caps.gameWide;
	}

	/** Which part of the cap all servers have used within the last minute, as far as it is known here. */
	public usedShare(nowSeconds: number): number {
		this.advance(nowSeconds);
		return (this.own.deliveries() + this.others.usedInGame()) / this.caps.gameWide;
	}

	/** The topic for the hub's next broadcast: they take turns. */
	public pickCastTopic(nowSeconds: number): number {
		this.advance(nowSeconds);
		let best = 0;
		for (const topic of $range(1, BROADCAST_TOPICS - 1)) {
			if (this.own.deliveriesOnTopic(topic) < this.own.deliveriesOnTopic(best)) best = topic;
		}
		return best;
	}

	/**
	 * Whether one addressed message may be sent where a hub broadcasts: each server has its part, `leeway` times, and who gives the state `giveShare`
	 * of the cap more.
	 */
	public mayAddress(nowSeconds: number, giveShare = 0, isUrgent = false, leeway = 1): boolean {
		this.advance(nowSeconds);
		const { caps, own } = this;
		if (own.messages() + 1 > caps.sends) return false;
		const part = ((isUrgent ? URGENT_OF_CAP : ADDRESSED_OF_CAP) * caps.gameWide) / caps.servers;
		return own.messages() + 1 <= leeway * part + giveShare * caps.gameWide;
	}

	/** Whether one message to the hub may be sent: as {@link mayAddress}, but the state that a server has given to others takes nothing from its own part. */
	public mayUplink(nowSeconds: number): boolean {
		this.advance(nowSeconds);
		const { caps, own } = this;
		if (own.messages() + 1 > caps.sends) return false;
		return own.messagesOfItsOwn() + 1 <= (ADDRESSED_OF_CAP * caps.gameWide) / caps.servers;
	}

	// -- what is allowed ----------------------------------------------------------------------------------------------

	public mayBroadcast(nowSeconds: number, kind: BroadcastKind): boolean {
		this.advance(nowSeconds);
		const { allowance } = this;
		return allowance.allowsBroadcast(nowSeconds, kind) && allowance.bestTopic(nowSeconds, kind) !== undefined;
	}

	/**
	 * The topic for the next broadcast: the one with the most room, this server's home among equals. Without room
	 * anywhere, home.
	 */
	public pickTopic(nowSeconds: number): number {
		this.advance(nowSeconds);
		return this.allowance.bestTopic(nowSeconds, "control") ?? this.allowance.home;
	}

	/** When asking {@link mayBroadcast} again may make sense: now if it is allowed, otherwise at least 0.05 s later. */
	public nextBroadcastAt(nowSeconds: number, kind: BroadcastKind): number {
		if (this.mayBroadcast(nowSeconds, kind)) return nowSeconds;
		let earliest = nowSeconds + IDLE_WAIT_SECONDS;
		const consider = (seconds: number | undefined) => {
			if (seconds !== undefined && seconds > nowSeconds) earliest = math.min(earliest, seconds);
		};
		consider(this.allowance.spacedAt());
		consider(this.allowance.turnAt());
		consider(this.allowance.fairTurnAt());
		consider(this.own.nextChangeAt());
		consider(this.others.nextExpiryAt());
		return math.max(earliest, nowSeconds + SHORTEST_WAIT_SECONDS);
	}

	/** Whether `count` messages to one server's inbox topic may be sent. */
	public mayUnicast(nowSeconds: number, addressee: string, count: number, kind: BroadcastKind = "data"): boolean {
		this.advance(nowSeconds);
		return this.allowance.allowsUnicast(nowSeconds, addressee, count, kind);
	}

	/**
	 * Addressed messages wait for the others to be told of those already sent. The next broadcast does that, which may
	 * be an early beat: addressed messages always leave room for it.
	 */
	public wantsReport(): boolean {
		return this.allowance.wantsReport();
	}

	/** The part of the deliveries it allows that is used, by all servers, as far as it is known here. */
	public utilisation(nowSeconds: number): number {
		this.advance(nowSeconds);
		return (this.own.deliveries() + this.others.usedInGame()) / this.caps.gameWide;
	}

	public use(nowSeconds: number): BudgetUse {
		this.advance(nowSeconds);
		const { caps, own, others } = this;
		const topics = new Array<{ deliveries: number; cap: number }>();
		for (const topic of $range(0, BROADCAST_TOPICS - 1)) {
			topics.push({ deliveries: own.deliveriesOnTopic(topic) + others.usedOnTopic(topic), cap: caps.topic });
		}
		return {
			servers: this.caps.servers,
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
		if (nowSeconds === this.advancedSeconds) return;
		this.advancedSeconds = nowSeconds;
		this.own.advance(nowSeconds);
		this.others.advance(nowSeconds);
	}

	private setCaps(servers: number, players: number, factor: number): void {
		this.caps = capsFor(servers, players, this.share, factor);
		this.others.setCaps(this.caps);
		this.allowance.setCaps(this.caps);
	}
}
