import { Caps, EAGER_UNHEARD, NEVER_OF_DOCUMENTED } from "./caps";
import { OthersUse } from "./others-use";
import { OwnUse } from "./own-use";
import { Pace } from "./pace";
import { BROADCAST_TOPICS, HEARING_SECONDS, WINDOW_SECONDS } from "./use-window";

/**
 * control: beats, departures, announcements. data: changes. echo: a change once more, because its last message may be
 * the one that was lost.
 */
export type BroadcastKind = "control" | "data" | "echo";

/**
 * Two broadcasts beyond the guarantee keep at least this distance, so that what others send can be heard in between.
 */
export const BORROW_SPACING_SECONDS = 0.8;
/** The part of its guarantee that a server keeps for control. */
export const CONTROL_RESERVE = 0.15;
/** The average may be exceeded by so much for control; what is never exceeded stays. */
const CONTROL_LEEWAY = 1.1;
/** Others repeat what they hear as well, so an echo is for when there is room. */
const ECHO_LEEWAY = 0.7;
/** The part of the cap that fair turns of all servers take; the rest is for repairs. */
const FAIR_TURNS = 0.9;
const SLOWEST_TURNS = 1.25;
/** Data leaves room for repairs: what is missing somewhere is older than what is new. */
const DATA_LEEWAY = 0.95;
const RICH_DATA_LEEWAY = 0.85;
/** So many addressed messages each server may send whatever the others do: one delivery each. */
const UNICASTS_PER_MINUTE = 200;
/** After so long without a broadcast a sign of life is more than due. */
const SIGN_OF_LIFE_SECONDS = 10;
/** A server that does not know the others yet may ask for them, and once more. */
const UNSYNCED_BROADCASTS = 2;

/**
 * Keeps all servers together within the limits without asking each other. A broadcast costs as many deliveries as there
 * are servers, an addressed message one. There are two caps: C, the share, for what servers have heard of each other;
 * and N, above C and below the documented limit, for what they cannot have heard of yet. C is kept on average, N in
 * every minute.
 *
 * Each server i may always use its guarantee g = C / (2 · servers). Beyond it, it borrows what is free of the other
 * half:
 *
 *     (average)  T_i + cost + Σ heard_ij  ≤  C
 *     (never)    T_i + cost + Σ max(g, heard_ij + U)  ≤  N        and        unheard_i + cost  ≤  U
 *
 * where sums are over the other servers j, T_i is what i used within the window, heard_ij what i has heard of j's use,
 * and unheard_i the part of T_i that some other server may not have heard of: broadcasts younger than HEARING_SECONDS,
 * and addressed messages that no older broadcast reported.
 *
 * Claim: the sum of all T_i is at most N, at all times.
 * 1. T_j ≤ max(g, heard_ij + U) at all times, for all i and j. Right after a guaranteed message T_j ≤ g. Right after a
 *    borrowed one T_j = known_j + unheard_j ≤ heard_ij + U. Until j's next message T_j only falls, by what became too
 *    old; i counts a message from when it heard it, so i forgets it later than j does, and heard_ij does not fall
 *    before T_j does.
 * 2. Let P = Σ max(g, T_j) over all servers. A guaranteed message leaves P as it is. A borrowed one of i leaves P ≤ T_i
 *    + Σ max(g, heard_ij + U) ≤ N, by 1 and (never). Between messages P falls or stays. It begins at servers · g = C /
 *    2. So Σ T_j ≤ P ≤ N.
 *
 * Topics likewise, with two differences. The guarantee holds on one topic for each server, its home; homes are dealt
 * out by the order of short ids. Other topics are for servers that roam: those whose broadcasts every other server
 * knows to be above `roamFrom` (see {@link Caps}). Only they, and those whose home it is, are reckoned with unheard
 * deliveries on a topic. A server that all others know to be eager may have more unheard: 3 U. "Known to all" is: heard
 * by all for certain, and still counted by all for HEARING_SECONDS more, which is as long as a broadcast can stay
 * unheard.
 *
 * What the claim needs: all servers see the same servers and have the same share, hear within HEARING_SECONDS, and have
 * listened for a minute. Less is made up for by estimate: what is heard is raised by the loss that is observed, and in
 * the first minute to a whole minute. Lower congestion factors of some servers do no harm: N and Σ g fall by more than
 * what they expect of the others; control is little, and goes without the factor. An overdue sign of life is held up only
 * by what was heard, and may come on top: one a server in ten seconds at most.
 *
 * When everybody is busy, the sliding minute alone makes all servers spend it at once and then wait together, so use also
 * keeps an even pace (see {@link Pace}), and data has its turn: whoever has not broadcast for as long as it takes if all
 * of them take turns, may. Turns and a few addressed messages are held up only by N, with what one turn of each other
 * server can have left unheard; that is an estimate, not part of the claim, and the specs of greedy servers check it
 * against the documented limits at every share. Where g does not buy one broadcast (see
 * `scarce`), each server may broadcast in its turn, which together makes C on average, not in every minute; games so
 * large let only the hub broadcast.
 */
