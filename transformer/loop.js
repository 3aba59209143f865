// One loop that is being charged: what is put into it, before it, behind it, and before whatever leaves it.
"use strict";

/** Raises a counter of the function in every iteration. */
class PlainLoop {
	constructor(writer, scope) {
		this.writer = writer;
		this.scope = scope;
	}

	head() {
		return this.writer.countTo(this.scope.steps, this.writer.every);
	}

	/** Points that the function's counters do not have, as values to add, when the function is left out of the loop. */
	owed() {
		return [];
	}

	/** What is to be done before the loop is left by `break`. */
	beforeBreak() {
		return [];
	}
}

/** Two copies of the body for one count: what leaves the first copy has counted half of it. */
class PairedLoop {
	constructor(writer, scope) {
		this.writer = writer;
		this.scope = scope;
		this.isInFirstCopy = true;
	}

	head() {
		return this.writer.countTo(this.scope.doubles, this.writer.every / 2);
	}

	owed() {
		return this.isInFirstCopy ? [-1] : [];
	}

	/** Two halves are a whole that was counted too much. */
	beforeBreak() {
		if (!this.isInFirstCopy) return [];
		const { writer, scope } = this;
		const isWhole = writer.binary(scope.halves, "EqualsEqualsEquals", 2);
		const correct = [writer.set(scope.halves, 0), writer.lower(scope.doubles, 1)];
		return [writer.raise(scope.halves, 1), writer.when(isWhole, ...correct)];
	}
}

/** Compares the loop's own index. `last` makes an expression for the last index, or for the first one that is not reached any more. */
class CountedLoop {
	constructor(writer, plan, index, last) {
		this.writer = writer;
		this.plan = plan;
		this.index = index;
		this.last = last;
		this.due = writer.names.fresh("due");
		this.left = writer.names.fresh("left");
	}

	/** What stands before the loop; `first` is an expression for the first index. */
	before(first) {
		const { writer, plan, due } = this;
		return writer.declare("Let", due, writer.sum(first, plan.step * writer.every));
	}

	head() {
		return [this.writer.checkIndex(this.plan, this.index, this.due)];
	}

	/** The iteration that is running counts. */
	owed() {
		return [this.distance(this.index, this.due), this.writer.every + 1];
	}

	/** So that what is left at the end is what is left now. */
	beforeBreak() {
		const { writer, plan, due, index } = this;
		return [
			writer.raise(due, writer.sum(writer.difference(this.last(), index), plan.isInclusive ? 0 : -plan.step)),
		];
	}

	after() {
		const { writer, plan, left, due } = this;
		const points = writer.sum(this.distance(this.last(), due), writer.every + (plan.isInclusive ? 1 : 0));
		const isAny = writer.binary(left, "GreaterThan", 0);
		return [writer.declare("Const", left, points), writer.when(isAny, ...writer.owe(left))];
	}

	/** How many iterations a value of the index is behind another. */
	distance(to, from) {
		return this.plan.step > 0 ? this.writer.difference(to, from) : this.writer.difference(from, to);
	}
}

module.exports = { CountedLoop, PairedLoop, PlainLoop };
