// Walks a file and charges its functions and loops. A function owes a point when it is entered. A loop is charged whenever it has gone round so many times;
// what is left when it ends, or when the function is left out of it, is owed.
"use strict";

const { CountedLoop, PairedLoop, PlainLoop } = require("./loop.js");
const { planOf } = require("./plans.js");
const { declares, hasBody, isApart, isEndless, isLoop, namesIn, statementsOf } = require("./syntax.js");
const { Names, Writer } = require("./writer.js");

/** The counters of a function, or of the file's own statements, and how its loops are charged. */
class Scope {
	constructor(names) {
		this.names = names;
		this.plans = new Map();
		this.steps = undefined;
		this.doubles = undefined;
		this.halves = undefined;
	}

	counters() {
		return [this.steps, this.doubles, this.halves].filter((name) => name !== undefined);
	}

	/** Returns whether one of the loops uses the scope's counters. */
	take(plan) {
		if (plan.way === "counted") return false;
		if (plan.way === "paired") {
			this.doubles ??= this.names.fresh("doubles");
			if (plan.isHalved) this.halves ??= this.names.fresh("halves");
		} else this.steps ??= this.names.fresh("steps");
		return true;
	}
}

class FileCharger {
	constructor(ts, context, checker, file, every) {
		this.ts = ts;
		this.context = context;
		this.factory = context.factory;
		this.checker = checker;
		this.hidesPairs = declares(ts, file, "pairs");
		this.names = new Names(namesIn(ts, file));
		this.writer = new Writer(ts, context.factory, this.names, every);
	}

	/** Plans all loops of a function before any is charged: what leaves one of them settles for all. */
	scopeOf(nodes) {
		const { ts } = this;
		const scope = new Scope(this.names);
		const visit = (node) => {
			if (isApart(ts, node)) return false;
			let counts = false;
			ts.forEachChild(node, (child) => void (counts = visit(child) || counts));
			if (!isLoop(ts, node)) return counts;
			const plan = planOf(ts, this.checker, node, this.hidesPairs);
			scope.plans.set(node, plan);
			plan.counts = scope.take(plan) || counts;
			return plan.counts;
		};
		for (const node of nodes) visit(node);
		return scope;
	}

	/** `place` is where a node stands: `scope`; the innermost loop of it, if any, as `loops` with those around it; whether `break` leaves that; `isTried`. */
	visit(node, place) {
		const { ts } = this;
		if (hasBody(ts, node)) return this.visitFunction(node);
		if (ts.isClassStaticBlockDeclaration(node)) return this.visitStaticBlock(node);
		if (isLoop(ts, node)) return this.visitLoop(node, place);
		if (ts.isSwitchStatement(node)) return this.visitChildren(node, { ...place, breaksLoop: false });
		if (ts.isTryStatement(node)) return this.visitChildren(node, { ...place, isTried: true });
		if (ts.isBreakStatement(node) && place.breaksLoop) return [...place.loops[0].beforeBreak(), node];
		if (ts.isReturnStatement(node) && place.loops.length > 0) return this.leave(node, place);
		if (ts.isThrowStatement(node) && place.loops.length > 0 && !place.isTried) return this.leave(node, place);
		return this.visitChildren(node, place);
	}

	visitChildren(node, place) {
		return this.ts.visitEachChild(node, (child) => this.visit(child, place), this.context);
	}

	visitStatements(statements, place) {
		return [...this.ts.visitNodes(statements, (child) => this.visit(child, place), this.ts.isStatement)];
	}

	placeIn(scope) {
		return { scope, loops: [], breaksLoop: false, isTried: false };
	}

	/** The function is left out of all its loops. */
	leave(node, place) {
		const { scope, loops } = place;
		const points = this.writer.sum(...this.counted(scope), ...loops.flatMap((loop) => loop.owed()));
		return [...this.writer.owe(points), this.visitChildren(node, place)];
	}

