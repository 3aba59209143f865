import { described } from "../diagnostics/errors";

/** How the values of a pool become text and back. */
export interface Codec<T> {
	/** What is wrong with a value's type, if anything. */
	readonly check: (value: unknown) => string | undefined;
	readonly hash: (value: T) => string;
	readonly serialize: (value: T) => string;
	readonly deserialize: (text: string) => T | undefined;
}

export const STRING_CODEC: Codec<string> = {
	check: (value) =>
		typeIs(value, "string")
			? undefined
			: `contributions are strings, but got ${described(value)}; contribute a name or an id, or use a GeneralPool`,
	hash: (value) => value,
	serialize: (value) => value,
	deserialize: (text) => text,
};

/** Numbers as the shortest text that reads back as the same number; what text cannot say is written out. */
function numberText(value: number): string {
	if (value === math.huge) return "inf";
	if (value === -math.huge) return "-inf";
	// Minus zero equals zero, so it must have the same key.
	if (value === 0) return "0";
	const short = tostring(value);
	return tonumber(short) === value ? short : string.format("%.17g", value);
}

export const NUMBER_CODEC: Codec<number> = {
	check: (value) => {
		if (!typeIs(value, "number"))
			return `contributions are numbers, but got ${described(value)}; contribute a number, or use a GeneralPool`;
		return value !== value
			? "NaN cannot be contributed, because it equals nothing, not even itself; look for a division of 0 by 0"
			: undefined;
	},
	hash: numberText,
	serialize: numberText,
	deserialize: (text) => {
		if (text === "inf") return math.huge;
		if (text === "-inf") return -math.huge;
		return tonumber(text);
	},
};
