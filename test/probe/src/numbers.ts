/** The value below which that share of the values are; `values` may be in any order and has to have one. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a < b);
	return sorted[math.clamp(math.ceil(share * sorted.size()) - 1, 0, sorted.size() - 1)]!;
}

export function rounded(value: number, digits: number): number {
	const scale = 10 ** digits;
	return math.round(value * scale) / scale;
}

export function percent(share: number): string {
	return `${rounded(share * 100, 2)} %`;
}

/** The date of a Unix time, as 2026-01-31. */
export function dateOf(unixSeconds: number): string {
	// Days in years that begin in March, so that the leap day is the last.
	const days = unixSeconds.idiv(86400) + 719468;
	const era = days.idiv(146097);
	const dayOfEra = days - era * 146097;
	const year = (dayOfEra - dayOfEra.idiv(1460) + dayOfEra.idiv(36524) - dayOfEra.idiv(146096)).idiv(365);
	const dayOfYear = dayOfEra - (365 * year + year.idiv(4) - year.idiv(100));
	const month = (5 * dayOfYear + 2).idiv(153);
	const day = dayOfYear - (153 * month + 2).idiv(5) + 1;
	const calendarMonth = month < 10 ? month + 3 : month - 9;
	const calendarYear = year + era * 400 + (calendarMonth <= 2 ? 1 : 0);
	return string.format("%04d-%02d-%02d", calendarYear, calendarMonth, day);
}
