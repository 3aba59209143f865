// Finds a Chromium for the checks of pages; on Debian, as root, apt brings it where there is none.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/** A page without any font is a page of boxes. */
const PACKAGES = ["chromium", "fonts-dejavu-core"];
/** How it is started where only its pages are wanted. */
export const CHROMIUM_FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];
const ADVICE =
	"Install Chromium or Chrome and have it on PATH, or name it in the variable CHROMIUM; on Debian: apt-get install chromium.";

function onPath() {
	for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
		if (folder === "") continue;
		for (const name of NAMES) {
			const candidate = path.join(folder, name);
			if (existsSync(candidate)) return candidate;
		}
	}
	return undefined;
}

function isDebian() {
	if (process.platform !== "linux" || !existsSync("/etc/os-release")) return false;
	return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}

function apt(...parameters) {
	const outcome = spawnSync("apt-get", ["-qq", ...parameters], {
		encoding: "utf8",
		env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
	});
	if (outcome.error) throw new Error(`apt-get did not start (${outcome.error.code}). ${ADVICE}`);
	if (outcome.status !== 0) {
		throw new Error(`apt-get ${parameters[0]} failed: ${(outcome.stderr || outcome.stdout).trim()}\n${ADVICE}`);
	}
}

/** Where the browser is. Throws with advice when there is no way. */
export function chromiumPath() {
	if (process.env.CHROMIUM) return process.env.CHROMIUM;
	const found = onPath();
	if (found !== undefined) return found;
	if (!isDebian() || process.getuid?.() !== 0) throw new Error(`There is no Chromium here. ${ADVICE}`);
	console.log("Installing Chromium with apt ...");
	apt("update");
	apt("install", "-y", "--no-install-recommends", ...PACKAGES);
	const installed = onPath();
	if (installed === undefined) throw new Error(`apt brought no Chromium. ${ADVICE}`);
	return installed;
}
