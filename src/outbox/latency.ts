import { beginWith } from "../diagnostics/begin-with";

/** Until a way was measured. */
const FIRST_MEAN_SECONDS = 1.15;
const FIRST_DEVIATION_SECONDS = 0.43;
const GAIN = 0.125;
const DEVIATIONS = 2.5;
const LEAST_SECONDS = 0.3;
const MOST_SECONDS = 4;

/** How long messages take on their way, by those whose way was measured: mean, and mean deviation from it. Pure. */
export class Latency {
	private mean!: number;
	private deviation!: number;

	/** A message took so long, one way. */
	public note(seconds: number): void {
		const difference = seconds - this.mean;
		this.mean += GAIN * difference;
		this.deviation += GAIN * (math.abs(difference) - this.deviation);
	}

	/** Nearly all messages that do arrive take no longer than this, one way. */
	public mostSeconds(): number {
		return math.clamp(this.mean + DEVIATIONS * this.deviation, LEAST_SECONDS, MOST_SECONDS);
	}
}

beginWith(Latency, { mean: FIRST_MEAN_SECONDS, deviation: FIRST_DEVIATION_SECONDS });
