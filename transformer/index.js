// A transformer for rbxtsc: puts a charge into every loop and function of the files it is pointed at, so that a meter can end a loop that would never
// end by itself. docs/guides/charged-loops.md says how to set it up; each file here says how it works.
"use strict";

const path = require("node:path");

const { chargeFile } = require("./charge-file.js");
const { OptionError, readOptions } = require("./options.js");

const LABEL = "[net-server-sync] transformer: ";

/** The compiler turns what a factory throws into a warning, and compiles without it. This one is an error. */
function refuse(ts, context, file, text) {
	const messageText = LABEL + text;
	if (typeof context.addDiagnostic !== "function") throw new Error(messageText);
	context.addDiagnostic({
		category: ts.DiagnosticCategory.Error,
		code: " net-server-sync",
		file,
		start: 0,
		length: 0,
		messageText,
	});
}

/** What the compiler calls with the program, the options of the plugin and its own TypeScript. */
function transformer(program, config, extras) {
	if (extras === undefined || extras.ts === undefined) {
		return () => {
			throw new Error(`${LABEL}it takes the program; remove "type" from the plugin in tsconfig.json`);
		};
	}
	const { ts } = extras;
	return (context) => {
		let options;
		let hasFailed = false;
		return (file) => {
			if (hasFailed) return file;
			try {
				options ??= readOptions(ts, program, config);
			} catch (problem) {
				if (!(problem instanceof OptionError)) throw problem;
				hasFailed = true;
				refuse(ts, context, file, problem.message);
				return file;
			}
			const fileName = path.resolve(file.fileName);
			if (!options.files.has(fileName)) return file;
			return chargeFile(ts, context, program.getTypeChecker(), file, {
				every: options.every,
				importPath: options.importPath(fileName),
				name: path.relative(options.folder, fileName).split(path.sep).join("/"),
			});
		};
	};
}

module.exports = transformer;
