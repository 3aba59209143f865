/** So long: no copy of a message comes later. */
const REMEMBERED_SECONDS = 120;
const MOST_REMEMBERED = 5000;

/** The messages that a leader has handled, by sender and number. */
export class Handled {
	private atSeconds = new Map<string, number>();
	private count = 0;

	public has(name: string): boolean {
		return this.atSeconds.has(name);
	}

	/** False if what was handled lately had to be forgotten: far more than fits into the limits has come, so it was forged. */
	public add(name: string, now: number): boolean {
		const isComplete = this.count < MOST_REMEMBERED || this.forgetOld(now);
		this.atSeconds.set(name, now);
		this.count += 1;
		return isComplete;
	}

	private forgetOld(now: number): boolean {
		const kept = new Map<string, number>();
		let count = 0;
		for (const [name, atSeconds] of this.atSeconds) {
			if (now - atSeconds > REMEMBERED_SECONDS) continue;
			kept.set(name, atSeconds);
			count += 1;
		}
		const isComplete = count < MOST_REMEMBERED;
		this.atSeconds = isComplete ? kept : new Map();
		this.count = isComplete ? count : 0;
		return isComplete;
	}
}
