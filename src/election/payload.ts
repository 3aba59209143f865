/** Plain values as text and back: what messages to a leader are made of. Pure. */

const DEPTH_MOST = 16;

/** The text of a value made of strings, numbers, booleans, lists and tables with string keys; undefined if there is something else in it. */
export function encodePayload(value: unknown, depth = 0): string | undefined {
	if (depth > DEPTH_MOST) return undefined;
	if (typeIs(value, "string")) return `s${value.size()}:${value}`;
	if (typeIs(value, "boolean")) return value ? "t" : "f";
	if (typeIs(value, "number")) return value === value ? `n${string.format("%.17g", value)};` : undefined;
	if (!typeIs(value, "table")) return undefined;
	const list = value as unknown[];
	const keys = new Array<string>();
	let count = 0;
	for (const [key] of pairs(value as object)) {
		count += 1;
		if (typeIs(key, "string")) keys.push(key);
	}
	if (keys.isEmpty()) {
		if (count !== list.size()) return undefined;
		const texts = new Array<string>();
		for (const index of $range(0, count - 1)) {
			const text = encodePayload(list[index], depth + 1);
			if (text === undefined) return undefined;
			texts.push(text);
		}
		return `a${count}:${texts.join("")}`;
	}
	if (keys.size() !== count) return undefined;
	keys.sort();
	const texts = new Array<string>();
	for (const key of keys) {
		const text = encodePayload((value as { [name: string]: unknown })[key], depth + 1);
		if (text === undefined) return undefined;
		texts.push(`${key.size()}:${key}${text}`);
	}
	return `o${count}:${texts.join("")}`;
}

/** What a text stands for; undefined if it is none that {@link encodePayload} makes. */
export function decodePayload(text: string): defined | undefined {
	const cursor = { at: 1 };
	const value = decode(text, cursor, 0);
	return cursor.at === text.size() + 1 ? value : undefined;
}

interface Cursor {
	at: number;
}

function decode(text: string, cursor: Cursor, depth: number): defined | undefined {
	const kind = string.sub(text, cursor.at, cursor.at);
	cursor.at += 1;
	if (depth > DEPTH_MOST) return undefined;
	if (kind === "t" || kind === "f") return kind === "t";
	if (kind === "s") return decodeText(text, cursor);
	if (kind === "n") {
		const [stop] = string.find(text, ";", cursor.at, true);
		if (stop === undefined) return undefined;
		const value = tonumber(string.sub(text, cursor.at, stop - 1));
		cursor.at = stop + 1;
		return value;
	}
	if (kind !== "a" && kind !== "o") return undefined;
	const count = decodeCount(text, cursor);
	if (count === undefined) return undefined;
	if (kind === "a") {
		const list = new Array<defined>();
		for (const _ of $range(1, count)) {
			const entry = decode(text, cursor, depth + 1);
			if (entry === undefined) return undefined;
			list.push(entry);
		}
		return list;
	}
	const named = new Map<string, defined>();
	for (const _ of $range(1, count)) {
		const key = decodeText(text, cursor);
		const entry = key === undefined ? undefined : decode(text, cursor, depth + 1);
		if (entry === undefined) return undefined;
		named.set(key!, entry);
	}
	return named;
}

function decodeCount(text: string, cursor: Cursor): number | undefined {
	const [start, stop, digits] = string.find(text, "^(%d+):", cursor.at);
	if (start === undefined) return undefined;
	cursor.at = stop! + 1;
	const count = tonumber(digits);
	return count !== undefined && count <= text.size() ? count : undefined;
}

function decodeText(text: string, cursor: Cursor): string | undefined {
	const size = decodeCount(text, cursor);
	if (size === undefined || cursor.at + size - 1 > text.size()) return undefined;
	const taken = string.sub(text, cursor.at, cursor.at + size - 1);
	cursor.at += size;
	return taken;
}
