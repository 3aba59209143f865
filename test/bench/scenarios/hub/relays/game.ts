/** What the model of relays is told, and what it takes for granted: the numbers of `docs/protocol.md`, section 9. */
export interface RelayGame {
	readonly seed: number;
	readonly servers: number;
	/** So many leaves send to one relay; 0: all of them to the hub, as in this version. */
	readonly groupSize: number;
	readonly updatesPerSecond: number;
	readonly loss: number;
	/** How long updates are made. */
	readonly seconds: number;
}

/** A delivery takes so long. */
export const HOP_SECONDS = [0.3, 2] as const;
/** What waits to be sent waits so long for more, at a leaf, a relay and the hub. */
export const PATIENCE_SECONDS = 0.1;
/** A relay's messages to the hub, and casts, are so far apart. */
export const RELAY_SECONDS = 1.5;
export const CAST_SECONDS = 0.75;
/** What was sent upwards is repeated after these times, until it was cast; with a relay in between it takes half as long again. */
export const ECHO_SECONDS: ReadonlyArray<number> = [3.4, 5.5, 8, 13];
export const RELAY_ECHO_FACTOR = 1.5;
/** With relays everything is sent upwards twice, so far apart: two deliveries more are nothing where a broadcast costs thousands. */
export const TWICE_AFTER_SECONDS = 1;
/** Records of 30-byte values in a cast, and how many of them are new at most. */
export const RECORDS_IN_CAST = 25;
export const NEW_RECORDS_IN_CAST = 11;
/** So many of the casts before are repeated at most. */
export const COVERED_MOST = 8;
/** A gap is asked for after the first, and at most the second more. */
export const NACK_SECONDS = [0.9, 2] as const;

/** Signs of life: the least interval, and how many a second one server is to hear. */
export const BEAT_SECONDS = 10;
export const BEATS_HEARD_PER_SECOND = 200;
/** A server is suspected so long after its promise is over; this is looked at so often. */
export const SLACK_SECONDS = 4;
export const CHECK_SECONDS = 0.75;
export const PROBE_SECONDS = 0.75;
export const LAST_PROBE_SECONDS = 4;

/** How far apart a leaf's signs of life are. */
export function beatSeconds({ servers, groupSize }: RelayGame): number {
	return math.max(BEAT_SECONDS, (groupSize > 0 ? groupSize : servers) / BEATS_HEARD_PER_SECOND);
}

/** How many unanswered probes make a loss. */
export function probesFor(loss: number): number {
	return loss < 0.03 ? 4 : loss < 0.08 ? 5 : 7;
}

export function relaysOf({ servers, groupSize }: RelayGame): number {
	return groupSize > 0 ? math.ceil(servers / groupSize) : 0;
}
