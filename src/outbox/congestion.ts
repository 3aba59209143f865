import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { withoutFirst } from "./without-first";

/** On a sign of congestion the factor is multiplied by this, at most once in the interval. */
const DECREASE = 0.7;
const STEP_SECONDS = 10;
export const LEAST_FACTOR = 0.25;
/** Without a sign the factor grows by this in each interval, and by more when there has been none for long. */
const INCREASE = 0.02;
const FAST_INCREASE = 0.1;
const CALM_SECONDS = 120;

/**
 * Loss above the baseline by this is a sign, but only where at least this part of the cap is used: below it, it cannot
 * come from sending too much.
 */
const LOSS_MARGIN = 0.1;
const BUSY_UTILISATION = 0.5;
/**
 * The baseline follows loss within this time. Loss above it while much is sent may be congestion, so then it follows
 * very slowly, until the factor is this small: loss that stays however little is sent is not congestion.
 */
const BASELINE_SECONDS = 20;
const BUSY_BASELINE_SECONDS = 300;
const LEARNING_SECONDS = 60;
const SMALL_FACTOR = 1.5 * LEAST_FACTOR;
/** A server's report counts for so long: two of the longest beats. */
const REPORT_SECONDS = 170;
const REPORT_PERCENTILE = 0.75;

/** How many of the latest publishes the failures are counted of, roughly; their baseline is slower, and no outage becomes normal. */
const PUBLISH_MEMORY = 20;
const PUBLISH_BASELINE_MEMORY = 60;
const MOST_FAILURE_BASELINE = 0.5;

/** How many of the latest own broadcasts the echo statistics are about, roughly; the echo baseline is slower. */
const ECHO_MEMORY = 20;
const ECHO_BASELINE_MEMORY = 100;
/** So many echoes may be missing, and so many standard deviations of what the baseline explains besides. */
const ECHO_MARGIN = 1.5;
const ECHO_DEVIATIONS = 2.5;
/** While the loss of the network is not known, it may be this much. */
const UNKNOWN_LOSS = 0.2;

/** An own broadcast that has not come back after this long is missing. */
const ECHO_OVERDUE_SECONDS = 4;

/** Own broadcasts since the last count: those that came back, and those that did not in time. */
export interface EchoCount {
	readonly returned: number;
	readonly missing: number;
}

/**
 * Decides which factor of the budget to use: additive increase, multiplicative decrease, never above 1. Signs of
 * congestion are failed publishes (whatever their text: none are documented), own broadcasts that don't come back, and
 * loss that servers report. Loss and missing echoes count only beyond their slow baselines: the network's own loss must
 * not throttle anybody.
 */
export class Congestion {
	private currentFactor!: number;
	private lastDecreaseSeconds!: number;
	private lastSignSeconds!: number;
	private lastStepSeconds: number | undefined;
	private lastUpdateSeconds: number | undefined;

	private readonly reports = new Map<string, { fraction: number; atSeconds: number }>();
	private lossBaseline: number | undefined;
	private lossKnownSinceSeconds: number | undefined;

	private publishes!: number;
	private failures!: number;
	private failureBaseline!: number;

	private echoes!: number;
	private missingEchoes!: number;
	private echoBaseline!: number;

	/** What is left of the budget, {@link LEAST_FACTOR} to 1. */
	public factor(): number {
		return this.currentFactor;
	}

	/** A publish failed. That is a sign only beyond what fails anyway, however little is sent. */
	public notePublishFailure(nowSeconds: number): void {
		this.notePublish(1);
		const expected = this.publishes * this.failureBaseline;
		const deviation = math.sqrt(expected * (1 - this.failureBaseline));
		if (this.failures > expected + ECHO_DEVIATIONS * deviation) this.noteSign(nowSeconds);
	}

	public notePublishSuccess(): void {
		this.notePublish(0);
	}

