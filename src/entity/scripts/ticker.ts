import type { Scripts } from "./scripts";
import { Label, labelled } from "../../platform/labels";

/** What the first frame of a leader has: nobody knows how long it was since the last one of its predecessor. */
const FRAME_SECONDS = 1 / 60;

/** Ticks, in every frame, as long as this server leads and anybody wants them. */
export class Ticker {
	private isRunning = false;
	private lastSeconds: number | undefined;

	constructor(private readonly scripts: Scripts) {}

	/** There may be somebody to tick now. */
	public begin(): void {
		if (this.isRunning || !this.isWanted()) return;
		this.isRunning = true;
		this.lastSeconds = undefined;
		this.next();
	}

	private isWanted(): boolean {
		return this.scripts.runtime.hears("tick") && this.scripts.leads();
	}

	private next(): void {
		const { platform } = this.scripts.space.cluster.context;
		platform.schedule(0, () => labelled(platform, Label.Tick, () => this.frame()));
	}

	private frame(): void {
		const { scripts } = this;
		if (!this.isWanted()) {
			this.isRunning = false;
			return;
		}
		const now = scripts.space.now();
		const deltaSeconds = this.lastSeconds === undefined ? FRAME_SECONDS : now - this.lastSeconds;
		this.lastSeconds = now;
		this.next();
		const listeners = scripts.runtime.listenersOf("tick");
		for (const index of $range(0, listeners.size() - 1)) {
			const listener = listeners[index]!;
			if (!listener.active || !scripts.isLoaded(listener.owner.id)) continue;
			// Whatever the one before has taken, nobody ticks in a leadership that is over.
			if (!scripts.leads()) break;
			scripts.runtime.call("tick", listener, deltaSeconds, undefined);
		}
	}
}
