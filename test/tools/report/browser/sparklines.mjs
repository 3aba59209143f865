// How many contributions each server owns: one small chart a server, all on one scale.
import { clock, escapeHtml, grouped } from "../format.mjs";
import { element, label, picture } from "./svg.mjs";

const CELL = 46;

export function sparklinesSvg(way, endSeconds, width, tone) {
	const lanes = way.servers.filter(({ owned }) => owned.length > 0);
	const columns = width > 720 ? 4 : width > 440 ? 3 : 2;
	const gap = 18;
	const cellWidth = (width - gap * (columns - 1)) / columns;
	const most = Math.max(1, ...lanes.flatMap(({ owned }) => owned.filter((_, index) => index % 2 === 1)));
	const parts = lanes.map((lane, index) => {
		const left = (index % columns) * (cellWidth + gap);
		const top = Math.floor(index / columns) * (CELL + 24);
		return element(
			"g",
			{ transform: `translate(${Math.round(left)} ${top})` },
			spark(lane, endSeconds, cellWidth, most, tone),
		);
	});
	const rows = Math.ceil(lanes.length / columns);
	const title = `Contributions owned by each of ${lanes.length} servers over time, at most ${most}. The numbers at the end are in the servers' table.`;
	return picture(width, rows * (CELL + 24), title, parts.join(""));
}

function spark({ server, owned, startedAtSeconds, endedAtSeconds, end }, endSeconds, width, most, tone) {
	const plotWidth = width - 34;
	const x = (seconds) => (seconds / endSeconds) * plotWidth;
	const y = (count) => 14 + (CELL - 14) * (1 - count / most);
	const until = endedAtSeconds < 0 ? endSeconds : endedAtSeconds;
	let d = `M${x(startedAtSeconds).toFixed(1)},${CELL}`;
	let count = 0;
	let peak = 0;
	for (let index = 0; index < owned.length; index += 2) {
		const at = x(owned[index]).toFixed(1);
		d += `L${at},${y(count).toFixed(1)}`;
		count = owned[index + 1];
		peak = Math.max(peak, count);
		d += `L${at},${y(count).toFixed(1)}`;
	}
	d += `L${x(until).toFixed(1)},${y(count).toFixed(1)}`;
	const area = `${d}L${x(until).toFixed(1)},${CELL}Z`;
	const last = end === "lives" ? grouped(count) : end === "crashed" ? "✕" : "∎";
	const title = `#${server}: at most ${peak}, ${end === "lives" ? `${count} at the end` : `${count} when it ${end} at ${clock(until)}`}`;
	return [
		label(0, 10, `#${server}`),
		element("line", { class: "axis", x1: 0, x2: plotWidth, y1: CELL, y2: CELL }),
		element("path", { d: area, fill: `var(--${tone})`, "fill-opacity": "0.16" }),
		element("path", { d, fill: "none", stroke: `var(--${tone})`, "stroke-width": "1.4" }),
		label(x(until) + 5, y(count) + 4, last, { class: "strong" }),
		element(
			"rect",
			{ x: 0, y: 0, width, height: CELL, fill: "transparent" },
			`<title>${escapeHtml(title)}</title>`,
		),
	].join("");
}
