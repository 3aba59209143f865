import { sometimes } from "../diagnostics/situations";
import { Context } from "../cluster/context";
import { SettledTiming } from "./options";
import { ElectionStore } from "./store";
import { Validity } from "./tenure";

/** What is left in the place of a session that nobody may renew any more. */
const DEAD = "dead";
const AGAIN_SECONDS = 0.35;
/** Renewals are spread by so much of their interval. */
const JITTER = 0.1;

/** This server's lease, to which all its leaderships of one timing refer: it costs one renewal, however many there are. Made once, renewed, never made again. */
export interface Session extends Validity {
	readonly key: string;
	sequence: number;
}

/** Whether the text at a session's key says that the session can be renewed. */
export function isLiveSession(text: string | undefined): boolean {
	return text !== undefined && text !== DEAD;
}

/**
 * Buries a session that has expired: from then on not even a renewal that is on its way can bring it back.
 * Answers "dead" or "live"; undefined if that could not be found out.
 */
export function burySession(
	store: ElectionStore,
	key: string,
	leaseSeconds: number,
	done: (found: "dead" | "live" | undefined) => void,
): void {
	let found: "dead" | "live" = "live";
	store.update(
		key,
		(text) => {
			found = isLiveSession(text) ? "live" : "dead";
			return text === undefined ? DEAD : undefined;
		},
		leaseSeconds,
		(outcome) => done(outcome === "failed" ? undefined : found),
	);
}

/** Keeps this server's session of one timing, as long as somebody needs it. */
export class SessionKeeper {
	public session: Session | undefined;
	/** When {@link SessionKeeper.tick} wants to be called. */
	public dueSeconds = math.huge;
	private opening = false;
	private waiting = new Array<(session: Session | undefined) => void>();

	constructor(
		private readonly context: Context,
		private readonly store: ElectionStore,
		private readonly timing: SettledTiming,
		private readonly isNeeded: () => boolean,
		/** The session has ended against this server's will. */
		private readonly onLost: (session: Session) => void,
		private readonly onDue: () => void,
	) {}

	/** A session that is valid; undefined if none could be had. */
	public acquire(done: (session: Session | undefined) => void): void {
		const { context, session } = this;
		if (session && context.now() < session.untilSeconds) {
			done(session);
			return;
		}
		this.session = undefined;
		this.waiting.push(done);
		if (this.opening) return;
		this.opening = true;
		// Never a key that was used before: what was opened without this server's knowledge stays without effect.
		const key = `s/${context.platform.guid()}`;
		const requestedAt = context.now();
		this.store.write(key, "1", this.timing.leaseSeconds, (success) => {
			this.opening = false;
			const opened = success ? { key, sequence: 1, untilSeconds: this.deadline(requestedAt) } : undefined;
			const isValid = opened !== undefined && context.now() < opened.untilSeconds;
			if (isValid) {
				this.session = opened;
				this.renewAt(requestedAt + this.timing.renewSeconds);
			}
			const { waiting } = this;
			this.waiting = [];
			for (const callback of waiting) callback(isValid ? opened : undefined);
		});
	}

	/** Ends the session at once, in the store as well; `done` is called when that was tried. */
	public kill(done: () => void): void {
		const { session } = this;
		this.drop();
		if (!session) {
			done();
			return;
		}
		this.store.update(
			session.key,
			(text) => (isLiveSession(text) ? DEAD : undefined),
			this.timing.leaseSeconds,
			() => done(),
		);
	}

	public tick(now: number): void {
		const { session } = this;
		if (!session) return;
		if (now >= session.untilSeconds) {
			sometimes("a lease that ran out");
			this.lose(session);
		} else if (!this.isNeeded()) this.drop();
		else this.renew(session, now);
	}

	private renew(session: Session, now: number): void {
		this.renewAt(math.min(now + AGAIN_SECONDS + 1.5, session.untilSeconds));
		const sequence = session.sequence + 1;
		session.sequence = sequence;
		const take = (outcome: "written" | "left" | "failed"): void => {
			if (this.session !== session) return;
			if (outcome === "written") {
				session.untilSeconds = math.max(session.untilSeconds, this.deadline(now));
				const spread = 1 - JITTER / 2 + JITTER * this.context.platform.random();
				this.renewAt(now + this.timing.renewSeconds * spread);
			} else if (outcome === "left") {
				sometimes("a lease that is no longer there");
				this.lose(session);
			} else this.renewAt(math.min(this.context.now() + AGAIN_SECONDS, session.untilSeconds));
		};
		this.store.update(
			session.key,
			// Renewing never creates: what is gone may have been another's since.
			(text) => (isLiveSession(text) ? tostring(sequence) : undefined),
			this.timing.leaseSeconds,
			take,
			(outcome) => {
				if (outcome === "written") take(outcome);
			},
		);
	}

	/** Counted from before the request: the store counts from later. */
	private deadline(requestedAtSeconds: number): number {
		return requestedAtSeconds + this.timing.leaseSeconds - this.timing.marginSeconds;
	}

	private renewAt(seconds: number): void {
		this.dueSeconds = seconds;
		this.onDue();
	}

	private lose(session: Session): void {
		this.drop();
		this.onLost(session);
	}

	private drop(): void {
		if (this.session) this.session.untilSeconds = -math.huge;
		this.session = undefined;
		this.dueSeconds = math.huge;
	}
}
