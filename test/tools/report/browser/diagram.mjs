/* global document */
// A window of the game message by message: lanes are the cloud and the servers, lines are copies of messages.
import { escapeHtml, exactClock, grouped, plural } from "../format.mjs";
import { element, label, picture, stripes, timeTicks } from "./svg.mjs";

const LABELS = 54;
const PIXELS_PER_SECOND = 62;
const CLOUD_HEIGHT = 46;
const FOOT = 36;
/** The most that a message has; the marks on the cloud's lane are measured by it. */
const FULL_BYTES = 1024;
/** Nobody knows when a lost copy would have come: it is drawn as if it had taken the usual time, up to its cross. */
const LOST_SECONDS = 1.15;
const LOST_SHARE = 0.8;
/** More than this, and lines are drawn fainter. */
const DENSE_ARROWS = 200;
const REACH_PIXELS = 14;
const HELD = new Set(["freeze", "partition", "deaf", "mute"]);

/** Where everything is. */
function layoutOf(diagram, width) {
	const { lanes, fromSeconds, toSeconds } = diagram;
	const plotWidth = Math.max(width - LABELS, (toSeconds - fromSeconds) * PIXELS_PER_SECOND);
	const rowHeight = lanes.length <= 8 ? 40 : lanes.length <= 14 ? 32 : 24;
	const rows = new Map(lanes.map((server, index) => [server, CLOUD_HEIGHT + rowHeight * (index + 0.5)]));
	const bottom = CLOUD_HEIGHT + rowHeight * lanes.length + 4;
	return {
		plotWidth,
		rowHeight,
		bottom,
		cloudY: 26,
		x: (seconds) => ((seconds - fromSeconds) / (toSeconds - fromSeconds)) * plotWidth,
		y: (server) => rows.get(server),
	};
}

/** The lines of a message, as { x1, y1, x2, y2, lost }. */
function linesOf(message, { x, y, cloudY }) {
	const { atSeconds, sender, arrivals, losses } = message;
	const x1 = x(atSeconds);
	const y1 = sender === 0 ? cloudY : y(sender);
	if (y1 === undefined) return [];
	const lines = [];
	for (let index = 0; index < arrivals.length; index += 2) {
		const y2 = y(arrivals[index]);
		if (y2 !== undefined) lines.push({ x1, y1, x2: x(arrivals[index + 1]), y2, lost: false });
	}
	for (const server of losses) {
		const y2 = server === 0 ? cloudY : y(server);
		if (y2 === undefined || y2 === y1) continue;
		const endX = server === 0 ? x1 + 4 : x(atSeconds + LOST_SECONDS);
		const share = server === 0 ? 1 : LOST_SHARE;
		lines.push({ x1, y1, x2: x1 + (endX - x1) * share, y2: y1 + (y2 - y1) * share, lost: true });
	}
	return lines;
}

function lineSvg({ x1, y1, x2, y2, lost }) {
	if (lost) {
		const cross = `M${(x2 - 3.5).toFixed(1)},${(y2 - 3.5).toFixed(1)}l7,7m0,-7l-7,7`;
		return element("line", { class: "missed", x1, y1, x2, y2 }) + element("path", { class: "cross", d: cross });
	}
	const length = Math.max(1, Math.hypot(x2 - x1, y2 - y1));
	const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
	const corner = (back, side) =>
		`${(x2 - ux * back - uy * side).toFixed(1)},${(y2 - uy * back + ux * side).toFixed(1)}`;
	const tip = `${corner(0, 0)} ${corner(6, 2.4)} ${corner(6, -2.4)}`;
	return (
		element("line", { x1, y1, x2: x2 - ux * 4, y2: y2 - uy * 4 }) +
		element("polygon", { class: "tip", points: tip })
	);
}

