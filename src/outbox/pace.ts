/** Use is compared with what the cap allows in about this time. */
const PACE_SECONDS = 10;
/** So far may use run ahead of the cap's pace. */
const AHEAD = 1.15;

/**
 * Keeps the use of a minute's cap even. A cap per sliding minute alone lets all servers spend it within seconds and then wait together until the
 * minute forgets it: measured with 12 busy servers, none of them sent for 30 s, again and again.
 */
export class Pace {
	/** Deliveries by all servers, fading within {@link PACE_SECONDS}: at a steady rate, what comes in that time. */
	private recent = 0;
	private atSeconds = 0;

	public note(nowSeconds: number, deliveries: number): void {
		this.recent = this.faded(nowSeconds) + deliveries;
		this.atSeconds = nowSeconds;
	}

	/** Whether so many deliveries more keep the pace of a cap per minute. */
	public allows(nowSeconds: number, deliveries: number, capPerMinute: number): boolean {
		return (
			this.faded(nowSeconds) + deliveries <= math.max(2 * deliveries, (AHEAD * capPerMinute * PACE_SECONDS) / 60)
		);
	}

	private faded(nowSeconds: number): number {
		return this.recent * math.exp((this.atSeconds - nowSeconds) / PACE_SECONDS);
	}
}
