import { sometimes } from "../diagnostics/situations";
import { BroadcastKind } from "../outbox/budget";
import { backoffSeconds } from "../outbox/retry";
import { StreamRange } from "../replication/cast-log";
import { Register } from "../replication/register";
import { Departure, FrameHeader, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, messageBytes, writeFrame } from "../wire/frame-writer";
import { writeIdentity, writeJoin } from "../wire/section-writers";
import { AddressedKind, AddressedQueue } from "./addressed-queue";
import { Agenda, Appointment } from "./agenda";
import { Caster } from "./caster";
import { Composer, SpareRoom } from "./composer";
import { Context } from "./context";
import { Hub } from "./regime";
import { broadcastTopic, inboxTopic, RENDEZVOUS_TOPIC } from "./topics";

interface TailEcho {
	/** After the last new record. */
	readonly afterSeconds: number;
	/** Owed while one of them was on the air less often than this; undefined for as often as loss makes necessary. */
	readonly transmissions: number | undefined;
}
/** After a burst its tail is repeated, because its last message may be the one that was lost. */
const TAIL_ECHOES: ReadonlyArray<TailEcho> = [
	{ afterSeconds: 1, transmissions: 2 },
	{ afterSeconds: 1.9, transmissions: 3 },
	{ afterSeconds: 5, transmissions: undefined },
];
/** What was sent to the hub is sent again until the hub has cast it. */
const UPLINK_ECHOES: ReadonlyArray<TailEcho> = [
	{ afterSeconds: 2.2, transmissions: 2 },
	{ afterSeconds: 4, transmissions: 2 },
	{ afterSeconds: 6, transmissions: 2 },
	{ afterSeconds: 9, transmissions: 2 },
	{ afterSeconds: 13, transmissions: 2 },
];
/** Where others broadcast often, they repeat it, and an own echo is for what they cannot have heard, or for when they fall silent. */
const LIVELY_TAIL_ECHOES: ReadonlyArray<TailEcho> = [
	{ afterSeconds: 3, transmissions: 2 },
	{ afterSeconds: 5, transmissions: undefined },
];
/** A loss is said so often, so many seconds after it was found. */
const LOST_SAID_AFTER_SECONDS: ReadonlyArray<number> = [0, 1, 2.5, 5];
/** This server's identity rides along so often after it joined. */
const IDENTITY_TRANSMISSIONS = 4;
/** Messages that the cloud refused and that wait to be sent again; older ones are given up, receivers ask for what was in them. */
const MOST_REFUSED = 16;

/** An addressed message that the cloud refused is sent again after this, until it is stale. */
const ADDRESSED_AGAIN_SECONDS = 1;

/** Casts are so far apart while there is something to cast, and wait so long for more to come. */
const CAST_SECONDS = 0.75;
const CAST_PATIENCE_SECONDS = 0.1;
/** After the last news, what was cast is repeated at these intervals. */
const CAST_REPEATS_SECONDS: ReadonlyArray<number> = [0.9, 1.6, 3];
/** That there is no hub any more is said so often. */
const DISSOLVING_CASTS = 4;
/** Signs of life and the like wait less for each other than changes do. */
const LEAST_UPLINK_SECONDS = 0.7;
/** Whatever this server has sent, the hub is told that it lives. */
const OVERDUE_UPLINK_SECONDS = 8;

interface Announcement {
	readonly departure: Departure;
	readonly sinceSeconds: number;
	said: number;
}

/** Everything this server sends: when, on which topic, and again if the cloud refused it. */
export class Sender {
	private readonly composer: Composer;
	private readonly flushing: Appointment;
	private readonly echoing: Appointment;
	private readonly beating: Appointment;
	private readonly announcing: Appointment;
	private readonly addressing: Appointment;
	private readonly retrying: Appointment;
	private readonly overdue: Appointment;
	private readonly casting: Appointment;
	/** While this server is the hub. */
	private caster: Caster | undefined;
	private lastCastSeconds = -math.huge;
	private castsOwed = 0;
	private lastUplinkSeconds = -math.huge;
	/** The hub's last words: that there is none any more. */
	private dissolving = 0;

