/** Clocks may be ahead by so much; a term beyond that is nobody's. What the store has counts whatever the clocks say, within reason. */
const AHEAD_SECONDS = { bully: 900, lease: 10 * 365 * 86400 };
/** Bully terms of one second: each server takes another one of them, so that two that elect themselves at once have different ones. */
const BULLY_STEP = 2 ** 20;
/** Lease terms of one millisecond: the store is not asked so often. All terms stay below 2^53 until the year 2248. */
const LEASE_STEP = 2 ** 10;

/**
 * The next term where nobody but this server decides: above all that were seen, and, by the time in it, above those of a game that nobody remembers.
 * `salt` is any whole number of this server's own.
 */
export function nextBullyTerm(seen: number, unixSeconds: number, salt: number): number {
	const second = math.max(seen.idiv(BULLY_STEP), unixSeconds) + 1;
	return second * BULLY_STEP + (salt % BULLY_STEP);
}

/**
 * The next term where the store decides: above what is there and what was seen; by the time in it, and nothing that is ahead of the time, also after both were
 * forgotten. `salt` keeps two apart that take what was forgotten by the same millisecond of clocks that differ.
 */
export function nextLeaseTerm(seen: number, stored: number, unixMilliseconds: number, salt: number): number {
	return math.max(seen + 1, stored + 1, unixMilliseconds * LEASE_STEP + (salt % LEASE_STEP));
}

/** Whether a term can have been reached by now; higher ones would never be outdone. */
export function isPlausible(term: number, mode: "bully" | "lease", unixSeconds: number): boolean {
	const most = unixSeconds + AHEAD_SECONDS[mode];
	return (
		term >= 0 && term % 1 === 0 && term < (mode === "bully" ? (most + 1) * BULLY_STEP : most * 1000 * LEASE_STEP)
	);
}
