import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Sender } from "./sender";

/** A goodbye is said so often, this far apart: one of them arrives. */
const GOODBYES = 3;
const GOODBYE_SECONDS = 0.5;
const GRACE_SECONDS = 0.3;
/** The last changes of pools that outlive their server get so long to be sent, before the goodbye. */
const LAST_CHANGES_SECONDS = 2;
/** However the cloud behaves, closing takes no longer than this; Roblox allows 30 s. */
const CLOSED_AFTER_SECONDS = 8;

/** How this server leaves: the others know at once, and what it contributed disappears, or is adopted. */
export class Closer {
	private readonly stepping: Appointment;
	private said = 0;
	private accepted = 0;
	private startedSeconds = 0;
	private callbacks = new Array<() => void>();

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		/** Nothing more will be sent or received. */
		private readonly onClosed: () => void,
		agenda: Agenda,
	) {
		this.stepping = agenda.add(() => this.step());
	}

	/** Closes this server's part of the cluster; `done` is called once that is over. */
	public close(done: () => void): void {
		const { context } = this;
		if (context.phase === "closed") {
			done();
			return;
		}
		this.callbacks.push(done);
		if (context.phase === "closing") return;
		const took = context.isActive() && this.sender.hasAudience();
		context.phase = "closing";
		this.startedSeconds = context.now();
		if (!took) {
			this.finish();
			return;
		}
		this.sender.keepWhatOutlives();
		this.step();
	}

	private step(): void {
		const { context } = this;
		if (context.phase !== "closing") return;
		const now = context.now();
		const elapsed = now - this.startedSeconds;
		if (this.accepted >= GOODBYES || elapsed >= CLOSED_AFTER_SECONDS) {
			this.finish();
			return;
		}
		// Players leave a closing server at the same time: what their leaving withdraws is still said.
		if (elapsed < GRACE_SECONDS) {
			this.stepping.at(this.startedSeconds + GRACE_SECONDS);
			return;
		}
		const waits = context.outbox.size() > 0 && elapsed < LAST_CHANGES_SECONDS;
		const { shortId, incarnation } = context.replica.own;
		// The messages of a closing server are within its limits whatever its share was: there are at most a dozen.
		const departures = waits
			? []
			: [{ shortId, incarnation, reason: "closed" as const, upTo: context.sequencer.upTo() }];
		if (this.said < GOODBYES * 4) {
			if (!waits) this.said += 1;
			this.sender.farewell(departures, (success) => {
				if (!success || waits) return;
				this.accepted += 1;
				if (this.accepted >= GOODBYES) this.stepping.by(context.now());
			});
		}
		this.stepping.at(now + (waits ? 0.1 : GOODBYE_SECONDS));
	}

	private finish(): void {
		const { context } = this;
		context.phase = "closed";
		this.stepping.clear();
		this.onClosed();
		const { callbacks } = this;
		this.callbacks = [];
		for (const callback of callbacks) callback();
	}
}
