// A glibc new enough for the prebuilt Lune, for Debian systems that have an older one.
//
// Fetches Debian 13's libc6 with the machine's own apt client and sources into node_modules/.cache and unpacks it
// there. apt works in private folders only, so this needs no root and leaves the system as it is.
import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";

import { CACHE } from "./tools.mjs";

const RELEASE = "trixie";
const PACKAGE = "libc6";
const TRIPLET = "x86_64-linux-gnu";
const ROOT = path.join(CACHE, `${RELEASE}-${PACKAGE}`);

function loaderIn(root) {
	const library = path.join(root, "usr/lib", TRIPLET);
	return [
		path.join(library, "ld-linux-x86-64.so.2"),
		"--library-path",
		[library, `/usr/lib/${TRIPLET}`, `/lib/${TRIPLET}`].join(":"),
	];
}

function run(program, parameters, options) {
	const outcome = spawnSync(program, parameters, { encoding: "utf8", ...options });
	if (outcome.error) throw new Error(`${program} did not start (${outcome.error.code})`);
	if (outcome.status !== 0) {
		throw new Error(`${program} ${parameters.at(-1)} failed: ${(outcome.stderr || outcome.stdout).trim()}`);
	}
}

/** The paragraphs of deb822 source files and the lines of one-line source files, both as { uri, suites, components, signedBy, trusted }. */
function configuredSources() {
	const files = ["/etc/apt/sources.list"];
	const parts = "/etc/apt/sources.list.d";
	if (existsSync(parts)) for (const name of readdirSync(parts).sort()) files.push(path.join(parts, name));
	const sources = [];
	for (const file of files) {
		if (!existsSync(file)) continue;
		if (file.endsWith(".sources")) sources.push(...parseParagraphs(readFileSync(file, "utf8")));
		else if (file.endsWith(".list")) sources.push(...parseLines(readFileSync(file, "utf8")));
	}
	return sources;
}

function parseParagraphs(text) {
	const sources = [];
	const withoutComments = text.replace(/^#.*\n?/gm, "");
	for (const paragraph of withoutComments.split(/\n\s*\n/)) {
		const fields = new Map();
		for (const [, name, value] of paragraph.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
			fields.set(name.toLowerCase(), value.trim());
		}
		const words = (name) => (fields.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
		if (!words("types").includes("deb") || fields.get("enabled")?.toLowerCase() === "no") continue;
		for (const uri of words("uris")) {
			sources.push({
				uri,
				suites: words("suites"),
				components: words("components"),
				signedBy: fields.get("signed-by"),
				trusted: fields.get("trusted"),
			});
		}
	}
	return sources;
}

function parseLines(text) {
	const sources = [];
	for (const line of text.split("\n")) {
		const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim());
		if (!match) continue;
		const [, optionText = "", uri, suite, components] = match;
		const options = new Map(optionText.split(/\s+/).map((option) => option.split("=", 2)));
		sources.push({
			uri,
			suites: [suite],
			components: components.replace(/#.*/, "").trim().split(/\s+/),
			signedBy: options.get("signed-by"),
			trusted: options.get("trusted"),
		});
	}
	return sources;
}

/** The one source that serves this machine's Debian itself, not a vendor's repository beside it. */
function debianMainSource(codename) {
	const candidates = configuredSources().filter(
		(source) =>
			source.suites.includes(codename) &&
			source.components.includes("main") &&
			(source.signedBy === undefined ||
				source.signedBy.includes("debian-archive") ||
				source.signedBy.includes("PGP")),
	);
	return candidates.find((source) => /\/debian\/?$/.test(source.uri)) ?? candidates[0];
}

function sourceFile(source) {
	const lines = [
		"Types: deb",
		`URIs: ${source.uri}`,
		`Suites: ${RELEASE}`,
		"Components: main",
		"Architectures: amd64",
	];
	if (source.signedBy !== undefined) lines.push(`Signed-By: ${source.signedBy}`);
	if (source.trusted !== undefined) lines.push(`Trusted: ${source.trusted}`);
	return `${lines.join("\n")}\n`;
}

function aptConfiguration(inside) {
	return `
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "${inside("sources")}";
Dir::State::Lists "${inside("lists")}";
Dir::Cache "${inside("cache")}";
Acquire::Languages "none";
Acquire::Retries "3";
// As root, apt would drop to its own user, who cannot write here; without root this has no effect.
APT::Sandbox::User "root";
// The machine's own hooks are meant for its own lists.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
}

function operatingSystem() {
	if (process.platform !== "linux" || process.arch !== "x64") return new Map();
	const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
	return new Map([...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map(([, name, value]) => [name, value]));
}

function prepare(folder) {
	const system = operatingSystem();
	if (system.get("ID") !== "debian") throw new Error("this is done on Debian x86-64 only");
	const source = debianMainSource(system.get("VERSION_CODENAME"));
	if (source === undefined) throw new Error("apt has no source for Debian's main component");

	const inside = (name) => path.join(folder, name);
	for (const name of ["sources", "lists/partial", "cache/archives/partial", "download", "root"]) {
		mkdirSync(inside(name), { recursive: true });
	}
	writeFileSync(inside("sources/debian.sources"), sourceFile(source));
	writeFileSync(inside("apt.conf"), aptConfiguration(inside));
	const options = ["-qq", "-c", inside("apt.conf")];
	run("apt-get", [...options, "update"]);
	run("apt-get", [...options, "download", `${PACKAGE}:amd64`], { cwd: inside("download") });
	const archive = readdirSync(inside("download")).find((name) => name.endsWith(".deb"));
	if (archive === undefined) throw new Error(`apt brought no ${PACKAGE}`);
	run("dpkg-deb", ["-x", path.join(inside("download"), archive), inside("root")]);
	return inside("root");
}

/** The program and arguments that start a program with the private glibc; prepares it at the first call. */
export function privateGlibcLoader() {
	if (!existsSync(loaderIn(ROOT)[0])) {
		mkdirSync(CACHE, { recursive: true });
		// Several starts at once each prepare their own; the first rename wins and the others take its result.
		const folder = mkdtempSync(path.join(CACHE, "preparing-"));
		try {
			const root = prepare(folder);
			try {
				renameSync(root, ROOT);
			} catch (problem) {
				if (!existsSync(loaderIn(ROOT)[0])) throw problem;
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
	return loaderIn(ROOT);
}
