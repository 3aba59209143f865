// Numbers and times as the report shows them. Used by Node and by the page.

/** 12345 as "12,345". */
export function grouped(value) {
	return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** To a tenth below a hundred, whole above. */
export function rounded(value) {
	return Math.abs(value) < 99.95 ? String(Math.round(value * 10) / 10) : grouped(Math.round(value));
}

/** 4.757 as "4.8 s"; -1 as "never". */
export function secondsText(value) {
	return value < 0 ? "never" : `${Math.abs(value) < 99.95 ? value.toFixed(1) : grouped(Math.round(value))} s`;
}

/** 125 as "2:05". */
export function clock(seconds) {
	const whole = Math.floor(seconds + 1e-9);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 125.25 as "2:05.3". */
export function exactClock(seconds) {
	const tenths = Math.round(seconds * 10);
	return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** 50 as "50.0 %", 1203.4 as "1,203 %". */
export function percentText(value) {
	return `${value < 99.95 ? value.toFixed(1) : grouped(Math.round(value))} %`;
}

/** A figure's value or goal with its unit. */
export function quantity(value, unit) {
	if (unit === "s") return secondsText(value);
	if (unit.startsWith("%")) return percentText(value);
	return unit === "" ? grouped(value) : `${grouped(value)} ${unit}`;
}

/** "at most 8.0 s" */
export function goalText({ relation, value }, unit) {
	const text = Number.isInteger(value) && unit.startsWith("%") ? `${grouped(value)} %` : quantity(value, unit);
	return relation === "exactly" ? text : `${relation} ${text}`;
}

export function plural(count, one, many = `${one}s`) {
	return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function escapeHtml(text) {
	return String(text)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;");
}

/** A number for an SVG attribute. */
export function coordinate(value) {
	return String(Math.round(value * 10) / 10);
}
