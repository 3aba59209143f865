// Who led when: for each scope a row for each server that ever led, and one above that shows when there was no leader, or
// more than one.
import { clock, escapeHtml, exactClock, grouped } from "../format.mjs";
import { ending } from "./lanes.mjs";
import { element, label, picture, stripes, timeTicks } from "./svg.mjs";

const LEFT = 42;
const ROW = 19;
const BAR = 14;
const NARROW = 7;
const HEADING = 17;

const ENDS = {
	crashed: "its server crashed",
	expired: "it expired",
	superseded: "another one led",
	resigned: "it resigned",
	transferred: "it handed over",
	closing: "its server closed",
};

/** Stretches of time by how many led: [{ from, to, count }]. */
function counted(reigns, endSeconds) {
	const edges = [...new Set(reigns.flatMap(({ fromSeconds, until }) => [fromSeconds, until]).concat(endSeconds))];
	edges.sort((left, right) => left - right);
	return edges.slice(0, -1).map((from, index) => {
		const to = edges[index + 1];
		return {
			from,
			to,
			count: reigns.filter(({ fromSeconds, until }) => fromSeconds <= from && until >= to).length,
		};
	});
}

function reignText({ server, term, fromSeconds, until, end }, number) {
	const last = end === "leads" ? "still leads" : `until ${exactClock(until)}, when ${ENDS[end]}`;
	return `#${server}, ${number}. leadership, term ${grouped(term)}: from ${exactClock(fromSeconds)}, ${last}`;
}

export function reignsSvg(way, events, endSeconds, width) {
	const plotWidth = width - LEFT - 16;
	const x = (seconds) => LEFT + (seconds / endSeconds) * plotWidth;
	const id = `reigns-${way.name.replace(/\W+/g, "-")}`;
	const parts = [];
	let y = 0;
	for (const scope of [...new Set(way.reigns.map((reign) => reign.scope))]) {
		const reigns = way.reigns
			.filter((reign) => reign.scope === scope)
			.map((reign) => ({ ...reign, until: reign.toSeconds < 0 ? endSeconds : reign.toSeconds }));
		parts.push(label(LEFT, y + 12, `“${scope}”`, { class: "strong" }));
		y += HEADING;
		for (const { from, to, count } of counted(reigns, endSeconds)) {
			if (count === 1) continue;
			const box = { x: x(from), y, width: Math.max(0.8, x(to) - x(from)), height: NARROW };
			const text = `${clock(from)}–${clock(to)}: ${count === 0 ? "nobody leads" : `${count} servers lead`}`;
			const title = `<title>${escapeHtml(text)}</title>`;
			const fill = count === 0 ? "var(--bad)" : `url(#${id})`;
			parts.push(element("rect", { ...box, fill, class: count === 0 ? "vacant" : "double" }, title));
		}
		y += NARROW + 4;
		for (const server of [...new Set(reigns.map((reign) => reign.server))]) {
			parts.push(label(LEFT - 8, y + BAR - 2, `#${server}`, { "text-anchor": "end" }));
			reigns.forEach((reign, index) => {
				if (reign.server !== server) return;
				const [from, to] = [x(reign.fromSeconds), x(reign.until)];
				const box = { x: from, y, width: Math.max(1, to - from), height: BAR, class: "reign" };
				parts.push(
					element("rect", box, `<title>${escapeHtml(`${scope}: ${reignText(reign, index + 1)}`)}</title>`),
				);
				const number = String(index + 1);
				if (to - from > number.length * 7 + 8)
					parts.push(label(from + 4, y + BAR - 3, number, { class: "on-reign" }));
				if (reign.end === "leads") return;
				const end = reign.end === "crashed" ? "crashed" : "closed";
				parts.push(ending({ end, endedAtSeconds: reign.until, server }, to, y, BAR));
			});
			y += ROW;
		}
		y += 4;
	}
	const behind = [stripes(id)];
	for (const tick of timeTicks(0, endSeconds, plotWidth, 64)) {
		behind.push(
			element("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: 0, y2: y }),
			label(x(tick), y + 14, clock(tick), { "text-anchor": "middle" }),
		);
	}
	for (const { atSeconds, number, text } of events) {
		if (number === 0) continue;
		const line = { x1: x(atSeconds), x2: x(atSeconds), y1: 0, y2: y, stroke: "var(--event)" };
		behind.push(element("line", { ...line, "stroke-dasharray": "3 3" }, `<title>${escapeHtml(text)}</title>`));
	}
	parts.push(label(LEFT + plotWidth / 2, y + 29, "game time, min:s", { "text-anchor": "middle" }));
	const title = `Who of ${way.name} led when: ${way.reigns.length} leaderships. The numbers are in the table below.`;
	return picture(width, y + 34, title, behind.concat(parts).join(""));
}
