import { beginWith } from "../diagnostics/begin-with";
import { Budget } from "../outbox/budget";
import { Congestion, SelfEchoes } from "../outbox/congestion";
import { FlushTimer } from "../outbox/flush-timer";
import { LossEstimator } from "../outbox/loss";
import { OutboxQueue } from "../outbox/queue";
import { Log } from "../diagnostics/logger";
import { Platform } from "../platform/platform";
import { FloorTracker } from "../replication/floor-tracker";
import { HybridClock } from "../replication/hybrid-clock";
import { Recents } from "../replication/recent";
import { Register } from "../replication/register";
import { Replica } from "../replication/replica";
import { Sequencer } from "../replication/sequencer";
import { Stream } from "../replication/stream";
import { SHORT_ID_BYTES } from "../wire/base85";
import { Identity, ShortId, StreamName } from "../wire/frame";
import { PREFIX_BYTES } from "../wire/layout";
import { shortIdOf } from "../wire/short-id";
import { Census } from "./census";
import { censusOf } from "./census-hash";
import { Departed, Member, Membership } from "./membership";
import { Regime } from "./regime";
import { MemoryUse, TrafficCounters } from "./statistics";

/** What a beat says while too little was heard to know the loss. */
export const LOSS_UNKNOWN = 84;

/** A game is lively when so many broadcasts of others are heard in this time. */
const LIVELY_BROADCASTS = 7;
const LIVELY_SECONDS = 10;

/**
 * starting: subscriptions are not up · joining: asking for the state · synced: taking part · rejoining: taking part again after having been given up ·
 * local: there is no messaging here (Studio) · closing, closed
 */
export type Phase = "starting" | "joining" | "synced" | "rejoining" | "local" | "closing" | "closed";

/** A new game of so many servers, with so little state, begins with casts instead of one conversation for each server, within this time. */
const FOUNDING_SERVERS = 26;
const FOUNDING_RECORDS = 100;
const FOUNDING_SECONDS = 10;
/** Whoever has not heard them by then asks. */
const FIRST_CASTS_SECONDS = 5;

/** Where a hub broadcasts for all, each server is heard of by it at least so often. */
const HUB_BEAT_SECONDS = 10;

/** A change that waits to be sent. */
export interface Waiting {
	readonly register: Register;
	/** What the floor tracker wants back when it leaves. */
	readonly generation: number;
	/** The next part of a value that is too large for one message. */
	nextPart: number;
	/** The value whose parts are being sent; it is finished even if a newer one waits already, or none would ever arrive. */
	sending: { readonly stamp: number; readonly parts: string[] } | undefined;
}

interface Pin {
	readonly frontier: number;
	readonly untilSeconds: number;
}

const NO_PINS: ReadonlyArray<Pin> = [];

/** Told to the parts of the library above this one. */
export interface ContextEvents {
	joined(member: Member): void;
	renewed(member: Member): void;
	departed(departed: Departed, identity: Identity): void;
	changed(): void;
}

/** What the parts of one server's cluster share. */
export class Context {
	public phase: Phase = "starting";
	public readonly selfId: ShortId;
	public readonly identity: Identity;
	public incarnation = 0;
	/** The servers that live, and those that ask for the state. */
	public expectedServers = 1;
	/** Whether this server ever got the state. */
	public hasState = false;
	/** Whether this server found nobody who had the state. */
	public founded!: boolean;
	/** Whether this server got the state by a new game's first casts. */
	public hasFirstCasts!: boolean;
	/** Whether this server, as the hub, gives the state by a new game's first casts: it does not turn to conversations because of what they bring. */
	public givesFirstCasts!: boolean;
	/** When this server got the state. */
	public syncedAtSeconds = 0;
	public readonly clock = new HybridClock();
	public readonly replica: Replica;
	public sequencer: Sequencer;
	public readonly floor = new FloorTracker();
	public readonly recents: Recents;
	public readonly membership: Membership;
	public readonly regime: Regime;
	public readonly doubts: Census;
	public readonly outbox = new OutboxQueue<Waiting>();
	public readonly flushTimer = new FlushTimer();
	public readonly budget: Budget;
	public readonly congestion = new Congestion();
	public readonly echoes = new SelfEchoes();
	public readonly loss = new LossEstimator();
	public readonly traffic = new TrafficCounters();
	public readonly memoryUse = new MemoryUse();
	/** Removals with a stamp up to here may have been forgotten. */
	public collectedUpTo = 0;
	/** Broadcasts heard, fading within {@link LIVELY_SECONDS}. */
	private liveliness = 0;
	private livelySinceSeconds = 0;
	private pins = NO_PINS;

