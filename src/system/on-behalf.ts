import { Caller } from "./call-types";

/** A function that was called from elsewhere and has not finished yet. */
export interface Errand {
	readonly caller: Caller;
	isOver: boolean;
}

/** The function whose code is running at this moment, without having yielded. */
let present: Errand | undefined;
/** Threads of functions that have yielded, or may. Luau collects those that have ended. */
const threads = setmetatable(new Map<thread, Errand>(), { __mode: "k" });

/** Runs `body`, which may yield, as a function that was called: calls it makes are on behalf of the same caller. Undefined: nobody's but the game's own. */
export function onBehalf(errand: Errand | undefined, body: () => void): void {
	const former = present;
	present = errand;
	body();
	present = former;
}

/** The thread that is running belongs to a function that was called. */
export function belongTo(errand: Errand): void {
	threads.set(coroutine.running(), errand);
}

/**
 * On whose behalf the code that is running makes a call; undefined if that cannot be told. Promises run code in threads of their own: one that makes a call before
 * it waits for the first time is known from then on.
 */
export function presentCaller(): Caller | undefined {
	const known = threads.get(coroutine.running());
	if (known) return known.isOver ? undefined : known.caller;
	if (!present || present.isOver) return undefined;
	belongTo(present);
	return present.caller;
}
