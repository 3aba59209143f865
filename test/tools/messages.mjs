// Whether docs/guides/troubleshooting.md has what the library says: each warning in the sources has an entry there, comes
// once or has a pause, and what the entries tell to do is what the sources tell.
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

import { ROOT } from "./tools.mjs";

const DOCUMENT = "docs/guides/troubleshooting.md";
/** Shorter pieces between values say nothing. */
const LEAST_LENGTH = 9;
const WARNING_CALLS = new Set(["warn", "warnOnce"]);
/** These see to it themselves that a warning does not come too often; everything else warns once of each cause. */
const LIMITED = new Set(["src/cluster/health-watch.ts", "src/diagnostics/logger.ts"]);

const plain = (text) => text.replaceAll(/\s+/g, " ").trim();

/** The constant pieces of a text that is made of constants and values. */
function piecesOf(node) {
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isTemplateExpression(node)) {
		return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
	}
	if (ts.isBinaryExpression(node)) return [...piecesOf(node.left), ...piecesOf(node.right)];
	if (ts.isCallExpression(node)) return node.arguments.flatMap(piecesOf);
	return [];
}

function parsed(file) {
	return ts.createSourceFile(file, readFileSync(path.join(ROOT, file), "utf8"), ts.ScriptTarget.ESNext, true);
}

/** The pieces of each warning in a file, with its line. */
function warningsIn(file) {
	const source = parsed(file);
	const found = [];
	const visit = (node) => {
		ts.forEachChild(node, visit);
		if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
		const name = node.expression.name.text;
		if (!WARNING_CALLS.has(name)) return;
		const text = name === "warnOnce" ? node.arguments[1] : node.arguments[0];
		const pieces = piecesOf(text).map((piece) => plain(piece).replace(/^[;:,] /, ""));
		const { line } = source.getLineAndCharacterOfPosition(node.getStart());
		found.push({
			line: line + 1,
			isLimited: name === "warnOnce" || LIMITED.has(file),
			pieces: pieces.filter((piece) => piece.length >= LEAST_LENGTH),
		});
	};
	visit(source);
	return found;
}

/** All constant texts of a file, one after the other. */
function textsIn(file) {
	const texts = [];
	const visit = (node) => {
		if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) texts.push(piecesOf(node).join("…"));
		ts.forEachChild(node, visit);
	};
	visit(parsed(file));
	return texts.map(plain);
}

/** What a message tells to do: the last part of it. */
function remedyOf(text) {
	const at = text.lastIndexOf("; ");
	return at === -1 ? undefined : text.slice(at + 2);
}

/** The same text with any values in it. */
function patternOf(text) {
	const pieces = text.split("…").map((piece) => piece.replaceAll(/[^\w\s]/g, "\\$&"));
	return new RegExp(`^${pieces.join(".+")}$`);
}

export function wrongMessages(sources) {
	const document = plain(readFileSync(path.join(ROOT, DOCUMENT), "utf8"));
	const missing = sources.flatMap((file) =>
		warningsIn(file)
			.filter(({ pieces }) => !pieces.every((piece) => document.includes(piece)))
			.map(
				({ line, pieces }) =>
					`${DOCUMENT}: nothing about the warning of ${file}:${line}: ${pieces.join(" … ")}`,
			),
	);
	const unlimited = sources.flatMap((file) =>
		warningsIn(file)
			.filter(({ isLimited }) => !isLimited)
			.map(({ line }) => `${file}:${line}: a warning that may come any number of times; use warnOnce`),
	);
	const said = [...new Set(sources.flatMap(textsIn).map(remedyOf))].filter((remedy) => remedy !== undefined);
	const isSaid = (remedy) => said.some((text) => patternOf(text).test(remedy));
	const outdated = [...document.matchAll(/\*\*`([^`]+)`\*\*/g)]
		.map(([, entry]) => remedyOf(entry))
		.filter((remedy) => remedy !== undefined && !remedy.includes("…") && !isSaid(remedy))
		.map((remedy) => `${DOCUMENT}: no source says "${remedy}"`);
	return [...missing, ...unlimited, ...outdated];
}
