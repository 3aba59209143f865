const PREFIX = "[net-server-sync] ";

/** A message as it is shown to the game's developer. */
export function labelled(text: string): string {
	return PREFIX + text;
}

/**
 * Raises an error that blames the line which called the public function or method that calls this.
 * `text` says what happened, with the values in it; then what to do.
 */
export function fail(text: string): never {
	error(PREFIX + text, 3);
}

/** A number with thousands separated, as in "9,412". */
export function grouped(value: number): string {
	let text = tostring(value);
	while (true) {
		const [replaced, count] = string.gsub(text, "^(-?%d+)(%d%d%d)", "%1,%2");
		text = replaced;
		if (count === 0) return text;
	}
}

/** What a value of the wrong type is, for an error message. */
export function described(value: unknown): string {
	if (value === undefined) return "nil";
	if (typeIs(value, "string")) return value.size() > 40 ? `a string of ${grouped(value.size())} bytes` : `"${value}"`;
	if (typeIs(value, "number") || typeIs(value, "boolean")) return tostring(value);
	return `a ${typeOf(value)}`;
}