	private notePublish(failed: number): void {
		this.publishes = this.publishes * (1 - 1 / PUBLISH_MEMORY) + 1;
		this.failures = this.failures * (1 - 1 / PUBLISH_MEMORY) + failed;
		const baseline = this.failureBaseline + (failed - this.failureBaseline) / PUBLISH_BASELINE_MEMORY;
		this.failureBaseline = math.min(baseline, MOST_FAILURE_BASELINE);
	}

	/** What {@link SelfEchoes.overdue} counted. */
	public noteMissingEchoes(count: EchoCount, nowSeconds: number): void {
		const baseline = math.max(this.echoBaseline, this.lossBaseline ?? UNKNOWN_LOSS);
		for (const _ of $range(1, count.returned)) this.noteEcho(0);
		for (const _ of $range(1, count.missing)) this.noteEcho(1);
		const expected = this.echoes * baseline;
		const deviation = math.sqrt(expected * (1 - baseline));
		if (this.missingEchoes <= expected + ECHO_DEVIATIONS * deviation + ECHO_MARGIN) return;
		// The same missing echoes are a sign only once.
		this.echoes = 0;
		this.missingEchoes = 0;
		this.noteSign(nowSeconds);
	}

	/** A server, this one included, says which part of the broadcasts it loses. */
	public noteReportedLoss(shortId: string, fraction: number, nowSeconds: number): void {
		const report = this.reports.get(shortId);
		if (report) {
			report.fraction = fraction;
			report.atSeconds = nowSeconds;
		} else this.reports.set(shortId, { fraction, atSeconds: nowSeconds });
	}

	/** A server has left: what it reported no longer counts. */
	public forget(shortId: string): void {
		this.reports.delete(shortId);
	}

	/** To be called about every second. `utilisation` is the game's use of the deliveries this budget allows it. */
	public update(nowSeconds: number, utilisation: number): void {
		const elapsed = nowSeconds - (this.lastUpdateSeconds ?? nowSeconds);
		this.lastUpdateSeconds = nowSeconds;
		const loss = this.reportedLoss(nowSeconds);
		if (loss !== undefined) this.judgeLoss(loss, utilisation >= BUSY_UTILISATION, elapsed, nowSeconds);
		this.increase(nowSeconds);
		assert(this.currentFactor >= LEAST_FACTOR && this.currentFactor <= 1, "the factor stays within its bounds");
	}

	private judgeLoss(loss: number, busy: boolean, elapsed: number, nowSeconds: number): void {
		// What is lost when nothing has been slowed down yet is the best guess at what the network loses anyway.
		const before = this.lossBaseline ?? loss;
		if (this.lossKnownSinceSeconds === undefined) this.lossKnownSinceSeconds = nowSeconds;
		const learning = nowSeconds - this.lossKnownSinceSeconds < LEARNING_SECONDS;
		const suspicious = busy && !learning && loss > before && this.currentFactor > SMALL_FACTOR;
		const within = suspicious ? BUSY_BASELINE_SECONDS : BASELINE_SECONDS;
		const baseline = before + (loss - before) * (1 - math.exp(-elapsed / within));
		this.lossBaseline = baseline;
		if (busy && loss > baseline + LOSS_MARGIN) this.noteSign(nowSeconds);
	}

	private noteSign(nowSeconds: number): void {
		this.lastSignSeconds = nowSeconds;
		if (nowSeconds - this.lastDecreaseSeconds < STEP_SECONDS) return;
		sometimes("congestion noticed");
		this.lastDecreaseSeconds = nowSeconds;
		this.lastStepSeconds = nowSeconds;
		this.currentFactor = math.max(LEAST_FACTOR, this.currentFactor * DECREASE);
	}

	private increase(nowSeconds: number): void {
		if (this.lastStepSeconds === undefined) this.lastStepSeconds = nowSeconds;
		if (nowSeconds - this.lastStepSeconds < STEP_SECONDS) return;
		this.lastStepSeconds = nowSeconds;
		const calmSeconds = nowSeconds - this.lastSignSeconds;
		if (calmSeconds < STEP_SECONDS) return;
		this.currentFactor = math.min(1, this.currentFactor + (calmSeconds >= CALM_SECONDS ? FAST_INCREASE : INCREASE));
	}

