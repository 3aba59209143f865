import { IDLE_CAST_SECONDS } from "../../src/cluster/regime";
import { Actor } from "./actor";
import type { Stage } from "./stage";

/** In the last part of the quiet, nothing is left to do. */
export const IDLE_SECONDS = 40;
/** A beat comes after 0.9 of its interval at the earliest; one more may fall into the time that is looked at. */
const EARLIEST_BEAT = 0.9;
/** Where a hub broadcasts for all, an idle game has at most so many deliveries for each server; what is on its way at both ends comes on top. */
const MOST_DELIVERIES_A_MINUTE = 20;
const ON_THE_WAY = 2;

/** A leader's heartbeats, of a lease every 4 s, where none can ride along. */
const LEADER_BROADCASTS = IDLE_SECONDS / 4 + 1;

interface Counts {
	/** Whether it sent to a hub. */
	readonly isLeaf: boolean;
	readonly broadcasts: number;
	readonly unicasts: number;
	readonly repairs: number;
	readonly snapshots: number;
	readonly resyncs: number;
}

/** Traffic has fallen to that of an idle game: signs of life, nothing asked for, nothing waiting, nothing kept of what was removed. */
export class Idle {
	private readonly before = new Map<Actor, Counts>();
	private readonly deliveriesBefore: number;

	constructor(private readonly stage: Stage) {
		this.deliveriesBefore = stage.emulated.GetStatistics().deliveries;
		for (const actor of stage.live()) this.before.set(actor, countsOf(actor));
	}

	/** What is not as it should be, after {@link IDLE_SECONDS}. */
	public problem(): { readonly text: string; readonly servers: readonly number[] } | undefined {
		const live = this.stage.live();
		for (const actor of live) {
			const text = this.unrest(actor);
			if (text !== undefined)
				return { text: `server ${actor.number} ${text}, long after the last fault`, servers: [actor.number] };
		}
		const hubs = live.filter(({ context }) => context.regime.role() === "hub");
		if (hubs.isEmpty()) return undefined;
		const speakers = live.filter((actor) => actor.candidates.some((candidate) => candidate.isLeading()));
		const deliveries = this.stage.emulated.GetStatistics().deliveries - this.deliveriesBefore;
		const perServer = (MOST_DELIVERIES_A_MINUTE * IDLE_SECONDS) / 60 + ON_THE_WAY;
		const most = live.size() * (perServer + speakers.size() * LEADER_BROADCASTS);
		if (deliveries <= most) return undefined;
		const text = `${deliveries} deliveries in ${IDLE_SECONDS} s for ${live.size()} idle servers, long after the last fault`;
		return { text, servers: [hubs[0]!.number] };
	}

	private unrest(actor: Actor): string | undefined {
		const { context } = actor;
		const before = this.before.get(actor)!;
		const now = countsOf(actor);
		if (now.repairs > before.repairs) return `asked for ${now.repairs - before.repairs} repairs`;
		if (now.resyncs > before.resyncs) return "compared a stream, or resynced";
		if (now.snapshots > before.snapshots) return "gave somebody the state";
		// Each says that it lives: to all, or to the hub, which says so to all.
		const role = context.regime.role();
		const beatSeconds = role === "hub" ? IDLE_CAST_SECONDS : EARLIEST_BEAT * context.beatSeconds();
		const most = math.ceil(IDLE_SECONDS / beatSeconds) + 1;
		// A leader says so to all, by itself.
		const isLeading = actor.candidates.some((candidate) => candidate.isLeading());
		const beats = isLeading ? LEADER_BROADCASTS : 0;
		// A hub that few are left to steps back when it has been so for long, perhaps only now: until then its leaves send to it.
		const mostBroadcasts = now.isLeaf && before.isLeaf ? beats : most + beats;
		const mostUnicasts = now.isLeaf || before.isLeaf ? most : 0;
		const unicasts = now.unicasts - before.unicasts;
		if (unicasts > mostUnicasts) return `sent ${unicasts} addressed messages, idle servers at most ${mostUnicasts}`;
		const broadcasts = now.broadcasts - before.broadcasts;
		if (broadcasts > mostBroadcasts)
			return `broadcast ${broadcasts} times in ${IDLE_SECONDS} s, idle servers at most ${mostBroadcasts} times`;
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
	const isLeaf = context.regime.role() === "leaf";
	return { isLeaf, broadcasts, unicasts, repairs: repairsRequested, snapshots: snapshotsServed, resyncs };
}
