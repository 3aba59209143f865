import { sometimes } from "../diagnostics/situations";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Sender } from "./sender";

/** A goodbye is said so often, this far apart: one of them arrives. */
const GOODBYES = 3;
const GOODBYE_SECONDS = 0.5;
const GRACE_SECONDS = 0.3;
/** The last changes of pools that outlive their server get so long to be sent, before the goodbye. */
const LAST_CHANGES_SECONDS = 4;
const LAST_CHANGE_SECONDS = 0.25;
/** However the cloud behaves, closing takes no longer than this; Roblox allows 30 s. */
const CLOSED_AFTER_SECONDS = 8;

interface Farewell {
	readonly text: string;
	readonly goodbye: boolean;
}

/** How this server leaves: the others know at once, and what it contributed disappears, or is adopted. */
export class Closer {
	private readonly stepping: Appointment;
	private said = 0;
	private accepted = 0;
	private startedSeconds!: number;
	private callbacks = new Array<() => void>();
	/** What the cloud refused, to be said again. */
	private refused = new Array<Farewell>();

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
		const refused = this.refused.shift();
		if (refused !== undefined) this.sender.farewell(refused.text, (success) => this.answered(refused, success));
		else if (context.outbox.size() > 0 && elapsed < LAST_CHANGES_SECONDS) this.sayLastChanges();
		else this.sayGoodbye();
		const spacing = this.said > 0 ? GOODBYE_SECONDS : LAST_CHANGE_SECONDS;
		this.stepping.at(now + spacing);
	}

	private sayLastChanges(): void {
		if (!this.sender.maySpeak()) return;
		sometimes("a close hands something over");
		this.say({ text: this.sender.composeFarewell([], "own tail"), goodbye: false });
	}

	/** The first goodbye is said in any case; the others as far as the limits allow, because whole games close at once. */
	private sayGoodbye(): void {
		const { context } = this;
		if (this.said > 0 && !this.sender.maySpeak()) return;
		const { shortId, incarnation } = context.replica.own;
		const departure = { shortId, incarnation, reason: "closed" as const, upTo: context.sequencer.upTo() };
		this.said += 1;
		this.say({
			text: this.sender.composeFarewell([departure], this.said === 1 ? "own tail" : "before that"),
			goodbye: true,
		});
	}

	private say(farewell: Farewell): void {
		this.sender.farewell(farewell.text, (success) => this.answered(farewell, success));
	}

	private answered(farewell: Farewell, success: boolean): void {
		if (!success) this.refused.push(farewell);
		else if (farewell.goodbye) {
			this.accepted += 1;
			if (this.accepted >= GOODBYES) this.stepping.by(this.context.now());
		}
	}

	private finish(): void {
		const { context } = this;
		if (this.said > 0 && this.accepted === 0) sometimes("closed though the cloud took no goodbye");
		context.phase = "closed";
		this.stepping.clear();
		this.onClosed();
		const { callbacks } = this;
		this.callbacks = [];
		for (const callback of callbacks) callback();
	}
}