export class Allowance {
	/** The topic on which this server's guarantee holds. */
	public home = 0;
	/** Echoes of data already sent that are still to come. */
	public owedEchoes = 0;
	/** Whether the others are known. Until then, so many broadcasts were sent. */
	public synced = false;
	public unsyncedBroadcasts = 0;

	constructor(
		private readonly own: OwnUse,
		private readonly others: OthersUse,
		private readonly pace: Pace,
		private caps: Caps,
	) {}

	public setCaps(caps: Caps): void {
		this.caps = caps;
	}

	/** Whether the limits on the whole game, and on this server's messages, allow a broadcast. */
	public allowsBroadcast(nowSeconds: number, kind: BroadcastKind): boolean {
		const { own } = this;
		const caps = this.capsOf(kind);
		if (own.messages() + 1 > caps.sends) return false;
		if (!this.synced) return this.unsyncedBroadcasts < UNSYNCED_BROADCASTS;
		if (this.isTurn(nowSeconds)) return true;
		const used = own.deliveries() + this.caps.servers;
		const needed = used + this.setAside(kind);
		const paced = kind === "control" || this.pace.allows(nowSeconds, this.caps.servers, caps.gameWide);
		if (needed <= caps.guaranteed && paced) return true;
		if (this.isSignOfLife(nowSeconds, kind)) {
			return this.others.heardInGame() + used <= NEVER_OF_DOCUMENTED * caps.documentedGame;
		}
		if (this.isFairTurn(nowSeconds, kind)) return this.fitsWithUnheard(used, caps);
		if (nowSeconds < this.spacedAt()) return false;
		if (!paced) return false;
		if (this.others.usedInGame() + needed + this.courtesy(kind) > this.leeway(kind) * caps.gameWide) return false;
		if (this.others.committedInGame() + used > caps.gameWideNever) return false;
		if (used <= caps.guaranteed) return true;
		// Who is not reckoned with waits for its turn.
		if (this.isSilent()) return false;
		const times = own.visibleBroadcasts() > caps.eagerFrom ? EAGER_UNHEARD : 1;
		const unheard = kind !== "data" ? times * caps.unheard : times * caps.unheardData;
		return own.unheardDeliveries() + this.caps.servers <= unheard;
	}

