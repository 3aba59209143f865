import type { Listener } from "./listener";

/** Whose code runs: one script on one entity. All that it has set up dies with it. */
export class Owner {
	public dead = false;
	/** Whether its listeners are called. */
	public listening = true;
	/** By event, in the order in which they were added. */
	public readonly listeners = new Map<string, Listener[]>();
	/** Timers of it that run. */
	public timerCount = 0;
	/** Each removes itself when it is done before the owner dies. */
	private readonly cleanups = new Set<() => void>();

	constructor(
		/** The entity's; listeners are called in the order of it. */
		public readonly id: string,
		public readonly entityName: string,
		public readonly scriptName: string,
	) {}

	public label(): string {
		return `${this.entityName}/${this.scriptName}`;
	}

	/** Has `cleanup` run when the owner dies; at once if it has. Returns what takes that back. */
	public onDeath(cleanup: () => void): () => void {
		if (this.dead) {
			cleanup();
			return () => {};
		}
		this.cleanups.add(cleanup);
		return () => this.cleanups.delete(cleanup);
	}

	/** Turns all its listeners on or off; its timers run on. */
	public setListening(listening: boolean): void {
		this.listening = listening;
		this.refresh();
	}

	/** The end: nothing of it is called again. */
	public die(): void {
		if (this.dead) return;
		this.dead = true;
		this.refresh();
		// In the order of the Set's table, which does not matter: they only take away.
		const cleanups = [...this.cleanups];
		this.cleanups.clear();
		for (const cleanup of cleanups) cleanup();
		assert(this.listeners.isEmpty(), "no listener outlives its owner");
		assert(this.timerCount === 0, "no timer outlives its owner");
	}

	private refresh(): void {
		for (const [, listeners] of this.listeners) for (const listener of listeners) listener.refresh();
	}
}
