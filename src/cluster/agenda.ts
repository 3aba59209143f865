import { sometimes } from "../diagnostics/situations";
import { Platform } from "../platform/platform";

/** A timer that runs this late was held up: the server froze, or the machine did. */
const LATE_SECONDS = 2;

function traced(problem: unknown): string {
	return debug.traceback(tostring(problem), 2);
}

/** All of one server's timers, on one timer of the platform. Handlers run in the order in which they were added. */
export class Agenda {
	private readonly handlers = new Array<() => void>();
	private readonly dues = new Array<number>();
	private cancel: (() => void) | undefined;
	/** When it runs next; while it runs, every time is later than this. */
	private scheduledFor = math.huge;
	private stopped = false;
	private readonly runLater = () => this.run();

	constructor(
		private readonly platform: Platform,
		private readonly onLate: (lateSeconds: number) => void,
	) {}

	public add(handler: () => void): Appointment {
		const index = this.handlers.size();
		this.handlers.push(handler);
		this.dues.push(math.huge);
		return new Appointment(this, index);
	}

	public stop(): void {
		this.stopped = true;
		if (this.cancel) this.cancel();
		this.cancel = undefined;
	}

	/** When an appointment is due; `math.huge` for never. */
	public dueOf(index: number): number {
		return this.dues[index]!;
	}

	public set(index: number, seconds: number): void {
		// What is overdue is due now: only a timer that runs late tells that this server was held up.
		this.dues[index] = math.max(seconds, this.platform.clock());
		if (this.dues[index]! < this.scheduledFor) this.reschedule();
	}

	private reschedule(): void {
		if (this.stopped) return;
		let earliest = math.huge;
		for (const due of this.dues) if (due < earliest) earliest = due;
		if (earliest === this.scheduledFor) return;
		if (this.cancel) this.cancel();
		this.cancel = undefined;
		this.scheduledFor = earliest;
		if (earliest === math.huge) return;
		this.cancel = this.platform.schedule(math.max(0, earliest - this.platform.clock()), this.runLater);
	}

	private run(): void {
		if (this.stopped) return;
		const now = this.platform.clock();
		const late = now - this.scheduledFor;
		this.cancel = undefined;
		this.scheduledFor = -math.huge;
		if (late > LATE_SECONDS) {
			sometimes("the server stood still");
			this.onLate(late);
		}
		for (const index of $range(0, this.handlers.size() - 1)) {
			if (this.dues[index]! > now) continue;
			this.dues[index] = math.huge;
			const [success, failure] = xpcall(this.handlers[index]!, traced);
			// A defect of one handler must not stop the others; it is reported by a thread of its own.
			if (!success) this.platform.spawn(() => error(failure, 0));
		}
		this.scheduledFor = math.huge;
		this.reschedule();
	}
}

/** One thing that is due at some time. */
export class Appointment {
	constructor(
		private readonly agenda: Agenda,
		private readonly index: number,
	) {}

	/** Due at `seconds` of the platform's clock, instead of whenever it was due before. */
	public at(seconds: number): void {
		this.agenda.set(this.index, seconds);
	}

	/** Due at `seconds`, unless it is due earlier already. */
	public by(seconds: number): void {
		if (seconds < this.agenda.dueOf(this.index)) this.agenda.set(this.index, seconds);
	}

	public clear(): void {
		this.agenda.set(this.index, math.huge);
	}
}