	constructor(
		public readonly platform: Platform,
		budgetShare: number,
		/** Start value of the checksum; from the shared key, if there is one. */
		public readonly checksumSeed: number,
		public readonly events: ContextEvents,
		public readonly log: Log,
	) {
		this.selfId = shortIdOf(platform.serverId);
		this.identity = {
			serverId: platform.serverId,
			startedAtSeconds: platform.startedAtSeconds,
			placeVersion: platform.placeVersion,
		};
		const stream = new Stream(this.selfId, this.incarnation);
		this.replica = new Replica(stream);
		this.recents = this.replica.recents;
		this.sequencer = new Sequencer(stream);
		this.membership = new Membership(this.selfId, this.identity);
		this.regime = new Regime(this);
		this.doubts = new Census(this);
		this.budget = new Budget({ selfId: this.selfId, budgetShare });
	}

	public now(): number {
		return this.platform.clock();
	}

	/** Whether the game has just begun and many come to it: they all get the state by the same first casts. */
	public isFounding(): boolean {
		if (this.hasFirstCasts && this.now() - this.syncedAtSeconds <= FIRST_CASTS_SECONDS) return true;
		if (this.givesFirstCasts && this.now() - this.syncedAtSeconds <= FOUNDING_SECONDS) return true;
		return (
			this.founded &&
			this.isActive() &&
			this.expectedServers >= FOUNDING_SERVERS &&
			this.replica.registerCount <= FOUNDING_RECORDS &&
			this.now() - this.syncedAtSeconds <= FOUNDING_SECONDS
		);
	}

	public nowStamp(): number {
		return this.clock.now(this.platform.unixMilliseconds());
	}

	/** Whether this server takes part: it has the state, and sends. */
	public isActive(): boolean {
		return this.phase === "synced" || this.phase === "rejoining";
	}

	/** Whether what this server shows is the cluster's state. */
	public isSynced(): boolean {
		return this.hasState;
	}

	/** A hash of who lives, this server included. */
	public census(): number {
		return bit32.bxor(this.membership.census(), censusOf(this.selfId, this.incarnation));
	}

	/** The stream of this name as far as it is known here: own, live or departed. */
	public findNamed(name: StreamName): Stream | undefined {
		if (name.shortId.size() === SHORT_ID_BYTES) return this.findStream(name);
		const shortId = this.membership.byPrefix(name.shortId);
		return shortId === undefined ? undefined : this.findStream({ shortId, incarnation: name.incarnation });
	}

	/** Whether every server can be taken to know the stream by the beginning of its short id. */
	public goesByPrefix({ shortId, incarnation }: Stream): boolean {
		return incarnation === 0 && this.membership.byPrefix(string.sub(shortId, 1, PREFIX_BYTES)) === shortId;
	}

	public findStream(name: StreamName): Stream | undefined {
		const own = this.replica.own;
		if (name.shortId === this.selfId) return name.incarnation === own.incarnation ? own : undefined;
		const member = this.membership.get(name.shortId);
		if (member) return member.stream.incarnation === name.incarnation ? member.stream : undefined;
		const departed = this.membership.departed(name.shortId);
		return departed && departed.stream.incarnation === name.incarnation ? departed.stream : undefined;
	}

	/** The ServerId that goes with a short id; the short id itself where it is not known. */
	public serverIdOf(shortId: ShortId): string {
		if (shortId === this.selfId) return this.identity.serverId;
		const { membership } = this;
		const identity = membership.get(shortId)?.identity ?? membership.departed(shortId)?.identity;
		return identity ? identity.serverId : shortId;
	}

