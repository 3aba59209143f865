/** What a channel's payload may be, as text: JSON, with a few words more for what JSON cannot say. `docs/protocol.md` has the grammar. */
import { described, grouped } from "../diagnostics/errors";
import { Datatype, DATATYPES } from "../platform/datatypes";
import { isUtf8 } from "./text";

/** A payload is at most so many bytes, as text. */
export const PAYLOAD_BYTES_MOST = 8192;
/** Tables within tables. */
const DEPTH_MOST = 32;
/** Counting ends here. */
const COUNTED_BYTES_MOST = 1_000_000;
/** JSON's syntax has no word for infinity, but this is read as it everywhere. */
const INFINITY = "1e999";
const NUMBER = "^-?%d[%d%.]*[eE]?[+-]?%d*";

const BY_NAME = new Map<string, Datatype>();
const BY_TAG = new Map<string, Datatype>();
for (const datatype of DATATYPES) {
	BY_NAME.set(datatype.name, datatype);
	BY_TAG.set(datatype.tag, datatype);
}

/** A payload's text, or what is wrong with the payload: one of them. */
export interface Encoded {
	readonly text?: string;
	readonly problem?: string;
}

/** The text of a payload. */
export function encodePayload(payload: unknown): Encoded {
	const encoder = new Encoder();
	encoder.add(payload, "payload", 0);
	if (encoder.problem !== undefined) return { problem: encoder.problem };
	if (encoder.bytes > PAYLOAD_BYTES_MOST) {
		const size =
			encoder.bytes > COUNTED_BYTES_MOST ? `more than ${grouped(COUNTED_BYTES_MOST)}` : grouped(encoder.bytes);
		const problem = `the payload is ${size} bytes serialized, the most is ${grouped(PAYLOAD_BYTES_MOST)}; send less, or in several pieces`;
		return { problem };
	}
	return { text: encoder.pieces.join("") };
}

class Encoder {
	public readonly pieces = new Array<string>();
	public bytes = 0;
	public problem: string | undefined;
	/** The tables that the present one is in. */
	private readonly around = new Set<object>();

	public add(value: unknown, path: string, depth: number): void {
		if (this.problem !== undefined || this.bytes > COUNTED_BYTES_MOST) return;
		if (typeIs(value, "boolean")) this.push(value ? "true" : "false");
		else if (typeIs(value, "number")) {
			if (value !== value)
				this.problem = `${path} is NaN, which equals nothing, not even itself; send another number`;
			else this.push(numberText(value));
		} else if (typeIs(value, "string")) this.addText(value, path);
		else if (typeIs(value, "table") && typeOf(value) === "table") this.addTable(value, path, depth);
		else this.addDatatype(value, path);
	}

	private push(piece: string): void {
		this.bytes += piece.size();
		if (this.bytes <= PAYLOAD_BYTES_MOST) this.pieces.push(piece);
	}

	private addText(text: string, path: string): void {
		if (!isUtf8(text)) {
			this.problem = `${path} is not valid UTF-8; encode binary data as text`;
			return;
		}
		const escaped = string.gsub(string.gsub(text, "\\", "\\\\")[0], '"', '\\"')[0];
		this.push(`"${escaped}"`);
	}

	private addDatatype(value: unknown, path: string): void {
		const datatype = BY_NAME.get(typeOf(value));
		if (!datatype) {
			this.problem =
				typeOf(value) === "Instance"
					? `${path} is an Instance, which cannot be sent; send its name, or an id`
					: `${path} is ${described(value)}, which cannot be sent; send plain values`;
			return;
		}
		this.push(`${datatype.tag}(`);
		datatype.take(value).forEach((part, index) => {
			if (index > 0) this.push(",");
			if (typeIs(part, "string")) this.addText(part, path);
			else if (part !== part) this.problem = `${path} has NaN in it; send other numbers`;
			else this.push(datatype.partKind === "single" ? singleText(part) : numberText(part));
		});
		this.push(")");
	}

	private addTable(value: object, path: string, depth: number): void {
		if (this.around.has(value)) {
			this.problem = `${path} is a table that contains itself; send what can be written down`;
			return;
		}
		if (depth >= DEPTH_MOST) {
			this.problem = `${path} is nested more than ${DEPTH_MOST} tables deep; send something flatter`;
			return;
		}
		if (getmetatable(value as never) !== undefined) {
			this.problem = `${path} is an object of a class (it has a metatable), which would arrive without its methods; send a plain table`;
			return;
		}
		this.around.add(value);
		const numbers = new Array<number>();
		const texts = new Array<string>();
		for (const [key] of pairs(value as Record<string, unknown>)) {
			const anyKey = key as unknown;
			if (typeIs(anyKey, "number")) numbers.push(anyKey);
			else if (typeIs(anyKey, "string")) texts.push(anyKey);
			else {
				this.problem = `${path} has ${described(anyKey)} as a key; keys are strings or numbers`;
				return;
			}
		}
		numbers.sort((left, right) => left < right);
		const isList = texts.isEmpty() && numbers.every((key, index) => key === index + 1);
		if (isList) this.addList(value as defined[], path, depth);
		else this.addEntries(value, numbers, texts, path, depth);
		this.around.delete(value);
	}

	private addList(list: defined[], path: string, depth: number): void {
		this.push("[");
		list.forEach((element, index) => {
			if (index > 0) this.push(",");
			this.add(element, `${path}[${index + 1}]`, depth + 1);
		});
		this.push("]");
	}

