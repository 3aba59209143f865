/** The engine's micro-profiler: what begins has to end in the same resumption. */
export interface Profiler {
	begin(label: string): void;
	end(): void;
}

/** Hot paths, as the micro-profiler shows them. */
export const enum Label {
	/** One message that has come in, all that follows from it included. */
	Receive = "net-server-sync receive",
	/** What a message says is applied; within a receive. */
	Apply = "net-server-sync apply",
	/** What waits is packed and sent. */
	Flush = "net-server-sync flush",
	/** The edits and actions of a turn leave. */
	Turn = "net-server-sync entity turn",
	/** Scripts of entities, once a frame. */
	Tick = "net-server-sync entity tick",
}

// Hot: once per message, flush, turn and frame.
/**
 * Runs `body`, which must not yield, under a label of the micro-profiler where there is one. A label ends also where `body` throws: one left open would
 * swallow whatever runs afterwards in that resumption.
 */
export function labelled(platform: { readonly profiler?: Profiler | undefined }, label: Label, body: () => void): void {
	const { profiler } = platform;
	if (!profiler) {
		body();
		return;
	}
	profiler.begin(label);
	const [success, problem] = pcall(body);
	profiler.end();
	if (!success) error(problem, 0);
}
