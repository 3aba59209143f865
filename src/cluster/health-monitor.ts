import { beginWith } from "../diagnostics/begin-with";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Detector } from "./detector";
import { ASKING_SECONDS, ASKING_UNHEARD_SECONDS, Health, HealthReason, HEALTHY, judge } from "./health";
import { createSignal, FiringSignal } from "./signal";
import { Subscriptions } from "./subscriptions";

const CHECK_SECONDS = 1.5;
/** A cause is warned of when it has lasted so long, and again at the earliest after the pause. */
const WARN_AFTER_SECONDS = 10;
const WARN_AGAIN_SECONDS = 600;
/** These have warnings of their own, or are no news. */
const TOLD_ELSEWHERE: ReadonlySet<HealthReason> = new Set<HealthReason>([
	"studio",
	"closed",
	"subscribing",
	"memoryStore",
]);
/** What could not be read is counted within this. */
const UNREADABLE_SECONDS = 30;

/** Watches how well this server takes part, and tells when that changes. */
export class HealthMonitor {
	public readonly Changed: FiringSignal<[health: Health, previous: Health]>;
	private readonly checking: Appointment;
	private health!: Health;
	private since!: number;
	private hasWarned!: boolean;
	private phase!: string;
	private phaseSinceSeconds: number;
	private stoodStillAtSeconds!: number;
	private stoodStillForSeconds!: number;
	private unreadable!: number;
	private unreadableBefore!: number;
	private unreadableAtSeconds!: number;
	private warnedAtSeconds: Map<string, number> | undefined;

	constructor(
		private readonly context: Context,
		private readonly detector: Detector,
		private readonly subscriptions: Subscriptions,
		agenda: Agenda,
	) {
		this.Changed = createSignal(context.platform);
		this.phaseSinceSeconds = context.now();
		this.checking = agenda.add(() => this.check());
		this.checking.at(context.now() + CHECK_SECONDS);
	}

	/** This server was held up for so long. */
	public noteLate(lateSeconds: number): void {
		this.stoodStillAtSeconds = this.context.now();
		this.stoodStillForSeconds = lateSeconds;
	}

	/** Judged now; {@link Changed} follows within {@link CHECK_SECONDS}. */
	public read(): Health {
		const { context, detector } = this;
		const { traffic, outbox } = context;
		const now = context.now();
		this.notePhase(now);
		const started = this.phaseSinceSeconds;
		return judge({
			phase: context.phase,
			phaseSeconds: now - started,
			subscribeFailure: this.subscriptions.lastFailure,
			others: context.membership.serverCount() - 1,
			isLeaf: context.regime.role() === "leaf",
			silentSeconds: now - math.max(started, detector.lastInbound()),
			othersSilentSeconds: now - math.max(started, detector.lastOtherSeconds),
			unheardSeconds: this.unheardSeconds(now),
			publishFailingSeconds: now - traffic.publishFailingSinceSeconds,
			publishFailures: traffic.publishFailuresInRow,
			stoodStillSeconds: now - this.stoodStillAtSeconds,
			stoodStillForSeconds: this.stoodStillForSeconds,
			congestionFactor: context.congestion.factor(),
			oldestQueuedSeconds: outbox.oldestAgeSeconds(now),
			queueDepth: outbox.size(),
			loss: context.loss.isKnown() ? context.observedLoss() : 0,
			unreadable: this.unreadable,
			memoryFailuresInRow: context.memoryUse.failuresInRow,
		});
	}

	private check(): void {
		const { context } = this;
		const now = context.now();
		this.checking.at(now + CHECK_SECONDS);
		this.countUnreadable(now);
		this.lookIntoSilence(now);
		const health = this.read();
		const previous = this.health;
		this.health = health;
		if (health.Reason !== previous.Reason) this.hasWarned = false;
		if (health.Status !== previous.Status || health.Reason !== previous.Reason) {
			this.since = now;
			context.log.info(describeHealth(health));
			this.Changed.Fire(health, previous);
		}
		this.warn(now);
	}

	private notePhase(now: number): void {
		const { phase } = this.context;
		if (phase === this.phase) return;
		// Getting the state follows on subscribing.
		this.phase = phase;
		this.phaseSinceSeconds = now;
	}

	private countUnreadable(now: number): void {
		if (now - this.unreadableAtSeconds < UNREADABLE_SECONDS) return;
		const { traffic } = this.context;
		const total = traffic.droppedFor("version") + traffic.droppedFor("checksum") + traffic.droppedFor("malformed");
		this.unreadable = total - this.unreadableBefore;
		this.unreadableBefore = total;
		this.unreadableAtSeconds = now;
	}

	private lookIntoSilence(now: number): void {
		const { context, detector } = this;
		if (context.phase !== "synced" || context.membership.serverCount() === 1) return;
		// What the cloud refuses asks nobody.
		if (context.traffic.publishFailuresInRow > 0) return;
		const silentSeconds = now - math.max(this.phaseSinceSeconds, detector.lastOtherSeconds);
		if (silentSeconds >= ASKING_SECONDS || this.unheardSeconds(now) >= ASKING_UNHEARD_SECONDS) detector.askAround();
	}

	/** Since when nothing of what this server said has come back. */
	private unheardSeconds(now: number): number {
		const { context, detector } = this;
		const { unreturnedSinceSeconds } = context.echoes;
		if (unreturnedSinceSeconds === undefined) return 0;
		return now - math.max(this.phaseSinceSeconds, detector.lastOwnSeconds, unreturnedSinceSeconds);
	}

	private warn(now: number): void {
		const { health, context } = this;
		const { Reason } = health;
		if (Reason === undefined || TOLD_ELSEWHERE.has(Reason) || this.hasWarned) return;
		if (now - this.since < WARN_AFTER_SECONDS) return;
		this.hasWarned = true;
		const warnedAt = (this.warnedAtSeconds ??= new Map());
		const last = warnedAt.get(Reason);
		if (last !== undefined && now - last < WARN_AGAIN_SECONDS) return;
		warnedAt.set(Reason, now);
		context.log.warn(describeHealth(health));
	}
}

beginWith(HealthMonitor, {
	health: HEALTHY,
	since: 0,
	hasWarned: false,
	phase: "starting",
	stoodStillAtSeconds: -math.huge,
	stoodStillForSeconds: 0,
	unreadable: 0,
	unreadableBefore: 0,
	unreadableAtSeconds: 0,
});

/** As one line. */
export function describeHealth({ Status, Reason, Detail }: Health): string {
	return Reason === undefined ? Status : `${Status} (${Reason}): ${Detail}`;
}
