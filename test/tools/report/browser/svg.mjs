// Text that makes SVG.
import { coordinate, escapeHtml } from "../format.mjs";

/** An element; numbers among the attributes are coordinates. */
export function element(name, attributes, content = "") {
	const text = Object.entries(attributes)
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinate(value) : escapeHtml(value)}"`)
		.join("");
	return `<${name}${text}>${content}</${name}>`;
}

export function label(x, y, text, attributes = {}) {
	return element("text", { x, y, ...attributes }, escapeHtml(text));
}

export function picture(width, height, title, content, attributes = {}) {
	return `<svg width="${coordinate(width)}" height="${coordinate(height)}" viewBox="0 0 ${coordinate(width)} ${coordinate(height)}" role="img" aria-label="${escapeHtml(title)}"${Object.entries(
		attributes,
	)
		.map(([key, value]) => ` ${key}="${escapeHtml(value)}"`)
		.join("")}>${content}</svg>`;
}

/** Stripes for what is held up; `id` once in a page. */
export function stripes(id) {
	const line = element("line", { x1: 0, y1: 0, x2: 0, y2: 5, stroke: "var(--muted)", "stroke-width": "1.6" });
	return `<defs><pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">${line}</pattern></defs>`;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400];

/** Round times within a range, at least so many pixels apart. */
export function timeTicks(fromSeconds, toSeconds, width, pixels) {
	const perPixel = (toSeconds - fromSeconds) / Math.max(1, width);
	const step = STEPS.find((candidate) => candidate / perPixel >= pixels) ?? STEPS.at(-1);
	const ticks = [];
	for (let tick = Math.ceil(fromSeconds / step) * step; tick <= toSeconds; tick += step) ticks.push(tick);
	return ticks;
}
