/* global document, getComputedStyle, window */
// Looks at a report in a browser, and says what is wrong with it.
import { pathToFileURL } from "node:url";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"];
const HEIGHT = 900;

/** What the page shows, to be compared with the record. Runs in the page. */
function readPage() {
	const texts = (selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent);
	const blank = [...document.querySelectorAll("canvas")].filter((canvas) => {
		const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		const colours = new Set();
		for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0) colours.add(data.slice(at, at + 3).join());
		return colours.size < 4;
	});
	const charts = [...document.querySelectorAll("figure[data-chart]")];
	return {
		isDrawn: document.documentElement.dataset.drawn === "yes",
		overflow: document.documentElement.scrollWidth - window.innerWidth,
		canvases: document.querySelectorAll("canvas").length,
		blank: blank.length,
		emptyCharts: charts
			.filter((chart) => !chart.querySelector(".plot canvas, .plot svg"))
			.map((chart) => chart.dataset.chart),
		unnamed: [...document.querySelectorAll(".plot svg, .plot .uplot")].filter(
			(found) => !found.getAttribute("aria-label"),
		).length,
		background: getComputedStyle(document.body).backgroundColor,
		smallText: [...document.querySelectorAll("main *")].filter(
			(found) => found.textContent.trim() !== "" && parseFloat(getComputedStyle(found).fontSize) < 11,
		).length,
		figures: [...document.querySelectorAll("[data-figure]")].map((found) => ({
			index: Number(found.dataset.figure),
			text: found.textContent,
			mark: found.nextElementSibling?.classList.contains("mark")
				? found.nextElementSibling.classList.contains("passed")
				: undefined,
		})),
		verdict: texts(".verdict strong").join(),
		lanes: [...document.querySelectorAll('[data-chart="lanes"]')].map(
			(chart) =>
				[...chart.querySelectorAll("text")].filter(({ textContent }) => textContent.startsWith("#")).length,
		),
		reigns: document.querySelectorAll('[data-chart="reigns"] .reign').length,
		reignRows: document.querySelectorAll("#leadership tbody tr").length,
		messages: document.querySelectorAll("g.message").length,
		crosses: document.querySelectorAll("g.message .cross").length,
		tips: document.querySelectorAll("g.message .tip").length,
		messageRows: document.querySelectorAll("#diagram tbody tr").length,
		seedRows: document.querySelectorAll("#campaign .columns > div:first-child tbody tr").length,
	};
}

/** The number that a figure's text says; -1 for "never". */
function numberIn(text) {
	return text === "never" ? -1 : Number(text.replace(/[^0-9.-]/g, ""));
}

function wrongFigures(record, shown) {
	const problems = [];
	if (shown.length !== record.figures.length)
		problems.push(`${shown.length} figures instead of ${record.figures.length}`);
	for (const { index, text, mark } of shown) {
		const { name, value, goal, passed } = record.figures[index];
		const tolerance = Math.abs(value) < 99.95 ? 0.0501 : 0.501;
		if (!(Math.abs(numberIn(text) - value) <= tolerance))
			problems.push(`"${name}" is ${value}, but the page says ${text}`);
		if (mark !== (goal === undefined ? undefined : passed)) problems.push(`"${name}" has the wrong mark`);
	}
	return problems;
}

function wrongDiagram({ diagram }, shown) {
	if (diagram === undefined) return [];
	const problems = [];
	const lanes = new Set(diagram.lanes);
	let arrivals = 0;
	let losses = 0;
	for (const message of diagram.messages) {
		if (message.sender !== 0 && !lanes.has(message.sender)) continue;
		arrivals += message.arrivals.filter((server, index) => index % 2 === 0 && lanes.has(server)).length;
		losses += message.losses.filter((server) => server === 0 || lanes.has(server)).length;
	}
	const compare = (what, there, wanted) => {
		if (there !== wanted) problems.push(`${there} ${what} instead of ${wanted}`);
	};
	compare("messages in the diagram", shown.messages, diagram.messages.length);
	compare("arrows in the diagram", shown.tips, arrivals);
	compare("crosses in the diagram", shown.crosses, losses);
	compare("rows in the table of messages", shown.messageRows, diagram.messages.length);
	return problems;
}

