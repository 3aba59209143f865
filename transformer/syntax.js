// Questions about pieces of source text. None of them needs types.
"use strict";

/** A function that can be entered: neither an overload nor an abstract method. */
function hasBody(ts, node) {
	return ts.isFunctionLike(node) && node.body !== undefined;
}

/** Whether what is in a node runs as part of something else, not where the node stands. */
function isApart(ts, node) {
	return ts.isFunctionLike(node) || ts.isClassLike(node);
}

function isLoop(ts, node) {
	return ts.isIterationStatement(node, false);
}

/** Whether `test` holds for a node below this one, without looking into those for which `isClosed` holds. */
function contains(ts, node, test, isClosed = () => false) {
	const visit = (child) => test(child) || (!isClosed(child) && ts.forEachChild(child, visit) === true) || undefined;
	return ts.forEachChild(node, visit) === true;
}

/** All names that a file mentions. */
function namesIn(ts, file) {
	const names = new Set();
	const visit = (node) => {
		if (ts.isIdentifier(node)) names.add(ts.idText(node));
		ts.forEachChild(node, visit);
	};
	visit(file);
	return names;
}

/** Whether something in a file is declared by this name. */
function declares(ts, file, name) {
	const isNamed = (node) => node !== undefined && ts.isIdentifier(node) && ts.idText(node) === name;
	return contains(
		ts,
		file,
		(node) =>
			(ts.isVariableDeclaration(node) ||
				ts.isParameter(node) ||
				ts.isBindingElement(node) ||
				ts.isFunctionDeclaration(node) ||
				ts.isImportClause(node) ||
				ts.isImportSpecifier(node) ||
				ts.isNamespaceImport(node) ||
				ts.isImportEqualsDeclaration(node)) &&
			isNamed(node.name),
	);
}

/** Whether evaluating it once more does nothing but take time: names, numbers, members, sizes, and sums of them. */
function isPure(ts, node) {
	if (ts.isNumericLiteral(node) || ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword) return true;
	if (ts.isParenthesizedExpression(node) || ts.isPropertyAccessExpression(node)) return isPure(ts, node.expression);
	if (ts.isPrefixUnaryExpression(node)) {
		return node.operator === ts.SyntaxKind.MinusToken && isPure(ts, node.operand);
	}
	if (ts.isBinaryExpression(node)) {
		const { PlusToken, MinusToken, AsteriskToken, SlashToken } = ts.SyntaxKind;
		const isSum = [PlusToken, MinusToken, AsteriskToken, SlashToken].includes(node.operatorToken.kind);
		return isSum && isPure(ts, node.left) && isPure(ts, node.right);
	}
	if (!ts.isCallExpression(node) || node.arguments.length > 0) return false;
	const { expression } = node;
	return ts.isPropertyAccessExpression(expression) && ts.idText(expression.name) === "size" && isPure(ts, expression);
}

/** Whether what stands left of an assignment is this variable, or a pattern with it. */
function isTarget(ts, target, name) {
	const visit = (node) => isTarget(ts, node, name);
	if (ts.isIdentifier(target)) return ts.idText(target) === name;
	if (ts.isParenthesizedExpression(target) || ts.isSpreadElement(target)) return visit(target.expression);
	if (ts.isNonNullExpression(target) || ts.isAsExpression(target) || ts.isSpreadAssignment(target)) {
		return visit(target.expression);
	}
	if (ts.isArrayLiteralExpression(target)) return target.elements.some(visit);
	if (ts.isObjectLiteralExpression(target)) return target.properties.some(visit);
	if (ts.isPropertyAssignment(target)) return visit(target.initializer);
	if (ts.isShorthandPropertyAssignment(target)) return visit(target.name);
	return ts.isBinaryExpression(target) && visit(target.left);
}

/** Whether a variable of this name is written anywhere below a node. One that hides it by the same name counts, too. */
function isWritten(ts, node, name) {
	const { PlusPlusToken, MinusMinusToken, FirstAssignment, LastAssignment } = ts.SyntaxKind;
	const writes = (child) => {
		if (ts.isBinaryExpression(child)) {
			const { kind } = child.operatorToken;
			return kind >= FirstAssignment && kind <= LastAssignment && isTarget(ts, child.left, name);
		}
		if (ts.isPrefixUnaryExpression(child) || ts.isPostfixUnaryExpression(child)) {
			return [PlusPlusToken, MinusMinusToken].includes(child.operator) && isTarget(ts, child.operand, name);
		}
		return (ts.isForOfStatement(child) || ts.isForInStatement(child)) && isTarget(ts, child.initializer, name);
	};
	return writes(node) || contains(ts, node, writes);
}

/** The statements of a loop's body, which need not be a block. */
function statementsOf(ts, body) {
	if (ts.isBlock(body)) return body.statements;
	return ts.isEmptyStatement(body) ? [] : [body];
}

/** Whether a loop is left by `break`. */
function hasBreak(ts, loop) {
	const isClosed = (node) => isLoop(ts, node) || isApart(ts, node) || ts.isSwitchStatement(node);
	const { statement } = loop;
	if (ts.isBreakStatement(statement)) return true;
	return !isClosed(statement) && contains(ts, statement, (node) => ts.isBreakStatement(node), isClosed);
}

/** Whether nothing behind a loop is ever reached. */
function isEndless(ts, loop) {
	const condition = ts.isForStatement(loop) ? loop.condition : loop.expression;
	const isTrue = condition === undefined || condition.kind === ts.SyntaxKind.TrueKeyword;
	return isTrue && !ts.isForOfStatement(loop) && !hasBreak(ts, loop);
}

module.exports = { contains, declares, hasBody, isApart, isEndless, isLoop, isPure, isWritten, namesIn, statementsOf };
