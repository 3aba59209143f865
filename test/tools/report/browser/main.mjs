/* global document, matchMedia, ResizeObserver */
// Draws every chart of the page, at the width there is, and again when that or the colours change.
import { markedEvents } from "../events.mjs";
import { grouped, plural, rounded, secondsText } from "../format.mjs";
import { forgetColours } from "./colours.mjs";
import { drawDiagram } from "./diagram.mjs";
import { histogramSvg } from "./histogram.mjs";
import { lanesSvg } from "./lanes.mjs";
import { reignsSvg } from "./reigns.mjs";
import { sparklinesSvg } from "./sparklines.mjs";
import { drawTimeChart } from "./time-chart.mjs";

const record = JSON.parse(document.getElementById("record").textContent);
const events = markedEvents(record.plan);
const compared = record.ways.length > 1;
const endSeconds = record.seconds;
const seconds = (value) => secondsText(value).replace(" s", "");
const percent = (value) => `${rounded(value)} %`;
const amount = (value) => (Number.isInteger(value) ? grouped(value) : rounded(value));
const finite = (values) => values.filter((value) => value >= 0);
const mostOf = (values) => Math.max(0, ...finite(values));

/** What is demanded of the time that changes take: the goals of the judged way. */
function lagGoals() {
	return record.figures
		.filter(({ chart, unit, goal, way }) => chart === "lag" && unit === "s" && goal && way === record.ways[0].name)
		.map(({ name, goal }) => ({
			value: goal.value,
			text: `goal, ${name.replace(/^.*, /, "").replace(" of them", "")}: ${secondsText(goal.value)}`,
		}));
}

function lagChart(host, width) {
	const { lag } = record.ways[0];
	// Lines of what most changes took are not to be measured by the goal for half of them.
	const goals = lagGoals().filter(({ text }) => !compared || !text.includes("half"));
	const lines = compared
		? record.ways
				.map(({ name, lag: { p95 } }, index) => ({ title: name, values: p95, tone: `way-${index}` }))
				.reverse()
		: [
				{ title: "slowest", values: lag.most, tone: "way-1", width: 1.2 },
				{ title: "half within", values: lag.median, tone: "way-0", width: 2.2, fill: true },
			];
	const goalTop = Math.max(0, ...goals.map(({ value }) => value));
	// Others may take so long that nothing else could be seen.
	const most = compared ? Math.max(goalTop * 1.6, mostOf(lag.p95) * 2, 10) : undefined;
	// What never arrived is marked at the upper edge.
	const hasNever = record.ways.some(({ lag: { never } }) => never.some((count) => count > 0));
	const highest = Math.max(1, goalTop, ...lines.flatMap(({ values }) => values)) * (hasNever ? 1.25 : 1.08);
	const top = Math.min(most ?? Infinity, highest);
	record.ways.forEach(({ name, lag: { never } }, index) => {
		if (never.every((count) => count === 0)) return;
		const values = never.map((count) => (count > 0 ? top * (0.98 - index * 0.04) : -1));
		const title = `${compared ? `${name}, ` : ""}some never (dots)`;
		lines.push({ title, values, tone: compared ? `way-${index}` : "bad", dots: true });
	});
	const summary = record.ways
		.map(({ name, distribution }) => `${name}: 99 % within ${secondsText(distribution.p99)}`)
		.join(", ");
	const options = {
		atSeconds: lag.atSeconds,
		endSeconds,
		lines,
		goals,
		events,
		height: 240,
		top,
		format: seconds,
		axisFormat: rounded,
	};
	return drawTimeChart(host, width, { ...options, summary: `Time until changes were on every server. ${summary}.` });
}

/** What was used of a limit in the worst minute, in percent; where something was dropped, also what was asked for. */
function limitChart(host, width, [used, wanted, limit]) {
	const shares = (series, name) => series[name].map((value, index) => (value * 100) / series[limit][index]);
	const lines = [];
	const texts = [];
	record.ways.forEach(({ name, series }, index) => {
		const values = shares(series, used);
		lines.unshift({ title: compared ? name : "used", values, tone: `way-${index}`, width: 2, fill: !compared });
		texts.push(`${name}: at most ${percent(mostOf(values))}`);
		if (wanted === undefined || series.overLimit.every((count) => count === 0)) return;
		lines.unshift({
			title: compared ? `${name}, asked for` : "asked for",
			values: shares(series, wanted),
			tone: `way-${index}`,
			width: 1.2,
			dash: [4, 3],
		});
	});
	return drawTimeChart(host, width, {
		atSeconds: record.ways[0].series.atSeconds,
		endSeconds,
		lines,
		goals: [{ value: 100, text: "limit" }],
		events: events.map((event) => ({ ...event, number: 0 })),
		height: 180,
		most: 220,
		format: percent,
		summary: `Share of the limit. ${texts.join(", ")}.`,
	});
}

