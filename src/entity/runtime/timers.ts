import { Listener } from "./listener";
import { Owner } from "./owner";
import { Runtime } from "./runtime";

/** Calls `handler` after some seconds, once or again and again, as long as the owner lives. Returns what cancels it. */
export function startTimer(
	runtime: Runtime,
	owner: Owner,
	seconds: number,
	repeats: boolean,
	handler: () => void,
): () => void {
	if (owner.dead) return () => {};
	const { platform } = runtime;
	const listener = new Listener(owner, repeats ? "timer (every)" : "timer (after)", 0, handler);
	// Whoever does not listen still has timers.
	listener.active = true;
	let isRunning = true;
	let cancelNext: () => void;
	let dueSeconds = platform.clock() + seconds;
	owner.timerCount += 1;
	const stop = (): void => {
		if (!isRunning) return;
		isRunning = false;
		listener.active = false;
		owner.timerCount -= 1;
		cancelNext();
		forget();
	};
	const fire = (): void => {
		if (!isRunning) return;
		if (!repeats) stop();
		else {
			// In step with its beginning; what was missed while the server stood still is left out.
			const now = platform.clock();
			dueSeconds += seconds;
			if (dueSeconds <= now) dueSeconds = now + seconds;
			cancelNext = platform.schedule(dueSeconds - now, fire);
		}
		listener.active = !owner.dead;
		runtime.call("timer", listener, undefined, owner.id);
	};
	const forget = owner.onDeath(stop);
	cancelNext = platform.schedule(seconds, fire);
	return stop;
}
