import { beginWith } from "../diagnostics/begin-with";
import { BroadcastKind } from "../outbox/budget";
import { StreamRange } from "../replication/cast-log";
import { Register } from "../replication/register";
import { Departure, ShortId } from "../wire/frame";
import { frameHeaderBytes, MESSAGE_BYTES, writeFrame } from "../wire/frame-writer";
import { writeIdentity, writeJoin } from "../wire/section-writers";
import { AddressedSender } from "./addressed-sender";
import { Agenda, Appointment } from "./agenda";
import { CastSender } from "./cast-sender";
import { Composer, SpareRoom } from "./composer";
import { Context } from "./context";
import { Gate, OVERDUE_UPLINK_SECONDS } from "./gate";
import { LossAnnouncer } from "./loss-announcer";
import { Hub } from "./regime";
import { FOUNDERS_TOPIC, inboxTopic, RENDEZVOUS_TOPIC } from "./topics";
import { Transmitter } from "./transmitter";
import { Label, labelled } from "../platform/labels";

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
	{ afterSeconds: 3.4, transmissions: 2 },
	{ afterSeconds: 5.5, transmissions: 2 },
	{ afterSeconds: 8, transmissions: 2 },
	{ afterSeconds: 13, transmissions: 2 },
];
/** Where much is lost it is not waited for: the chance that both copies are lost is small. */
const LOSSY = 0.03;
const LOSSY_UPLINK_ECHOES: ReadonlyArray<TailEcho> = [{ afterSeconds: 1.2, transmissions: 2 }, ...UPLINK_ECHOES];
/** Where others broadcast often, they repeat it, and an own echo is for what they cannot have heard, or for when they fall silent. */
const LIVELY_TAIL_ECHOES: ReadonlyArray<TailEcho> = [
	{ afterSeconds: 3, transmissions: 2 },
	{ afterSeconds: 5, transmissions: undefined },
];
/** This server's identity rides along so often after it joined. */
const IDENTITY_TRANSMISSIONS = 4;
/** An own message to all that has not come back after this is missing. */
const OWN_OVERDUE_SECONDS = 4.1;
/** After the cloud refused what was meant for the hub, nothing is sent to it for so long. */
const REFUSED_UPLINK_SECONDS = 1;
/** The next sign of life that a closing server promises: far off, because there is none. */
const LAST_PROMISE_SECONDS = 84;
/** What this server has to say, and when: changes, repeats and signs of life; to all, or to the hub that broadcasts for all. */
export class Sender {
	public readonly addressed: AddressedSender;
	/** Made when this server becomes the hub. */
	public casts: CastSender | undefined;
	public readonly losses: LossAnnouncer;
	private readonly gate: Gate;
	private readonly transmitter: Transmitter;
	private readonly composer: Composer;
	private readonly flushing: Appointment;
	private readonly echoing: Appointment;
	private readonly beating: Appointment;
	private readonly overdue: Appointment;

	private echoes!: ReadonlyArray<TailEcho>;
	private echoStage!: number;
	private lastNewSeconds!: number;
	/** When this server last said something to all, or to the hub. */
	private lastSaidSeconds = 0;
	private identityOwed = IDENTITY_TRANSMISSIONS;
	/** Servers that are being given the state and are not members yet: they listen already. */
	private audienceUntilSeconds!: number;

