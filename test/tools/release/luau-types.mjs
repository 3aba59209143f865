// The public types in Luau: one `export type` for each type that an entry exports, and a type of what requiring it gives.
//
// Luau's generics cannot say all that TypeScript's can: a recursive type has to be used with the parameters it has, and types cannot be computed from others. So the
// types in GENERIC keep their parameters; elsewhere a type parameter becomes what it extends, or `any`.
import ts from "typescript";

/** Types with parameters in Luau, and those parameters there. `T...` stands for the elements of a list. */
const GENERIC = new Map([
	["Channel", ["T"]],
	["ChannelOptions", ["T"]],
	["Pool", ["T"]],
	["Signal", ["T..."]],
]);

/** Types of the language and its libraries. */
const PROMISE = [
	"--- A promise: of what it resolves with. Made by evaera's roblox-lua-promise, which has the documentation.",
	"export type Promise<T> = {",
	"\tandThen: (self: any, onResolved: ((value: T) -> ...any)?, onRejected: ((problem: any) -> ...any)?) -> any,",
	"\tcatch: (self: any, onRejected: (problem: any) -> ...any) -> any,",
	"\tfinally: (self: any, onFinished: (status: string) -> ...any) -> any,",
	"\tcancel: (self: any) -> (),",
	"\tgetStatus: (self: any) -> string,",
	"\tawait: (self: any) -> (boolean, T),",
	"\texpect: (self: any) -> T,",
	"}",
];

const LUAU_KEYWORDS = new Set(["and", "end", "function", "local", "nil", "not", "or", "repeat", "then", "until"]);
const isInternal = (node) => ts.getJSDocTags(node).some((tag) => ["internal", "hidden"].includes(tag.tagName.text));

const overloaded = (types) => (types.length === 1 ? types[0] : types.map((type) => `(${type})`).join(" & "));

/** The description of a declaration as Luau comments. */
function commentOf(node, indent) {
	const text = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.getText();
	if (text === undefined) return [];
	const plain = text.replace(/^\/\*\*|\*\/$/g, "").replaceAll(/\{@link ([^}]+)\}/g, "`$1`");
	return plain
		.split("\n")
		.map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
		.filter((line) => line !== "")
		.map((line) => `${indent}--- ${line}`);
}

class LuauTypes {
	constructor(checker, exported) {
		this.checker = checker;
		this.exported = exported;
		/** Type parameters that are Luau's here, too. */
		this.scope = new Set();
	}

	symbolOf(name) {
		const symbol = this.checker.getSymbolAtLocation(name);
		return symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
	}

	/** A type where it stands. */
	of(node) {
		if (node === undefined) return "any";
		switch (node.kind) {
			case ts.SyntaxKind.StringKeyword:
				return "string";
			case ts.SyntaxKind.NumberKeyword:
				return "number";
			case ts.SyntaxKind.BooleanKeyword:
				return "boolean";
			case ts.SyntaxKind.UnknownKeyword:
			case ts.SyntaxKind.AnyKeyword:
			case ts.SyntaxKind.ThisType:
				return "any";
			case ts.SyntaxKind.UndefinedKeyword:
			case ts.SyntaxKind.VoidKeyword:
				return "nil";
			case ts.SyntaxKind.ObjectKeyword:
				return "{ [any]: any }";
			case ts.SyntaxKind.TypePredicate:
				return "boolean";
			case ts.SyntaxKind.ParenthesizedType:
			case ts.SyntaxKind.TypeOperator:
				return node.operator === ts.SyntaxKind.KeyOfKeyword ? "string" : this.of(node.type);
			case ts.SyntaxKind.LiteralType:
				return this.ofLiteral(node.literal);
			case ts.SyntaxKind.ArrayType:
				return `{ ${this.of(node.elementType)} }`;
			case ts.SyntaxKind.TupleType:
				return `{ ${this.union(node.elements.map((element) => this.of(element.type ?? element)))} }`;
			case ts.SyntaxKind.UnionType:
				return this.union(node.types.map((type) => this.of(type)));
			case ts.SyntaxKind.IntersectionType:
				return this.ofIntersection(node);
			case ts.SyntaxKind.FunctionType:
				return `(${this.ofFunction(node, false)})`;
			case ts.SyntaxKind.TypeLiteral:
				return this.ofMembers(node.members, "");
			case ts.SyntaxKind.MappedType:
				return this.ofMapped(node);
			case ts.SyntaxKind.TypeReference:
				return this.ofReference(node);
			default:
				return this.ofComputed(node);
		}
	}

	/** Indexed access, conditional types: texts to choose from, or anything. */
	ofComputed(node) {
		const type = this.checker.getTypeFromTypeNode(node);
		const isChoice = type.isUnion() && type.types.every((part) => part.isStringLiteral());
		return isChoice ? this.union(type.types.map((part) => JSON.stringify(part.value))) : "any";
	}

