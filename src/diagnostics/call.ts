/** What came of calling a function that must not yield. */
export interface Called {
	readonly outcome: "returned" | "threw" | "yielded";
	/** What it returned, or threw. */
	readonly result: unknown;
}

type AnyFunction = (argument: unknown) => unknown;

/** The call that is being made; one inside another puts the outer one back. */
let callback: AnyFunction | undefined;
let argument: unknown;
let result: unknown;

/** Called by `table.sort` to compare two numbers; the first time it makes the call instead. */
function compare(): boolean {
	const once = callback;
	callback = undefined;
	if (once) result = once(argument);
	return false;
}

/**
 * Calls a game's function and tells what came of it. A yield would let other changes overtake this one, so it is an outcome of its own: the function
 * runs inside `table.sort`, and Luau refuses to yield out of that with an error. Hot: once per change of a pool, without a thread or a closure.
 */
export function callWithoutYield(toCall: unknown, withArgument: unknown): Called {
	const [formerCallback, formerArgument] = [callback, argument];
	callback = toCall as AnyFunction;
	argument = withArgument;
	result = undefined;
	const [success, problem] = pcall(table.sort, [1, 2], compare);
	const returned = result;
	callback = formerCallback;
	argument = formerArgument;
	result = undefined;
	if (success) return { outcome: "returned", result: returned };
	const yielded = typeIs(problem, "string") && string.find(problem, "attempt to yield", 1, true)[0] !== undefined;
	return { outcome: yielded ? "yielded" : "threw", result: problem };
}

/** The same for the library's own functions, which neither throw nor yield. */
export function callDirectly(toCall: unknown, withArgument: unknown): Called {
	return { outcome: "returned", result: (toCall as AnyFunction)(withArgument) };
}
