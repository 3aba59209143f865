// What stands beside "transform" in tsconfig.json.
"use strict";

const path = require("node:path");

/** A name of the compiler's own, which it passes on with the plugin's options. */
const OF_THE_COMPILER = new Set(["transform", "import"]);
const OWN = ["files", "exclude", "every", "module"];
const DEFAULT_EVERY = 256;
const MOST_EVERY = 65_536;
const DEFAULT_MODULE = "@rbxts/net-server-sync/out/entity/charge";

/** What is wrong with an option; the message says what to write instead. */
class OptionError extends Error {}

function patterns(name, value) {
	if (Array.isArray(value) && value.length > 0 && value.every((pattern) => typeof pattern === "string")) return value;
	throw new OptionError(
		`"${name}" is ${JSON.stringify(value)}; it has to be a list of patterns as those of "include", for example ["src/scripts/**/*"]`,
	);
}

/** Files of the program that match, by the same rules as "include" and "exclude" of tsconfig.json. */
function matchingFiles(ts, program, folder, include, exclude) {
	const { fileNames } = ts.parseJsonConfigFileContent({ include, exclude }, ts.sys, folder);
	const matching = new Set(fileNames.map((name) => path.resolve(name)));
	return program
		.getSourceFiles()
		.filter((file) => !file.isDeclarationFile)
		.map((file) => path.resolve(file.fileName))
		.filter((name) => matching.has(name));
}

/** How a file imports the module with `charge`. */
function importPath(module, fileName) {
	if (!path.isAbsolute(module)) return module;
	const relative = path.relative(path.dirname(fileName), module).split(path.sep).join("/");
	return relative.startsWith(".") ? relative : `./${relative}`;
}

/**
 * Reads the options. Returns { folder, files, every, importPath }: the project's folder, the names of the files to charge, after how many iterations
 * a loop is charged, and how a file imports the module with `charge`. Throws an OptionError.
 */
function readOptions(ts, program, config) {
	for (const name of Object.keys(config)) {
		if (OWN.includes(name) || OF_THE_COMPILER.has(name)) continue;
		throw new OptionError(
			`there is no option "${name}"; the options are ${OWN.map((own) => `"${own}"`).join(", ")}`,
		);
	}
	const { every = DEFAULT_EVERY, module = DEFAULT_MODULE, exclude = [] } = config;
	if (!Number.isInteger(every) || every < 2 || every > MOST_EVERY || every % 2 !== 0) {
		throw new OptionError(
			`"every" is ${JSON.stringify(every)}; it has to be an even number from 2 to ${MOST_EVERY}`,
		);
	}
	if (typeof module !== "string" || module === "") {
		throw new OptionError(`"module" is ${JSON.stringify(module)}; it has to be what files import \`charge\` from`);
	}
	const include = patterns("files", config.files);
	const { configFilePath } = program.getCompilerOptions();
	const folder = configFilePath === undefined ? program.getCurrentDirectory() : path.dirname(configFilePath);
	const files = matchingFiles(ts, program, folder, include, exclude.length === 0 ? [] : patterns("exclude", exclude));
	if (files.length === 0) {
		throw new OptionError(
			`"files" is ${JSON.stringify(include)}, which no file of the project matches; patterns begin at ${folder}`,
		);
	}
	// A path is one from the project's folder; anything else is a package.
	const resolved = module.startsWith(".") ? path.resolve(folder, module) : module;
	return {
		folder,
		files: new Set(files.filter((name) => name !== `${resolved}.ts`)),
		every,
		importPath: (fileName) => importPath(resolved, fileName),
	};
}

module.exports = { OptionError, readOptions };
