import { beginWith } from "../diagnostics/begin-with";
import { Context } from "./context";
import { describeHealth, Health, HealthReason, HEALTHY } from "./health";

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

/** What is kept of a server's health once it was not well, or somebody listens: how it was, and what was warned of. */
export class HealthWatch {
	private health!: Health;
	private sinceSeconds!: number;
	private hasWarned!: boolean;
	private warnedAtSeconds: Map<HealthReason, number> | undefined;

	constructor(private readonly context: Context) {}

	/** Takes note of how it is; returns how it was, if that has changed. */
	public note(health: Health): Health | undefined {
		const now = this.context.now();
		const previous = this.health;
		this.health = health;
		if (health.Reason !== previous.Reason) {
			this.hasWarned = false;
			this.sinceSeconds = now;
		}
		this.warn(now);
		if (health.Status === previous.Status && health.Reason === previous.Reason) return undefined;
		this.context.log.info(describeHealth(health));
		return previous;
	}

	/** In the output, of what cuts this server off: what only slows it down comes and goes in busy games. */
	private warn(now: number): void {
		const { health } = this;
		const { Reason, Status } = health;
		if (Reason === undefined || Status !== "isolated" || this.hasWarned || TOLD_ELSEWHERE.has(Reason)) return;
		if (now - this.sinceSeconds < WARN_AFTER_SECONDS) return;
		this.hasWarned = true;
		const warnedAt = (this.warnedAtSeconds ??= new Map());
		const last = warnedAt.get(Reason);
		if (last !== undefined && now - last < WARN_AGAIN_SECONDS) return;
		warnedAt.set(Reason, now);
		this.context.log.warn(describeHealth(health));
	}
}

beginWith(HealthWatch, { health: HEALTHY, sinceSeconds: 0, hasWarned: false });
