// Writes the statements that charge. In the text it makes:
//
//   chargesDue       of the file: points that are not charged yet, for function entries and the ends of loops
//   settleCharges()  of the file: charges them
//   steps            of a function: iterations of its plain loops since their last charge
//   doubles, halves  of a function: the same of its paired loops, counted by twos, and how many of those twos had only one
//   due, left        of a counted loop: the index at which it is charged next; iterations since its last charge, when it has ended
"use strict";

/** Names that a file does not have yet: its own ones, then those with a number. */
class Names {
	constructor(taken) {
		this.taken = taken;
	}

	fresh(name) {
		let candidate = name;
		for (let number = 2; this.taken.has(candidate); number++) candidate = `${name}${number}`;
		this.taken.add(candidate);
		return candidate;
	}
}

class Writer {
	constructor(ts, factory, names, every) {
		this.ts = ts;
		this.factory = factory;
		this.names = names;
		this.every = every;
		/** Whether anything is charged, beyond the file's being known. */
		this.isUsed = false;
		this.chargesDue = names.fresh("chargesDue");
		this.settleCharges = names.fresh("settleCharges");
		this.charge = names.fresh("charge");
		this.charged = names.fresh("charged");
	}

	// Expressions; a string is the name of a variable.

	value(value) {
		const { factory } = this;
		if (typeof value === "string") return factory.createIdentifier(value);
		if (typeof value !== "number") return value;
		if (value >= 0) return factory.createNumericLiteral(value);
		return factory.createPrefixUnaryExpression(this.ts.SyntaxKind.MinusToken, factory.createNumericLiteral(-value));
	}

	binary(left, operator, right) {
		return this.factory.createBinaryExpression(
			this.value(left),
			this.ts.SyntaxKind[`${operator}Token`],
			this.value(right),
		);
	}

	/** A sum of values, of which numbers may be below 0. */
	sum(...values) {
		const { factory } = this;
		return values.reduce((total, value) => {
			if (total === undefined) return this.value(value);
			if (typeof value !== "number") return factory.createAdd(total, this.value(value));
			if (value === 0) return total;
			return value > 0
				? factory.createAdd(total, this.value(value))
				: factory.createSubtract(total, this.value(-value));
		}, undefined);
	}

	difference(left, right) {
		return this.factory.createSubtract(this.value(left), this.value(right));
	}

	call(name, ...values) {
		const { factory } = this;
		return factory.createExpressionStatement(
			factory.createCallExpression(
				this.value(name),
				undefined,
				values.map((value) => this.value(value)),
			),
		);
	}

	// Statements.

	set(name, value) {
		return this.factory.createExpressionStatement(
			this.factory.createAssignment(this.value(name), this.value(value)),
		);
	}

	raise(name, by) {
		return this.factory.createExpressionStatement(this.binary(name, "PlusEquals", by));
	}

	lower(name, by) {
		return this.factory.createExpressionStatement(this.binary(name, "MinusEquals", by));
	}

	when(condition, ...statements) {
		return this.factory.createIfStatement(condition, this.factory.createBlock(statements, true));
	}

	declare(kind, name, value) {
		const { factory, ts } = this;
		const declaration = factory.createVariableDeclaration(name, undefined, undefined, this.value(value));
		return factory.createVariableStatement(
			undefined,
			factory.createVariableDeclarationList([declaration], ts.NodeFlags[kind]),
		);
	}

	/** Charges points later, at the latest when there are enough of them. */
	owe(points) {
		this.isUsed = true;
		const isEnough = this.binary(this.chargesDue, "GreaterThanEquals", this.every);
		return [this.raise(this.chargesDue, points), this.when(isEnough, this.call(this.settleCharges))];
	}

	/** Charges whenever a counter has got to a number, and raises it. */
	countTo(counter, number) {
		this.isUsed = true;
		const isFull = this.binary(counter, "EqualsEqualsEquals", number);
		// The counter first: charging may raise an error, and the function may go on after it.
		return [this.when(isFull, this.set(counter, 0), this.call(this.charge, this.every)), this.raise(counter, 1)];
	}

	/** Charges whenever an index gets to where it is due. */
	checkIndex(plan, index, due) {
		this.isUsed = true;
		const isDue = this.binary(index, plan.step > 0 ? "GreaterThanEquals" : "LessThanEquals", due);
		const move = plan.step > 0 ? this.raise(due, this.every) : this.lower(due, this.every);
		return this.when(isDue, move, this.call(this.charge, this.every));
	}

	/** What stands before everything else that the file does. */
	prologue(importPath, fileName) {
		const { factory } = this;
		const specifiers = [["charged", this.charged]];
		if (this.isUsed) specifiers.unshift(["charge", this.charge]);
		const bindings = specifiers.map(([name, local]) =>
			factory.createImportSpecifier(
				false,
				name === local ? undefined : factory.createIdentifier(name),
				factory.createIdentifier(local),
			),
		);
		const clause = factory.createImportClause(false, undefined, factory.createNamedImports(bindings));
		const statements = [
			factory.createImportDeclaration(undefined, clause, factory.createStringLiteral(importPath)),
			this.call(this.charged, factory.createStringLiteral(fileName)),
		];
		return this.isUsed ? [...statements, this.declare("Let", this.chargesDue, 0), this.settler()] : statements;
	}

	settler() {
		const { factory, ts } = this;
		const points = this.names.fresh("points");
		const body = [
			this.declare("Const", points, this.chargesDue),
			this.set(this.chargesDue, 0),
			this.call(this.charge, points),
		];
		const nothing = factory.createKeywordTypeNode(ts.SyntaxKind.VoidKeyword);
		return factory.createFunctionDeclaration(
			undefined,
			undefined,
			this.settleCharges,
			undefined,
			[],
			nothing,
			factory.createBlock(body, true),
		);
	}
}

module.exports = { Names, Writer };
