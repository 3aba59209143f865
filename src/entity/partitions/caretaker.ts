import { Appointment } from "../../cluster/agenda";
import { ServerCluster } from "../../cluster/server-cluster";
import { Cell } from "../data/cell";

/** So many things wait to be looked after; beyond it the oldest are looked after early. */
const WAITING_MOST = 2000;
const STEP_SECONDS = 1;

/** Looks after what is left of entities that are gone, some time later. */
export class Caretaker {
	/** In the order in which they were noted. */
	private waiting = new Array<{ readonly cell: Cell; readonly dueSeconds: number }>();
	private readonly timer: Appointment;

	constructor(
		private readonly cluster: ServerCluster,
		private readonly tidy: (cell: Cell) => void,
	) {
		this.timer = cluster.agenda.add(() => this.tick());
	}

	public note(cell: Cell, delaySeconds: number): void {
		const dueSeconds = this.cluster.context.now() + delaySeconds;
		this.waiting.push({ cell, dueSeconds });
		this.timer.by(this.waiting.size() > WAITING_MOST ? 0 : dueSeconds);
	}

	private tick(): void {
		const now = this.cluster.context.now();
		const { waiting } = this;
		this.waiting = [];
		const early = waiting.size() - WAITING_MOST;
		let nextSeconds = math.huge;
		waiting.forEach((entry, index) => {
			if (entry.dueSeconds <= now || index < early) this.tidy(entry.cell);
			else {
				this.waiting.push(entry);
				nextSeconds = math.min(nextSeconds, entry.dueSeconds);
			}
		});
		if (nextSeconds < math.huge) this.timer.by(math.max(nextSeconds, now + STEP_SECONDS));
	}
}
