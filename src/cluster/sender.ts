import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { BroadcastKind } from "../outbox/budget";
import { backoffSeconds } from "../outbox/retry";
import { Register } from "../replication/register";
import { Departure, FrameHeader, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, messageBytes, writeFrame } from "../wire/frame-writer";
import { writeIdentity, writeJoin } from "../wire/section-writers";
import { AddressedKind, AddressedQueue } from "./addressed-queue";
import { Agenda, Appointment } from "./agenda";
import { Composer, SpareRoom } from "./composer";
import { Context } from "./context";
import { broadcastTopic, inboxTopic } from "./topics";

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
/** Where others broadcast often, they repeat it, and an own echo is for what they cannot have heard, or for when they fall silent. */
const LIVELY_TAIL_ECHOES: ReadonlyArray<TailEcho> = [
	{ afterSeconds: 3, transmissions: 2 },
	{ afterSeconds: 5, transmissions: undefined },
];
/** A loss is said so often, so many seconds after it was found. */
const LOST_SAID_AFTER_SECONDS: ReadonlyArray<number> = [0, 1, 2.5, 5];
/** Who has heard more of a lost server than another says, says so after this time at most, unless somebody else has. */
const CORRECTED_WITHIN_SECONDS = 2.5;
/** A correction is said as often as a loss from here on. */
const CORRECTION_STAGE = 2;
/** This server's identity rides along so often after it joined. */
const IDENTITY_TRANSMISSIONS = 4;
/** Messages that the cloud refused and that wait to be sent again; older ones are given up, receivers ask for what was in them. */
const MOST_REFUSED = 16;

/** An addressed message that the cloud refused is sent again after this, until it is stale. */
const ADDRESSED_AGAIN_SECONDS = 1;

interface Announcement {
	readonly departure: Departure;
	/** Of what another said. */
	readonly correction: boolean;
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

	private echoes!: ReadonlyArray<TailEcho>;
	private echoStage!: number;
	private lastNewSeconds!: number;
	private lastBroadcastSeconds = 0;
	private identityOwed = IDENTITY_TRANSMISSIONS;
	private announcements = new Array<Announcement>();
	private readonly addressed = new AddressedQueue();
	private refused = new Array<string>();
	private failuresInRow = 0;
	private pausedUntilSeconds!: number;
	/** Servers that are being given the state and are not members yet: they listen already. */
	private audienceUntilSeconds!: number;

	constructor(
		private readonly context: Context,
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
	}

	// -- changes -----------------------------------------------------------------------------------------------------------------------------

