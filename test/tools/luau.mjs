// `npm run test:luau`: builds the model, mounts it in a place beside the examples of docs/guides/luau.md, and runs those on emulated servers.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { runLune } from "./lune.mjs";
import { buildModel } from "./release/build-model.mjs";
import { CACHE, ROOT, runTool } from "./tools.mjs";

const GUIDE = path.join(ROOT, "docs", "guides", "luau.md");
const EXAMPLE = /^## (.+)\n(?:(?!^## |^```)[\s\S])*?^```lua\n([\s\S]*?)^```$/gm;
/** What has to go along with the model and the package of Wally. */
const PAPERS = ["LICENSE", "LICENSES.md", "CHANGELOG.md", "wally.toml", "default.project.json"];

function fail(problem) {
	console.log(`FAILED  ${problem}\n0 passed, 1 failed, 0 skipped`);
	process.exit(1);
}

const guide = readFileSync(GUIDE, "utf8");
const examples = [...guide.matchAll(EXAMPLE)].map(([, title, code], index) => ({
	title,
	code,
	name: `Example${index}`,
}));
if (examples.length !== guide.match(/^```lua$/gm).length)
	fail("each example of docs/guides/luau.md wants a heading of its own");

mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(path.join(CACHE, "luau-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const dist = path.join(folder, "dist");
const model = buildModel(dist);
if (model === undefined) fail("the model cannot be built");
const missing = PAPERS.filter((name) => !existsSync(path.join(dist, "wally", name)));
if (missing.length > 0) fail(`the model comes without ${missing.join(", ")}`);
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
if (!readFileSync(path.join(ROOT, "luau", "wally.toml"), "utf8").includes(`version = "${version}"`)) {
	fail(`luau/wally.toml has another version than package.json, which has ${version}`);
}

const scripts = {};
for (const { name, code } of examples) {
	writeFileSync(path.join(folder, `${name}.server.luau`), `--!strict\n${code}`);
	scripts[name] = { $path: `${name}.server.luau` };
}
const tree = {
	$className: "DataModel",
	ReplicatedStorage: { NetServerSync: { $path: model } },
	ServerScriptService: { $className: "ServerScriptService", ...scripts },
};
const project = path.join(folder, "default.project.json");
writeFileSync(project, JSON.stringify({ name: "luau", tree }));
const place = path.join(folder, "luau.rbxl");
if (runTool("rojo", "rojo", ["build", project, "--output", place], { quiet: true }) !== 0)
	fail("Rojo cannot build the place");
const list = path.join(folder, "examples.json");
writeFileSync(list, JSON.stringify(examples.map(({ name, title }) => ({ name, title }))));
process.exitCode = runLune(["run", path.join("test", "luau", "run.luau"), place, list], { cwd: ROOT });
