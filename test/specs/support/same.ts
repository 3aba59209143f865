/** Where two values differ, tables compared by what is in them; undefined if nowhere. */
export function difference(actual: unknown, expected: unknown, path = "it"): string | undefined {
	if (!typeIs(actual, "table") || !typeIs(expected, "table")) {
		return actual === expected ? undefined : `${path} is ${shown(actual)}, not ${shown(expected)}`;
	}
	const actualFields = actual as Map<unknown, unknown>;
	const expectedFields = expected as Map<unknown, unknown>;
	for (const [name, value] of pairs(expectedFields)) {
		const found = difference(actualFields.get(name), value, `${path}.${name}`);
		if (found !== undefined) return found;
	}
	for (const [name, value] of pairs(actualFields)) {
		if (expectedFields.get(name) === undefined) return `${path}.${name} is ${shown(value)}, not absent`;
	}
	return undefined;
}

/** Fails unless two values are the same, tables compared by what is in them. */
export function expectSame(actual: unknown, expected: unknown): void {
	const found = difference(actual, expected);
	if (found !== undefined) error(found, 2);
}

function shown(value: unknown): string {
	return typeIs(value, "string") ? string.format("%q", value) : tostring(value);
}
