/** How far a stamp may lie ahead of this machine's clock; beyond it, it is taken for an error or an attack. */
export const STAMP_AHEAD_LIMIT_MILLISECONDS = 15 * 60 * 1000;

/** While it is ahead of the machine's clock, it goes on at this part of that clock's speed: time does not stand still, and the lead shrinks. */
const SPEED_AHEAD = 0.5;
/** A machine's clock that has moved more than this since it was last looked at has jumped. */
const JUMP_MILLISECONDS = 2000;

/**
 * Hybrid logical clock (Kulkarni et al. 2014, without the separate counter: stamps order records of one key only, so equal stamps of different keys are harmless).
 * Never behind anything it has seen, so that what happens after a record was seen has a greater stamp, whatever the machines' clocks say.
 */
export class HybridClock {
	private highest = 0;
	/** The machine's clock, as far as it has been followed. */
	private followed = 0;

	/** The present, in whole milliseconds; never decreases. */
	public now(unixMilliseconds: number): number {
		const present = math.floor(unixMilliseconds);
		const moved = present - this.followed;
		if (present >= this.highest) {
			this.highest = present;
			this.followed = present;
		} else if (moved < 0 || moved > JUMP_MILLISECONDS) this.followed = present;
		else {
			const steps = math.floor(moved * SPEED_AHEAD);
			this.highest += steps;
			this.followed += steps / SPEED_AHEAD;
		}
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
