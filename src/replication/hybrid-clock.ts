/** How far a stamp may lie ahead of this machine's clock; beyond it, it is taken for an error or an attack. */
export const STAMP_AHEAD_LIMIT_MILLISECONDS = 15 * 60 * 1000;

/**
 * Hybrid logical clock (Kulkarni et al. 2014, without the separate counter: stamps order records of one key only, so equal stamps of different keys are harmless).
 * Never behind anything it has seen, so that what happens after a record was seen has a greater stamp, whatever the machines' clocks say.
 */
export class HybridClock {
	private highest = 0;

	/** The present, in whole milliseconds; never decreases. */
	public now(unixMilliseconds: number): number {
		this.highest = math.max(this.highest, math.floor(unixMilliseconds));
		return this.highest;
	}

	/** Takes note of a stamp made elsewhere. */
	public witness(stamp: number): void {
		if (stamp > this.highest) this.highest = stamp;
	}

	/** Whether a stamp made elsewhere is plausible. */
	public static accepts(stamp: number, unixMilliseconds: number): boolean {
		return stamp >= 0 && stamp <= unixMilliseconds + STAMP_AHEAD_LIMIT_MILLISECONDS;
	}
}
