/** Gets the text, with the stack, of an error that nobody caught. */
export type FailureReport = (failure: string) => void;

/** The text of an error and the stack where it was thrown: for `xpcall`. */
export function describeFailure(failure: unknown): string {
	return debug.traceback(tostring(failure), 2);
}

/** Runs `callback(argument)`, which does not yield, in the running thread; an error goes to `report`. Hot: once per timer and message. */
export function callReporting<A>(callback: (argument: A) => void, argument: A, report: FailureReport): void {
	const [success, failure] = xpcall(callback, describeFailure, argument);
	if (!success) report(failure as string);
}

/**
 * Runs `callback(argument)` in a new thread until it returns or yields; an error goes to `report`.
 * Threads are not reused, because a stale resumption of a finished one must stay an error.
 */
export function startThread<A>(callback: (argument: A) => void, argument: A, report: FailureReport): void {
	// Errors are caught inside the thread: a runtime may turn what leaves coroutine.resume into another text.
	const [success, failure] = coroutine.resume(coroutine.create(callReporting), callback, argument, report);
	if (!success) error(failure, 0);
}

/** How a body that must not yield ended. */
export type Outcome<T> = { readonly yielded: true } | { readonly yielded: false; readonly result: T };

/**
 * Runs `callback` in a new thread and returns its result, or rethrows its error unchanged.
 * If it yields, the thread is closed: nobody would know what to resume it as.
 */
export function runUnyielding<T>(callback: () => T): Outcome<T> {
	let finished = false;
	let success = false;
	let result: unknown;
	const thread = coroutine.create(() => {
		[success, result] = pcall(callback);
		finished = true;
	});
	coroutine.resume(thread);
	if (!finished) {
		coroutine.close(thread);
		return { yielded: true };
	}
	if (!success) error(result, 0);
	return { yielded: false, result: result as T };
}
