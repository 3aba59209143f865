// What is put into a text, and where.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { charged, problemsOf } from "./transform.mjs";

const ENTRY = /chargesDue \+= 1;\s*if \(chargesDue >= 4\) \{\s*settleCharges\(\);\s*\}/g;
const PLAIN = /if \(steps\d* === 4\) \{\s*steps\d* = 0;\s*charge\(4\);\s*\}\s*steps\d* \+= 1;/g;
const PAIRED = /if \(doubles\d* === 2\) \{\s*doubles\d* = 0;\s*charge\(4\);\s*\}\s*doubles\d* \+= 1;/g;
const COUNTED = /if \(\w+ [<>]= due\d*\) \{\s*due\d* [+-]= 4;\s*charge\(4\);\s*\}/g;

const count = (text, pattern) => [...text.matchAll(pattern)].length;

/** Charges a text, and makes sure that what comes out is as right as what went in. */
function checked(text, options) {
	assert.deepEqual(problemsOf(text), []);
	const result = charged(text, options);
	assert.deepEqual(problemsOf(result), [], result);
	return result;
}

describe("functions", () => {
	const FORMS = {
		"a declaration": "export function sample(): void {}",
		"a function expression": "use(function () {});",
		"an arrow with a body": "use(() => {});",
		"an arrow with an expression": "use((value: number) => value + 1);",
		"a method": "export class Sample { run(): void {} }",
		"a static method": "export class Sample { static run(): void {} }",
		"a method of an object": "use({ run(): void {} });",
		"a member that is an arrow": "export class Sample { run = () => 5; }",
		"an arrow in a default value":
			"export declare const none: 0; use(((run = () => 5): unknown => run).length === 0 ? 0 : 1);",
		"an asynchronous one": "export async function sample(): Promise<void> {}",
		"a generator": "export function* sample() { yield 5; }",
	};
	for (const [form, text] of Object.entries(FORMS)) {
		it(`charges ${form}`, () => {
			const before = count(text, /=>|function\b|run\(\)/g);
			assert.equal(count(checked(text), ENTRY), Math.max(1, before));
		});
	}

	it("charges a nested one by itself", () => {
		assert.equal(count(checked("use(() => () => () => 5);"), ENTRY), 3);
	});

	it("charges a constructor", () => {
		assert.match(checked("export class Sample { constructor() { use(this); } }"), /\{ chargesDue \+= 1;/);
	});

	it("charges that of a derived class behind super", () => {
		const text = checked(
			"class Base {} export class Sample extends Base { own = 5; constructor() { super(); use(this.own); } }",
		);
		assert.match(text, /super\(\);\s*chargesDue \+= 1;/);
	});

	it("leaves overloads and abstract methods alone", () => {
		const text = checked(
			"export function sample(a: number): void; export function sample(a: string): void; export function sample(a: unknown) { use(a); }" +
				"export abstract class Sample { abstract run(): void }",
		);
		assert.equal(count(text, ENTRY), 1);
	});

	it("keeps the type that an arrow's expression tells", () => {
		checked(
			"const some = [1, undefined].filter((value) => value !== undefined); export const sum: number = some[0]! + 1;",
		);
	});

	it("keeps what an arrow gives where a comment stands before it", () => {
		checked(
			"export const five: () => number = () =>\n\t// why\n\t5;\nexport const shape: () => { x: number } = () =>\n\t// why\n\t({ x: 5 });",
		);
	});
});

describe("loops", () => {
	const FORMS = [
		["while", "while (n > 0) n--;", PAIRED],
		["while that never ends", "while (true) use(n);", PAIRED],
		["do", "do n++; while (n < 5);", PAIRED],
		["while with a function in it", "while (n > 0) { n--; use(() => n); }", PLAIN],
		["while with continue", "while (n > 0) { n--; if (n === 5) continue; use(n); }", PLAIN],
		["while that goes round once", "while (n > 0) { n--; break; }", PLAIN],
		["while without a body", "while (n-- > 0);", PLAIN],
		["while with a large body", `while (n > 0) { n--; ${"use(n, n, n);".repeat(30)} }`, PLAIN],
		["for upwards", "for (let i = 0; i < n; i++) use(i);", COUNTED],
		["for to the end", "for (let i = 0; i <= n; i += 1) use(i);", COUNTED],
		["for downwards", "for (let i = n; i > 0; --i) use(i);", COUNTED],
		["for whose index is moved", "for (let i = 0; i < n; i++) { if (i === 3) i = 5; }", PLAIN],
		["for whose index only chooses what is written", "for (let i = 0; i < n; i++) list[i % 2] = n;", COUNTED],
		["for whose index is written as a member", "for (let i = 0; i < n; i++) ({ x: i } = { x: n });", PLAIN],
		["for whose index is taken apart", "for (let i = 0; i < n; i++) { [i] = [i]; }", PLAIN],
		["for in the wrong direction", "for (let i = 0; i < n; i--) use(i);", PLAIN],
		["for in larger steps", "for (let i = 0; i < n; i += 2) use(i);", PLAIN],
		["for with an end that is not pure", "for (let i = 0; i < Math.random(); i++) use(i);", PLAIN],
		["for with nothing", "for (;;) { if (n > 5) break; n++; }", PLAIN],
		["for-of over an array", "for (const value of list) use(value);", COUNTED],
		["for-of that takes apart", "for (const { x } of [{ x: 5 }]) use(x);", COUNTED],
		["for-of over an array with holes", "for (const value of [n, undefined]) use(value);", PLAIN],
		["for-of over a map", "for (const [key] of new Map<string, string>()) use(key);", PLAIN],
		["for-of over a string", 'for (const letter of "text") use(letter);', PLAIN],
		["for-of over a range", "for (const i of $range(1, n)) use(i);", COUNTED],
		["for-of over a range of steps", "for (const i of $range(1, n, 2)) use(i);", PLAIN],
		["for-of that writes a variable", "for (n of list) use(n);", PLAIN],
		["for-in", "for (const key in { x: n }) use(key);", PLAIN],
	];
	for (const [form, text, pattern] of FORMS) {
		it(`charges ${form}`, () => {
			const result = checked(`export function sample(n: number, list: number[]) { ${text} use(list, n); }`);
			assert.equal(count(result, pattern), 1, result);
			assert.equal(count(result, PLAIN) + count(result, PAIRED) + count(result, COUNTED), 1, result);
		});
	}

	it("charges each of nested ones", () => {
		const result = checked(
			"export function sample(list: number[][]) { for (const row of list) for (const value of row) while (true) use(value); }",
		);
		assert.equal(count(result, COUNTED), 2);
		assert.equal(count(result, PAIRED), 1);
	});

	it("charges those of the file itself, and of static blocks", () => {
		const result = checked(
			"let n = 5; while (n > 0) n--; export class Sample { static { do n++; while (n < 5); } }",
		);
		assert.equal(count(result, PAIRED), 2);
	});

	it("does not disturb what the compiler concludes behind them", () => {
		checked(`
			declare function find(): string | undefined;
			export function waited(): string { let found = find(); while (found === undefined) found = find(); return found; }
			export function endless(): string { while (true) { const found = find(); if (found !== undefined) return found; } }
			export function assigned(): string { let found: string; while (true) { const next = find(); if (next !== undefined) { found = next; break; } } return found; }
			export function retried(): string { let found: string | undefined; do found = find(); while (found === undefined); return found; }
		`);
	});

	it("puts nothing behind a loop that never ends", () => {
		const result = checked("export function sample(): never { while (true) use(5); }");
		assert.equal(count(result, /chargesDue \+= steps/g), 0);
	});

	it("leaves `break` to the switch that it belongs to", () => {
		const result = checked(
			"export function sample(n: number) { for (let i = 0; i < n; i++) { switch (i) { case 1: break; default: use(i); } if (i > 3) break; } }",
		);
		assert.equal(count(result, /due \+= n - i - 1;\s*break;/g), 1);
		assert.match(result, /case 1: break;/);
	});
});

describe("the file", () => {
	it("says that it is charged, even if nothing in it is", () => {
		const result = checked("export const five = 5;");
		assert.match(result, /^import \{ charged \} from "charge-module";\s*charged\("src\/sample.ts"\);/);
		assert.doesNotMatch(result, /chargesDue/);
	});

	it("gets its import behind its own, before everything else", () => {
		const result = checked('import "first"; import "second"; use(() => 5);');
		assert.match(result, /"second";\s*import \{ charge, charged \} from "charge-module";\s*charged\(/);
	});

	it("keeps directives for the Luau compiler first", () => {
		assert.match(checked("//!native\n//!optimize 2\nuse(() => 5);"), /^\/\/!native\n\/\/!optimize 2\nimport/);
		assert.match(checked('//!native\nimport "first";\nuse(() => 5);'), /^\/\/!native\nimport "first";\s*import/);
	});

	it("gets names that it does not have", () => {
		const result = checked(
			"let [charge, charged, chargesDue, steps, due, doubles2] = [1, 2, 3, 4, 5, 6];" +
				"export function sample(n: number) { while (n > 0) n--; for (let i = 0; i < n; i++) use(i); for (;;) use(() => 5); }" +
				"use(charge, charged, chargesDue, steps, due, doubles2);",
		);
		assert.match(result, /import \{ charge as charge2, charged as charged2 \}/);
		assert.match(result, /let chargesDue2 = 0;/);
	});

	it("does not take `pairs` for the engine's where the file has one of its own", () => {
		const result = checked("export function sample(pairs: number[]) { for (const value of pairs) use(value); }");
		assert.equal(count(result, PLAIN), 1);
	});

	it("charges after as many iterations as told", () => {
		assert.match(checked("while (true) use(() => 5);", { every: 1000 }), /steps === 1000/);
	});
});
