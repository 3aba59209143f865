import { isJsonText, jsonBytes } from "../json-size";

/** A value as it comes back from JSON, and the bytes of its JSON text. */
export interface JsonValue {
	readonly value: unknown;
	readonly bytes: number;
}

const NULL: JsonValue = { value: undefined, bytes: 4 };

function numberBytes(number: number): number {
	if (number !== number || math.abs(number) === math.huge) return number < 0 ? 4 : 3;
	return string.format("%.17g", number).size();
}

/** An array ends at its first gap; what else is in the table gets lost. */
function arrayAsJson(members: Map<unknown, unknown>, open: Set<object>): JsonValue | undefined {
	const copy = new Map<unknown, unknown>();
	let bytes = 1;
	let position = 1;
	while (true) {
		const element = members.get(position);
		if (element === undefined) break;
		const converted = convert(element, open);
		if (!converted) return undefined;
		if (converted.value !== undefined) copy.set(position, converted.value);
		bytes += converted.bytes + 1;
		position += 1;
	}
	return { value: copy, bytes };
}

function objectAsJson(members: Map<unknown, unknown>, open: Set<object>): JsonValue | undefined {
	const copy = new Map<unknown, unknown>();
	let bytes = 1;
	for (const [key, element] of pairs(members)) {
		if (!typeIs(key, "string") || !isJsonText(key)) return undefined;
		const converted = convert(element, open);
		if (!converted) return undefined;
		if (converted.value !== undefined) copy.set(key, converted.value);
		bytes += jsonBytes(key) + converted.bytes + 2;
	}
	// Brackets for nothing at all: an empty table is an empty array.
	return { value: copy, bytes: math.max(bytes, 2) };
}

function convert(value: unknown, open: Set<object>): JsonValue | undefined {
	if (typeIs(value, "string")) return isJsonText(value) ? { value, bytes: jsonBytes(value) } : undefined;
	if (typeIs(value, "number")) return { value, bytes: numberBytes(value) };
	if (typeIs(value, "boolean")) return { value, bytes: value ? 4 : 5 };
	// Functions, Instances and the like.
	if (!typeIs(value, "table")) return NULL;
	if (open.has(value)) return undefined;
	open.add(value);
	const members = value as Map<unknown, unknown>;
	const converted = members.get(1) !== undefined ? arrayAsJson(members, open) : objectAsJson(members, open);
	open.delete(value);
	return converted;
}

/**
 * What other servers get of a value: a copy by the rules of JSONEncode and JSONDecode. Undefined if there is none: nothing at all,
 * a cycle, text that is not UTF-8, numbers as keys of what is no array.
 */
export function asJson(value: unknown): JsonValue | undefined {
	const converted = convert(value, new Set());
	return converted?.value === undefined ? undefined : converted;
}