function messageSvg(message, lines, index, layout) {
	const { x, y, cloudY } = layout;
	const at = x(message.atSeconds);
	const parts = lines.map(lineSvg);
	const bytes = Math.max(3, (message.bytes / FULL_BYTES) * 22);
	if (message.sender !== 0)
		parts.push(element("circle", { class: "source", cx: at, cy: y(message.sender) ?? -20, r: 3.4 }));
	parts.push(element("rect", { class: "source", x: at - 1.2, y: cloudY - bytes, width: 2.4, height: bytes }));
	return element(
		"g",
		{ class: "message", "data-message": String(index), style: `--tone:var(--${message.kind})` },
		parts.join(""),
	);
}

/** The first and the last are not cut off at the window's edges. */
function anchorAt(x, width) {
	return x < 14 ? "start" : x > width - 14 ? "end" : "middle";
}

function lanesSvgOf(diagram, lives, events, layout, id) {
	const { x, y, rowHeight, plotWidth, cloudY, bottom } = layout;
	const parts = [];
	for (const tick of timeTicks(diagram.fromSeconds, diagram.toSeconds, plotWidth, 56)) {
		parts.push(
			element("line", { class: "gridline", x1: x(tick), x2: x(tick), y1: 4, y2: bottom }),
			label(x(tick), bottom + 14, exactClock(tick).replace(/\.0$/, ""), {
				"text-anchor": anchorAt(x(tick), plotWidth),
			}),
		);
	}
	parts.push(
		element("line", {
			x1: 0,
			x2: plotWidth,
			y1: cloudY,
			y2: cloudY,
			stroke: "var(--muted)",
			"stroke-opacity": "0.6",
		}),
	);
	for (const server of diagram.lanes) {
		const life = lives.find((lane) => lane.server === server);
		const from = Math.max(0, x(life.startedAtSeconds));
		const to = life.endedAtSeconds < 0 ? plotWidth : Math.min(plotWidth, x(life.endedAtSeconds));
		const middle = y(server);
		parts.push(
			element("line", {
				x1: from,
				x2: to,
				y1: middle,
				y2: middle,
				stroke: "var(--muted)",
				"stroke-width": "1.6",
			}),
		);
		if (to < plotWidth) {
			const tone = life.end === "crashed" ? "var(--bad)" : "var(--muted)";
			const box = {
				x: to,
				y: middle - rowHeight / 2 + 3,
				width: plotWidth - to,
				height: rowHeight - 6,
				fill: tone,
				"fill-opacity": "0.1",
			};
			parts.push(
				element("rect", box),
				label(plotWidth - 6, middle + 4, life.end, { "text-anchor": "end", style: `fill:${tone}` }),
			);
			parts.push(
				element("path", {
					d: `M${(to - 5).toFixed(1)},${middle - 5}l10,10m0,-10l-10,10`,
					stroke: tone,
					"stroke-width": "2.4",
				}),
			);
		}
		for (const { kind, atSeconds, untilSeconds, servers, text } of events) {
			if (!HELD.has(kind) || !(servers.length === 0 || servers.includes(server))) continue;
			const start = Math.max(0, x(atSeconds));
			const end = Math.min(plotWidth, untilSeconds < 0 ? plotWidth : x(untilSeconds));
			if (end <= start) continue;
			const box = {
				x: start,
				y: middle - rowHeight / 2 + 4,
				width: end - start,
				height: rowHeight - 8,
				fill: `url(#${id})`,
				"fill-opacity": "0.7",
			};
			parts.push(element("rect", box, `<title>${escapeHtml(text)}</title>`));
		}
	}
	return parts.join("");
}

