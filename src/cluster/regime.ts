import { sometimes } from "../diagnostics/situations";
import { beginWith } from "../diagnostics/begin-with";
import { CastLog } from "../replication/cast-log";
import { CastSection, ShortId, StreamName } from "../wire/frame";
import { Context } from "./context";
import { isOlder } from "./membership";
import { UPLINK_SECONDS } from "./uplink-pace";

/** From so many servers on a hub broadcasts for all; with so many or fewer, every server does for itself. In between, what is, stays. */
const HUB_FROM_SERVERS = 13;
const DIRECT_UP_TO_SERVERS = 10;
/** The number of servers has to be so large, or small, for so long. */
const RISE_SECONDS = 3;
const FALL_SECONDS = 30;
/** Where changes wait for their turn for longer than this at more than a tenth of the servers, and at three at least, a smaller game has a hub as well. */
export const STRAINED_SECONDS = 3;
const STRAINED_PART = 0.1;
const STRAINED_LEAST = 3;
/** It has to be so for this long; who said so counts for a while. Nobody says so who started, or had more than fits into a message, in that while. */
const STRAINED_RISE_SECONDS = 8;
export const STRAINED_WORD_SECONDS = 15;
/** When the hub is gone, the oldest server takes its place at once, the next one after this, and so on, as {@link turnsBefore} says. */
const NEXT_CLAIM_SECONDS = 6;
/** So many have a turn of their own. */
const OWN_TURNS = 3;
/** Where there is nothing to cast, the hub says so often that it lives. */
export const IDLE_CAST_SECONDS = 5;

/** The hub, as this server sees it. */
export interface Hub {
	readonly shortId: ShortId;
	/** A server that begins another one has stepped back. */
	readonly incarnation: number;
	readonly epoch: number;
	readonly log: CastLog;
	/** A server's messages with changes are so far apart. */
	uplinkSeconds: number;
	/** It may send one full message of changes in this time; 0 for as much as it has. */
	messageSeconds: number;
	/** The part of what all servers may send that those may take together who give the state. */
	giveShare: number;
	/** Everything with a stamp up to here has been applied on every live server, as the hub says. */
	stableFrontier: number;
	responders: ReadonlyArray<ShortId>;
	/** Own versions up to here were cast, or sent before there was a hub. */
	ownCastUpTo: number;
	heardAtSeconds: number;
	/** What the hub broadcasts after this stamp without a cast in it, it says as one of many: it is none any more. */
	castStamp: number;
	/** Since when it has done so; a hub that closes does as well, but not for long. */
	uncastSinceSeconds: number | undefined;
}

/**
 * How many turns a server waits for those that come before it: of the first few each has one of its own, then ever more share one. Whole generations of servers
 * close together, the oldest: whoever is left must not wait for each of them. Where several step in at once, one remains.
 */
export function turnsBefore(rank: number): number {
	return rank <= OWN_TURNS ? rank : OWN_TURNS + math.log(rank - OWN_TURNS + 1, 2);
}

/** How this server sends: for itself to all, to all for everybody, or to the hub. */
export type Role = "direct" | "hub" | "leaf";

/**
 * Whether a hub broadcasts for all, and which server it is. The oldest server becomes it, and stays it; after a loss the then oldest does, with a higher epoch.
 * Of two hubs the one with the higher epoch wins, and the older one of equals: the other steps back as soon as it hears of it.
 */
export class Regime {
	public hub: Hub | undefined;
	/** The highest epoch that was heard of. */
	private epoch!: number;
	private manySinceSeconds: number | undefined;
	private fewSinceSeconds: number | undefined;
	private vacantSinceSeconds: number | undefined;
	/** When servers last said that changes wait long, where everybody broadcasts. */
	private strained: Map<ShortId, number> | undefined;
	private strainedSinceSeconds: number | undefined;

	constructor(private readonly context: Context) {}

	public role(): Role {
		const { hub } = this;
		if (!hub) return "direct";
		return hub.shortId === this.context.selfId ? "hub" : "leaf";
	}

	/** A server, this one maybe, has said to all that its changes wait long. */
	public noteStrained(shortId: ShortId, now: number): void {
		this.strained ??= new Map<ShortId, number>();
		this.strained.set(shortId, now);
	}

	/** Whether so many servers say that their changes wait long that all are better served by one that packs them together. */
	private isStrained(servers: number, now: number): boolean {
		if (!this.strained) return false;
		let count = 0;
		for (const [shortId, at] of this.strained) {
			if (now - at > STRAINED_WORD_SECONDS) this.strained.delete(shortId);
			else count += 1;
		}
		return count >= STRAINED_LEAST && count > STRAINED_PART * servers;
	}