	private echoes = TAIL_ECHOES;
	private echoStage = TAIL_ECHOES.size();
	private lastNewSeconds = 0;
	private lastBroadcastSeconds = 0;
	private identityOwed = IDENTITY_TRANSMISSIONS;
	private announcements = new Array<Announcement>();
	private readonly addressed = new AddressedQueue();
	private refused = new Array<string>();
	private failuresInRow = 0;
	private pausedUntilSeconds = 0;
	/** Servers that are being given the state and are not members yet: they listen already. */
	private audienceUntilSeconds = 0;

	constructor(
		private readonly context: Context,
		/** This server was the hub, and there is none any more. */
		private readonly onDissolved: () => void,
		agenda: Agenda,
	) {
		this.composer = new Composer(context);
		this.retrying = agenda.add(() => this.retry());
		this.announcing = agenda.add(() => this.announce());
		this.flushing = agenda.add(() => this.flush());
		this.echoing = agenda.add(() => this.echo());
		this.beating = agenda.add(() => this.beat());
		this.addressing = agenda.add(() => this.sendAddressed());
		this.overdue = agenda.add(() => this.checkEchoes());
		this.casting = agenda.add(() => this.cast());
	}

	// -- changes -----------------------------------------------------------------------------------------------------------------------------

	/** A register of this server has changed and is to be sent. A change that waits already is replaced in place. */
	public enqueue(register: Register, priority: number): void {
		const { context } = this;
		const now = context.now();
		// A claim's stamp may be above everything this server has seen; no frame is stamped below what is in it.
		context.clock.witness(register.stamp);
		const key = queueKey(register);
		const waiting = context.outbox.get(key);
		const generation = waiting?.generation ?? context.floor.enqueued();
		// Parts of the former value that have begun to be sent are finished first.
		if (!waiting?.sending) {
			context.outbox.put(key, priority, now, { register, generation, nextPart: 0, sending: undefined });
		}
		if (!waiting) context.flushTimer.noteBytes(register.key.size() + (register.value?.size() ?? 0) + 8);
		context.flushTimer.noteChange(now);
		this.scheduleFlush();
	}

	/** Whether a change of this register is still to be sent. */
	public isWaiting(register: Register): boolean {
		return this.context.outbox.get(queueKey(register))?.register === register;
	}

	/** A change that waits is no longer this server's to send. */
	public dequeue(register: Register): void {
		const { context } = this;
		const waiting = context.outbox.get(queueKey(register));
		if (!waiting) return;
		context.outbox.remove(queueKey(register));
		context.floor.left(waiting.generation);
	}

	/** Forgets what waits; it will be enqueued again. */
	public forgetWaiting(): void {
		const { context } = this;
		while (true) {
			const slot = context.outbox.peek();
			if (!slot) break;
			this.dequeue(slot.value.register);
		}
		context.flushTimer.flushed();
	}

	public scheduleFlush(): void {
		if (!this.context.isActive() && this.context.phase !== "local") return;
		const due = this.context.flushTimer.dueAt();
		if (due !== undefined) this.flushing.by(math.max(due, this.pausedUntilSeconds));
	}

	private flush(): void {
		const { context } = this;
		if (!context.isActive() && context.phase !== "local") return;
		if (!this.hasAudience()) {
			this.settleUnheard();
			// With nobody else there is nobody who has to know of removals.
			if (context.phase === "local") context.replica.collect(math.huge);
			return;
		}
		if (this.caster) {
			this.composer.countAsSent();
			context.flushTimer.flushed();
			this.castSoon();
			return;
		}
		while (context.outbox.size() > 0) {
			const now = context.now();
			if (now < this.pausedUntilSeconds) {
				this.flushing.at(this.pausedUntilSeconds);
				return;
			}
			if (!this.may(now, "data")) {
				this.flushing.at(this.nextAt(now, "data"));
				return;
			}
			this.broadcast("data");
		}
		context.flushTimer.flushed();
	}