	ofLiteral(literal) {
		if (ts.isStringLiteral(literal)) return JSON.stringify(literal.text);
		if (literal.kind === ts.SyntaxKind.TrueKeyword) return "true";
		if (literal.kind === ts.SyntaxKind.FalseKeyword) return "false";
		return literal.kind === ts.SyntaxKind.NullKeyword ? "nil" : "number";
	}

	union(types) {
		const kinds = [...new Set(types)];
		if (kinds.includes("any")) return "any";
		const some = kinds.filter((kind) => kind !== "nil");
		if (some.length === 0) return "nil";
		const text = some.length === 1 ? some[0] : `(${some.join(" | ")})`;
		return some.length < kinds.length ? `${text}?` : text;
	}

	ofIntersection(node) {
		const parts = [...new Set(node.types.map((type) => this.of(type)))];
		if (parts.includes("any")) return "any";
		return parts.length === 1 ? parts[0] : `(${parts.join(" & ")})`;
	}

	/** `{ [K in "a" | "b"]: T }` has those members; over names that are not known it is a table of them. */
	ofMapped(node) {
		const keys = this.checker.getTypeFromTypeNode(node.typeParameter.constraint);
		const names = (keys.isUnion() ? keys.types : [keys]).filter((key) => key.isStringLiteral());
		const value = this.of(node.type);
		if (names.length === 0) return `{ [string]: ${value} }`;
		return `{ ${names.map((name) => `${name.value}: ${value}`).join(", ")} }`;
	}

	ofReference(node) {
		const name = node.typeName.getText();
		const given = node.typeArguments ?? [];
		switch (name) {
			case "Array":
			case "ReadonlyArray":
				return `{ ${this.of(given[0])} }`;
			case "Map":
			case "ReadonlyMap":
			case "Record":
				return `{ [${this.of(given[0])}]: ${this.of(given[1])} }`;
			case "Set":
			case "ReadonlySet":
				return `{ [${this.of(given[0])}]: true }`;
			case "Partial":
			case "Required":
			case "NonNullable":
			case "Readonly":
				return this.of(given[0]);
			case "LuaTuple":
			case "defined":
				return "any";
			case "Promise":
				return `Promise<${this.of(given[0])}>`;
		}
		if (this.scope.has(name)) return name;
		const symbol = this.symbolOf(node.typeName);
		const [declaration] = symbol?.declarations ?? [];
		if (declaration !== undefined && ts.isTypeParameterDeclaration(declaration))
			return this.ofParameter(declaration);
		if (name === "Guard") return "((value: any) -> boolean)";
		const publicName = this.exported.get(symbol);
		if (publicName !== undefined) return this.named(publicName, given);
		// Roblox's own.
		if (declaration === undefined || /node_modules/.test(declaration.getSourceFile().fileName)) return name;
		// Not public by itself: what it is.
		if (ts.isInterfaceDeclaration(declaration)) return this.ofMembers(this.membersOf(declaration), "");
		return ts.isTypeAliasDeclaration(declaration) && declaration.typeParameters === undefined
			? this.of(declaration.type)
			: "any";
	}

	/** What a type parameter, which Luau does not have here, is known to be. */
	ofParameter(declaration) {
		return this.of(declaration.constraint);
	}

	named(name, given) {
		if (!GENERIC.has(name)) return name;
		if (name === "Signal") return `Signal<${this.ofList(given[0])}>`;
		return `${name}<${given.map((type) => this.of(type)).join(", ") || "any"}>`;
	}

	/** A list of types, as parameters have it. */
	ofList(node) {
		if (node === undefined) return "...any";
		if (!ts.isTupleTypeNode(node))
			return this.scope.has(`${node.getText()}...`) ? `${node.getText()}...` : "...any";
		return node.elements.map((element) => this.of(element.type ?? element)).join(", ") || "()";
	}

	ofFunction(node, isMethod) {
		const parameters = isMethod ? ["self: any"] : [];
		for (const parameter of node.parameters) {
			const name = parameter.name.getText();
			if (name === "this") continue;
			if (parameter.dotDotDotToken) {
				const type =
					parameter.type && ts.isArrayTypeNode(parameter.type) ? this.of(parameter.type.elementType) : "any";
				const pack = parameter.type?.getText();
				parameters.push(this.scope.has("T...") && pack === this.packName ? "T..." : `...${type}`);
				continue;
			}
			let type = this.of(parameter.type);
			if (parameter.questionToken && type !== "any" && !type.endsWith("?")) type += "?";
			parameters.push(`${LUAU_KEYWORDS.has(name) ? `${name}_` : name}: ${type}`);
		}
		return `(${parameters.join(", ")}) -> ${this.ofReturned(node.type)}`;
	}

	ofReturned(node) {
		if (node === undefined || node.kind === ts.SyntaxKind.VoidKeyword) return "()";
		if (ts.isTypeReferenceNode(node) && node.typeName.getText() === "LuaTuple") {
			const [elements] = node.typeArguments;
			if (elements.getText() === this.packName) return "T...";
			return `(${this.ofList(elements)})`;
		}
		return this.of(node);
	}