	/** The points that a function's counters have, as values to add. */
	counted(scope) {
		const points = [];
		if (scope.steps !== undefined) points.push(scope.steps);
		if (scope.doubles !== undefined) {
			const twos = this.writer.binary(scope.doubles, "Asterisk", 2);
			points.push(scope.halves === undefined ? twos : this.writer.difference(twos, scope.halves));
		}
		return points;
	}

	counters(scope) {
		return scope.counters().map((name) => this.writer.declare("Let", name, 0));
	}

	visitFunction(node) {
		const { ts, context } = this;
		const scope = this.scopeOf([node.body]);
		const place = this.placeIn(scope);
		return ts.visitEachChild(
			node,
			(child) => (child === node.body ? this.visitBody(node, child, place) : this.visit(child, place)),
			context,
		);
	}

	visitBody(node, body, place) {
		const { ts, factory } = this;
		const entry = [...this.counters(place.scope), ...this.writer.owe(1)];
		if (!ts.isBlock(body)) {
			// A line break after `return` would be its end.
			const value = ts.setEmitFlags(this.visit(body, place), ts.EmitFlags.NoLeadingComments);
			const result = factory.createReturnStatement(value);
			return ts.setTextRange(factory.createBlock([...entry, result], true), body);
		}
		const statements = this.visitStatements(body.statements, place);
		// Nothing that could use the object may come before `super`.
		const isSuper = (statement) => ts.isExpressionStatement(statement) && ts.isSuperCall(statement.expression);
		const start = ts.isConstructorDeclaration(node) && isSuper(statements[0] ?? body) ? 1 : 0;
		statements.splice(start, 0, ...entry);
		return factory.updateBlock(body, ts.setTextRange(factory.createNodeArray(statements), body.statements));
	}

	visitStaticBlock(node) {
		const scope = this.scopeOf([node.body]);
		const statements = this.visitStatements(node.body.statements, this.placeIn(scope));
		const body = this.factory.updateBlock(node.body, [...this.counters(scope), ...statements]);
		return this.factory.updateClassStaticBlockDeclaration(node, body);
	}

	visitLoop(node, place) {
		const { ts } = this;
		const plan = place.scope.plans.get(node);
		const outermost = place.loops.length === 0;
		const charged = { plain: this.chargePlain, paired: this.chargePaired, counted: this.chargeCounted }[plan.way];
		const statements = charged.call(this, node, plan, place);
		if (outermost && plan.counts && !isEndless(ts, node)) statements.push(...this.settleCounters(place.scope));
		return statements.length === 1 ? statements[0] : statements;
	}

	settleCounters(scope) {
		const { writer } = this;
		const [owe, ...settle] = writer.owe(writer.sum(...this.counted(scope)));
		return [owe, ...scope.counters().map((name) => writer.set(name, 0)), ...settle];
	}

	inside(place, loop) {
		return { ...place, loops: [loop, ...place.loops], breaksLoop: true };
	}

	/** The body of a loop, with what checks it at its head. */
	charged(loop, node, place) {
		const statements = this.visitStatements(
			this.factory.createNodeArray(statementsOf(this.ts, node.statement)),
			this.inside(place, loop),
		);
		return this.factory.createBlock([...loop.head(), ...statements], true);
	}

	chargePlain(node, _plan, place) {
		const { ts } = this;
		const loop = new PlainLoop(this.writer, place.scope);
		const body = this.charged(loop, node, place);
		// Whatever else the loop has may hold functions.
		return [
			ts.visitEachChild(
				node,
				(child) => (child === node.statement ? body : this.visit(child, place)),
				this.context,
			),
		];
	}

	chargePaired(node, _plan, place) {
		const { ts, factory, writer } = this;
		const loop = new PairedLoop(writer, place.scope);
		const copy = () =>
			factory.createBlock(
				this.visitStatements(
					factory.createNodeArray(statementsOf(ts, node.statement)),
					this.inside(place, loop),
				),
				true,
			);
		const condition = this.visit(node.expression, place);
		const statements = [...loop.head(), copy()];
		if (condition.kind !== ts.SyntaxKind.TrueKeyword) {
			const isOver = factory.createLogicalNot(factory.createParenthesizedExpression(condition));
			statements.push(writer.when(isOver, ...loop.beforeBreak(), factory.createBreakStatement()));
		}
		loop.isInFirstCopy = false;
		statements.push(copy());
		const body = factory.createBlock(statements, true);
		return [
			ts.isDoStatement(node)
				? factory.updateDoStatement(node, body, condition)
				: factory.updateWhileStatement(node, condition, body),
		];
	}