	/** Without anybody to hear it, a change counts as sent at once: whoever comes is given the state, or asks for it. */
	private settleUnheard(): void {
		const { context } = this;
		if (context.outbox.size() === 0) return;
		this.composer.countAsSent();
		context.flushTimer.flushed();
	}

	/** Whether there is anybody to hear what this server sends. */
	public hasAudience(): boolean {
		return this.context.membership.serverCount() > 1 || this.context.now() < this.audienceUntilSeconds;
	}

	/** A server is being given the state: from now on it has to hear what changes. */
	public expectListener(untilSeconds: number): void {
		this.audienceUntilSeconds = math.max(this.audienceUntilSeconds, untilSeconds);
	}

	// -- broadcasts --------------------------------------------------------------------------------------------------------------------------

	/** Starts to take part: this server is announced, and beats from now on. */
	public start(): void {
		const now = this.context.now();
		this.lastBroadcastSeconds = now;
		this.identityOwed = IDENTITY_TRANSMISSIONS;
		this.beating.at(now + 1 + this.context.platform.random() * 2);
		if (this.context.outbox.size() > 0) this.context.flushTimer.noteChange(now);
		this.scheduleFlush();
	}

	/** A sign of life as soon as may be, if the latest broadcast is older than this. */
	public beatSoon(spacingSeconds = 2): void {
		if (this.context.now() - this.lastBroadcastSeconds > spacingSeconds) this.beating.by(this.context.now());
	}

	private may(now: number, kind: BroadcastKind): boolean {
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.mayBroadcast(now, kind);
		if (this.caster) return budget.mayCast(now);
		if (now >= this.lastUplinkSeconds + OVERDUE_UPLINK_SECONDS) return true;
		return now >= this.uplinkAt(hub, kind) && budget.mayAddress(now, false);
	}

	/** When asking again may make sense. */
	private nextAt(now: number, kind: BroadcastKind): number {
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.nextBroadcastAt(now, kind);
		if (this.caster) return now + 0.25;
		return math.max(now + 0.1, this.uplinkAt(hub, kind));
	}

	private uplinkAt(hub: Hub, kind: BroadcastKind): number {
		return this.lastUplinkSeconds + (kind === "control" ? LEAST_UPLINK_SECONDS : hub.uplinkSeconds);
	}

	private broadcast(kind: BroadcastKind, spare: SpareRoom = "shared"): void {
		const { context } = this;
		const { hub } = context.regime;
		if (this.caster) {
			this.castSoon();
			return;
		}
		if (hub) {
			this.uplink(hub, kind);
			return;
		}
		const now = context.now();
		const departures = this.dueDepartures(now);
		const beatSeconds = this.context.beatSeconds();
		const identity = this.identityOwed > 0 || kind === "control";
		this.identityOwed = math.max(0, this.identityOwed - 1);
		const counter = this.composer.nextCounter();
		const composed = this.composer.compose(identity, departures, math.ceil(beatSeconds), spare);
		if (composed.newRecords > 0) {
			this.lastNewSeconds = now;
			this.echoes = context.isLively() ? LIVELY_TAIL_ECHOES : TAIL_ECHOES;
			this.echoStage = 0;
			context.budget.setOwedEchoes(this.echoes.size());
			this.echoing.at(now + this.echoes[0]!.afterSeconds);
		}
		context.echoes.sent(counter, now);
		this.overdue.by(now + 4.1);
		this.publishBroadcast(composed.text);
		this.lastBroadcastSeconds = now;
		// Beats of different servers are spread, or all of them would be lost together.
		this.beating.at(now + beatSeconds * (0.9 + 0.1 * context.platform.random()));
	}