	/** A table with such members; `indent` "" in one line. */
	ofMembers(members, indent) {
		const lines = [];
		const methods = new Map();
		for (const member of members.filter((each) => !isInternal(each))) {
			const comment = indent === "" ? [] : commentOf(member, indent);
			if (ts.isIndexSignatureDeclaration(member)) {
				lines.push(...comment, `${indent}[${this.of(member.parameters[0].type)}]: ${this.of(member.type)},`);
				continue;
			}
			const name = member.name.getText();
			if (ts.isMethodSignature(member)) {
				const known = methods.get(name);
				const entry = known ?? { comment: [], types: [] };
				entry.comment.push(...comment);
				entry.types.push(this.ofFunction(member, true));
				methods.set(name, entry);
				if (known === undefined) lines.push(entry);
				entry.name = name;
				continue;
			}
			let type = this.of(member.type);
			if (member.questionToken && type !== "any" && !type.endsWith("?")) type += "?";
			lines.push(...comment, `${indent}${name}: ${type},`);
		}
		const texts = lines.flatMap((line) =>
			typeof line === "string" ? [line] : [...line.comment, `${indent}${line.name}: ${overloaded(line.types)},`],
		);
		return indent === "" ? `{ ${texts.join(" ").replace(/,$/, "")} }` : `{\n${texts.join("\n")}\n}`;
	}

	/** All members of an interface, those that it inherits included. */
	membersOf(declaration) {
		const inherited = (declaration.heritageClauses ?? []).flatMap((clause) =>
			clause.types.flatMap((type) => {
				const [base] = this.symbolOf(type.expression)?.declarations?.filter(ts.isInterfaceDeclaration) ?? [];
				return base === undefined ? [] : this.membersOf(base);
			}),
		);
		const own = declaration.members;
		const isOwn = (member) => own.some((each) => each.name?.getText() === member.name?.getText());
		return [...inherited.filter((member) => !isOwn(member)), ...own];
	}

	declare(name, declaration) {
		const parameters = GENERIC.get(name) ?? [];
		this.scope = new Set(parameters);
		const [first] = declaration.typeParameters ?? [];
		this.packName = parameters[0] === "T..." ? first.name.text : undefined;
		if (this.packName !== undefined) this.scope.add(`${this.packName}...`);
		const head = parameters.length === 0 ? name : `${name}<${parameters.join(", ")}>`;
		const type = ts.isInterfaceDeclaration(declaration)
			? this.ofMembers(this.membersOf(declaration), "\t")
			: this.of(declaration.type);
		this.scope = new Set();
		this.packName = undefined;
		return [...commentOf(declaration, ""), `export type ${head} = ${type}`].join("\n");
	}
}

/** The types of an entry of the sources, as the text of a Luau module that returns what `returned` says, which has the type `typeName`. */
export function luauTypes(program, entry, typeName, returned) {
	const checker = program.getTypeChecker();
	const file = program.getSourceFile(entry);
	const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => ({
		name: symbol.name,
		target: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
	}));
	const exported = new Map(symbols.map(({ name, target }) => [target, name]));
	const types = new LuauTypes(checker, exported);
	const declared = [];
	const values = [];
	for (const { name, target } of symbols.sort((left, right) => (left.name < right.name ? -1 : 1))) {
		const declarations = target.declarations ?? [];
		let [type] = declarations.filter((each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each));
		// `export type LeaderElection = Election`: the interface itself.
		if (type && ts.isTypeAliasDeclaration(type) && ts.isTypeReferenceNode(type.type)) {
			const [meant] = types.symbolOf(type.type.typeName)?.declarations?.filter(ts.isInterfaceDeclaration) ?? [];
			if (meant !== undefined) {
				types.exported.set(types.symbolOf(type.type.typeName), name);
				type = meant;
			}
		}
		if (type !== undefined) declared.push([name, type]);
		const overloads = declarations.filter(ts.isFunctionDeclaration);
		const shown = overloads.filter((each) => each.body === undefined);
		const functions = shown.length > 0 ? shown : overloads;
		if (functions.length > 0) values.push([name, functions]);
	}
	const members = values.flatMap(([name, functions]) => [
		...functions.flatMap((each) => commentOf(each, "\t")),
		`\t${name}: ${overloaded(functions.map((each) => types.ofFunction(each, false)))},`,
	]);
	const withAny = (text) => text.replaceAll(/Promise<(nil|\(\))>/g, "Promise<any>");
	return withAny(
		[
			"--!strict",
			...PROMISE,
			...declared.map(([name, declaration]) => types.declare(name, declaration)),
			`export type ${typeName} = {\n${members.join("\n")}\n}`,
			`return ${returned} :: ${typeName}`,
		].join("\n\n"),
	).replace(/(--- A promise[^\n]*)([\s\S]*?\n\n\})/, (text) => text.replaceAll("\n\n", "\n"));
}
