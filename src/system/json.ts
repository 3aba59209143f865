import { DATATYPES } from "../platform/datatypes";

/** Control characters have to be escaped in JSON. */
const ESCAPES: { readonly [character: string]: string } = {
	'"': '\\"',
	"\\": "\\\\",
	"\n": "\\n",
	"\r": "\\r",
	"\t": "\\t",
};

/** A payload as JSON, for what is not Luau: datatypes as lists of their parts, keys as text in order, what JSON has no word for as null. */
export function toJson(value: unknown): string {
	if (typeIs(value, "boolean")) return value ? "true" : "false";
	if (typeIs(value, "number")) return numberText(value);
	if (typeIs(value, "string")) return quoted(value);
	if (typeOf(value) === "table") return tableText(value as object);
	const datatype = DATATYPES.find(({ name }) => name === typeOf(value));
	return datatype ? `[${(datatype.take(value) as defined[]).map(toJson).join(",")}]` : "null";
}

function numberText(value: number): string {
	if (value !== value || math.abs(value) === math.huge) return "null";
	const short = tostring(value);
	return tonumber(short) === value ? short : string.format("%.17g", value);
}

function quoted(text: string): string {
	const [escaped] = string.gsub(
		text,
		'[%c"\\]',
		(character) => ESCAPES[character] ?? string.format("\\u%04x", string.byte(character)[0]!),
	);
	return `"${escaped}"`;
}

function tableText(value: object): string {
	const byKey = value as ReadonlyMap<defined, unknown>;
	const keys = new Array<defined>();
	for (const [key] of byKey) keys.push(key);
	const length = (value as defined[]).size();
	if (length === keys.size()) return `[${(value as defined[]).map(toJson).join(",")}]`;
	const texts = new Map<string, string>();
	const names = new Array<string>();
	for (const key of keys) {
		names.push(tostring(key));
		texts.set(tostring(key), toJson(byKey.get(key)));
	}
	names.sort((left, right) => left < right);
	return `{${names.map((name) => `${quoted(name)}:${texts.get(name)}`).join(",")}}`;
}
