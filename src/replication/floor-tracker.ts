import { beginWith } from "../diagnostics/begin-with";

/**
 * The greatest stamp up to which everything of this server has been sent, though the queue may never be empty: what waits is counted in two generations,
 * and when the older one has left, everything stamped before the younger one began has been sent.
 * Invariant: within a stream the floor never decreases, and no record with a stamp at or below it is waiting or will be made.
 */
export class FloorTracker {
	private generation!: number;
	private olderWaiting!: number;
	private youngerWaiting!: number;
	/** Everything with a stamp up to here belongs to the older generation or was sent. */
	private boundary!: number;
	private confirmed!: number;
	/** Records with old stamps are still to come: no generation may begin that would leave them out. */
	private held = false;

	/** A record begins to wait. Returns what {@link left} wants back. */
	public enqueued(): number {
		this.youngerWaiting += 1;
		return this.generation;
	}

	/** A record that began to wait in `generation` was sent, or will never be. */
	public left(generation: number): void {
		if (generation === this.generation) this.youngerWaiting -= 1;
		else this.olderWaiting -= 1;
		assert(this.youngerWaiting >= 0 && this.olderWaiting >= 0, "more records left than waited");
	}

	/** A new stream begins, in which records with old stamps will be sent: the floor is 0 until {@link release}, and those have left. */
	public restart(): void {
		assert(this.youngerWaiting === 0 && this.olderWaiting === 0, "nothing waits when a stream begins");
		this.boundary = 0;
		this.confirmed = 0;
		this.held = true;
	}

	/** Every record with an old stamp waits now. */
	public release(): void {
		this.held = false;
	}

	/** What {@link floor} has promised so far: nothing with a stamp up to here may begin to wait. */
	public promised(): number {
		return this.confirmed;
	}

	/** `nowStamp` is the clock's present: stamps to come are not below it. */
	public floor(nowStamp: number): number {
		if (this.held) return 0;
		if (this.olderWaiting === 0) {
			this.confirmed = math.max(this.confirmed, this.boundary);
			if (this.youngerWaiting === 0) this.confirmed = math.max(this.confirmed, nowStamp - 1);
			this.olderWaiting = this.youngerWaiting;
			this.youngerWaiting = 0;
			this.generation += 1;
			this.boundary = nowStamp - 1;
		}
		assert(this.confirmed < nowStamp, "the floor is below every stamp to come");
		return this.confirmed;
	}
}

beginWith(FloorTracker, { generation: 0, olderWaiting: 0, youngerWaiting: 0, boundary: 0, confirmed: 0 });