	/** In an order that is the same everywhere. */
	private addEntries(value: object, numbers: number[], texts: string[], path: string, depth: number): void {
		texts.sort((left, right) => left < right);
		const byKey = value as unknown as ReadonlyMap<unknown, unknown>;
		let start = "{";
		for (const key of numbers) {
			this.push(start + numberText(key) + ":");
			start = ",";
			this.add(byKey.get(key), `${path}[${key}]`, depth + 1);
		}
		for (const key of texts) {
			this.push(start);
			start = ",";
			this.addText(key, `a key of ${path}`);
			this.push(":");
			this.add(
				byKey.get(key),
				string.match(key, "^[%a_][%w_]*$")[0] !== undefined ? `${path}.${key}` : `${path}["${key}"]`,
				depth + 1,
			);
		}
		this.push("}");
	}
}

function numberText(value: number): string {
	if (value === math.huge) return INFINITY;
	if (value === -math.huge) return `-${INFINITY}`;
	const short = tostring(value);
	return tonumber(short) === value ? short : string.format("%.17g", value);
}

/** As few digits as give the same number of single precision. */
function singleText(value: number): string {
	if (math.abs(value) === math.huge) return numberText(value);
	const single = buffer.create(4);
	buffer.writef32(single, 0, value);
	const wanted = buffer.readf32(single, 0);
	for (const digits of $range(6, 8)) {
		const text = string.format(`%.${digits}g`, wanted);
		buffer.writef32(single, 0, tonumber(text)!);
		if (buffer.readf32(single, 0) === wanted) return text;
	}
	return string.format("%.9g", wanted);
}

/** The payload of a text, its tables frozen; undefined if the text is none that this version knows. Never throws. */
export function decodePayload(text: string): defined | undefined {
	if (text.size() > PAYLOAD_BYTES_MOST) return undefined;
	const decoder = new Decoder(text);
	const payload = decoder.value(0);
	return decoder.isAtEnd() ? payload : undefined;
}

class Decoder {
	private position = 1;
	private failed = false;

	constructor(private readonly text: string) {}

	public isAtEnd(): boolean {
		return !this.failed && this.position > this.text.size();
	}

	/** Undefined, and `failed`, where there is no value. */
	public value(depth: number): defined | undefined {
		const first = this.peek();
		if (first === '"') return this.string();
		if (first === "[") return depth < DEPTH_MOST ? this.list(depth) : this.fail();
		if (first === "{") return depth < DEPTH_MOST ? this.entries(depth) : this.fail();
		if (this.takes("true")) return true;
		if (this.takes("false")) return false;
		const tag = string.sub(this.text, this.position, this.position + 1);
		const datatype = BY_TAG.get(tag);
		return datatype && this.takes(`${tag}(`) ? this.datatype(datatype) : this.number();
	}

	private fail(): undefined {
		this.failed = true;
		this.position = this.text.size() + 1;
		return undefined;
	}

	private peek(): string {
		return string.sub(this.text, this.position, this.position);
	}

	private takes(word: string): boolean {
		if (string.sub(this.text, this.position, this.position + word.size() - 1) !== word) return false;
		this.position += word.size();
		return true;
	}

	private number(): number | undefined {
		const word = string.match(this.text, NUMBER, this.position)[0] as string | undefined;
		const value = word !== undefined ? tonumber(word) : undefined;
		if (value === undefined || value !== value) return this.fail();
		this.position += word!.size();
		return value;
	}

	private string(): string | undefined {
		const pieces = new Array<string>();
		let from = this.position + 1;
		while (true) {
			const at = string.find(this.text, '["\\]', from)[0];
			if (at === undefined) return this.fail();
			pieces.push(string.sub(this.text, from, at - 1));
			if (string.sub(this.text, at, at) === '"') {
				this.position = at + 1;
				return pieces.join("");
			}
			const escaped = string.sub(this.text, at + 1, at + 1);
			if (escaped !== '"' && escaped !== "\\") return this.fail();
			pieces.push(escaped);
			from = at + 2;
		}
	}

	private list(depth: number): defined | undefined {
		const list = new Array<defined>();
		this.position += 1;
		if (this.takes("]")) return table.freeze(list);
		while (true) {
			const element = this.value(depth + 1);
			if (element === undefined) return this.fail();
			list.push(element);
			if (this.takes("]")) return table.freeze(list);
			if (!this.takes(",")) return this.fail();
		}
	}

	private entries(depth: number): defined | undefined {
		const entries = new Map<string | number, defined>();
		this.position += 1;
		while (true) {
			const key = this.peek() === '"' ? this.string() : this.number();
			if (key === undefined || !this.takes(":")) return this.fail();
			const element = this.value(depth + 1);
			if (element === undefined) return this.fail();
			entries.set(key, element);
			if (this.takes("}")) return table.freeze(entries as object);
			if (!this.takes(",")) return this.fail();
		}
	}

	private datatype(datatype: Datatype): defined | undefined {
		const parts = new Array<number | string>();
		for (const index of $range(1, datatype.partCount)) {
			if (index > 1 && !this.takes(",")) return this.fail();
			const part =
				datatype.partKind === "text" ? (this.peek() === '"' ? this.string() : this.fail()) : this.number();
			if (part === undefined) return this.fail();
			parts.push(part);
		}
		if (!this.takes(")")) return this.fail();
		const [success, made] = pcall(datatype.make, parts);
		return success && made !== undefined ? made : this.fail();
	}
}
