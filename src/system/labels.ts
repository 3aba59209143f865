import { callWithoutYield } from "../diagnostics/call";

/** What is handed to a check that has no label, to find out what it accepts; each with the word for it. */
const SAMPLES: ReadonlyArray<readonly [word: string, samples: ReadonlyArray<defined>]> = [
	["String", ["", "a"]],
	["Boolean", [true, false]],
	["Number", [0.5, -0.5]],
	["Int32", [1, 0, -1]],
	["Table", [{}]],
];
const ANY = "Any";
/** Checks of single values, such as "hdmi" or "dp", accept none of the samples. */
const OTHER = "Other";

/** Names that games gave to checks. The checks are functions, which nothing can be written on. */
const labels = setmetatable(new Map<unknown, string>(), { __mode: "k" });

export function setLabel(check: unknown, label: string): void {
	labels.set(check, label);
}

/** What a check accepts, in words: "String|Int32". Checks can be asked, but not read. */
export function labelOf(check: unknown): string {
	const given = labels.get(check);
	if (given !== undefined) return given;
	const words = new Array<string>();
	for (const [word, samples] of SAMPLES) {
		// What is a Number is an Int32 as well.
		if (word === "Int32" && words.includes("Number")) continue;
		if (samples.some((sample) => accepts(check, sample))) words.push(word);
	}
	if (words.size() >= SAMPLES.size() - 1) return ANY;
	return words.isEmpty() ? OTHER : words.join("|");
}

/** Whether a game's check accepts a value. One that throws or yields does not. */
export function accepts(check: unknown, value: unknown): boolean {
	const { outcome, result } = callWithoutYield(check, value);
	// Lua counts everything but nil and false as true.
	return outcome === "returned" && result !== undefined && result !== false;
}
