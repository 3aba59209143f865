/** Use is compared with what the cap allows in about this time. */
const PACE_SECONDS = 10;
/** So far may use run ahead of the cap's pace. */
const AHEAD = 1.15;
/** What was heard at first is not multiplied by more than the inverse of this. */
const LEAST_PART = 0.3;

/**
 * Keeps the use of a minute's cap even. A cap per sliding minute alone lets all servers spend it within seconds and then wait together until the
 * minute forgets it: measured with 12 busy servers, none of them sent for 30 s, again and again.
 */
export class Pace {
	/** Deliveries by all servers, fading within {@link PACE_SECONDS}: at a steady rate, what comes in that time. */
	private recent = 0;
	private atSeconds = 0;
	private sinceSeconds: number | undefined;

	public note(nowSeconds: number, deliveries: number): void {
		assert(deliveries >= 0, "nothing that was used is given back");
		this.recent = this.faded(nowSeconds) + deliveries;
		this.atSeconds = nowSeconds;
		this.sinceSeconds ??= nowSeconds;
	}

	/** Whether so many deliveries more keep the pace of a cap per minute. */
	public allows(nowSeconds: number, deliveries: number, capPerMinute: number): boolean {
		const allowed = math.max(2 * deliveries, (AHEAD * capPerMinute * PACE_SECONDS) / 60);
		return this.estimated(nowSeconds) + deliveries <= allowed;
	}

	/** Who has listened for a short time only takes what it heard for typical. */
	private estimated(nowSeconds: number): number {
		const listened = nowSeconds - (this.sinceSeconds ?? nowSeconds);
		const heardPart = math.max(LEAST_PART, 1 - math.exp(-listened / PACE_SECONDS));
		return this.faded(nowSeconds) / heardPart;
	}

	private faded(nowSeconds: number): number {
		return this.recent * math.exp((this.atSeconds - nowSeconds) / PACE_SECONDS);
	}
}
