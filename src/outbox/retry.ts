export const SHORTEST_BACKOFF_SECONDS = 1;
export const LONGEST_BACKOFF_SECONDS = 30;

/**
 * How long to wait before the next attempt at something that failed `failuresInRow` times: truncated exponential, from
 * half of the step to all of it at random, so that servers that failed together don't try again together. `random` is
 * uniform in [0, 1).
 */
export function backoffSeconds(failuresInRow: number, random: number): number {
	assert(failuresInRow >= 1, "a back-off follows a failure");
	// The exponent is bounded because 2^1024 is not a number to go on with.
	const step = math.min(LONGEST_BACKOFF_SECONDS, SHORTEST_BACKOFF_SECONDS * 2 ** math.min(failuresInRow, 10));
	return step * (0.5 + 0.5 * random);
}