	/** Sends what is new to the hub, with what it has not cast yet. */
	private uplink(hub: Hub, kind: BroadcastKind): void {
		const { context } = this;
		const now = context.now();
		const beatSeconds = context.beatSeconds();
		const identity = this.identityOwed > 0;
		this.identityOwed = math.max(0, this.identityOwed - 1);
		const departures = this.dueDepartures(now);
		const composed = this.composer.compose(
			identity,
			departures,
			math.ceil(beatSeconds),
			kind === "echo" ? "own tail" : "shared",
			hub.shortId,
		);
		if (composed.newRecords > 0) {
			this.lastNewSeconds = now;
			this.echoes = UPLINK_ECHOES;
			this.echoStage = 0;
			this.echoing.at(now + UPLINK_ECHOES[0]!.afterSeconds);
		}
		this.lastUplinkSeconds = now;
		this.lastBroadcastSeconds = now;
		this.beating.at(now + beatSeconds * (0.9 + 0.1 * context.platform.random()));
		this.publishTo(hub.shortId, composed.text, (success) => {
			// What it brought is repeated like what got lost.
			if (!success) this.pausedUntilSeconds = context.now() + 1;
		});
	}

	// -- casts -------------------------------------------------------------------------------------------------------------------------------

	/** This server broadcasts for all from now on. */
	public lead(hub: Hub, again: ReadonlyArray<StreamRange>): void {
		this.composer.countAsSent();
		this.caster = new Caster(this.context, hub, again);
		this.castsOwed = CAST_REPEATS_SECONDS.size();
		this.identityOwed = IDENTITY_TRANSMISSIONS;
		this.casting.by(this.context.now());
	}

	/** Another hub is to be followed from now on, or none. What it may not have been told is said again. */
	public follow(): void {
		const now = this.context.now();
		this.caster = undefined;
		this.dissolving = 0;
		this.casting.clear();
		this.identityOwed = math.max(this.identityOwed, 1);
		this.lastNewSeconds = now;
		this.echoes = this.context.regime.hub ? UPLINK_ECHOES : TAIL_ECHOES;
		this.echoStage = 0;
		this.echoing.by(now + this.echoes[0]!.afterSeconds);
		this.beating.by(now + 0.2 + this.context.platform.random() * this.followSpreadSeconds());
		this.scheduleFlush();
	}

	/** Many servers that hear of a new hub at once do not all speak at once. */
	private followSpreadSeconds(): number {
		return math.max(1.5, this.context.membership.serverCount() / 100);
	}

	/** This server stops to be the hub: it says so, then each broadcasts for itself. */
	public dissolve(): void {
		if (!this.caster || this.dissolving > 0) return;
		this.dissolving = DISSOLVING_CASTS;
		this.casting.by(this.context.now());
	}

	/** Word of a server that is new. */
	public announceMember(shortId: ShortId): void {
		if (!this.caster) return;
		this.caster.announce(shortId);
		this.castSoon();
	}

	/** There may be something to cast. */
	public castSoon(): void {
		if (!this.caster) return;
		this.casting.by(math.max(this.context.now() + CAST_PATIENCE_SECONDS, this.lastCastSeconds + CAST_SECONDS));
	}

	private cast(): void {
		const { context, caster } = this;
		if (!caster || !context.isActive()) return;
		const now = context.now();
		if (now < this.pausedUntilSeconds || !context.budget.mayCast(now)) {
			this.casting.at(math.max(this.pausedUntilSeconds, now + 0.2));
			return;
		}
		this.composer.countAsSent();
		const identity = this.identityOwed > 0 || now - this.lastCastSeconds > CAST_SECONDS * 4;
		this.identityOwed = math.max(0, this.identityOwed - 1);
		const counter = this.composer.nextCounter();
		const beatSeconds = context.beatSeconds();
		const dissolved = this.dissolving > 0;
		const cast = caster.compose(
			this.composer.takeCounter(),
			identity,
			this.dueDepartures(now),
			math.ceil(beatSeconds),
			dissolved,
		);
		context.echoes.sent(counter, now);
		this.overdue.by(now + 4.1);
		this.publishOn(context.budget.pickCastTopic(now), cast.text);
		this.lastCastSeconds = now;
		this.lastBroadcastSeconds = now;
		if (dissolved) {
			this.dissolving -= 1;
			if (this.dissolving === 0) {
				context.regime.dissolve();
				this.follow();
				this.onDissolved();
				return;
			}
			this.casting.at(now + CAST_SECONDS);
			return;
		}
		if (cast.isNews) this.castsOwed = CAST_REPEATS_SECONDS.size();
		if (cast.isFull || caster.hasNews()) this.casting.at(now + CAST_SECONDS);
		else if (this.castsOwed > 0) {
			this.casting.at(now + CAST_REPEATS_SECONDS[CAST_REPEATS_SECONDS.size() - this.castsOwed]!);
			if (!cast.isNews) this.castsOwed -= 1;
		} else this.casting.at(now + beatSeconds * 0.95);
	}

