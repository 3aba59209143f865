/** Copies tables all the way down, so that no two servers ever share one; everything else is itself. */
export function deepCopy(value: unknown): unknown {
	if (!typeIs(value, "table")) return value;
	const copy = new Map<unknown, unknown>();
	for (const [key, element] of pairs(value as Map<unknown, unknown>)) copy.set(key, deepCopy(element));
	return copy;
}
