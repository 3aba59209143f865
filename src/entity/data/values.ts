/** What a property's value may be, and its text. Pure. */
import { described, grouped } from "../../diagnostics/errors";
import { decodePayload, encodePayload, PAYLOAD_BYTES_MOST } from "../../wire/payload";
import { isUtf8 } from "../../wire/text";
import { PropertyValue } from "../types";

/** No value has this text: it says that there is none. Texts that look like it, or like another value, are marked. */
export const NOTHING = "-";
const DATATYPES = new Set<string>(["Vector2", "Vector3", "CFrame", "Color3"]);
/** Stands before a text that could be taken for something else. */
const TEXT_MARK = "'";
/** What begins so is for versions to come. */
const RESERVED = "~";

/** What is wrong with a value, if anything. Hot: once per edit. */
export function problemOf(value: unknown): string | undefined {
	if (typeIs(value, "boolean")) return undefined;
	if (typeIs(value, "number"))
		return value === value ? undefined : "is NaN, which equals nothing, not even itself; set another number";
	if (typeIs(value, "string")) {
		if (!isUtf8(value)) return "is not valid UTF-8; encode binary data as text";
		const size = value.size() + TEXT_MARK.size();
		return size <= PAYLOAD_BYTES_MOST ? undefined : tooLong(grouped(size));
	}
	if (DATATYPES.has(typeOf(value))) return encodePayload(value).problem === undefined ? undefined : HAS_NAN;
	if (!typeIs(value, "table") || getmetatable(value as never) !== undefined) return notAValue(value);
	for (const [key, entry] of pairs(value as Record<string, unknown>)) {
		if (!typeIs(key, "string") || !typeIs(entry, "string"))
			return `is a table with ${typeIs(key, "string") ? `${described(entry)} as "${key}"` : `${described(key)} as a key`}; tables are maps from texts to texts`;
		if (!isUtf8(key) || !isUtf8(entry)) return "is not valid UTF-8; encode binary data as text";
	}
	return sizeProblem(value);
}

const HAS_NAN = "has NaN in it; set other numbers";

function notAValue(value: unknown): string {
	return `is ${described(value)}; set a boolean, number, string, Vector2, Vector3, CFrame, Color3, or a map from texts to texts`;
}

function sizeProblem(value: defined): string | undefined {
	const { text, problem } = encodePayload(value);
	if (text !== undefined) return undefined;
	const size = string.match(problem!, "is (.-) bytes serialized")[0];
	return size !== undefined ? tooLong(size as string) : problem!;
}

function tooLong(size: string): string {
	return `is ${size} bytes serialized, the most is ${grouped(PAYLOAD_BYTES_MOST)}; set less, or split it over several properties`;
}

/** A value that nobody else changes any more. */
export function kept(value: PropertyValue): PropertyValue {
	return typeIs(value, "table") && typeOf(value) === "table" ? table.freeze(table.clone(value)) : value;
}

export function isSame(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
	if (left === right) return true;
	if (typeOf(left) !== "table" || typeOf(right) !== "table") return false;
	const [one, other] = [left as Record<string, string>, right as Record<string, string>];
	for (const [key, entry] of pairs(one)) if (other[key] !== entry) return false;
	for (const [key] of pairs(other)) if (one[key] === undefined) return false;
	return true;
}

/** The text of a value that {@link problemOf} has nothing against, or of none. */
export function textOf(value: PropertyValue | undefined): string {
	if (value === undefined) return NOTHING;
	if (typeIs(value, "string")) return isPlain(value) ? value : TEXT_MARK + value;
	const { text } = encodePayload(value);
	assert(text !== undefined, "a checked value has a text");
	return text;
}

/** The value of a text, `undefined` for none; "unreadable" if it is no value's. */
export function valueOf(text: string): { readonly value: PropertyValue | undefined } | "unreadable" {
	if (text === NOTHING) return { value: undefined };
	const first = string.sub(text, 1, 1);
	if (first === RESERVED) return "unreadable";
	const value = first === TEXT_MARK ? string.sub(text, 2) : (decodePayload(text) ?? text);
	if (problemOf(value) !== undefined) return "unreadable";
	return { value: value as PropertyValue };
}

/** Whether a text is read as itself: most are, and travel as they are. */
function isPlain(text: string): boolean {
	const first = string.sub(text, 1, 1);
	return text !== NOTHING && first !== TEXT_MARK && first !== RESERVED && decodePayload(text) === undefined;
}
