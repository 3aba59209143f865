/**
 * JSON as HttpService has it. Documented: an array's elements win over string keys, an empty table is `[]`, cycles are an error, infinity and
 * NaN are accepted. Assumed where nothing is: object keys in order, 17 significant digits, `null` for what JSON has no word for, and a
 * refusal of tables with other keys and no element 1, so that nothing comes to depend on what the engine makes of them.
 */

const ESCAPES: ReadonlyMap<string, string> = new Map([
	['"', '\\"'],
	["\\", "\\\\"],
	["\b", "\\b"],
	["\f", "\\f"],
	["\n", "\\n"],
	["\r", "\\r"],
	["\t", "\\t"],
	// A control character to Luau's patterns, none to JSON.
	["\x7f", "\x7f"],
]);

const UNESCAPES: ReadonlyMap<string, string> = new Map([
	['"', '"'],
	["\\", "\\"],
	["/", "/"],
	["b", "\b"],
	["f", "\f"],
	["n", "\n"],
	["r", "\r"],
	["t", "\t"],
]);

function escape(character: string): string {
	return ESCAPES.get(character) ?? string.format("\\u%04x", string.byte(character)[0]!);
}

function encodeString(text: string): string {
	const [length] = utf8.len(text);
	if (length === undefined || length === false) error("Can't convert to JSON: a string is not valid UTF-8", 0);
	const [escaped] = string.gsub(text, '[%c"\\]', escape);
	return `"${escaped}"`;
}

function encodeNumber(value: number): string {
	if (value !== value) return "nan";
	if (value === math.huge) return "inf";
	if (value === -math.huge) return "-inf";
	return string.format("%.17g", value);
}

function encodeArray(elements: ReadonlyMap<unknown, unknown>, open: Set<unknown>): string {
	const parts = new Array<string>();
	let position = 1;
	while (elements.get(position) !== undefined) {
		parts.push(encodeValue(elements.get(position), open));
		position += 1;
	}
	return `[${parts.join(",")}]`;
}

function encodeObject(members: ReadonlyMap<unknown, unknown>, open: Set<unknown>): string {
	const names = new Array<string>();
	for (const [name] of members) {
		if (!typeIs(name, "string")) {
			error(`Can't convert to JSON: a table has a ${typeOf(name)} key and no element 1`, 0);
		}
		names.push(name);
	}
	names.sort();
	return `{${names.map((name) => `${encodeString(name)}:${encodeValue(members.get(name), open)}`).join(",")}}`;
}

/** @param open the tables that are being written: one that comes again is a cycle */
function encodeValue(value: unknown, open: Set<unknown>): string {
	if (typeIs(value, "string")) return encodeString(value);
	if (typeIs(value, "number")) return encodeNumber(value);
	if (typeIs(value, "boolean")) return tostring(value);
	if (!typeIs(value, "table")) return "null";
	if (open.has(value)) error("Can't convert to JSON: tables cannot be cyclic", 0);
	open.add(value);
	const members = value as ReadonlyMap<unknown, unknown>;
	let text = "[]";
	if (members.get(1) !== undefined) text = encodeArray(members, open);
	else if (!members.isEmpty()) text = encodeObject(members, open);
	open.delete(value);
	return text;
}

/** Reads one JSON text from its beginning to its end. */
class JsonReader {
	private position = 1;

	constructor(private readonly text: string) {}

	read(): unknown {
		const value = this.value();
		this.skipSpace();
		if (this.position <= this.text.size()) this.fail();
		return value;
	}

	private fail(): never {
		error(`Can't parse JSON: unexpected text at character ${this.position}`, 0);
	}

	private skipSpace(): void {
		const [position] = string.find(this.text, "[^ \t\r\n]", this.position);
		this.position = position ?? this.text.size() + 1;
	}

	/** The character after any space. */
	private peek(): string {
		this.skipSpace();
		return string.sub(this.text, this.position, this.position);
	}

	private match(pattern: string): string | undefined {
		const [found] = string.match(this.text, pattern, this.position);
		return found as string | undefined;
	}

	private value(): unknown {
		const character = this.peek();
		if (character === '"') return this.string();
		if (character === "[") return this.array();
		if (character === "{") return this.object();
		const word = this.match("^%-?%a+");
		if (word !== undefined) return this.word(word);
		const digits = this.match("^%-?%d+%.?%d*[eE]?[+-]?%d*") ?? this.fail();
		const value = tonumber(digits) ?? this.fail();
		this.position += digits.size();
		return value;
	}

	private word(word: string): unknown {
		this.position += word.size();
		if (word === "null") return undefined;
		if (word === "true") return true;
		if (word === "false") return false;
		if (word === "inf") return math.huge;
		if (word === "-inf") return -math.huge;
		if (word === "nan") return 0 / 0;
		this.position -= word.size();
		this.fail();
	}

	private array(): unknown {
		const elements = new Map<number, unknown>();
		let length = 0;
		this.position += 1;
		if (this.peek() === "]") {
			this.position += 1;
			return elements;
		}
		while (true) {
			length += 1;
			elements.set(length, this.value());
			if (this.endsAfter("]")) return elements;
		}
	}

	private object(): unknown {
		const members = new Map<string, unknown>();
		this.position += 1;
		if (this.peek() === "}") {
			this.position += 1;
			return members;
		}
		while (true) {
			if (this.peek() !== '"') this.fail();
			const name = this.string();
			if (this.peek() !== ":") this.fail();
			this.position += 1;
			members.set(name, this.value());
			if (this.endsAfter("}")) return members;
		}
	}

	/** Passes what follows an element: true for the closing bracket, false for a comma. */
	private endsAfter(bracket: string): boolean {
		const character = this.peek();
		if (character !== bracket && character !== ",") this.fail();
		this.position += 1;
		return character === bracket;
	}

	private string(): string {
		const parts = new Array<string>();
		this.position += 1;
		while (true) {
			const [stop] = string.find(this.text, '[%c"\\]', this.position);
			if (stop === undefined) this.fail();
			parts.push(string.sub(this.text, this.position, stop - 1));
			this.position = stop + 1;
			const character = string.sub(this.text, stop, stop);
			if (character === '"') return parts.join("");
			if (character === "\\") parts.push(this.escaped());
			else if (character === "\x7f") parts.push(character);
			else this.fail();
		}
	}

	private escaped(): string {
		const letter = string.sub(this.text, this.position, this.position);
		if (letter !== "u") {
			const character = UNESCAPES.get(letter) ?? this.fail();
			this.position += 1;
			return character;
		}
		const code = tonumber(this.match("^u(%x%x%x%x)") ?? this.fail(), 16)!;
		this.position += 5;
		if (code < 0xd800 || code >= 0xdc00) return utf8.char(code);
		const low = tonumber(this.match("^\\u([dD][c-fC-F]%x%x)") ?? this.fail(), 16)!;
		this.position += 6;
		return utf8.char(0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00));
	}
}

/** `value` as JSON; throws for what cannot be written. */
export function encodeJson(value: unknown): string {
	return encodeValue(value, new Set());
}

/** What a JSON text says; throws for anything else. */
export function decodeJson(text: string): unknown {
	if (!typeIs(text, "string")) error("Can't parse JSON: the input is not a string", 0);
	return new JsonReader(text).read();
}