	chargeCounted(node, plan, place) {
		const build = { for: this.countFor, range: this.countRange, array: this.countArray }[plan.shape];
		return [this.factory.createBlock(build.call(this, node, plan, place), true)];
	}

	countFor(node, plan, place) {
		const { ts } = this;
		const loop = new CountedLoop(this.writer, plan, plan.index, () => plan.last);
		const body = this.charged(loop, node, place);
		const visited = ts.visitEachChild(
			node,
			(child) => (child === node.statement ? body : this.visit(child, place)),
			this.context,
		);
		return [loop.before(plan.first), visited, ...loop.after()];
	}

	countRange(node, plan, place) {
		const { factory, names, writer } = this;
		const [first, last] = [names.fresh("first"), names.fresh("last")];
		const loop = new CountedLoop(writer, plan, plan.index, () => writer.value(last));
		const body = this.charged(loop, node, place);
		const { expression } = node;
		const range = factory.updateCallExpression(expression, expression.expression, undefined, [
			writer.value(first),
			writer.value(last),
		]);
		return [
			writer.declare("Const", first, this.visit(plan.first, place)),
			writer.declare("Const", last, this.visit(plan.last, place)),
			loop.before(first),
			factory.updateForOfStatement(node, undefined, node.initializer, range, body),
			...loop.after(),
		];
	}

	countArray(node, plan, place) {
		const { factory, names, writer } = this;
		const [list, position] = [names.fresh("list"), names.fresh("position")];
		const size = () =>
			factory.createCallExpression(
				factory.createPropertyAccessExpression(writer.value(list), "size"),
				undefined,
				[],
			);
		const loop = new CountedLoop(writer, plan, position, size);
		const body = this.charged(loop, node, place);
		const { initializer } = node;
		const [declaration] = initializer.declarations;
		const binding = factory.createArrayBindingPattern([
			factory.createBindingElement(undefined, undefined, position),
			factory.createBindingElement(undefined, undefined, this.visit(declaration.name, place)),
		]);
		const declarations = factory.updateVariableDeclarationList(initializer, [
			factory.createVariableDeclaration(binding),
		]);
		const all = factory.createCallExpression(writer.value("pairs"), undefined, [writer.value(list)]);
		return [
			writer.declare("Const", list, this.visit(node.expression, place)),
			loop.before(1),
			factory.updateForOfStatement(node, undefined, declarations, all, body),
			...loop.after(),
		];
	}
}

/** Comments for the Luau compiler, such as //!native, which have to come first. */
function moveDirectives(ts, file, target) {
	const text = file.text ?? "";
	for (const { pos, end, kind } of ts.getLeadingCommentRanges(text, 0) ?? []) {
		if (kind !== ts.SyntaxKind.SingleLineCommentTrivia || !text.startsWith("//!", pos)) continue;
		ts.addSyntheticLeadingComment(target, kind, text.slice(pos + 2, end), true);
	}
}

/** Returns the file with its loops and functions charged. */
function chargeFile(ts, context, checker, file, { every, importPath, name }) {
	const charger = new FileCharger(ts, context, checker, file, every);
	const scope = charger.scopeOf(file.statements);
	const statements = charger.visitStatements(file.statements, charger.placeIn(scope));
	const prologue = [...charger.writer.prologue(importPath, name), ...charger.counters(scope)];
	const imports = statements.findIndex((statement) => !ts.isImportDeclaration(statement));
	const start = imports === -1 ? statements.length : imports;
	if (start === 0) moveDirectives(ts, file, prologue[0]);
	statements.splice(start, 0, ...prologue);
	const { factory } = context;
	return factory.updateSourceFile(file, ts.setTextRange(factory.createNodeArray(statements), file.statements));
}

module.exports = { chargeFile };
