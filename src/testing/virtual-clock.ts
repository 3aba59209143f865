import { EPOCH_UNIX_SECONDS } from "./messaging-cloud";

/** The engine wakes sleeping threads once per frame. */
const FRAMES_PER_SECOND = 60;

/** How one server's clocks differ from the game's virtual time, and when its frames are. */
export class VirtualClock {
	/** How far its Unix time is ahead; may change while the server runs. */
	skewSeconds: number;

	/** By how much its clocks advance in a second. */
	private readonly pace: number;

	/** What {@link VirtualClock.monotonic} was asked last, and its answer. */
	private readAtSeconds = -1;
	private readSeconds = 0;

	constructor(
		private readonly bornAtSeconds: number,
		/** What `clock` says at birth: its origin is arbitrary. */
		private readonly originSeconds: number,
		skewSeconds: number,
		/** By how much its clocks run too fast: 1e-5 is about a second a day. */
		drift: number,
		/** Where in the game's 1/60 s this server's frames begin, as a share of a frame. */
		private readonly framePhase: number,
	) {
		this.skewSeconds = skewSeconds;
		this.pace = 1 + drift;
	}

	/** Seconds since an arbitrary origin; never goes backwards. Hot: asked many times at the same moment. */
	monotonic(nowSeconds: number): number {
		if (nowSeconds !== this.readAtSeconds) {
			this.readAtSeconds = nowSeconds;
			this.readSeconds = this.originSeconds + this.elapsed(nowSeconds);
		}
		return this.readSeconds;
	}

	unixMilliseconds(nowSeconds: number): number {
		const seconds = EPOCH_UNIX_SECONDS + this.bornAtSeconds + this.elapsed(nowSeconds) + this.skewSeconds;
		return math.floor(seconds * 1000);
	}

	/** The game's time at the first frame, other than the one that runs now, at which a sleep of that length is over. */
	wakeSeconds(nowSeconds: number, delaySeconds: number): number {
		const dueSeconds = nowSeconds + math.max(0, delaySeconds) / this.pace;
		const frame = math.ceil(dueSeconds * FRAMES_PER_SECOND - this.framePhase);
		const wakeSeconds = (frame + this.framePhase) / FRAMES_PER_SECOND;
		return wakeSeconds > nowSeconds ? wakeSeconds : (frame + 1 + this.framePhase) / FRAMES_PER_SECOND;
	}

	private elapsed(nowSeconds: number): number {
		return (nowSeconds - this.bornAtSeconds) * this.pace;
	}
}
