import { sometimes } from "../diagnostics/situations";
import { Platform } from "../platform/platform";
import { StatusAbout } from "./types";

/** Values that wait for a callback; of more than these the oldest are passed over. */
const MOST_WAITING = 64;

export type StatusCallback = (value: defined | undefined, about: StatusAbout) => void;

interface Telling {
	readonly value: defined | undefined;
	readonly about: StatusAbout;
}

/** One callback that follows a value: called for one value after the other, however long it takes for each. */
export class Subscriber {
	/** The text of the value that it was told last; undefined where that was undefined, or nothing was told yet. */
	public toldText: string | undefined;
	/** It was not told anything yet. */
	public isWaiting = true;
	private queue = new Array<Telling>();
	private isBusy = false;
	private ended = false;

	constructor(
		private readonly platform: Platform,
		private readonly callback: StatusCallback,
		private readonly overflowed: () => void,
	) {}

	public tell(value: defined | undefined, text: string | undefined, about: StatusAbout): void {
		if (this.ended) return;
		this.isWaiting = false;
		this.toldText = text;
		this.queue.push({ value, about });
		if (this.queue.size() > MOST_WAITING) {
			sometimes("a subscriber that is too slow");
			this.queue.remove(0);
			this.overflowed();
		}
		if (this.isBusy) return;
		this.isBusy = true;
		this.platform.spawn(() => this.work());
	}

	public finish(): void {
		this.ended = true;
		this.queue.clear();
	}

	private work(): void {
		while (!this.queue.isEmpty()) {
			const { value, about } = this.queue.remove(0)!;
			const [success, problem] = pcall(this.callback, value, about);
			// Reported by a thread of its own; the next value comes all the same.
			if (!success) this.platform.spawn(() => error(problem, 0));
		}
		this.isBusy = false;
	}
}