function describe({ atSeconds, sender, kind, bytes, arrivals, losses, reasons }) {
	const receivers = new Set(arrivals.filter((_, index) => index % 2 === 0));
	const slowest = Math.max(0, ...arrivals.filter((_, index) => index % 2 === 1)) - atSeconds;
	const reached =
		receivers.size === 0
			? "reaches nobody"
			: `reaches ${plural(receivers.size, "server")} within ${slowest.toFixed(1)} s`;
	const lost = losses.map((server, index) => `${server === 0 ? "everybody" : `#${server}`} (${reasons[index]})`);
	const end = lost.length === 0 ? "" : `; lost for ${lost.join(", ")}`;
	return `${exactClock(atSeconds)}, ${sender === 0 ? "from outside" : `server #${sender}`}: ${kind}, ${grouped(bytes)} bytes, ${reached}${end}.`;
}

/** Squared distance of a point from a line. */
function distance(px, py, { x1, y1, x2, y2 }) {
	const [dx, dy] = [x2 - x1, y2 - y1];
	const along = Math.max(0, Math.min(1, ((px - x1) * dx + (py - y1) * dy) / (dx * dx + dy * dy || 1)));
	return (px - x1 - dx * along) ** 2 + (py - y1 - dy * along) ** 2;
}

export function drawDiagram(host, record, events, width) {
	const { diagram } = record;
	const { servers } = record.ways.find(({ name }) => name === diagram.way);
	const layout = layoutOf(diagram, width);
	const { plotWidth, bottom, cloudY, y } = layout;
	const lines = diagram.messages.map((message) => linesOf(message, layout));
	const clip = `<clipPath id="diagram-clip"><rect x="-6" y="0" width="${plotWidth + 6}" height="${bottom}"/></clipPath>`;
	const messages = diagram.messages
		.map((message, index) => messageSvg(message, lines[index], index, layout))
		.join("");
	const content =
		stripes("diagram-stripes") +
		clip +
		lanesSvgOf(diagram, servers, events, layout, "diagram-stripes") +
		`<g clip-path="url(#diagram-clip)">${messages}</g>` +
		label(plotWidth / 2, bottom + 30, "game time, min:s", { "text-anchor": "middle" });
	const title = `Space-time diagram of ${plural(diagram.messages.length, "message")}. All of them are in the table below; the arrow keys step through them.`;
	const labels = [
		label(0, cloudY + 4, "cloud"),
		...diagram.lanes.map((server) => label(0, y(server) + 4, `#${server}`, { class: "strong" })),
	].join("");

	const arrows = lines.reduce((sum, list) => sum + list.length, 0);
	host.innerHTML = `<div class="diagram${arrows > DENSE_ARROWS ? " dense" : ""}">${picture(LABELS, bottom + FOOT, "Servers", labels)}<div class="window">${picture(plotWidth, bottom + FOOT, title, content, { tabindex: "0", class: "messages" })}</div><p class="readout" aria-live="polite"></p></div>`;
	const svg = host.querySelector("svg.messages");
	const readout = host.querySelector(".readout");
	const groups = [...svg.querySelectorAll(".message")];
	const isCut = plotWidth > width - LABELS;
	const hint = `Bars on the cloud's lane are as high as messages are long.${isCut ? " The diagram goes on to the right." : ""}`;
	readout.textContent = hint;
	let picked = -1;

	function pick(index) {
		if (index === picked) return;
		groups[picked]?.classList.remove("current");
		picked = index;
		svg.classList.toggle("picked", picked >= 0);
		groups[picked]?.classList.add("current");
		readout.textContent = picked < 0 ? hint : describe(diagram.messages[picked]);
	}
	function nearest(event) {
		const box = svg.getBoundingClientRect();
		const [px, py] = [event.clientX - box.left, event.clientY - box.top];
		let best = REACH_PIXELS ** 2;
		let found = -1;
		lines.forEach((list, index) => {
			for (const line of list) {
				const squared = distance(px, py, line);
				if (squared < best) [best, found] = [squared, index];
			}
		});
		return found;
	}
	svg.addEventListener("pointermove", (event) => pick(nearest(event)));
	svg.addEventListener("pointerdown", (event) => pick(nearest(event)));
	svg.addEventListener("pointerleave", () => {
		if (document.activeElement !== svg) pick(-1);
	});
	svg.addEventListener("blur", () => pick(-1));
	svg.addEventListener("keydown", (event) => {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
		if (event.key === "Escape") pick(-1);
		if (step === undefined) return;
		event.preventDefault();
		pick(Math.max(0, Math.min(groups.length - 1, picked < 0 ? 0 : picked + step)));
	});
}