	/** Asks everybody who has the state for it, and says who this server is: the only broadcasts before it takes part. */
	public hello(nonce: number, attempt: number, toAll: boolean): void {
		const { context } = this;
		if (toAll && !context.budget.mayBroadcast(context.now(), "control")) return;
		const header = {
			addressee: undefined,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter: toAll ? this.composer.takeCounter() : 0,
			baseStamp: context.nowStamp(),
			unicasts: context.budget.takeUnicastReport(),
		};
		const sections = [writeIdentity(context.identity), writeJoin({ nonce, attempt, held: [] }, MESSAGE_BYTES)];
		const text = writeFrame(header, sections, context.checksumSeed);
		if (toAll) this.publishBroadcast(text);
		else this.publishAddressed(RENDEZVOUS_TOPIC, RENDEZVOUS_TOPIC, text, () => {});
	}

	private publishBroadcast(text: string): void {
		this.publishOn(this.context.budget.pickTopic(this.context.now()), text);
	}

	private publishOn(topic: number, text: string): void {
		const { context } = this;
		const now = context.now();
		context.budget.noteBroadcast(now, topic);
		context.traffic.broadcasts += 1;
		context.traffic.bytesSent += messageBytes(text);
		context.platform.publish(broadcastTopic(topic), text, (failure) => {
			if (failure === undefined) this.accepted();
			else this.refusedBroadcast(text);
		});
	}

	private accepted(): void {
		this.failuresInRow = 0;
		this.context.congestion.notePublishSuccess();
		if (!this.refused.isEmpty() && this.context.phase !== "closed") this.retrying.by(this.context.now() + 0.1);
	}

	private refusedBroadcast(text: string): void {
		const { context } = this;
		if (context.phase === "closed") return;
		const now = context.now();
		context.traffic.publishFailures += 1;
		sometimes("a publish refused");
		context.congestion.notePublishFailure(now);
		context.budget.setFactor(context.congestion.factor());
		this.failuresInRow += 1;
		this.pausedUntilSeconds = now + backoffSeconds(this.failuresInRow, context.platform.random());
		this.refused.push(text);
		if (this.refused.size() > MOST_REFUSED) {
			sometimes("a refused message given up");
			this.refused.remove(0);
		}
		this.retrying.at(this.pausedUntilSeconds);
	}

	private retry(): void {
		const { context } = this;
		if (this.refused.isEmpty() || context.phase === "closed") return;
		const now = context.now();
		if (context.regime.hub && !this.caster) {
			// It was meant for a time when this server spoke to all.
			this.refused = [];
			return;
		}
		if (!this.may(now, "control")) {
			this.retrying.at(this.nextAt(now, "control"));
			return;
		}
		this.publishBroadcast(this.refused.remove(0)!);
		if (!this.refused.isEmpty()) this.retrying.at(now + 1);
	}

