import { secondsText } from "../row";

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

export function mean(values: ReadonlyArray<number>): number {
	let sum = 0;
	for (const value of values) sum += value;
	return values.isEmpty() ? 0 : sum / values.size();
}

/** "p50 2.0 s, p90 2.2 s, p99 4.0 s, max 6.6 s" */
export function describeTimes(values: ReadonlyArray<number>): string {
	const times = sorted(values);
	const at = (share: number): string => secondsText(percentile(times, share));
	return `${times.size()} times: p50 ${at(0.5)}, p90 ${at(0.9)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`;
}
