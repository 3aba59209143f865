import { Actor } from "./actor";
import type { Stage } from "./stage";

/** In the last part of the quiet, nothing is left to do. */
export const IDLE_SECONDS = 40;
/** A beat comes after 0.9 of its interval at the earliest; one more may fall into the time that is looked at. */
const EARLIEST_BEAT = 0.9;

interface Counts {
	readonly broadcasts: number;
	readonly unicasts: number;
	readonly repairs: number;
	readonly snapshots: number;
	readonly resyncs: number;
}

/** Traffic has fallen to that of an idle game: signs of life, nothing asked for, nothing waiting, nothing kept of what was removed. */
export class Idle {
	private readonly before = new Map<Actor, Counts>();

	constructor(private readonly stage: Stage) {
		for (const actor of stage.live()) this.before.set(actor, countsOf(actor));
	}

	/** What is not as it should be, after {@link IDLE_SECONDS}. */
	public problem(): { readonly text: string; readonly servers: readonly number[] } | undefined {
		for (const actor of this.stage.live()) {
			const text = this.unrest(actor);
			if (text !== undefined)
				return { text: `server ${actor.number} ${text}, long after the last fault`, servers: [actor.number] };
		}
		return undefined;
	}

	private unrest(actor: Actor): string | undefined {
		const { context } = actor;
		const before = this.before.get(actor)!;
		const now = countsOf(actor);
		if (now.repairs > before.repairs) return `asked for ${now.repairs - before.repairs} repairs`;
		if (now.resyncs > before.resyncs) return "compared a stream, or resynced";
		if (now.snapshots > before.snapshots) return "gave somebody the state";
		if (now.unicasts > before.unicasts) return `sent ${now.unicasts - before.unicasts} addressed messages`;
		const most = math.ceil(IDLE_SECONDS / (EARLIEST_BEAT * context.beatSeconds())) + 1;
		const broadcasts = now.broadcasts - before.broadcasts;
		if (broadcasts > most)
			return `broadcast ${broadcasts} times in ${IDLE_SECONDS} s, idle servers at most ${most} times`;
		if (context.outbox.size() > 0) return "has still something to send";
		if (context.replica.tombstoneCount() > 0) return "still keeps tombstones";
		for (const { stream, identity } of context.membership.all()) {
			if (!stream.gaps.isEmpty()) return `lacks something of server ${this.stage.nameOf(identity.serverId)}`;
		}
		return undefined;
	}
}

function countsOf({ context }: Actor): Counts {
	const { broadcasts, unicasts, repairsRequested, snapshotsServed, resyncs } = context.traffic;
	return { broadcasts, unicasts, repairs: repairsRequested, snapshots: snapshotsServed, resyncs };
}
