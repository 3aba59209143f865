// Puts the page's style and program into the page itself.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const UPLOT = path.dirname(path.dirname(require.resolve("uplot/dist/uPlot.iife.min.js")));

const SHEETS = ["colours.css", "style.css", "charts.css", "small.css"];
/** In the order in which they need each other. */
const MODULES = [
	"format.mjs",
	"events.mjs",
	"browser/colours.mjs",
	"browser/svg.mjs",
	"browser/time-chart.mjs",
	"browser/histogram.mjs",
	"browser/lanes.mjs",
	"browser/reigns.mjs",
	"browser/sparklines.mjs",
	"browser/diagram.mjs",
	"browser/main.mjs",
];

function read(folder, name) {
	return readFileSync(path.join(folder, name), "utf8");
}

/** What may stand between script tags: nothing that ends them. */
function insideScript(text) {
	return text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

/** A module as a function's body: `import { a } from "…"` takes from those before it, what is exported is returned. */
function asFunction(name) {
	const text = read(HERE, name);
	const imports = [...text.matchAll(/^import \{([^}]*)\} from "[^"]*\/([^"/]*)";\n/gm)].map(
		([, names, file]) => `const {${names.replace(/\s+/g, " ")}} = modules["${file}"];`,
	);
	const exported = [...text.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, exportedName]) => exportedName);
	const body = text
		.replace(/^\/\*.*\*\/\n/, "")
		.replace(/^import [^;]*;\n/gm, "")
		.replace(/^export /gm, "");
	return `modules["${path.basename(name)}"] = (() => {\n${imports.join("\n")}\n${body}return { ${exported.join(", ")} };\n})();`;
}

function joined() {
	return `(() => {\n"use strict";\nconst modules = {};\n${MODULES.map(asFunction).join("\n")}\n})();`;
}

export function styleHtml() {
	const sheets = [read(UPLOT, "dist/uPlot.min.css"), ...SHEETS.map((name) => read(HERE, name))];
	return `<style>\n${sheets.join("\n")}</style>`;
}

export function scriptHtml(record) {
	const values = JSON.stringify(record).replaceAll("<", "\\u003c");
	const licence = read(UPLOT, "LICENSE").replace(/\s+/g, " ").replaceAll("--", "- -").trim();
	return [
		`<script type="application/json" id="record">${values}</script>`,
		`<!-- The charts are drawn by uPlot. ${licence} -->`,
		`<script>${insideScript(read(UPLOT, "dist/uPlot.iife.min.js"))}</script>`,
		`<script>${insideScript(joined())}</script>`,
	].join("\n");
}
