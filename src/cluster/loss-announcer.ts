import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { Departure } from "../wire/frame";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Gate } from "./gate";

/** A loss is said so often, so many seconds after it was found. */
const SAID_AFTER_SECONDS: ReadonlyArray<number> = [0, 1, 2.5, 5];
/** Who has heard more of a lost server than another says, says so after this time at most, unless somebody else has. */
const CORRECTED_WITHIN_SECONDS = 2.5;
/** A correction is said as often as a loss from here on. */
const CORRECTION_STAGE = 2;
/** So many losses fit into one message beside everything else. */
const MOST_AT_ONCE = 20;
const AGAIN_SECONDS = 0.5;

interface Announcement {
	readonly departure: Departure;
	/** Of what another said. */
	readonly correction: boolean;
	readonly sinceSeconds: number;
	said: number;
}

/** Shared by all that have nothing to announce. */
const NO_ANNOUNCEMENTS = table.freeze(new Array<Announcement>()) as Announcement[];

/** Which losses of servers have still to be said, and when: each of them several times. */
export class LossAnnouncer {
	private appointment: Appointment | undefined;
	private announcements!: Announcement[];

	constructor(
		private readonly context: Context,
		private readonly gate: Gate,
		/** Says what is due to all; false if there is nobody to hear it. */
		private readonly say: () => boolean,
		private readonly agenda: Agenda,
	) {}

	/** Made with the first loss. */
	private announcing(): Appointment {
		return (this.appointment ??= this.agenda.add(() => this.announce()));
	}

	private add(announcement: Announcement): void {
		if (this.announcements === NO_ANNOUNCEMENTS) this.announcements = [];
		this.announcements.push(announcement);
	}

	/** Says several times that a server is lost. */
	public announceLost(departure: Departure): void {
		const now = this.context.now();
		this.add({ departure, correction: false, sinceSeconds: now, said: 0 });
		this.announcing().by(now);
	}

	/** Says that a lost server said more than another says. */
	public correctLost(departure: Departure): void {
		const waits = ({ departure: other }: Announcement) =>
			isSameServer(other, departure) && other.upTo >= departure.upTo;
		if (this.announcements.some(waits)) return;
		sometimes("last words that another lacks");
		const dueSeconds = this.context.now() + CORRECTED_WITHIN_SECONDS * this.context.platform.random();
		const sinceSeconds = dueSeconds - SAID_AFTER_SECONDS[CORRECTION_STAGE]!;
		this.add({ departure, correction: true, sinceSeconds, said: CORRECTION_STAGE });
		this.announcing().by(dueSeconds);
	}

	/** Somebody else has said that a server is lost: corrections that say no more need not be said. */
	public noteLost(departure: Departure): void {
		if (this.announcements.isEmpty()) return;
		this.announcements = this.announcements.filter(
			({ correction, departure: other }) =>
				!correction || !isSameServer(other, departure) || other.upTo > departure.upTo,
		);
	}

	/** What is to be said now; it counts as said. */
	public take(now: number): Departure[] {
		if (this.announcements.isEmpty()) return [];
		const due = new Array<Departure>();
		for (const announcement of this.announcements) {
			if (due.size() >= MOST_AT_ONCE) break;
			const after = SAID_AFTER_SECONDS[announcement.said];
			if (after === undefined || now < announcement.sinceSeconds + after) continue;
			announcement.said += 1;
			due.push(announcement.departure);
		}
		if (!due.isEmpty()) {
			this.announcements = this.announcements.filter(
				(announcement) => announcement.said < SAID_AFTER_SECONDS.size(),
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
			nextAt = math.min(nextAt, announcement.sinceSeconds + SAID_AFTER_SECONDS[announcement.said]!);
		}
		if (nextAt > now) {
			this.announcing().at(nextAt);
			return;
		}
		if (!this.gate.may(now, "control")) {
			this.announcing().at(this.gate.nextAt(now, "control"));
			return;
		}
		if (!this.say()) this.take(now);
		this.announcing().at(now + AGAIN_SECONDS);
	}
}

beginWith(LossAnnouncer, { announcements: NO_ANNOUNCEMENTS });

function isSameServer(left: Departure, right: Departure): boolean {
	return left.shortId === right.shortId && left.incarnation === right.incarnation;
}