	/** The topic with the most room for a broadcast, home among equals; undefined when none has any. */
	public bestTopic(nowSeconds: number, kind: BroadcastKind): number | undefined {
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

	/** Whether the limits allow `count` messages to one server's inbox topic. */
	public allowsUnicast(nowSeconds: number, addressee: string, count: number, kind: BroadcastKind): boolean {
		const { own } = this;
		const caps = this.capsOf(kind);
		if (own.messages() + count > caps.sends) return false;
		if (own.messagesTo(addressee) + count > caps.inbox) return false;
		const used = own.deliveries() + count + this.reportRoom();
		const needed = used + this.setAside(kind);
		if (needed <= caps.guaranteed) return true;
		// What keeps the servers together costs one delivery each, and must not starve while everybody broadcasts.
		if (kind === "control" && own.pacesUnicasts(nowSeconds, count, UNICASTS_PER_MINUTE)) {
			return this.fitsWithUnheard(used, caps);
		}
		if (this.others.usedInGame() + needed > this.leeway(kind) * caps.gameWide) return false;
		if (this.others.committedInGame() + used > caps.gameWideNever) return false;
		return used <= caps.guaranteed || this.unheardWithReport() + count <= this.unheardCap();
	}

	/** Whether addressed messages wait for the others to be told of those already sent. */
	public wantsReport(): boolean {
		const { caps, own } = this;
		const used = own.deliveries() + 1 + this.reportRoom();
		if (own.unreportedUnicasts() === 0 || used <= caps.guaranteed) return false;
		return this.unheardWithReport() + 1 > this.unheardCap();
	}

	/** When the next broadcast may be borrowed, as far as it depends on the latest one. */
	public spacedAt(): number {
		return this.own.lastBroadcastAt() + this.borrowSpacing();
	}

	/** When it is this server's turn, where there are turns. */
	public turnAt(): number | undefined {
		return this.caps.scarce ? this.own.lastBroadcastAt() + this.caps.turnSeconds : undefined;
	}

	/** When this server may send data whatever the others did, because all of them together keep to the cap that way. */
	public fairTurnAt(): number {
		const { servers, gameWide } = this.caps;
		const share = gameWide / servers;
		// Who has borrowed more than its share waits longer, so that the average holds.
		const slower = math.clamp(this.own.deliveries() / share, 1, SLOWEST_TURNS);
		return this.own.lastBroadcastAt() + slower * this.turnInterval();
	}

	private turnInterval(): number {
		const { servers, gameWide } = this.caps;
		return (60 * servers * servers) / (FAIR_TURNS * gameWide);
	}

	/** The deliveries that another server may have caused unheard while all take their turns. */
	private unheardOfEach(): number {
		return this.caps.servers * math.ceil(HEARING_SECONDS / this.turnInterval());
	}

	private fitsWithUnheard(used: number, caps: Caps): boolean {
		const unheard = (caps.servers - 1) * this.unheardOfEach();
		return this.others.usedInGame() + unheard + used <= caps.gameWideNever;
	}

	private isFairTurn(nowSeconds: number, kind: BroadcastKind): boolean {
		return kind === "data" && nowSeconds >= this.fairTurnAt();
	}

	private allowsTopic(nowSeconds: number, topic: number, kind: BroadcastKind): boolean {
		const { own, others } = this;
		const caps = this.capsOf(kind);
		const atHome = topic === this.home;
		if (atHome && (this.isTurn(nowSeconds) || !this.synced)) return true;
		const used = own.deliveriesOnTopic(topic) + this.caps.servers;
		if (others.usedOnTopic(topic) + used > caps.topicNever) return false;
		if (atHome && used <= caps.guaranteedAtHome) return true;
		if (this.isSignOfLife(nowSeconds, kind)) {
			return others.heardOnTopic(topic) + used <= NEVER_OF_DOCUMENTED * caps.documentedTopic;
		}
		if (atHome && this.isFairTurn(nowSeconds, kind)) {
			const unheard = math.ceil(this.caps.servers / BROADCAST_TOPICS) * this.unheardOfEach();
			return others.usedOnTopic(topic) + unheard + used <= this.caps.topicNever;
		}
		if (others.usedOnTopic(topic) + used + this.courtesy(kind) > this.leeway(kind) * caps.topic) return false;
		if (!atHome && own.visibleBroadcasts() <= caps.roamFrom) return false;
		if (others.committedOnTopic(topic) + used > caps.topicNever) return false;
		const unheard = kind !== "data" ? caps.unheardOnTopic : caps.unheardDataOnTopic;
		return own.unheardOnTopic(topic) + this.caps.servers <= unheard;
	}

	/**
	 * Whether this server was silent for so long that others may take it for lost. Its sign of life waits only where the
	 * documented limits themselves are near, as far as they are heard of; there are few of them, at most one in ten
	 * seconds of each server.
	 */
	private isSignOfLife(nowSeconds: number, kind: BroadcastKind): boolean {
		return kind === "control" && nowSeconds >= this.own.lastBroadcastAt() + SIGN_OF_LIFE_SECONDS;
	}

	/** What a message of this kind has to leave. */
	private setAside(kind: BroadcastKind): number {
		if (kind === "control") return 0;
		const reserve = CONTROL_RESERVE * this.caps.guaranteed;
		return kind === "echo" ? reserve : reserve + this.owedEchoes * this.caps.servers;
	}

	/**
	 * Room for the broadcast that tells the others of addressed messages. Where only the hub broadcasts, others have
	 * none to send.
	 */
	private reportRoom(): number {
		return this.isSilent() ? 0 : this.caps.servers;
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
		return nowSeconds >= (this.turnAt() ?? math.huge);
	}

	/**
	 * How much of the average a kind of message may use: signs of life must not wait for the rush of data to pass, nor
	 * data for repeats, nor those who have had little for those who have had much.
	 */
	private leeway(kind: BroadcastKind): number {
		if (kind === "control") return CONTROL_LEEWAY;
		if (kind === "echo") return ECHO_LEEWAY;
		const scramble = this.others.usedInGame() > this.caps.gameWide / 2;
		return scramble && this.isRich() ? RICH_DATA_LEEWAY : DATA_LEEWAY;
	}

	/** Whether this server has had its fair share: all of the cap, divided by the servers. */
	private isRich(): boolean {
		return this.own.deliveries() + this.caps.servers > 2 * this.caps.guaranteed;
	}

	/**
	 * Room that the rich leave to the others. What this server used long ago is forgotten here first and by the others
	 * seconds later; without this, whoever has much would always be the first to see it free again.
	 */
	private courtesy(kind: BroadcastKind): number {
		return kind !== "control" && this.isRich() ? this.caps.servers : 0;
	}

	/**
	 * The rich spread what they can borrow over the minute, instead of falling silent until the first of it is
	 * forgotten.
	 */
	private borrowSpacing(): number {
		if (!this.isRich()) return BORROW_SPACING_SECONDS;
		const { servers, gameWide } = this.caps;
		const available = math.max(servers, this.leeway("data") * gameWide - this.others.usedInGame() - 2 * servers);
		return math.max(BORROW_SPACING_SECONDS, (this.caps.servers * WINDOW_SECONDS) / available);
	}

	/** Congestion does not slow control: it is little, and it is what tells that servers live. */
	private capsOf(kind: BroadcastKind): Caps {
		return kind === "control" ? (this.caps.uncongested ?? this.caps) : this.caps;
	}
}