	private echo(): void {
		const { context } = this;
		const stage = this.echoes[this.echoStage];
		if (!stage || !context.isActive() || this.caster) return;
		const now = context.now();
		const due = this.lastNewSeconds + stage.afterSeconds;
		if (now < due) {
			this.echoing.at(due);
			return;
		}
		const own = context.replica.own;
		const transmissions = stage.transmissions ?? context.transmissionGoal() - 1;
		const owed =
			this.hasAudience() && context.recents.owesEcho(now, (register) => register.stream === own, transmissions);
		if (owed) {
			if (now < this.pausedUntilSeconds || !this.may(now, "echo")) {
				this.echoing.at(math.max(this.pausedUntilSeconds, this.nextAt(now, "echo")));
				return;
			}
			context.traffic.echoBroadcasts += 1;
			// The first echo repeats the tail; the next ones what the first had no room for.
			this.broadcast("echo", this.echoStage === 0 ? "own tail" : "before that");
		}
		this.echoStage += 1;
		context.budget.setOwedEchoes(this.echoes.size() - this.echoStage);
		const following = this.echoes[this.echoStage];
		if (following) this.echoing.at(math.max(now + 0.8, this.lastNewSeconds + following.afterSeconds));
	}

	private beat(): void {
		const { context } = this;
		if (!context.isActive() || this.caster) return;
		const now = context.now();
		if (now < this.pausedUntilSeconds || !this.may(now, "control")) {
			this.beating.at(math.max(this.pausedUntilSeconds, this.nextAt(now, "control")));
			return;
		}
		context.traffic.beatBroadcasts += 1;
		this.broadcast("control");
	}

	/** Own broadcasts that did not come back are a sign of a cloud that drops. */
	private checkEchoes(): void {
		const { context } = this;
		const now = context.now();
		context.congestion.noteMissingEchoes(context.echoes.overdue(now), now);
		context.budget.setFactor(context.congestion.factor());
		const due = context.echoes.dueAt();
		if (due !== undefined) this.overdue.at(math.max(due, now + 0.5));
	}

	// -- departures --------------------------------------------------------------------------------------------------------------------------

	/** Says several times that a server is lost. */
	public announceLost(departure: Departure): void {
		const now = this.context.now();
		this.announcements.push({ departure, sinceSeconds: now, said: 0 });
		this.announcing.by(now);
	}

	private dueDepartures(now: number): Departure[] {
		const due = new Array<Departure>();
		for (const announcement of this.announcements) {
			if (due.size() >= 20) break;
			const after = LOST_SAID_AFTER_SECONDS[announcement.said];
			if (after === undefined || now < announcement.sinceSeconds + after) continue;
			announcement.said += 1;
			due.push(announcement.departure);
		}
		if (!due.isEmpty()) {
			this.announcements = this.announcements.filter(
				(announcement) => announcement.said < LOST_SAID_AFTER_SECONDS.size(),
			);
		}
		return due;
	}

	private announce(): void {
		const { context } = this;
		if (!context.isActive() || this.announcements.isEmpty()) return;
		const now = context.now();
		let nextAt = math.huge;
		for (const announcement of this.announcements) {
			nextAt = math.min(nextAt, announcement.sinceSeconds + LOST_SAID_AFTER_SECONDS[announcement.said]!);
		}
		if (nextAt > now) {
			this.announcing.at(nextAt);
			return;
		}
		if (now < this.pausedUntilSeconds || !this.may(now, "control")) {
			this.announcing.at(math.max(this.pausedUntilSeconds, this.nextAt(now, "control")));
			return;
		}
		if (this.hasAudience()) this.broadcast("control");
		else this.dueDepartures(now);
		this.announcing.at(now + 0.5);
	}

	/** Before this server closes: only what outlives it is still worth sending. */
	public keepWhatOutlives(): void {
		const { context } = this;
		const kept = new Array<Register>();
		while (true) {
			const slot = context.outbox.peek();
			if (!slot) break;
			this.dequeue(slot.value.register);
			if (slot.value.register.pool.policy === "adopt") kept.push(slot.value.register);
		}
		for (const register of kept) this.enqueue(register, 0);
	}

	/** Where a hub broadcasts for all, this server tells it alone. */
	private hubToTell(): ShortId | undefined {
		return this.caster ? undefined : this.context.regime.hub?.shortId;
	}

	/** Whether the limits allow this server to say something now. */
	public maySpeak(): boolean {
		return this.may(this.context.now(), "control");
	}

	/** One of a closing server's last broadcasts, with what still waits. */
	public composeFarewell(departures: Departure[], spare: SpareRoom): string {
		if (this.caster) this.composer.countAsSent();
		return this.composer.compose(false, departures, 84, spare, this.hubToTell()).text;
	}