	/** A register of this server has changed and is to be sent. A change that waits already is replaced in place. */
	public enqueue(register: Register, priority: number): void {
		const { context } = this;
		const now = context.now();
		// A claim's stamp may be above everything this server has seen; no frame is stamped below what is in it.
		context.clock.witness(register.stamp);
		// What is adopted keeps the age of what it replaces.
		assert(
			register.pool.policy === "adopt" || register.stamp > context.floor.promised(),
			"no change is older than what this server has said to be complete",
		);
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
		while (context.outbox.size() > 0) {
			const now = context.now();
			if (now < this.pausedUntilSeconds) {
				this.flushing.at(this.pausedUntilSeconds);
				return;
			}
			if (!context.budget.mayBroadcast(now, "data")) {
				this.flushing.at(context.budget.nextBroadcastAt(now, "data"));
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

	private broadcast(kind: BroadcastKind, spare: SpareRoom = "shared"): void {
		const { context } = this;
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

	/** Asks everybody who has the state for it, and says who this server is: the only broadcasts before it takes part. */
	public hello(nonce: number, attempt: number): void {
		const { context } = this;
		if (!context.budget.mayBroadcast(context.now(), "control")) return;
		this.publishBroadcast(
			writeFrame(
				{
					addressee: undefined,
					sender: context.selfId,
					incarnation: context.incarnation,
					counter: this.composer.takeCounter(),
					baseStamp: context.nowStamp(),
					unicasts: context.budget.takeUnicastReport(),
				},
				[writeIdentity(context.identity), writeJoin({ nonce, attempt, held: [] }, MESSAGE_BYTES)],
				context.checksumSeed,
			),
		);
	}

	private publishBroadcast(text: string): void {
		const { context } = this;
		const now = context.now();
		const topic = context.budget.pickTopic(now);
		context.budget.noteBroadcast(now, topic);
		context.traffic.broadcasts += 1;
		this.countBytes(text);
		context.platform.publish(broadcastTopic(topic), text, (failure) => {
			if (failure === undefined) this.accepted();
			else this.refusedBroadcast(text);
		});
	}

	private countBytes(text: string): void {
		const bytes = messageBytes(text);
		assert(bytes <= MESSAGE_BYTES, "a message is not larger than the cloud takes");
		this.context.traffic.bytesSent += bytes;
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
		if (!context.budget.mayBroadcast(now, "control")) {
			this.retrying.at(context.budget.nextBroadcastAt(now, "control"));
			return;
		}
		this.publishBroadcast(this.refused.remove(0)!);
		if (!this.refused.isEmpty()) this.retrying.at(now + 1);
	}

	private echo(): void {
		const { context } = this;
		const stage = this.echoes[this.echoStage];
		if (!stage || !context.isActive()) return;
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
			if (now < this.pausedUntilSeconds || !context.budget.mayBroadcast(now, "echo")) {
				this.echoing.at(math.max(this.pausedUntilSeconds, context.budget.nextBroadcastAt(now, "echo")));
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
		if (!context.isActive()) return;
		const now = context.now();
		if (now < this.pausedUntilSeconds || !context.budget.mayBroadcast(now, "control")) {
			this.beating.at(math.max(this.pausedUntilSeconds, context.budget.nextBroadcastAt(now, "control")));
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
		this.announcements.push({ departure, correction: false, sinceSeconds: now, said: 0 });
		this.announcing.by(now);
	}

	/** Says that a lost server said more than another says. */
	public correctLost(departure: Departure): void {
		const waits = ({ departure: other }: Announcement) =>
			isSameServer(other, departure) && other.upTo >= departure.upTo;
		if (this.announcements.some(waits)) return;
		sometimes("last words that another lacks");
		const dueSeconds = this.context.now() + CORRECTED_WITHIN_SECONDS * this.context.platform.random();
		const sinceSeconds = dueSeconds - LOST_SAID_AFTER_SECONDS[CORRECTION_STAGE]!;
		this.announcements.push({ departure, correction: true, sinceSeconds, said: CORRECTION_STAGE });
		this.announcing.by(dueSeconds);
	}

	/** Somebody else has said that a server is lost: corrections that say no more need not be said. */
	public noteLost(departure: Departure): void {
		this.announcements = this.announcements.filter(
			({ correction, departure: other }) =>
				!correction || !isSameServer(other, departure) || other.upTo > departure.upTo,
		);
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
		if (now < this.pausedUntilSeconds || !context.budget.mayBroadcast(now, "control")) {
			this.announcing.at(math.max(this.pausedUntilSeconds, context.budget.nextBroadcastAt(now, "control")));
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

	/** One of a closing server's last broadcasts, with what still waits. */
	public composeFarewell(departures: Departure[], spare: SpareRoom): string {
		return this.composer.compose(false, departures, 84, spare).text;
	}

	/** Sends what was composed, or once more what the cloud refused. */
	public farewell(text: string, done: (success: boolean) => void): void {
		const { context } = this;
		const now = context.now();
		const topic = context.budget.pickTopic(now);
		context.budget.noteBroadcast(now, topic);
		context.traffic.broadcasts += 1;
		this.countBytes(text);
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
			if (!context.budget.mayUnicast(now, addressee, 1, "control")) {
				// The others have to be told first what was sent already: a broadcast does that.
				if (context.budget.wantsReport()) this.beatSoon();
				this.addressing.at(now + 0.25);
				return;
			}
			this.addressed.take(message);
			context.budget.noteUnicast(now, addressee);
			context.traffic.unicasts += 1;
			this.countBytes(text);
			message.onSent?.();
			context.platform.publish(inboxTopic(addressee), text, (failure) => {
				if (failure === undefined) {
					context.congestion.notePublishSuccess();
					return;
				}
				context.traffic.publishFailures += 1;
				context.congestion.notePublishFailure(context.now());
				context.budget.setFactor(context.congestion.factor());
				if (context.phase === "closed") return;
				sometimes("an addressed message refused");
				this.addressed.putBack(message, context.now());
				this.addressing.by(context.now() + ADDRESSED_AGAIN_SECONDS);
			});
		}
	}
}

beginWith(Sender, {
	echoes: TAIL_ECHOES,
	echoStage: TAIL_ECHOES.size(),
	lastNewSeconds: 0,
	pausedUntilSeconds: 0,
	audienceUntilSeconds: 0,
});

function isSameServer(left: Departure, right: Departure): boolean {
	return left.shortId === right.shortId && left.incarnation === right.incarnation;
}

/** What a change of this register is queued under. */
export function queueKey(register: Register): string {
	return `${register.pool.name}\0${register.key}`;
}
