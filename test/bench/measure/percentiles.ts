/** The value that `share` (0 to 1) of the sorted values do not exceed; `math.huge` of none. */
export function percentile(sorted: ReadonlyArray<number>, share: number): number {
	if (sorted.isEmpty()) return math.huge;
	return sorted[math.clamp(math.ceil(sorted.size() * share), 1, sorted.size()) - 1]!;
}

export function sorted(values: ReadonlyArray<number>): number[] {
	const copy = [...values];
	copy.sort();
	return copy;
}
