import { MEMORY_EXPIRATION_SECONDS, MEMORY_KEY_CHARACTERS } from "../../platform/limits";
import { isJsonText, jsonBytes } from "../json-size";
import { SettledMemoryRules } from "./memory-options";
import { SortKey } from "./sort-order";

/** Whole seconds of an expiration, or undefined where it is out of bounds. */
export function wholeExpiration(expirationSeconds: unknown, rules: SettledMemoryRules): number | undefined {
	if (!typeIs(expirationSeconds, "number")) return undefined;
	// The engine takes an integer. What is not a number fails both comparisons.
	const seconds = math.floor(expirationSeconds);
	if (!(seconds >= 0 && seconds <= MEMORY_EXPIRATION_SECONDS)) return undefined;
	return seconds === 0 && rules.memoryZeroExpiration === "longest" ? MEMORY_EXPIRATION_SECONDS : seconds;
}

/** Whether a text may be a key, the name of a structure, or a sort key. */
export function isKeyText(text: unknown, rules: SettledMemoryRules): text is string {
	if (!typeIs(text, "string") || text === "" || !isJsonText(text)) return false;
	let size = text.size();
	if (rules.memoryKeySize === "characters") size = utf8.len(text)[0] as number;
	else if (rules.memoryKeySize === "json") size = jsonBytes(text) - 2;
	return size <= MEMORY_KEY_CHARACTERS;
}

/** Whether a value may be a sort key at all, whatever its length. */
export function isSortKey(value: unknown): value is SortKey {
	return typeIs(value, "string") || (typeIs(value, "number") && value === value);
}

/** Whether a value is a number of items from 1 to the most. */
export function isItemCount(value: unknown, most: number): value is number {
	return typeIs(value, "number") && value === math.floor(value) && value >= 1 && value <= most;
}
