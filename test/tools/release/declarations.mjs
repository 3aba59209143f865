// The declarations that a user of the package can come by: each file of them, without the statements that nothing which is exported needs.
import path from "node:path";
import ts from "typescript";

import { ROOT } from "../tools.mjs";

/** What a game may import. */
export const ENTRIES = ["index.d.ts", path.join("testing", "index.d.ts")];

function createProgram(folder) {
	const typeRoots = [path.join(ROOT, "node_modules", "@rbxts")];
	return ts.createProgram(
		ENTRIES.map((entry) => path.join(folder, entry)),
		{
			noLib: true,
			strict: true,
			typeRoots,
			types: ["types", "compiler-types"],
			target: ts.ScriptTarget.ESNext,
			module: ts.ModuleKind.CommonJS,
			moduleResolution: ts.ModuleResolutionKind.Node10,
		},
	);
}

/** The statement of its file in which a node stands. */
function statementOf(node) {
	let current = node;
	while (!ts.isSourceFile(current.parent)) current = current.parent;
	return current;
}

const isSpecifier = (node) => ts.isImportSpecifier(node) || ts.isExportSpecifier(node);

/** Statements, and specifiers of imports and exports, that are needed for whatever the entries export. */
function neededNodes(program, isOwn) {
	const checker = program.getTypeChecker();
	const needed = new Set();
	const waiting = [];
	const need = (node) => {
		if (needed.has(node) || !isOwn(node.getSourceFile())) return;
		needed.add(node);
		waiting.push(node);
	};
	const needSymbol = (symbol) => {
		for (const declaration of symbol?.declarations ?? []) {
			if (isSpecifier(declaration)) need(declaration);
			else if (!ts.isSourceFile(declaration)) need(statementOf(declaration));
		}
	};
	/** What a specifier names, in the file that it names it from. */
	const needTarget = (specifier) => {
		const { moduleSpecifier } = statementOf(specifier);
		if (moduleSpecifier === undefined) return needSymbol(checker.getExportSpecifierLocalTargetSymbol(specifier));
		const name = (specifier.propertyName ?? specifier.name).text;
		const module = checker.getSymbolAtLocation(moduleSpecifier);
		needSymbol(checker.getExportsOfModule(module).find((symbol) => symbol.name === name));
	};
	const visit = (node) => {
		if (ts.isIdentifier(node)) needSymbol(checker.getSymbolAtLocation(node));
		ts.forEachChild(node, visit);
	};
	for (const file of program.getSourceFiles().filter(isOwn)) {
		if (!ENTRIES.some((entry) => file.fileName.endsWith(`/out/${entry.split(path.sep).join("/")}`))) continue;
		for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file))) needSymbol(symbol);
	}
	for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
		if (isSpecifier(node)) needTarget(node);
		else visit(node);
	}
	return needed;
}

function textOfSpecifiers(statement, bindings, needed) {
	const names = bindings.elements.filter((element) => needed.has(element)).map((element) => element.getText());
	if (names.length === 0) return undefined;
	const clause = statement.importClause ?? statement;
	const type = clause.isTypeOnly ? "type " : "";
	const from = statement.moduleSpecifier === undefined ? "" : ` from ${statement.moduleSpecifier.getText()}`;
	return `${ts.isImportDeclaration(statement) ? "import" : "export"} ${type}{ ${names.join(", ")} }${from};`;
}

function textOf(statement, needed) {
	if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
		const bindings = statement.importClause?.namedBindings ?? statement.exportClause;
		if (bindings?.elements) return textOfSpecifiers(statement, bindings, needed);
		if (ts.isImportDeclaration(statement) && statement.importClause === undefined) return undefined;
		throw new Error(`${statement.getSourceFile().fileName}: name what is imported: ${statement.getText()}`);
	}
	return needed.has(statement) ? statement.getFullText().trim() : undefined;
}

/** What the declarations in a folder come down to: a map from the files that stay to their texts. */
export function neededDeclarations(folder) {
	const program = createProgram(folder);
	const isOwn = (file) => !path.relative(folder, file.fileName).startsWith("..");
	const needed = neededNodes(program, isOwn);
	const texts = new Map();
	for (const file of program.getSourceFiles().filter(isOwn)) {
		const lines = file.statements
			.map((statement) => textOf(statement, needed))
			.filter((text) => text !== undefined);
		const references = file.text.match(/^\/\/\/ <reference .*$/gm) ?? [];
		if (lines.length === 0) continue;
		const isModule = lines.some((line) => /^(import|export)\b|^\/\*[\s\S]*?\*\/\s*export\b/.test(line));
		texts.set(file.fileName, `${[...references, ...lines, ...(isModule ? [] : ["export {};"])].join("\n")}\n`);
	}
	return texts;
}