	constructor(
		private readonly context: Context,
		/** This server was the hub, and there is none any more. */
		private readonly onDissolved: () => void,
		private readonly agenda: Agenda,
	) {
		this.composer = new Composer(context);
		this.gate = new Gate(context);
		this.transmitter = new Transmitter(context, this.gate, agenda);
		this.losses = new LossAnnouncer(context, this.gate, () => this.sayLosses(), agenda);
		this.flushing = agenda.add(() => labelled(context.platform, Label.Flush, () => this.flush()));
		this.echoing = agenda.add(() => this.echo());
		this.beating = agenda.add(() => this.beat());
		this.addressed = new AddressedSender(context, this.transmitter, () => this.beatSoon(), agenda);
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

	/** Whether parts of this register's value have been sent, and others wait. */
	public isBeingSent(register: Register): boolean {
		const waiting = this.context.outbox.get(queueKey(register));
		return waiting?.register === register && waiting.sending !== undefined;
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
		if (due !== undefined) this.flushing.by(due);
	}

	/** Sends what waits, as far as the budget allows it now. */
	public flush(): void {
		const { context } = this;
		if (!context.isActive() && context.phase !== "local") return;
		if (!this.hasAudience()) {
			this.settleUnheard();
			// With nobody else there is nobody who has to know of removals.
			if (context.phase === "local") context.replica.collect(math.huge);
			return;
		}
		if (context.regime.role() === "hub") {
			context.flushTimer.flushed();
			this.casts?.castSoon();
			return;
		}
		while (context.outbox.size() > 0) {
			const now = context.now();
			if (!this.gate.may(now, "data")) {
				this.flushing.at(this.gate.nextAt(now, "data"));
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
		this.lastSaidSeconds = now;
		this.identityOwed = IDENTITY_TRANSMISSIONS;
		// The hub has to introduce this server.
		const isLeaf = this.context.regime.role() === "leaf";
		this.beating.at(now + (isLeaf ? 0.2 : 1 + this.context.platform.random() * 2));
		if (this.context.outbox.size() > 0) this.context.flushTimer.noteChange(now);
		this.scheduleFlush();
	}

	/** A sign of life as soon as may be, if the latest broadcast is older than this. */
	public beatSoon(spacingSeconds = 2): void {
		if (this.context.now() - this.lastSaidSeconds > spacingSeconds) this.beating.by(this.context.now());
	}

	/** A broadcast as soon as may be, for what rides along. One hop: also where a hub broadcasts for all. */
	public speakSoon(): void {
		const { context } = this;
		if (!context.isActive()) return;
		const role = context.regime.role();
		if (role === "hub") this.casts?.castSoon();
		else if (role === "leaf") this.speakAlone();
		else this.beating.by(context.now());
	}

	private speakAlone(): void {
		const { context } = this;
		const header = {
			addressee: undefined,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter: this.composer.takeCounter(),
			baseStamp: context.nowStamp(),
			unicasts: 0,
		};
		const section = context.rider?.takeSections(MESSAGE_BYTES - frameHeaderBytes(header)) ?? "";
		if (section === "") return;
		const text = writeFrame(header, [section], context.checksumSeed);
		this.transmitter.broadcastOnce(text, context.budget.pickTopic(context.now()), () => {});
		this.noteSent(header.counter);
	}

	private broadcast(kind: BroadcastKind, spare: SpareRoom = "shared"): void {
		const { context } = this;
		const { hub } = context.regime;
		if (hub) {
			if (context.regime.role() === "hub") this.casts?.castSoon();
			else this.uplink(hub, kind);
			return;
		}
		const now = context.now();
		const departures = this.losses.take(now);
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
		this.transmitter.broadcast(composed.text, context.budget.pickTopic(now));
		this.noteSent(counter);
		// Beats of different servers are spread, or all of them would be lost together.
		this.beating.at(now + beatSeconds * (0.9 + 0.1 * context.platform.random()));
	}

	/** A message to all is on its way: this server is to hear it as well. */
	private noteSent(counter: number): void {
		const now = this.context.now();
		this.lastSaidSeconds = now;
		this.context.echoes.sent(counter, now);
		this.overdue.by(now + OWN_OVERDUE_SECONDS);
	}

	/** Sends what is new to the hub, with what it has not cast yet. */
	private uplink(hub: Hub, kind: BroadcastKind): void {
		const { context } = this;
		const now = context.now();
		const beatSeconds = context.beatSeconds();
		const identity = this.identityOwed > 0;
		this.identityOwed = math.max(0, this.identityOwed - 1);
		const departures = this.losses.take(now);
		const composed = this.composer.compose(
			identity,
			departures,
			math.ceil(beatSeconds),
			kind === "echo" ? "own tail" : "shared",
			{ addressee: hub.shortId, changesBytes: this.gate.changesRoom(hub, now) },
		);
		if (composed.newRecords > 0) {
			this.lastNewSeconds = now;
			this.echoes = context.observedLoss() >= LOSSY ? LOSSY_UPLINK_ECHOES : UPLINK_ECHOES;
			this.echoStage = 0;
			this.echoing.at(now + this.echoAfter(this.echoes[0]!));
		}
		this.gate.noteUplink(hub, now, composed.newBytes);
		this.lastSaidSeconds = now;
		this.beating.at(now + beatSeconds * (0.9 + 0.1 * context.platform.random()));
		this.transmitter.send(inboxTopic(hub.shortId), hub.shortId, composed.text, (success) => {
			// What it brought is repeated like what got lost.
			if (!success) this.gate.close(context.now() + REFUSED_UPLINK_SECONDS);
		});
	}

	// -- the hub -----------------------------------------------------------------------------------------------------------------------------

	/** This server broadcasts for all from now on. `again` is what the former hub cast lately. */
	public lead(hub: Hub, again: ReadonlyArray<StreamRange>): void {
		this.casts ??= new CastSender(
			this.context,
			this.gate,
			this.transmitter,
			this.composer,
			this.losses,
			(counter) => this.noteSent(counter),
			() => this.dissolved(),
			this.agenda,
		);
		this.casts.lead(hub, again);
	}

	/** Another hub is to be followed from now on, or none. What it may not have been told is said again. */
	public follow(): void {
		const now = this.context.now();
		this.casts?.stop();
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

	private dissolved(): void {
		this.context.regime.dissolve();
		this.follow();
		this.onDissolved();
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
		if (toAll) this.transmitter.broadcast(text, context.budget.pickTopic(context.now()));
		else this.transmitter.send(RENDEZVOUS_TOPIC, RENDEZVOUS_TOPIC, text, () => {});
	}

	/** Says to those that are about to claim to be the first that this server is as well. Returns the stamp of that. */
	public intend(nonce: number): number {
		const { context } = this;
		const baseStamp = context.nowStamp();
		const header = {
			addressee: undefined,
			sender: context.selfId,
			incarnation: context.incarnation,
			counter: 0,
			baseStamp,
			unicasts: context.budget.takeUnicastReport(),
		};
		const text = writeFrame(
			header,
			[writeJoin({ nonce, attempt: 1, held: [] }, MESSAGE_BYTES)],
			context.checksumSeed,
		);
		this.transmitter.send(FOUNDERS_TOPIC, FOUNDERS_TOPIC, text, () => {});
		return baseStamp;
	}

	private echo(): void {
		const { context } = this;
		const stage = this.echoes[this.echoStage];
		if (!stage || !context.isActive() || context.regime.role() === "hub") return;
		const now = context.now();
		const due = this.lastNewSeconds + this.echoAfter(stage);
		if (now < due) {
			this.echoing.at(due);
			return;
		}
		const own = context.replica.own;
		const transmissions = stage.transmissions ?? context.transmissionGoal() - 1;
		const owed =
			this.hasAudience() && context.recents.owesEcho(now, (register) => register.stream === own, transmissions);
		if (owed) {
			if (!this.gate.may(now, "echo")) {
				this.echoing.at(this.gate.nextAt(now, "echo"));
				return;
			}
			context.traffic.echoBroadcasts += 1;
			// The first echo repeats the tail; the next ones what the first had no room for.
			this.broadcast("echo", this.echoStage === 0 ? "own tail" : "before that");
		}
		this.echoStage += 1;
		context.budget.setOwedEchoes(this.echoes.size() - this.echoStage);
		const following = this.echoes[this.echoStage];
		if (following) this.echoing.at(math.max(now + 0.8, this.lastNewSeconds + this.echoAfter(following)));
	}

	/** Where more waits than the hub can cast, it is told again later. */
	private echoAfter({ afterSeconds }: TailEcho): number {
		const { hub } = this.context.regime;
		return hub && hub.messageSeconds > 0 ? afterSeconds + OVERDUE_UPLINK_SECONDS : afterSeconds;
	}

	private beat(): void {
		const { context } = this;
		if (!context.isActive() || context.regime.role() === "hub") return;
		const now = context.now();
		if (!this.gate.may(now, "control")) {
			this.beating.at(this.gate.nextAt(now, "control"));
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

	// -- leaving ------------------------------------------------------------------------------------------------------------------------------

	/** Says what was found lost; false if there is nobody to hear it. */
	private sayLosses(): boolean {
		if (!this.hasAudience()) return false;
		this.broadcast("control");
		return true;
	}

	/** Before this server closes: only what outlives it is still worth sending. */
	public keepWhatOutlives(): void {
		const { context } = this;
		const kept = new Array<Register>();
		while (true) {
			const slot = context.outbox.peek();
			if (!slot) break;
			this.dequeue(slot.value.register);
			const { register } = slot.value;
			if (register.pool.policy === "adopt" || register.pool.isChannel) kept.push(register);
		}
		for (const register of kept) this.enqueue(register, 0);
	}

	/** Where a hub broadcasts for all, this server tells it alone. */
	private hubToTell(): ShortId | undefined {
		const { regime } = this.context;
		return regime.role() === "leaf" ? regime.hub?.shortId : undefined;
	}

	/** Whether the limits allow this server to say something now. */
	public maySpeak(): boolean {
		return this.gate.may(this.context.now(), "control");
	}

	/** One of a closing server's last broadcasts, with what still waits. */
	public composeFarewell(departures: Departure[], spare: SpareRoom): string {
		if (this.context.regime.role() === "hub") this.composer.countAsSent();
		const hubId = this.hubToTell();
		return this.composer.compose(
			false,
			departures,
			LAST_PROMISE_SECONDS,
			spare,
			hubId === undefined ? undefined : { addressee: hubId, changesBytes: MESSAGE_BYTES },
		).text;
	}

	/** Sends what was composed, or once more what the cloud refused. */
	public farewell(text: string, done: (success: boolean) => void): void {
		const { context, transmitter } = this;
		const hubId = this.hubToTell();
		if (hubId !== undefined) transmitter.send(inboxTopic(hubId), hubId, text, done);
		else transmitter.broadcastOnce(text, context.budget.pickTopic(context.now()), done);
	}
}

beginWith(Sender, {
	echoes: TAIL_ECHOES,
	echoStage: TAIL_ECHOES.size(),
	lastNewSeconds: 0,
	audienceUntilSeconds: 0,
});

/** What a change of this register is queued under. */
export function queueKey(register: Register): string {
	return `${register.pool.name}\0${register.key}`;
}
