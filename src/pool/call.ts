/** What came of calling a function that must not yield. */
export interface Called {
	readonly outcome: "returned" | "threw" | "yielded";
	/** What it returned, or threw. */
	readonly result: unknown;
}

type AnyFunction = (argument: unknown) => unknown;

/** Tells the runner's own yields from those of the function it runs. */
const FINISHED = {};

let idle: thread | undefined;

function run(first: unknown, firstArgument: unknown): void {
	let [callback, argument] = [first, firstArgument];
	while (true) {
		const [success, result] = pcall(callback as AnyFunction, argument);
		[callback, argument] = coroutine.yield(FINISHED, success, result);
	}
}

/**
 * Calls a game's function and tells what came of it. A yield would let other changes overtake this one, so it is an outcome of its own, and what the
 * function would have done afterwards is not done. Hot: once per change of a pool. One thread serves all calls until one of them yields.
 */
export function callWithoutYield(callback: unknown, argument: unknown): Called {
	const runner = idle ?? coroutine.create(run);
	// A function that contributes by itself calls this again: it gets a thread of its own.
	idle = undefined;
	const [, mark, success, result] = coroutine.resume(runner, callback, argument);
	if (mark !== FINISHED) {
		coroutine.close(runner);
		return { outcome: "yielded", result: undefined };
	}
	idle = runner;
	return { outcome: success === true ? "returned" : "threw", result };
}

/** The same for the library's own functions, which neither throw nor yield. */
export function callDirectly(callback: unknown, argument: unknown): Called {
	return { outcome: "returned", result: (callback as AnyFunction)(argument) };
}
