/** Clocks may be ahead by so much; a term beyond that is nobody's. What the store has counts whatever the clocks say, within reason. */
const AHEAD_SECONDS = { bully: 900, lease: 10 * 365 * 86400 };
/** Bully terms of one second: each server takes another one of them, so that two that elect themselves at once have different ones. */
const BULLY_STEP = 2 ** 20;
const FORGOTTEN_STEP = 2 ** 10;

/**
 * The next term where nobody but this server decides: above all that were seen, and, by the time in it, above those of a game that nobody remembers.
 * `salt` is any whole number of this server's own.
 */
export function nextBullyTerm(seen: number, unixSeconds: number, salt: number): number {
	const second = math.max(seen.idiv(BULLY_STEP), unixSeconds) + 1;
	return second * BULLY_STEP + (salt % BULLY_STEP);
}

/** The next term where the store decides: above what is there and what was seen; by the time in it also after both were forgotten. */
export function nextLeaseTerm(seen: number, stored: number, unixSeconds: number): number {
	return math.max(seen, stored, unixSeconds) + 1;
}

/** The same where the store has forgotten what was there: a number of the server's own keeps two apart whose clocks differ. */
export function termAfterForgetting(seen: number, unixSeconds: number, salt: number): number {
	return math.max(seen, unixSeconds) + 1 + (salt % FORGOTTEN_STEP);
}

/** Whether a term can have been reached by now; higher ones would never be outdone. */
export function isPlausible(term: number, mode: "bully" | "lease", unixSeconds: number): boolean {
	const most = unixSeconds + AHEAD_SECONDS[mode];
	return term >= 0 && term % 1 === 0 && term < (mode === "bully" ? (most + 1) * BULLY_STEP : most);
}
