/* global uPlot */
// Lines over the game's time, drawn by uPlot.
import { clock } from "../format.mjs";
import { colour } from "./colours.mjs";
import { timeTicks } from "./svg.mjs";

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
const EVENT_SPACE = 18;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/** -1 stands for no value. */
const withGaps = (values) => values.map((value) => (value < 0 ? null : value));

function drawEvents(chart, events) {
	const { ctx, bbox, scales } = chart;
	const ratio = uPlot.pxRatio;
	ctx.save();
	ctx.font = `600 ${11 * ratio}px ${FONT.slice(5)}`;
	ctx.textAlign = "center";
	ctx.textBaseline = "middle";
	let lastX = -Infinity;
	for (const { atSeconds, untilSeconds, number, isMarked } of events) {
		if (!isMarked) continue;
		const x = chart.valToPos(atSeconds, "x", true);
		// What lasts for most of the game sets nothing apart.
		const isBand = untilSeconds > atSeconds && untilSeconds - atSeconds < scales.x.max / 2;
		const width = isBand ? chart.valToPos(untilSeconds, "x", true) - x : ratio;
		ctx.fillStyle = colour(isBand ? "band" : "event");
		ctx.fillRect(isBand ? x : Math.round(x), bbox.top, width, bbox.height);
		if (number === 0 || x - lastX < 15 * ratio) continue;
		lastX = x;
		const y = bbox.top - (EVENT_SPACE / 2) * ratio;
		ctx.fillStyle = colour("muted");
		ctx.fillText(String(number), x, y);
	}
	ctx.restore();
}

function drawGoals(chart, goals) {
	const { ctx, bbox } = chart;
	const ratio = uPlot.pxRatio;
	ctx.save();
	ctx.font = `${11 * ratio}px ${FONT.slice(5)}`;
	ctx.setLineDash([5 * ratio, 4 * ratio]);
	ctx.lineWidth = 1.2 * ratio;
	for (const { value, text } of goals) {
		const y = chart.valToPos(value, "y", true);
		if (y < bbox.top) continue;
		ctx.strokeStyle = colour("bad");
		ctx.beginPath();
		ctx.moveTo(bbox.left, y);
		ctx.lineTo(bbox.left + bbox.width, y);
		ctx.stroke();
		ctx.fillStyle = colour("bad");
		ctx.textAlign = "right";
		ctx.fillText(text, bbox.left + bbox.width - 4 * ratio, y - 5 * ratio);
	}
	ctx.restore();
}

/** How a line is shown in the legend. */
function legendFill(line) {
	if (line === undefined) return "none";
	const tone = `var(--${line.tone})`;
	return line.dash ? `repeating-linear-gradient(90deg, ${tone} 0 4px, transparent 4px 7px)` : tone;
}

/** The tallest of what is to be seen, with some room. */
function topOf(lines, goals, most) {
	const values = lines.flatMap(({ values }) => values);
	const highest = Math.max(0, ...values, ...goals.map(({ value }) => value)) * 1.08;
	return Math.max(1, Math.min(highest, most ?? Infinity));
}

/**
 * `lines` are { title, values, tone, width?, dash?, fill?, dots? }, `goals` are { value, text }.
 * `most` cuts off what is higher; `format` writes values, `steps` draws each value until the next.
 */
export function drawTimeChart(host, width, options) {
	const {
		atSeconds,
		endSeconds,
		lines,
		goals = [],
		events,
		height = 210,
		most,
		top = topOf(lines, goals, most),
		format,
		steps,
		summary,
		areas = [],
		axisFormat = format,
		whole = false,
	} = options;
	const path = steps ? uPlot.paths.stepped({ align: 1 }) : undefined;
	const tone =
		(name, alpha = "") =>
		() =>
			colour(name) + alpha;
	const series = lines.map((line) => ({
		label: line.title,
		stroke: tone(line.tone),
		width: line.width ?? 1.6,
		dash: line.dash,
		fill: line.fill ? tone(line.tone, "22") : undefined,
		paths: line.dots ? () => null : path,
		points: line.dots ? { show: true, size: 6, width: 1.6, fill: tone("page") } : { show: false },
		value: (_, value) => (value === null || value === undefined ? "–" : format(value)),
	}));
	const axis = {
		stroke: tone("muted"),
		font: FONT,
		grid: { stroke: tone("grid"), width: 1 },
		ticks: { show: false },
	};
	const chart = new uPlot(
		{
			width,
			height,
			padding: [EVENT_SPACE, 18, 0, 0],
			legend: { markers: { width: 0, fill: (_, index) => legendFill(lines[index - 1]) } },
			cursor: { sync: { key: "game time" }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
			scales: { x: { time: false, range: [0, endSeconds] }, y: { range: [0, top] } },
			series: [
				{ label: "at", value: (_, value) => (value === null || value === undefined ? "–" : clock(value)) },
				...series,
			],
			bands: areas.map(([upper, lower]) => ({
				series: [upper + 1, lower + 1],
				fill: tone(lines[upper].tone, "33"),
			})),
			axes: [
				{
					...axis,
					size: 24,
					gap: 6,
					label: "game time, min:s",
					labelFont: FONT,
					labelSize: 16,
					labelGap: 0,
					splits: (_, _axis, from, to) => timeTicks(from, to, width - 60, 64),
					values: (_, ticks) => ticks.map(clock),
				},
				{
					...axis,
					size: (_, values) => 14 + 7.2 * Math.max(1, ...(values ?? []).map((text) => text.length)),
					gap: 4,
					space: 34,
					...(whole ? { incrs: WHOLE_STEPS } : {}),
					values: (_, ticks) => ticks.map((tick) => axisFormat(tick)),
				},
			],
			hooks: {
				drawAxes: [(drawn) => drawEvents(drawn, events)],
				draw: [(drawn) => drawGoals(drawn, goals)],
				setCursor: [(pointed) => pointed.root.classList.toggle("pointed", pointed.cursor.left >= 0)],
			},
		},
		[atSeconds, ...lines.map(({ values }) => withGaps(values))],
		host,
	);
	chart.root.setAttribute("role", "img");
	chart.root.setAttribute("aria-label", summary);
	// A screen reader gets the summary and the tables; the legend's values are for those who point.
	const legend = chart.root.querySelector(".u-legend");
	legend?.setAttribute("aria-hidden", "true");
	return chart;
}
