/** Records hold no digits that nobody reads. For ever is -1. */
export function milliseconds(seconds: number): number {
	if (seconds === math.huge) return -1;
	return math.floor(seconds * 1000 + 0.5) / 1000;
}

/** To a tenth. */
export function tenth(value: number): number {
	return math.floor(value * 10 + 0.5) / 10;
}

/** The value that `share` (0 to 1) of the sorted values do not exceed; -1 of none. */
export function percentile(sorted: ReadonlyArray<number>, share: number): number {
	if (sorted.isEmpty()) return -1;
	return sorted[math.clamp(math.ceil(sorted.size() * share), 1, sorted.size()) - 1]!;
}

/** 12345 as "12,345". */
export function grouped(value: number): string {
	let text = string.format("%d", value);
	let count = 1;
	while (count > 0) [text, count] = string.gsub(text, "^(%-?%d+)(%d%d%d)", "%1,%2");
	return text;
}
