import { ShortId } from "../wire/frame";

/** A server sends what is new to the hub this far apart, as long as the hub says nothing else. */
export const UPLINK_SECONDS = 1.5;
/** Messages to the hub are not wanted further apart than this. */
const MOST_SPACING_SECONDS = 20;
/** What messages with changes to the hub may take of the cap together: while there is room for all; and while more waits than can be cast. */
const ADDRESSED_WITH_ROOM = 0.33;
const ADDRESSED_WITHOUT_ROOM = 0.08;
/** Who has sent changes within this many spacings, and this time, is reckoned to go on with it. */
const ACTIVE_SPACINGS = 2.5;
const ACTIVE_SECONDS = 6;
/** Whoever said that changes wait, and has not said anything since, is not reckoned with for longer. */
const BACKLOG_SECONDS = 60;
/** A rate is measured over about this time. */
const RATE_SECONDS = 15;
/** Whether there has to be a hub is decided by a longer one. */
const DEMAND_SECONDS = 30;
/** Those whose changes wait get this part of what can be cast, whatever the others bring. */
const LEAST_FOR_BACKLOG = 0.2;
/** What waits at the hub is to be cast within about this time. */
const WANTED_WAIT_SECONDS = 1.8;
const LONG_WAIT_SECONDS = 3;
const STALE_WAIT_SECONDS = 6;
/** How a measured wait corrects what was reckoned: at once, and lastingly, within bounds. */
const CORRECTION_PER_SECOND = 0.08;
const LASTING_STEP = 1.03;
const LEAST_LASTING = 0.6;
const MOST_LASTING = 3;
const DECIDE_SECONDS = 1.5;
/** Without a hub each change is broadcast and repeated once; beats need room as well. */
const WITH_ECHO = 2;
const DIRECT_OF_CAP = 0.6;

/** What the hub knows when it decides how often the others may speak. */
export interface CastingState {
	/** How many casts a minute the budget has room for beside what the others send. */
	readonly castsPerMinute: number;
	/** All deliveries a minute of the cap. */
	readonly capPerMinute: number;
	/** How long the oldest of what waits to be cast has waited. */
	readonly oldestWaitSeconds: number;
}

/** Fades out within a time, so that at a steady rate its value is what comes in that time. */
class FadingSum {
	private value = 0;
	private atSeconds = 0;

	constructor(private readonly seconds: number) {}

	public add(now: number, amount: number): void {
		this.value = this.at(now) + amount;
		this.atSeconds = now;
	}

	public at(now: number): number {
		return this.value * math.exp((this.atSeconds - now) / this.seconds);
	}
}

/**
 * How often, and how much, the other servers may send to the hub. Reckoned forward from who has changes to send and from what can be cast: a rule
 * that looked at the hub's queue only would learn minutes later what it did, since in a large game a server that waits its turn speaks that seldom.
 */
export class UplinkPace {
	/** Messages with changes are this far apart. */
	public spacingSeconds = UPLINK_SECONDS;
	/** A server may send one full message of changes in this time; 0 for as much as it has. */
	public messageSeconds = 0;
	/** Servers that have changes left, and when they said so. */
	private readonly backlogs = new Map<ShortId, number>();
	/** When servers last sent changes. */
	private readonly active = new Map<ShortId, number>();
	/** Casts' worth of changes that came from servers that had none left. */
	private readonly fromOthers = new FadingSum(RATE_SECONDS);
	/** Messages with changes. */
	private readonly messages = new FadingSum(DEMAND_SECONDS);
	private lasting = 1;
	private decidedAtSeconds = -math.huge;

	/** A server has sent `bytes` of changes of a full message's `mostBytes`, and has kept `waiting` more. */
	public note(shortId: ShortId, bytes: number, mostBytes: number, waiting: number, now: number): void {
		if (bytes > 0) {
			this.active.set(shortId, now);
			this.messages.add(now, 1);
		}
		if (waiting > 0) this.backlogs.set(shortId, now);
		else {
			this.backlogs.delete(shortId);
			this.fromOthers.add(now, bytes / mostBytes);
		}
	}

	/** Whether the cap has room for a broadcast instead of every message with changes, its echo included. */
	public fitsDirect(now: number, servers: number, capPerMinute: number): boolean {
		const perMinute = (this.messages.at(now) * 60) / DEMAND_SECONDS;
		return perMinute * servers * WITH_ECHO <= DIRECT_OF_CAP * capPerMinute;
	}

	public decide(now: number, state: CastingState): void {
		if (now - this.decidedAtSeconds < DECIDE_SECONDS) return;
		this.decidedAtSeconds = now;
		const backlogged = countSince(this.backlogs, now - BACKLOG_SECONDS);
		const since = now - math.max(ACTIVE_SECONDS, ACTIVE_SPACINGS * this.spacingSeconds);
		const active = countSince(this.active, since);
		const wait = state.oldestWaitSeconds;
		const isShort = backlogged > 0 || wait > LONG_WAIT_SECONDS;
		const part = isShort ? ADDRESSED_WITHOUT_ROOM : ADDRESSED_WITH_ROOM;
		this.spacingSeconds = math.clamp(
			(60 * active) / (part * state.capPerMinute),
			UPLINK_SECONDS,
			MOST_SPACING_SECONDS,
		);
		// What waits at the hub would wait at those that go on sending, if they were asked to.
		const waiting = wait > LONG_WAIT_SECONDS ? math.max(backlogged, active) : backlogged;
		if (waiting === 0) {
			this.messageSeconds = 0;
			this.lasting = 1;
			return;
		}
		// What waits for very long came before anybody was asked to send less: it teaches nothing about how much less is enough.
		if (wait > LONG_WAIT_SECONDS && wait < STALE_WAIT_SECONDS)
			this.lasting = math.min(this.lasting * LASTING_STEP, MOST_LASTING);
		else if (wait < WANTED_WAIT_SECONDS) this.lasting = math.max(this.lasting / LASTING_STEP, LEAST_LASTING);
		const castsPerSecond = state.castsPerMinute / 60;
		const forOthers = waiting > backlogged ? 0 : this.fromOthers.at(now) / RATE_SECONDS;
		const left = math.max(castsPerSecond - forOthers, LEAST_FOR_BACKLOG * castsPerSecond);
		const correction = this.lasting * (1 + CORRECTION_PER_SECOND * math.max(0, wait - WANTED_WAIT_SECONDS));
		this.messageSeconds = (correction * waiting) / left;
		assert(this.messageSeconds > 0, "whoever has changes left may send some of them");
	}
}

/** How many were noted after a time; the others are forgotten. */
function countSince(noted: Map<ShortId, number>, since: number): number {
	let count = 0;
	for (const [shortId, at] of noted) {
		if (at >= since) count += 1;
		else noted.delete(shortId);
	}
	return count;
}
