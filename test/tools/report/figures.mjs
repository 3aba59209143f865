// The figures beside a chart: what decides, its goal, and whether it was met.
import { escapeHtml, goalText, quantity } from "./format.mjs";

function mark(figure) {
	if (figure.goal === undefined) return "";
	return figure.passed
		? '<span class="mark passed" title="goal met"><span aria-hidden="true">✓</span><span class="hidden">met</span></span>'
		: '<span class="mark failed" title="goal not met"><span aria-hidden="true">✗</span><span class="hidden">not met</span></span>';
}

function valueHtml(figure, index) {
	const detail = figure.detail === "" ? "" : ` <span class="detail">${escapeHtml(figure.detail)}</span>`;
	return `<span class="value" data-figure="${index}">${escapeHtml(quantity(figure.value, figure.unit))}</span>${mark(figure)}${detail}`;
}

/** The figures of one chart, by name; for each, what the judged way has and what the others have. */
function byName(record, chart) {
	const groups = new Map();
	record.figures.forEach((figure, index) => {
		if (figure.chart !== chart) return;
		if (!groups.has(figure.name)) groups.set(figure.name, []);
		groups.get(figure.name).push({ figure, index });
	});
	return [...groups.values()];
}

export function figuresHtml(record, chart) {
	const groups = byName(record, chart);
	if (groups.length === 0) return "";
	const compared = record.ways.length > 1;
	const items = groups.map((entries) => {
		const [{ figure: first, index }, ...others] = entries;
		const goal =
			first.goal === undefined ? "" : `<span class="goal">goal: ${goalText(first.goal, first.unit)}</span>`;
		const rest = others.map(
			({ figure, index: otherIndex }) =>
				`<span class="other"><span class="way">${escapeHtml(figure.way)}</span> ${valueHtml(figure, otherIndex)}</span>`,
		);
		const kind = first.goal === undefined ? "reported" : first.passed ? "met" : "missed";
		const way = compared && first.way !== "" ? `<span class="way">${escapeHtml(first.way)}</span> ` : "";
		const main = `<span class="main">${way}${valueHtml(first, index)}</span>`;
		const [above, below] = compared ? [goal, ""] : ["", goal];
		return `<li class="${kind}"><span class="name">${escapeHtml(first.name)}</span>${above}${main}${below}${rest.join("")}</li>`;
	});
	return `<ul class="figures${compared ? " compared" : ""}">${items.join("")}</ul>`;
}

/** How many of the judged way's goals were met, and of how many. */
export function goalsMet(record) {
	const judged = record.figures.filter(
		({ goal, way }) => goal !== undefined && (way === "" || way === record.ways[0].name),
	);
	return { met: judged.filter(({ passed }) => passed).length, all: judged.length };
}
