import { RandomStream } from "../../../../../src/testing/random";
import { HOP_SECONDS } from "./game";

/** The model's randomness: one seeded stream for each thing that is drawn, so that nothing depends on what else is. */
export class Chance {
	private readonly stream: RandomStream;

	constructor(
		seed: number,
		name: string,
		private readonly loss: number,
	) {
		this.stream = new RandomStream(seed, `relays ${name}`);
	}

	/** Uniform in [0, 1). */
	public part(): number {
		return this.stream.next();
	}

	/** How long a delivery takes; `math.huge` if it gets lost. */
	public hop(): number {
		return this.part() < this.loss ? math.huge : this.hopOf(this.part());
	}

	/** One that arrives. */
	public sureHop(): number {
		return this.hopOf(this.part());
	}

	/** The time to the next of events that are independent of each other, `rate` a second. */
	public gap(rate: number): number {
		return -math.log(1 - this.part()) / rate;
	}

	private hopOf(part: number): number {
		return HOP_SECONDS[0] + part * (HOP_SECONDS[1] - HOP_SECONDS[0]);
	}
}
