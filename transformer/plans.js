// How each loop is charged. A check in every iteration costs what two or three instructions of the interpreter do, which is more than 15 % of a body of
// 20 ns, so the two cheaper ways are taken where they can be:
//
//   counted  the loop has an index of its own, so that one comparison is the check:
//            for (let i = 0; i < n; i++), for (const i of $range(1, n)), for (const value of array)
//   paired   a small body stands in the loop twice, and the check once: while, do
//   plain    anything else: a counter of the function is raised and compared
"use strict";

const { contains, isApart, isEndless, isLoop, isPure, isWritten, statementsOf } = require("./syntax.js");

/** Nodes of a body that is large enough for a plain check to be small beside it. */
const MOST_NODES = 100;

function isNumber(ts, checker, node) {
	return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;
}

/** Whether a step is by one: 1, -1, or undefined for anything else. */
function stepOf(ts, incrementor, name) {
	const isIndex = (node) => ts.isIdentifier(node) && ts.idText(node) === name;
	if (ts.isPrefixUnaryExpression(incrementor) || ts.isPostfixUnaryExpression(incrementor)) {
		if (!isIndex(incrementor.operand)) return undefined;
		if (incrementor.operator === ts.SyntaxKind.PlusPlusToken) return 1;
		return incrementor.operator === ts.SyntaxKind.MinusMinusToken ? -1 : undefined;
	}
	if (!ts.isBinaryExpression(incrementor) || !isIndex(incrementor.left)) return undefined;
	if (!ts.isNumericLiteral(incrementor.right) || incrementor.right.text !== "1") return undefined;
	if (incrementor.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) return 1;
	return incrementor.operatorToken.kind === ts.SyntaxKind.MinusEqualsToken ? -1 : undefined;
}

/** `for (let i = first; i < last; i++)` and the like, where nothing else moves the index. */
function planOfFor(ts, checker, node) {
	const { initializer, condition, incrementor, statement } = node;
	if (!initializer || !ts.isVariableDeclarationList(initializer) || initializer.declarations.length !== 1)
		return undefined;
	const { name, initializer: first } = initializer.declarations[0];
	if (!ts.isIdentifier(name) || !first || !condition || !incrementor || !ts.isBinaryExpression(condition))
		return undefined;
	const index = ts.idText(name);
	const step = stepOf(ts, incrementor, index);
	const { kind } = condition.operatorToken;
	const { LessThanToken, LessThanEqualsToken, GreaterThanToken, GreaterThanEqualsToken } = ts.SyntaxKind;
	const directions = { 1: [LessThanToken, LessThanEqualsToken], [-1]: [GreaterThanToken, GreaterThanEqualsToken] };
	if (step === undefined || !directions[step].includes(kind)) return undefined;
	const { left, right: last } = condition;
	if (!ts.isIdentifier(left) || ts.idText(left) !== index || isWritten(ts, statement, index)) return undefined;
	if (![first, last].every((bound) => isPure(ts, bound) && isNumber(ts, checker, bound))) return undefined;
	const isInclusive = kind === LessThanEqualsToken || kind === GreaterThanEqualsToken;
	return { way: "counted", shape: "for", index, first, last, step, isInclusive };
}

/** `for (const i of $range(first, last))` */
function planOfRange(ts, node, declaration) {
	const { expression, statement } = node;
	if (!ts.isCallExpression(expression) || !ts.isIdentifier(expression.expression)) return undefined;
	if (ts.idText(expression.expression) !== "$range" || expression.arguments.length !== 2) return undefined;
	if (!ts.isIdentifier(declaration.name)) return undefined;
	const index = ts.idText(declaration.name);
	if (isWritten(ts, statement, index)) return undefined;
	const [first, last] = expression.arguments;
	return { way: "counted", shape: "range", index, first, last, step: 1, isInclusive: true };
}

/** Whether `pairs` gives the elements of an array the type that they have by themselves. */
function isArrayOfValues(ts, checker, node) {
	const type = checker.getTypeAtLocation(node);
	if (type.isUnion() || !checker.isArrayType(type)) return false;
	const [element] = checker.getTypeArguments(type);
	const parts = element.isUnion() ? element.types : [element];
	const { Instantiable, Undefined } = ts.TypeFlags;
	return parts.every((part) => (part.flags & (Instantiable | Undefined)) === 0);
}

function planOfForOf(ts, checker, node, hidesPairs) {
	const { initializer, expression } = node;
	if (node.awaitModifier || !ts.isVariableDeclarationList(initializer)) return undefined;
	const range = planOfRange(ts, node, initializer.declarations[0]);
	if (range || hidesPairs || !isArrayOfValues(ts, checker, expression)) return range;
	return { way: "counted", shape: "array", step: 1, isInclusive: true };
}

/** Whether a body may stand twice: small, and nothing in it minds. */
function canStandTwice(ts, statement) {
	const last = statementsOf(ts, statement).at(-1);
	if (last === undefined || [ts.SyntaxKind.ReturnStatement, ts.SyntaxKind.BreakStatement].includes(last.kind))
		return false;
	if (ts.isThrowStatement(last) || ts.isContinueStatement(last)) return false;
	let nodes = 0;
	const isInTheWay = (node) => {
		nodes += 1;
		return isLoop(ts, node) || isApart(ts, node) || ts.isContinueStatement(node) || ts.isTryStatement(node);
	};
	return !contains(ts, statement, isInTheWay) && nodes <= MOST_NODES;
}

/** How a loop is charged: an object with its `way`, and what that way has to know. */
function planOf(ts, checker, node, hidesPairs) {
	let plan;
	if (ts.isForStatement(node)) plan = planOfFor(ts, checker, node);
	else if (ts.isForOfStatement(node)) plan = planOfForOf(ts, checker, node, hidesPairs);
	else if ((ts.isWhileStatement(node) || ts.isDoStatement(node)) && canStandTwice(ts, node.statement)) {
		plan = { way: "paired", isHalved: !isEndless(ts, node) };
	}
	return plan ?? { way: "plain" };
}

module.exports = { planOf };