	/** What becomes of this server now, of itself; undefined for no change. `fitsDirect` tells whether all could broadcast what they have for themselves. */
	public decide(now: number, fitsDirect: () => boolean): "lead" | "dissolve" | undefined {
		const { context, hub } = this;
		const servers = hub ? context.membership.serverCount() : context.expectedServers;
		if (!hub) {
			this.fewSinceSeconds = undefined;
			this.manySinceSeconds = servers >= HUB_FROM_SERVERS ? (this.manySinceSeconds ?? now) : undefined;
			this.strainedSinceSeconds = this.isStrained(servers, now) ? (this.strainedSinceSeconds ?? now) : undefined;
			const patience = servers >= 2 * HUB_FROM_SERVERS ? 0 : RISE_SECONDS;
			const isLarge = isOver(this.manySinceSeconds, patience, now);
			const isSlow = isOver(this.strainedSinceSeconds, STRAINED_RISE_SECONDS, now);
			if (isSlow && !isLarge) sometimes("a hub for a small game in which changes wait");
			return (isLarge || isSlow) && context.membership.rank() === 0 ? "lead" : undefined;
		}
		this.manySinceSeconds = undefined;
		this.strainedSinceSeconds = undefined;
		this.strained = undefined;
		if (hub.shortId === context.selfId) {
			const isSmall = servers <= DIRECT_UP_TO_SERVERS && fitsDirect();
			this.fewSinceSeconds = isSmall ? (this.fewSinceSeconds ?? now) : undefined;
			return isOver(this.fewSinceSeconds, FALL_SECONDS, now) ? "dissolve" : undefined;
		}
		if (this.isHeld()) {
			this.vacantSinceSeconds = undefined;
			return undefined;
		}
		if (this.vacantSinceSeconds === undefined && context.membership.get(hub.shortId)) {
			sometimes("a hub that came back is none any more");
		}
		this.vacantSinceSeconds ??= now;
		const turn =
			this.vacantSinceSeconds + turnsBefore(context.membership.rankBut(hub.shortId)) * NEXT_CLAIM_SECONDS;
		return now >= turn ? "lead" : undefined;
	}

	/** Whether the server that this one follows lives, and is still the hub: who was given up and came back is none. */
	public isHeld(): boolean {
		const { hub, context } = this;
		if (!hub || hub.shortId === context.selfId) return hub !== undefined;
		const member = context.membership.get(hub.shortId);
		return member?.stream.incarnation === hub.incarnation;
	}

	/** This server is the hub from now on. */
	public lead(now: number): Hub {
		this.epoch += 1;
		this.vacantSinceSeconds = undefined;
		this.fewSinceSeconds = undefined;
		const { selfId, incarnation } = this.context;
		return this.become({ shortId: selfId, incarnation }, this.epoch, now);
	}

	/** There is no hub any more. */
	public dissolve(): void {
		this.hub = undefined;
		this.manySinceSeconds = undefined;
	}

	/** A cast was heard. Returns the hub it is from; undefined if it is not to be followed. */
	public noteCast(cast: CastSection, sender: StreamName, now: number): Hub | undefined {
		const { hub } = this;
		const { shortId } = sender;
		if (hub && hub.shortId === shortId && hub.epoch === cast.epoch) {
			hub.heardAtSeconds = now;
			this.vacantSinceSeconds = undefined;
			return hub;
		}
		if (cast.epoch < this.epoch) {
			sometimes("a cast of a former hub");
			return undefined;
		}
		if (cast.epoch === this.epoch && hub && !this.isBetter(shortId, hub.shortId)) return undefined;
		// A hub that has stepped back meanwhile is no hub again by a late copy.
		if (cast.epoch === this.epoch && !hub) return undefined;
		if (this.role() === "hub") sometimes("a hub gives way to another");
		this.epoch = cast.epoch;
		this.vacantSinceSeconds = undefined;
		return this.become(sender, cast.epoch, now);
	}

	/** The state was given by a server that follows this hub, and has all its casts up to `seq`. */
	public adopt(name: StreamName, epoch: number, seq: number, now: number): void {
		if (epoch < this.epoch || name.shortId === this.context.selfId) return;
		const { hub } = this;
		if (!hub || hub.epoch !== epoch || hub.shortId !== name.shortId) {
			this.epoch = epoch;
			this.become(name, epoch, now);
		}
		this.hub!.log.skip(seq);
	}

	/** Own versions up to here need not be cast by a hub that begins now. */
	public ownCastUpTo(): number {
		const { context, hub } = this;
		return hub && hub.shortId !== context.selfId ? hub.ownCastUpTo : context.sequencer.upTo();
	}

	private become({ shortId, incarnation }: StreamName, epoch: number, now: number): Hub {
		this.hub = {
			shortId,
			incarnation,
			epoch,
			log: new CastLog(shortId, epoch),
			uplinkSeconds: UPLINK_SECONDS,
			messageSeconds: 0,
			giveShare: 0,
			stableFrontier: 0,
			responders: [],
			ownCastUpTo: this.ownCastUpTo(),
			heardAtSeconds: now,
			castStamp: this.context.nowStamp(),
			uncastSinceSeconds: undefined,
		};
		return this.hub;
	}

	private isBetter(candidate: ShortId, current: ShortId): boolean {
		const { membership } = this.context;
		const [left, right] = [membership.identityOf(candidate), membership.identityOf(current)];
		if (!left || !right) return right === undefined;
		return isOlder(candidate, left, current, right);
	}
}

beginWith(Regime, { epoch: 0 });

/** Whether something has been so for a time. */
function isOver(sinceSeconds: number | undefined, patienceSeconds: number, now: number): boolean {
	return sinceSeconds !== undefined && now - sinceSeconds >= patienceSeconds;
}
