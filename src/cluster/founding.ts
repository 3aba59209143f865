import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { Frame } from "../wire/frame";
import { Context } from "./context";
import { Sender } from "./sender";

/** Claims are spread over this time, most of them late in it: where many servers start together, few draw an early moment. */
const CLAIM_SPREAD_SECONDS = 4.7;
const CLAIM_STEEPNESS = 7.6;
/** Whoever is about to claim says so this long before, to those that are about to as well. */
const INTENTION_SECONDS = 0.8;
/** They listen to each other from so long before. */
const LISTENING_SECONDS = 1.6;
/** Whoever leaves the claim to another waits for it about so long. */
const YIELD_SECONDS = 3.5;
const YIELD_SPREAD_SECONDS = 2;
/** Nobody is kept from claiming for ever. */
const MOST_YIELDS = 3;

/**
 * When a server that has found nobody claims to be the first. Of thousands that start together hardly more than one should: each claim is a delivery to all.
 * Those whose moment is near listen to each other; who hears of another's intention before it has stated its own leaves the claim to that one, and of those
 * that have, all but the first do. Intentions reach dozens where claims reach thousands. Invariant: of several intentions the first by stamp never yields.
 */
export class Founding {
	/** When this server is to claim. */
	private claimAtSeconds: number;
	private listening!: boolean;
	/** This server's clock when it stated its intention. */
	private statedStamp: number | undefined;
	private yields!: number;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		/** Begins, or ceases, to hear of the others' intentions. */
		private readonly listen: (listen: boolean) => void,
	) {
		this.claimAtSeconds = context.now() + INTENTION_SECONDS + claimDelay(context.platform.random());
	}

	/** Does what is due before the claim. Returns when there is more to do; once that is not later than now, this server is to claim. */
	public prepare(nonce: number): number {
		const now = this.context.now();
		if (!this.listening) {
			const listenAtSeconds = this.claimAtSeconds - LISTENING_SECONDS;
			if (now < listenAtSeconds) return listenAtSeconds;
			this.listening = true;
			this.listen(true);
		}
		if (this.statedStamp === undefined) {
			const stateAtSeconds = this.claimAtSeconds - INTENTION_SECONDS;
			if (now < stateAtSeconds) return stateAtSeconds;
			this.claimAtSeconds = math.max(this.claimAtSeconds, now + INTENTION_SECONDS);
			this.statedStamp = this.sender.intend(nonce);
		}
		return this.claimAtSeconds;
	}

	/** Another server is about to claim. */
	public noteIntention({ baseStamp, sender }: Frame): void {
		const { context, statedStamp } = this;
		if (!this.listening || this.yields >= MOST_YIELDS) return;
		if (statedStamp !== undefined) {
			const isFirst = statedStamp === baseStamp ? context.selfId < sender : statedStamp < baseStamp;
			if (isFirst) return;
			sometimes("a claim withheld that was intended");
		}
		this.yields += 1;
		this.statedStamp = undefined;
		this.claimAtSeconds = context.now() + YIELD_SECONDS + context.platform.random() * YIELD_SPREAD_SECONDS;
	}

	/** There is somebody to ask: the others' intentions are of no interest for now. */
	public rest(): void {
		if (this.listening) this.listen(false);
		this.listening = false;
		this.statedStamp = undefined;
	}
}

beginWith(Founding, { listening: false, yields: 0 });

/** Truncated exponential (as in RFC 5740): most draw a late moment. `random` is from 0 to 1. */
function claimDelay(random: number): number {
	return (math.log(1 + random * (math.exp(CLAIM_STEEPNESS) - 1)) / CLAIM_STEEPNESS) * CLAIM_SPREAD_SECONDS;
}
