// Loops that never end by themselves, by what they show.
export const ENDLESS = {
	while: "while (true) x = (x * 31 + 1) % 65521;",
	"while with a condition": "while (x >= 0) x = (x * 31 + 1) % 65521;",
	"while without a body": "x += 1; while (x > 0);",
	"while that goes on at once": "while (true) { x += 1; if (x > 0) continue; }",
	do: "do x = (x * 31 + 1) % 65521; while (x >= 0);",
	for: "for (;;) x += 1;",
	"for with an index": "for (let i = 0; i < math.huge; i++) x += i;",
	"for whose index goes back": "for (let i = 0; i < 5; i++) { x += i; if (i === 4) i = 0; }",
	"for over an array that grows": "const list = [1]; for (const value of list) list.push(value + x);",
	"for over a range without an end": "for (const i of $range(1, math.huge)) x += i;",
	"short loops in an endless one":
		"while (true) for (let i = 0; i < 3; i++) for (const value of [1, 2, 3]) x += value;",
	"a loop that catches what ends it": "while (true) { try { while (true) x += 1; } catch { x = 0; } }",
	recursion: "const again = (value: number): number => again(value + 1) + 1; again(x);",
	"functions that call each other":
		"const even = (value: number): void => odd(value + 1); const odd = (value: number): void => even(value); pcall(() => even(x)); while (true) pcall(() => even(x));",
	"a generator": "function* all() { while (true) yield x; } for (const value of all()) x += value;",
};

/** A module with all of them, as functions by their names. */
export function endless() {
	const functions = Object.entries(ENDLESS).map(
		([name, body]) => `${JSON.stringify(name)}: () => { let x = 0; ${body} },`,
	);
	return `export const endless: { [name: string]: () => void } = {\n${functions.join("\n")}\n};\n`;
}
