// Charges a source text without a project around it.
import { createRequire } from "node:module";
import ts from "typescript";

const { chargeFile } = createRequire(import.meta.url)("../../transformer/charge-file.js");

const FILE = "/project/src/sample.ts";
/** What samples use of the engine's types. */
const GLOBALS = `
declare function $range(first: number, last: number, step?: number): Iterable<number>;
declare function use(...values: unknown[]): void;
declare function pairs<T>(list: ReadonlyArray<T>): Iterable<[number, T]>;
interface Array<T> { size(): number }
declare module "charge-module" {
	export function charge(points: number): void;
	export function charged(file: string): void;
}
`;

/** Files of TypeScript's own library, parsed once. */
const libraries = new Map();

function programOf(text) {
	const options = { target: ts.ScriptTarget.ESNext, lib: ["lib.es2022.d.ts"], strict: true, noUnusedLocals: true };
	const host = ts.createCompilerHost(options);
	const texts = { [FILE]: text, "/project/src/globals.d.ts": GLOBALS };
	const original = host.getSourceFile;
	host.getSourceFile = (name, target) => {
		if (name in texts) return ts.createSourceFile(name, texts[name], target, true);
		if (!libraries.has(name)) libraries.set(name, original(name, target));
		return libraries.get(name);
	};
	return ts.createProgram(Object.keys(texts), options, host);
}

/** What is wrong with a text, as messages. */
export function problemsOf(text) {
	const program = programOf(text);
	const file = program.getSourceFile(FILE);
	const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
	return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** The text with its loops and functions charged, every 4 iterations unless told otherwise. */
export function charged(text, { every = 4 } = {}) {
	const program = programOf(text);
	const settings = { every, importPath: "charge-module", name: "src/sample.ts" };
	const transform = (context) => (file) => chargeFile(ts, context, program.getTypeChecker(), file, settings);
	const { transformed } = ts.transform(program.getSourceFile(FILE), [transform], program.getCompilerOptions());
	return ts.createPrinter().printFile(transformed[0]);
}