function eachSecond(series, name) {
	const { atSeconds } = series;
	const step = atSeconds.length > 1 ? atSeconds.at(-1) - atSeconds.at(-2) || 1 : 1;
	// Single seconds are too jagged to read.
	const window = Math.max(1, Math.round(endSeconds / 120 / step));
	return series[name].map((_, index) => {
		const from = Math.max(0, index - window + 1);
		let sum = 0;
		for (let at = from; at <= index; at++) sum += series[name][at];
		const length = atSeconds[index] - (from > 0 ? atSeconds[from - 1] : 0);
		return length > 0 ? sum / length : 0;
	});
}

function rateChart(host, width, entries, summary) {
	const { series } = record.ways[0];
	const lines = entries.map(([title, name, tone, fill]) => ({
		title,
		values: eachSecond(series, name),
		tone,
		fill,
		width: 1.6,
	}));
	const options = { atSeconds: series.atSeconds, endSeconds, lines, events, height: 170, format: amount };
	return drawTimeChart(host, width, { ...options, summary });
}

function liveChart(host, width) {
	const { series } = record.ways[0];
	const lines = [];
	record.ways.forEach(({ name, series: { seenLeast, seenMost } }, index) => {
		const title = compared ? `${name}, ` : "";
		const tone = `way-${index}`;
		lines.unshift(
			{ title: `${title}most seen`, values: seenMost, tone, width: 1.2 },
			{ title: `${title}fewest seen`, values: seenLeast, tone, width: 1.2 },
		);
	});
	const areas = record.ways.map((_, index) => [index * 2, index * 2 + 1]);
	lines.push({ title: "live", values: series.liveServers, tone: "ink", width: 2 });
	const summary = `At most ${plural(mostOf(series.liveServers), "server")} live at a time.`;
	const options = {
		atSeconds: series.atSeconds,
		endSeconds,
		lines,
		areas,
		events,
		height: 190,
		whole: true,
		format: amount,
		steps: true,
	};
	return drawTimeChart(host, width, { ...options, summary });
}

function shownChart(host, width) {
	const lines = [];
	record.ways.forEach(({ name, series: { shownLeast, shownMost } }, index) => {
		const title = compared ? `${name}, ` : "";
		const tone = `way-${index}`;
		lines.unshift(
			{ title: `${title}most`, values: shownMost, tone, width: 1.3 },
			{ title: `${title}fewest`, values: shownLeast, tone, width: 1.3 },
		);
	});
	const areas = record.ways.map((_, index) => [index * 2, index * 2 + 1]);
	const { atSeconds, shownMost } = record.ways[0].series;
	const options = { atSeconds, endSeconds, lines, areas, events, height: 200, format: amount, whole: true };
	return drawTimeChart(host, width, { ...options, summary: `At most ${grouped(mostOf(shownMost))} contributions.` });
}

const wayOf = (host) => record.ways.findIndex(({ name }) => name === host.parentElement.dataset.way);

/** Each draws into an empty host and returns the uPlot, if it made one. */
const DRAW = {
	lag: lagChart,
	histogram: (host, width) => void (host.innerHTML = histogramSvg(record.ways, lagGoals(), width)),
	game: (host, width) => limitChart(host, width, ["gameReceived", "gameWanted", "gameLimit"]),
	topic: (host, width) => limitChart(host, width, ["topicReceived", "topicWanted", "topicLimit"]),
	sends: (host, width) => limitChart(host, width, ["sends", undefined, "sendsLimit"]),
	traffic: (host, width) =>
		rateChart(
			host,
			width,
			[
				["copies delivered", "delivered", "way-0", true],
				["published", "published", "way-1", false],
			],
			"Messages published and copies delivered each second.",
		),
	faults: (host, width) =>
		rateChart(
			host,
			width,
			[
				["lost", "lost", "bad", true],
				["delivered twice", "duplicates", "way-2", false],
				["repairs", "repairs", "good", false],
			],
			"Copies lost and delivered twice, and repairs, each second.",
		),
	live: liveChart,
	lanes: (host, width) => {
		const index = wayOf(host);
		host.innerHTML = lanesSvg(record.ways[index], events, endSeconds, width, `lanes-stripes-${index}`);
	},
	reigns: (host, width) => {
		host.innerHTML = reignsSvg(record.ways[wayOf(host)], events, endSeconds, width);
	},
	shown: shownChart,
	owned: (host, width) => {
		const index = wayOf(host);
		host.innerHTML = sparklinesSvg(record.ways[index], endSeconds, width, `way-${index}`);
	},
	diagram: (host, width) => drawDiagram(host, record, events, width),
};

const drawn = new Map();

function draw(figure) {
	const host = figure.querySelector(".plot");
	const width = Math.floor(figure.clientWidth);
	if (width === 0 || drawn.get(host)?.width === width) return;
	drawn.get(host)?.chart?.destroy();
	host.replaceChildren();
	drawn.set(host, { width, chart: DRAW[figure.dataset.chart](host, width) });
}

const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));
for (const figure of document.querySelectorAll("figure[data-chart]")) {
	draw(figure);
	observer.observe(figure);
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
	forgetColours();
	for (const { chart } of drawn.values()) chart?.redraw(false);
});
document.documentElement.dataset.drawn = "yes";
