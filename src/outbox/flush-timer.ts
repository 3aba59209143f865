import { beginWith } from "../diagnostics/begin-with";
import { OWN_MESSAGE_BYTES } from "../platform/limits";

/** Changes come in bursts: a message waits for so much quiet after the last one, to take the whole burst along. */
export const QUIET_SECONDS = 0.075;
/** A burst that does not end is not waited for longer than this. */
export const LONGEST_WAIT_SECONDS = 0.5;

/** Decides when the changes that wait become a message. */
export class FlushTimer {
	private firstUnsentSeconds: number | undefined;
	private lastChangeSeconds!: number;
	private waitingBytes!: number;
	private full!: boolean;

	public noteChange(nowSeconds: number): void {
		if (this.firstUnsentSeconds === undefined) this.firstUnsentSeconds = nowSeconds;
		this.lastChangeSeconds = nowSeconds;
	}

	/** About so many bytes more wait to be sent: enough of them fill a message. */
	public noteBytes(bytes: number): void {
		this.waitingBytes += bytes;
		if (this.waitingBytes >= OWN_MESSAGE_BYTES) this.full = true;
	}

	/** What waits fills a message: waiting longer gains nothing. */
	public noteFull(): void {
		this.full = true;
	}

	/** When to send what waits; a time that has passed means at once. Undefined when nothing waits. */
	public dueAt(): number | undefined {
		const first = this.firstUnsentSeconds;
		if (first === undefined) return this.full ? 0 : undefined;
		if (this.full) return first;
		return math.min(this.lastChangeSeconds + QUIET_SECONDS, first + LONGEST_WAIT_SECONDS);
	}

	/**
	 * Everything that waited has been sent. If some of it has not, say so with {@link noteChange} or {@link noteFull}.
	 */
	public flushed(): void {
		this.firstUnsentSeconds = undefined;
		this.waitingBytes = 0;
		this.full = false;
	}
}

beginWith(FlushTimer, { lastChangeSeconds: 0, waitingBytes: 0, full: false });
