// The servers' lives, and whether each one's own list of servers was right.
import { clock, escapeHtml } from "../format.mjs";
import { element, label, picture, stripes, timeTicks } from "./svg.mjs";

const HOLDING = new Set(["freeze", "partition", "deaf", "mute"]);

/** For the servers' names. */
const LANES_LEFT = 42;

function viewText(server, { fromSeconds, toSeconds, seen, missing, gone }) {
	const wrong = [
		missing > 0 ? `misses ${missing}` : "",
		gone > 0 ? `sees ${gone} that ${gone === 1 ? "is" : "are"} gone` : "",
	].filter((text) => text !== "");
	return `#${server}, ${clock(fromSeconds)}–${clock(toSeconds)}: sees ${seen}${wrong.length > 0 ? `, ${wrong.join(", ")}` : ", all that live"}`;
}

export function lanesSvg(way, events, endSeconds, width, id) {
	const lanes = way.servers;
	const rowHeight = lanes.length > 24 ? 14 : 19;
	const barHeight = rowHeight - 5;
	const plotWidth = width - LANES_LEFT - 16;
	const x = (seconds) => LANES_LEFT + (seconds / endSeconds) * plotWidth;
	const bottom = lanes.length * rowHeight + 4;
	const parts = [stripes(id)];
	for (const tick of timeTicks(0, endSeconds, plotWidth, 64)) {
		parts.push(
			element("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: 0, y2: bottom }),
			label(x(tick), bottom + 14, clock(tick), { "text-anchor": "middle" }),
		);
	}
	lanes.forEach((lane, row) => {
		const y = row * rowHeight + 2;
		const ended = lane.endedAtSeconds < 0 ? endSeconds : lane.endedAtSeconds;
		parts.push(label(LANES_LEFT - 8, y + barHeight - 2, `#${lane.server}`, { "text-anchor": "end" }));
		const bar = (from, to, fill, title) => {
			const box = { x: x(from), y, width: x(to) - x(from) + 0.6, height: barHeight, fill };
			parts.push(element("rect", box, title === "" ? "" : `<title>${escapeHtml(title)}</title>`));
		};
		bar(lane.startedAtSeconds, ended, "var(--agree)", "");
		for (const view of lane.views) {
			const { missing, gone, seen, fromSeconds, toSeconds } = view;
			const fill = missing > 0 ? "var(--missing)" : gone > 0 ? "var(--gone)" : "var(--agree)";
			bar(fromSeconds, Math.min(toSeconds, ended), fill, viewText(lane.server, view));
			if (missing > 0 && gone > 0) {
				const box = {
					x: x(fromSeconds),
					y: y + barHeight / 2,
					width: Math.max(0.8, x(toSeconds) - x(fromSeconds)),
					height: barHeight / 2,
					fill: "var(--gone)",
				};
				parts.push(element("rect", box));
			}
			const room = x(Math.min(toSeconds, ended)) - x(fromSeconds);
			if (rowHeight > 14 && room > String(seen).length * 7 + 8) {
				const ink = missing + gone > 0 ? "fill:#1b2126" : undefined;
				parts.push(
					label(x(fromSeconds) + 4, y + barHeight - 3, String(seen), { class: "on-agree", style: ink }),
				);
			}
		}
		for (const { kind, atSeconds, untilSeconds, servers, text } of events) {
			if (!HOLDING.has(kind) || !(servers.length === 0 || servers.includes(lane.server))) continue;
			const until = Math.min(untilSeconds < 0 ? endSeconds : untilSeconds, ended);
			if (until <= atSeconds) continue;
			const box = { x: x(atSeconds), y, width: x(until) - x(atSeconds), height: barHeight, fill: `url(#${id})` };
			parts.push(element("rect", box, `<title>${escapeHtml(text)}</title>`));
		}
		if (lane.end !== "lives") parts.push(ending(lane, x(ended), y, barHeight));
	});
	parts.push(label(LANES_LEFT + plotWidth / 2, bottom + 29, "game time, min:s", { "text-anchor": "middle" }));
	const title = `Lanes of ${lanes.length} servers of ${way.name}: what each sees of the others. The numbers are in the table below.`;
	return picture(width, bottom + 34, title, parts.join(""));
}

export function ending({ end, endedAtSeconds, server }, x, y, height) {
	const title = `<title>#${server} ${end} at ${clock(endedAtSeconds)}</title>`;
	const middle = y + height / 2;
	if (end === "closed") {
		return element(
			"line",
			{ x1: x + 1, x2: x + 1, y1: y - 1, y2: y + height + 1, stroke: "var(--ink)", "stroke-width": "2.5" },
			title,
		);
	}
	const arm = 4.5;
	const d = `M${x + 2 - arm},${middle - arm}l${arm * 2},${arm * 2}m0,${-arm * 2}l${-arm * 2},${arm * 2}`;
	return element("path", { d, stroke: "var(--bad)", "stroke-width": "2.4", fill: "none" }, title);
}
