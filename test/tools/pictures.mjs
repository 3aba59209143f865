// Takes the pictures of the documents from the report of the demo: `npm run demo -- --pictures`.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS, chromiumPath } from "./chromium.mjs";
import { ROOT } from "./tools.mjs";

const FOLDER = path.join(ROOT, "docs", "images");
const VIEWPORT = { width: 1240, height: 900 };
const SHARPNESS = 1.5;
/** What of the page is on which picture; several parts stand one below the other. */
const PICTURES = {
	delay: ['figure[data-chart="lag"]'],
	limits: ["#limits .charts"],
	servers: ['figure[data-chart="lanes"][data-way="net-server-sync"]', 'figure[data-chart="lanes"][data-way="plain"]'],
	leaders: ['figure[data-chart="reigns"][data-way="net-server-sync"]'],
};

/** Puts what a picture shows apart, as wide as it is on the page: charts that were drawn must not be stretched. Runs in the page. */
function gather(selectors) {
	/* global document */
	const parts = selectors.map((selector) => document.querySelector(selector));
	const stage = document.createElement("div");
	stage.id = "picture";
	stage.style.padding = "16px";
	stage.style.background = "inherit";
	stage.style.width = `${Math.max(...parts.map((part) => part.getBoundingClientRect().width))}px`;
	stage.style.boxSizing = "content-box";
	document.body.prepend(stage);
	stage.append(...parts);
}

/** Draws all pictures of a report, an HTML file. Returns where they are. */
export async function takePictures(report) {
	mkdirSync(FOLDER, { recursive: true });
	const profile = mkdtempSync(path.join(tmpdir(), "pictures-"));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: chromiumPath(),
		headless: true,
		args: CHROMIUM_FLAGS,
		viewport: VIEWPORT,
		deviceScaleFactor: SHARPNESS,
		colorScheme: "light",
	});
	try {
		const files = [];
		for (const [name, selectors] of Object.entries(PICTURES)) {
			const page = await context.newPage();
			await page.goto(pathToFileURL(report).href);
			await page.waitForFunction(() => document.documentElement.dataset.drawn === "yes");
			await page.evaluate(gather, selectors);
			const file = path.join(FOLDER, `${name}.png`);
			await page.locator("#picture").screenshot({ path: file, animations: "disabled" });
			files.push(file);
			await page.close();
		}
		return files;
	} finally {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	}
}