	private noteEcho(missing: number): void {
		this.echoes = this.echoes * (1 - 1 / ECHO_MEMORY) + 1;
		this.missingEchoes = this.missingEchoes * (1 - 1 / ECHO_MEMORY) + missing;
		this.echoBaseline += (missing - this.echoBaseline) / ECHO_BASELINE_MEMORY;
	}

	/** The 75th percentile of what is reported: one server with a bad connection is no congestion. */
	private reportedLoss(nowSeconds: number): number | undefined {
		const fractions = new Array<number>();
		for (const [shortId, report] of this.reports) {
			if (nowSeconds - report.atSeconds <= REPORT_SECONDS) fractions.push(report.fraction);
			else this.reports.delete(shortId);
		}
		if (fractions.isEmpty()) return undefined;
		fractions.sort();
		return fractions[math.ceil(REPORT_PERCENTILE * fractions.size()) - 1];
	}
}

beginWith(Congestion, {
	currentFactor: 1,
	lastDecreaseSeconds: -math.huge,
	lastSignSeconds: -math.huge,
	publishes: 0,
	failures: 0,
	failureBaseline: 0,
	echoes: 0,
	missingEchoes: 0,
	echoBaseline: 0,
});

/**
 * Own broadcasts that are on their way back. A publisher is subscribed itself, so its own copy tells that the cloud
 * delivered.
 */
export class SelfEchoes {
	private readonly sentAtSeconds = new Map<number, number>();
	/** Oldest first; what came back is skipped. */
	private awaited = new Array<{ readonly counter: number; readonly atSeconds: number }>();
	private first = 0;
	private returned = 0;
	/** When the first broadcast was sent since the last one that came back. */
	public unreturnedSinceSeconds: number | undefined;
	/** How many were sent since. */
	public unreturned!: number;

	public sent(counter: number, nowSeconds: number): void {
		this.unreturnedSinceSeconds ??= nowSeconds;
		this.unreturned += 1;
		this.sentAtSeconds.set(counter, nowSeconds);
		this.awaited.push({ counter, atSeconds: nowSeconds });
	}

	/** When an own broadcast that is awaited was sent. */
	public sentAt(counter: number): number | undefined {
		return this.sentAtSeconds.get(counter);
	}

	/** An own broadcast came back. Returns whether it was awaited: not a copy, and not too late. */
	public heard(counter: number): boolean {
		this.restartUnreturned();
		if (!this.sentAtSeconds.delete(counter)) return false;
		this.returned += 1;
		return true;
	}

	/** Something that this server said has come back. */
	public restartUnreturned(): void {
		if (this.unreturnedSinceSeconds === undefined) return;
		this.unreturnedSinceSeconds = undefined;
		this.unreturned = 0;
	}

	/** Counts what has happened since this was last asked. */
	public overdue(nowSeconds: number): EchoCount {
		let missing = 0;
		while (this.first < this.awaited.size()) {
			const { counter, atSeconds } = this.awaited[this.first]!;
			if (this.sentAtSeconds.get(counter) === atSeconds) {
				if (nowSeconds - atSeconds < ECHO_OVERDUE_SECONDS) break;
				this.sentAtSeconds.delete(counter);
				missing += 1;
			}
			this.first += 1;
		}
		this.compact();
		const count = { returned: this.returned, missing };
		this.returned = 0;
		return count;
	}

	/** When the oldest broadcast that is awaited becomes overdue; undefined when none is awaited. */
	public dueAt(): number | undefined {
		for (const index of $range(this.first, this.awaited.size() - 1)) {
			const { counter, atSeconds } = this.awaited[index]!;
			if (this.sentAtSeconds.get(counter) === atSeconds) return atSeconds + ECHO_OVERDUE_SECONDS;
		}
		return undefined;
	}

	private compact(): void {
		if (this.first * 2 <= this.awaited.size()) return;
		this.awaited = withoutFirst(this.awaited, this.first);
		this.first = 0;
	}
}

beginWith(SelfEchoes, { unreturned: 0 });
