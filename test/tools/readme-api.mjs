// Whether README.md has the whole public API: a heading for each function that the package exports, and every member of what
// those give and take.
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

import { OUT, ROOT } from "./tools.mjs";

const README = path.join(ROOT, "README.md");
const HEADING = /^#{2,4} (.*)$/gm;
function exportsOf(program) {
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(path.join(OUT, "index.d.ts"));
	return checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => {
		const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
		return { name: symbol.name, declarations: target.declarations ?? [] };
	});
}

/** Names of the members of an interface, of its inner tables too; not of those that carry a type and are never set. */
function membersOf(node) {
	return node.members.flatMap((member) => {
		if (!member.name || !ts.isIdentifier(member.name) || member.name.text.startsWith("_")) return [];
		const inner = member.type && ts.isTypeLiteralNode(member.type) ? membersOf(member.type) : [];
		return [member.name.text, ...inner];
	});
}

/** What README.md lacks of the declarations in `out`. */
export function missingFromReadme() {
	const options = { noLib: true, types: [], skipLibCheck: true, moduleResolution: ts.ModuleResolutionKind.Node10 };
	const program = ts.createProgram([path.join(OUT, "index.d.ts")], options);
	const readme = readFileSync(README, "utf8");
	const headings = [...readme.matchAll(HEADING)].map(([, heading]) => heading.replaceAll("\\", "")).join("\n");
	const unfenced = readme.replaceAll(/^```[\s\S]*?^```$/gm, "");
	const code = [...unfenced.matchAll(/`[^`]+`/g)].map(([text]) => text).join("\n");
	const hasWord = (text, word) => new RegExp(`(?<!\\w)${word}(?!\\w)`).test(text);
	const missing = [];
	for (const { name, declarations } of exportsOf(program)) {
		const isFunction = declarations.some((declaration) => ts.isFunctionDeclaration(declaration));
		if (isFunction && !hasWord(headings, name)) missing.push(`README.md has no heading for ${name}`);
		for (const declaration of declarations.filter(ts.isInterfaceDeclaration)) {
			for (const member of new Set(membersOf(declaration))) {
				if (!hasWord(code, member) && !hasWord(headings, member)) {
					missing.push(`README.md has nothing about ${name}.${member}`);
				}
			}
		}
	}
	return missing;
}