	/** The time between two signs of life: longer where there are more to hear them, because everybody pays for everybody. */
	public beatSeconds(): number {
		if (this.regime.hub) return math.max(HUB_BEAT_SECONDS, this.membership.serverCount() / 200);
		const servers = this.membership.serverCount();
		return servers <= 12 ? math.clamp(1.8 * servers, 10, 18) : math.min(1.5 * servers, 80);
	}

	/** The share of others' broadcasts that did not arrive here, 0 to 1. */
	public observedLoss(): number {
		return this.loss.fraction();
	}

	/** A broadcast of another server was heard. */
	public noteLively(): void {
		const now = this.now();
		this.liveliness = this.liveliness * math.exp((this.livelySinceSeconds - now) / LIVELY_SECONDS) + 1;
		this.livelySinceSeconds = now;
	}

	/** Whether others broadcast so often that what this server sends is soon repeated in their spare room. */
	public isLively(): boolean {
		const faded = this.liveliness * math.exp((this.livelySinceSeconds - this.now()) / LIVELY_SECONDS);
		return faded >= LIVELY_BROADCASTS;
	}

	/** The same as beats say it. */
	public lossPercent(): number {
		if (!this.loss.isKnown()) return LOSS_UNKNOWN;
		return math.clamp(math.round(this.observedLoss() * 100), 0, LOSS_UNKNOWN - 1);
	}

	/** How often a record should be on the air, by whomever, before it is no longer repeated in spare room: more where more gets lost. */
	public transmissionGoal(): number {
		let worst = this.observedLoss();
		for (const member of this.membership.allReporting()) worst = math.max(worst, member.loss!);
		if (worst < 0.02) return 4;
		return worst < 0.08 ? 5 : 8;
	}

	/** Everything with a stamp up to here, of every live server, has been applied here. Before the state is here, nothing has. */
	public frontier(): number {
		return math.min(this.ownFrontier(), this.pinnedFrontier());
	}

	/** The same whatever was given to servers that are joining. */
	public ownFrontier(): number {
		if (!this.isSynced()) return 0;
		const { hub } = this.regime;
		if (hub && this.regime.role() === "leaf") return hub.log.casts.appliedFloor;
		let frontier = this.floor.floor(this.nowStamp());
		for (const member of this.membership.all()) frontier = math.min(frontier, member.stream.appliedFloor);
		// What a gone server said last may still be on its way to this server, and others have applied it.
		for (const { stream } of this.membership.unsettled(this.now()))
			frontier = math.min(frontier, stream.appliedFloor);
		return frontier;
	}

	/** Everything with a stamp up to here has been applied on every live server: what is older can never be contradicted. */
	public stableFrontier(): number {
		let frontier = this.frontier();
		const { hub } = this.regime;
		if (hub && this.regime.role() === "leaf") return math.min(frontier, hub.stableFrontier);
		for (const member of this.membership.all()) {
			// One that keeps up again is waited for, so that it comes to have applied all that was forgotten without it.
			const isLagging = member.fenced && member.laggingSinceSeconds !== undefined;
			if (!isLagging) frontier = math.min(frontier, member.frontier);
		}
		return frontier;
	}

	/** How far the frontier lies behind the present; not longer than this server has been taking part. */
	public lagSeconds(): number {
		const lag = (this.nowStamp() - this.stableFrontier()) / 1000;
		return math.clamp(lag, 0, this.now() - this.syncedAtSeconds);
	}

	/** Holds the frontier back until a server that got its state from here says what it has applied. */
	public pinFrontier(frontier: number, untilSeconds: number): void {
		const others = this.pins.filter((pin) => pin.frontier !== frontier || pin.untilSeconds > untilSeconds);
		this.pins = [...others, { frontier, untilSeconds }];
	}

	private pinnedFrontier(): number {
		let frontier = math.huge;
		if (this.pins.isEmpty()) return frontier;
		const now = this.now();
		this.pins = this.pins.filter((pin) => pin.untilSeconds > now);
		for (const pin of this.pins) frontier = math.min(frontier, pin.frontier);
		return frontier;
	}
}

beginWith(Context, { founded: false, hasFirstCasts: false, givesFirstCasts: false });
