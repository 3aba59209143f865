/** Two bounds of a uniform draw. */
export type Range = readonly [least: number, most: number];

/** Says what is wrong with an option's value, or nothing. */
type Check = (value: unknown) => string | undefined;

/** One check for each option there is: the compiler sees to it that none is forgotten. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

export function probability(value: unknown): string | undefined {
	if (typeIs(value, "number") && value >= 0 && value <= 1) return undefined;
	return "a probability from 0 to 1";
}

export function notNegative(value: unknown): string | undefined {
	if (typeIs(value, "number") && value >= 0) return undefined;
	return "a number that is not negative";
}

export function integer(value: unknown): string | undefined {
	if (typeIs(value, "number") && value === math.floor(value) && math.abs(value) <= 2 ** 53) return undefined;
	return "an integer";
}

export function count(value: unknown): string | undefined {
	if (integer(value) === undefined && (value as number) >= 0) return undefined;
	return "an integer that is not negative";
}

export function finite(value: unknown): string | undefined {
	if (typeIs(value, "number") && math.abs(value) < math.huge) return undefined;
	return "a finite number";
}

function isRange(value: unknown): value is Range {
	if (!typeIs(value, "table")) return false;
	const [least, most] = value as Partial<Range>;
	return typeIs(least, "number") && typeIs(most, "number") && math.abs(most) < math.huge && least <= most;
}

export function range(value: unknown): string | undefined {
	return isRange(value) ? undefined : "two numbers, the least and the most";
}

export function delayRange(value: unknown): string | undefined {
	return isRange(value) && value[0] >= 0 ? undefined : "two numbers of seconds, the least and the most";
}

export function truth(value: unknown): string | undefined {
	return typeIs(value, "boolean") ? undefined : "true or false";
}

export function text(value: unknown): string | undefined {
	return typeIs(value, "string") && value !== "" ? undefined : "a text";
}

export function callable(value: unknown): string | undefined {
	return typeIs(value, "function") ? undefined : "a function";
}

export function oneOf(...choices: string[]): Check {
	return (value) => {
		for (const choice of choices) if (choice === value) return undefined;
		return `one of "${choices.join('", "')}"`;
	};
}

/**
 * Refuses unknown options, by name, and values that make no sense, at the line that called the caller's caller.
 * @param what whose options these are
 */
export function checkOptions<T extends object>(what: string, options: T | undefined, checks: Checks<T>): void {
	if (options === undefined) return;
	const checkByName = checks as unknown as { readonly [name: string]: Check | undefined };
	const values = options as { readonly [name: string]: unknown };
	// Sorted, so that the same mistake always gives the same message.
	const names = new Array<string>();
	for (const [name] of pairs(values)) names.push(tostring(name));
	names.sort();
	for (const name of names) {
		const check = checkByName[name];
		if (check === undefined) {
			const known = new Array<string>();
			for (const [knownName] of pairs(checkByName)) known.push(tostring(knownName));
			known.sort();
			error(`[net-server-sync] ${what}: there is no option "${name}"; there are ${known.join(", ")}`, 3);
		}
		const expected = check(values[name]);
		if (expected !== undefined) {
			error(`[net-server-sync] ${what}: ${name} is ${tostring(values[name])}; it has to be ${expected}`, 3);
		}
	}
}
