import { percentile, sorted } from "./percentiles";
import { Transmissions } from "./transmissions";
import { UpdateMeter } from "./updates";

/** A delivery takes at most 2 s, after at most 0.1 s to the cloud. */
const ONE_WAY_SECONDS = 2.2;
/** More than the longest flush delay. */
const LONG_WAIT_SECONDS = 1;
const MOST_EXAMPLES = 8;

/** Why updates were late: how long they waited to be sent, and what it took after that. */
export class LateCauses {
	/** From the change to the first message with it. */
	public readonly waits = new Array<number>();
	/** From the first message with it until it is everywhere. */
	public readonly spreads = new Array<number>();
	public late = 0;
	public waitedLong = 0;
	public neededRepeats = 0;
	public readonly examples = new Array<string>();

	public add(other: LateCauses): void {
		for (const wait of other.waits) this.waits.push(wait);
		for (const spread of other.spreads) this.spreads.push(spread);
		this.late += other.late;
		this.waitedLong += other.waitedLong;
		this.neededRepeats += other.neededRepeats;
		for (const example of other.examples) if (this.examples.size() < MOST_EXAMPLES) this.examples.push(example);
	}

	public describe(withExamples: boolean): string {
		const waits = sorted(this.waits);
		const spreads = sorted(this.spreads);
		const four = (values: number[]): string =>
			[0.5, 0.9, 0.99, 1].map((share) => string.format("%.1f", percentile(values, share))).join(" / ");
		const lines = [
			`wait until sent p50/p90/p99/max ${four(waits)} s; from sent to everywhere ${four(spreads)} s; ` +
				`later than the goal: ${this.late}, of these waited > 1 s: ${this.waitedLong}, needed more than the first message: ${this.neededRepeats}`,
		];
		if (withExamples) for (const example of this.examples) lines.push(`    late: ${example}`);
		return lines.join("\n");
	}
}

export function explainLate(meter: UpdateMeter, transmissions: Transmissions, goalSeconds: number): LateCauses {
	const causes = new LateCauses();
	for (const update of meter.converged) {
		const sent = transmissions.byUpdate.get(update.updateNumber);
		// One that a newer value replaced before it was sent.
		if (!sent) continue;
		const wait = sent.firstAtSeconds - update.issuedAtSeconds;
		const spread = update.seconds - wait;
		causes.waits.push(wait);
		causes.spreads.push(spread);
		if (update.seconds <= goalSeconds) continue;
		causes.late += 1;
		if (wait > LONG_WAIT_SECONDS) causes.waitedLong += 1;
		if (spread > ONE_WAY_SECONDS) causes.neededRepeats += 1;
		if (causes.examples.size() < MOST_EXAMPLES) {
			const times = sent.times.map((time) => string.format("%.2f", time - update.issuedAtSeconds)).join(", ");
			causes.examples.push(
				`update ${update.updateNumber} at ${string.format("%.1f", update.issuedAtSeconds)} s: everywhere after ` +
					`${string.format("%.2f", update.seconds)} s, last server ${update.lastServer + 1}; in messages after ${times} s`,
			);
		}
	}
	return causes;
}
