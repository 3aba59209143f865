// Changes by how long they took, one row for each way, over the same seconds.
import { escapeHtml, grouped, plural, rounded, secondsText } from "../format.mjs";
import { element, label, picture } from "./svg.mjs";

/** The bars, with room for the percentiles' names above them. */
const ROW = 98;
const NAMES = 15;
/** A line of the goals' names, above all rows. */
const GOAL = 14;
/** The name of a way, and how high the highest bar is. */
const TITLE = 20;
const FOOT = 34;
const MARKS = [
	["p50", "50 %"],
	["p95", "95 %"],
	["p99", "99 %"],
];

/** `goals` are { value, text } in seconds. */
export function histogramSvg(ways, goals, width) {
	const compared = ways.length > 1;
	const bins = ways[0].distribution.counts.length;
	const { binSeconds } = ways[0].distribution;
	const hasEnd = ways.some(({ distribution }) => distribution.beyond + distribution.never > 0);
	const endWidth = hasEnd ? Math.min(150, width * 0.3) : 0;
	const plotWidth = width - endWidth - 8;
	// Where nothing is, nothing has to be drawn.
	const lastUsed = Math.max(
		...ways.map(({ distribution }) => distribution.counts.findLastIndex((count) => count > 0)),
	);
	const goalBins = Math.max(0, ...goals.map(({ value }) => Math.ceil(value / binSeconds) + 1));
	const shownBins = Math.min(bins, Math.max(lastUsed + 2, goalBins, 8));
	const binWidth = plotWidth / shownBins;
	const x = (seconds) => (seconds / binSeconds) * binWidth;
	const placed = placedGoals(goals, x, plotWidth);
	const head = 2 + GOAL * Math.max(0, ...placed.map(({ row }) => row + 1));
	const parts = [];
	let highest = 1e-9;
	for (const { distribution } of ways) {
		const all = total(distribution);
		for (const count of distribution.counts) highest = Math.max(highest, count / all);
	}
	ways.forEach(({ name, distribution }, row) => {
		const top = head + row * (ROW + TITLE) + TITLE;
		const bottom = top + ROW;
		const all = total(distribution);
		const tone = `var(--way-${row})`;
		const heightOf = (count) => (count / all / highest) * (ROW - NAMES - 4);
		if (compared) parts.push(label(0, top - 4, name, { class: "strong" }));
		const share = (Math.max(...distribution.counts) / all) * 100;
		parts.push(
			label(plotWidth, top - 4, `highest bar: ${rounded(share)} %`, { "text-anchor": "end", class: "halo" }),
		);
		parts.push(element("line", { class: "axis", x1: 0, x2: plotWidth, y1: bottom, y2: bottom }));
		distribution.counts.forEach((count, bin) => {
			if (count === 0 || bin >= shownBins) return;
			const height = Math.max(1, heightOf(count));
			const text = `${rounded(bin * binSeconds)} to ${rounded((bin + 1) * binSeconds)} s: ${plural(count, "change")}, ${rounded((count / all) * 100)} %`;
			const box = {
				x: bin * binWidth + 0.5,
				y: bottom - height,
				width: Math.max(1, binWidth - 1),
				height,
				fill: tone,
			};
			parts.push(element("rect", box, `<title>${escapeHtml(text)}</title>`));
		});
		parts.push(...marks(distribution, x, top, bottom, plotWidth));
		const isLast = row === ways.length - 1;
		if (hasEnd)
			parts.push(...ends(distribution, all, plotWidth + 24, endWidth - 24, top, bottom, heightOf, isLast));
	});
	const bottom = head + ways.length * (ROW + TITLE);
	for (const { value, text, row, fits } of placed) {
		parts.push(
			element("line", {
				x1: x(value),
				x2: x(value),
				y1: 2 + row * GOAL,
				y2: bottom,
				stroke: "var(--bad)",
				"stroke-dasharray": "5 4",
			}),
			label(x(value) + (fits ? -5 : 5), 11 + row * GOAL, text, {
				"text-anchor": fits ? "end" : "start",
				style: "fill:var(--bad);font-size:11px",
			}),
		);
	}
	const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => x(candidate) >= 36) ?? 100;
	for (let seconds = 0; x(seconds) <= plotWidth + 1; seconds += step) {
		parts.push(
			label(x(seconds), bottom + 15, String(seconds), { "text-anchor": seconds === 0 ? "start" : "middle" }),
		);
	}
	parts.push(label(plotWidth / 2, bottom + 30, "seconds", { "text-anchor": "middle" }));
	const summary = ways
		.map(
			({ name, distribution: { p50, p99, most, never } }) =>
				`${name}: half within ${secondsText(p50)}, 99 % within ${secondsText(p99)}, slowest ${secondsText(most)}, ${grouped(never)} never`,
		)
		.join("; ");
	return picture(width, bottom + FOOT, `Histogram of the time changes took. ${summary}.`, parts.join(""));
}

function total({ counts, beyond, never }) {
	return Math.max(1, counts.reduce((sum, count) => sum + count, 0) + beyond + never);
}

/** Goals that are within the plot, with the line in which each name stands: no name is over another. */
function placedGoals(goals, x, plotWidth) {
	const ends = [];
	return goals
		.filter(({ value }) => x(value) <= plotWidth)
		.sort((left, right) => left.value - right.value)
		.map((goal) => {
			const length = goal.text.length * 6.3;
			const fits = x(goal.value) > length;
			const start = fits ? x(goal.value) - length : x(goal.value);
			const free = ends.findIndex((end) => end < start);
			const row = free < 0 ? ends.length : free;
			ends[row] = start + length + 10;
			return { ...goal, row, fits };
		});
}

function marks(distribution, x, top, bottom, plotWidth) {
	const parts = [];
	let freeFrom = -Infinity;
	for (const [name, text] of MARKS) {
		const at = x(distribution[name]);
		if (distribution[name] < 0 || at > plotWidth) continue;
		parts.push(
			element("line", {
				x1: at,
				x2: at,
				y1: top + NAMES,
				y2: bottom,
				stroke: "var(--ink)",
				"stroke-opacity": "0.45",
			}),
		);
		// Where two are close, the later one gives way to the right.
		const left = Math.max(at - 13, freeFrom);
		freeFrom = left + 32;
		parts.push(label(left, top + NAMES - 4, text, { style: "font-size:11px" }));
	}
	return parts;
}

/** What took longer than the axis is, and what never arrived. */
function ends({ beyond, never }, all, left, width, top, bottom, heightOf, isNamed) {
	const barWidth = Math.min(40, width / 2 - 6);
	return [
		[beyond, "longer", "var(--muted)", left],
		[never, "never", "var(--bad)", left + width / 2],
	].flatMap(([count, text, fill, at]) => {
		const height = Math.min(bottom - top - 14, count === 0 ? 0 : Math.max(2, heightOf(count)));
		return [
			element("line", { class: "axis", x1: at, x2: at + barWidth, y1: bottom, y2: bottom }),
			element(
				"rect",
				{ x: at, y: bottom - height, width: barWidth, height, fill },
				`<title>${plural(count, "change")}, ${rounded((count / all) * 100)} %</title>`,
			),
			label(at + barWidth / 2, bottom - height - 4, grouped(count), { "text-anchor": "middle", class: "strong" }),
			isNamed ? label(at + barWidth / 2, bottom + 15, text, { "text-anchor": "middle" }) : "",
		];
	});
}