function problemsOf(record, shown) {
	const problems = [...wrongFigures(record, shown.figures), ...wrongDiagram(record, shown)];
	const demand = (holds, problem) => {
		if (!holds) problems.push(problem);
	};
	demand(shown.isDrawn, "the page did not draw its charts");
	demand(shown.overflow <= 0, `the page is ${shown.overflow} pixels too wide`);
	demand(shown.canvases >= 8, `there are only ${shown.canvases} canvases`);
	demand(shown.blank === 0, `${shown.blank} canvases are blank`);
	demand(shown.emptyCharts.length === 0, `charts are empty: ${shown.emptyCharts.join(", ")}`);
	demand(shown.unnamed === 0, `${shown.unnamed} pictures have no name for those who cannot see them`);
	demand(shown.smallText === 0, `${shown.smallText} texts are smaller than 11 pixels`);
	demand(shown.verdict.includes(record.verdict.passed ? "Passed" : "Failed"), `the verdict is "${shown.verdict}"`);
	const lanes = record.ways.map(({ servers }) => servers.length);
	demand(String(shown.lanes) === String(lanes), `lanes of ${shown.lanes} servers instead of ${lanes}`);
	const reigns = record.ways.reduce((sum, way) => sum + way.reigns.length, 0);
	demand(shown.reigns === reigns, `${shown.reigns} times of leading instead of ${reigns}`);
	demand(shown.reignRows === reigns, `${shown.reignRows} rows of leaderships instead of ${reigns}`);
	const seeds = record.campaign?.seeds.length ?? 0;
	demand(shown.seedRows === seeds, `${shown.seedRows} seeds instead of ${seeds}`);
	return problems;
}

/** The diagram by keyboard: the first message is told in words. */
async function keyboardProblem(page, { diagram }) {
	if (diagram === undefined || diagram.messages.length === 0) return undefined;
	await page.focus("svg.messages");
	await page.keyboard.press("ArrowRight");
	const text = await page.textContent(".readout");
	const [{ bytes, kind }] = diagram.messages;
	return text.includes(`${bytes} bytes`) && text.includes(kind) ? undefined : `the arrow key tells of "${text}"`;
}

/**
 * Opens the report at every width, light and dark. Returns [{ name, problems }]; `picture(name)` says where a screenshot goes.
 */
export async function checkPage(context, file, record, picture) {
	const url = pathToFileURL(file).href;
	const results = [];
	const backgrounds = new Map();
	for (const width of WIDTHS) {
		for (const scheme of SCHEMES) {
			const problems = [];
			const page = await context.newPage();
			page.on("console", (message) => problems.push(`the console says: ${message.text()}`));
			page.on("pageerror", (problem) => problems.push(`the page's program failed: ${problem.stack}`));
			page.on("request", (request) => {
				if (request.url() !== url && !request.url().startsWith("data:"))
					problems.push(`it asks for ${request.url()}`);
			});
			await page.setViewportSize({ width, height: HEIGHT });
			await page.emulateMedia({ colorScheme: scheme });
			await page.goto(url);
			await page.waitForSelector("html[data-drawn]");
			const shown = await page.evaluate(readPage);
			problems.push(...problemsOf(record, shown));
			backgrounds.set(scheme, shown.background);
			await page.screenshot({ path: picture(`${width}-${scheme}`), fullPage: true });
			const problem = await keyboardProblem(page, record);
			if (problem !== undefined) problems.push(problem);
			if (backgrounds.get("light") === backgrounds.get("dark")) problems.push("dark is as light");
			await page.close();
			results.push({ name: `${width} pixels, ${scheme}`, problems });
		}
	}
	return results;
}