	/** Sends what was composed, or once more what the cloud refused. */
	public farewell(text: string, done: (success: boolean) => void): void {
		const { context } = this;
		const hubId = this.hubToTell();
		if (hubId !== undefined) {
			this.publishTo(hubId, text, done);
			return;
		}
		const now = context.now();
		const topic = context.budget.pickTopic(now);
		context.budget.noteBroadcast(now, topic);
		context.traffic.broadcasts += 1;
		context.traffic.bytesSent += messageBytes(text);
		context.platform.publish(broadcastTopic(topic), text, (failure) => {
			if (failure !== undefined) context.traffic.publishFailures += 1;
			done(failure === undefined);
		});
	}

	// -- addressed messages ------------------------------------------------------------------------------------------------------------------

	/** Sends sections to one server, as soon as the budget allows. Not repeated if lost: whoever waits for it asks again. */
	public sendTo(
		addressee: ShortId,
		kind: AddressedKind,
		sections: string[],
		baseStamp = this.context.nowStamp(),
		onSent?: () => void,
	): void {
		const { context } = this;
		const text = writeFrame(this.addressedHeader(addressee, baseStamp), sections, context.checksumSeed);
		const queuedAtSeconds = context.now();
		if (this.addressed.put({ addressee, kind, text, queuedAtSeconds, onSent })) this.addressing.by(queuedAtSeconds);
		else context.traffic.drop("overflow");
	}

	/** A server asks anew for the state: what waits for it is not sent twice. */
	public forgetPages(addressee: ShortId): void {
		this.addressed.forgetPages(addressee);
	}

	/** The bytes that sections may take in an addressed message. */
	public addressedRoomBytes(): number {
		return MESSAGE_BYTES - frameHeaderBytes(this.addressedHeader(this.context.selfId, 0));
	}

	private addressedHeader(addressee: ShortId, baseStamp: number): FrameHeader {
		const { selfId, incarnation } = this.context;
		return { addressee, sender: selfId, incarnation, counter: 0, baseStamp, unicasts: 0 };
	}

	private sendAddressed(): void {
		const { context } = this;
		while (true) {
			const now = context.now();
			const message = this.addressed.peek(now);
			if (!message) return;
			const { addressee, text } = message;
			const givesState = message.kind === "page" || message.kind === "repair";
			const may = context.regime.hub
				? context.budget.mayAddress(now, givesState)
				: context.budget.mayUnicast(now, addressee, 1, "control");
			if (!may) {
				// The others have to be told first what was sent already: a broadcast does that.
				if (context.budget.wantsReport()) this.beatSoon();
				this.addressing.at(now + 0.25);
				return;
			}
			this.addressed.take(message);
			message.onSent?.();
			this.publishTo(addressee, text, (success) => {
				if (success || context.phase === "closed") return;
				sometimes("an addressed message refused");
				this.addressed.putBack(message, context.now());
				this.addressing.by(context.now() + ADDRESSED_AGAIN_SECONDS);
			});
		}
	}

	private publishTo(addressee: ShortId, text: string, done: (success: boolean) => void): void {
		this.publishAddressed(inboxTopic(addressee), addressee, text, done);
	}

	private publishAddressed(topic: string, account: string, text: string, done: (success: boolean) => void): void {
		const { context } = this;
		context.budget.noteUnicast(context.now(), account);
		context.traffic.unicasts += 1;
		context.traffic.bytesSent += messageBytes(text);
		context.platform.publish(topic, text, (failure) => {
			if (failure === undefined) {
				context.congestion.notePublishSuccess();
				done(true);
				return;
			}
			context.traffic.publishFailures += 1;
			context.congestion.notePublishFailure(context.now());
			context.budget.setFactor(context.congestion.factor());
			done(false);
		});
	}
}

/** What a change of this register is queued under. */
export function queueKey(register: Register): string {
	return `${register.pool.name}\0${register.key}`;
}
