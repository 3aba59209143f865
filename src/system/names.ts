/** A place in a system: the second "Display" is `{ name: "Display", index: 2 }`. */
export interface Place {
	readonly name: string;
	readonly index: number;
}

/** "Display_3" is the third of that name, "Display" the first; only a number at the end counts: "My_Display" is the first "My_Display". */
export function parsePlace(text: string): Place {
	const [name, digits] = string.match(text, "^(.+)_(%d+)$");
	const index = digits === undefined ? undefined : tonumber(digits);
	return name !== undefined && index !== undefined ? { name: tostring(name), index } : { name: text, index: 1 };
}
