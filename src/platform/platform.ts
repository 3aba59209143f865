import { Profiler } from "./labels";

/** Messages to all that another server in the same VM has decoded already. */
export interface DecodedMessages {
	get(message: string): defined | undefined;
	set(message: string, decoded: defined): void;
}

/**
 * Everything the library needs from the engine, as one interface. `roblox.ts` implements it with Roblox's services, `testing/` with an emulated cloud;
 * nothing else in the library touches the engine. Nothing here yields: what takes time calls back later.
 * Callbacks do not yield either, but for those of {@link Platform.spawn}: whatever code of a game may wait for is run by that.
 */
export interface Platform {
	/** Where this code runs. In "studio" there may be no MessagingService; on a "client" the library refuses to work. */
	readonly environment: "live" | "studio" | "client";
	/** `game.JobId`, or a generated GUID where that is empty (Studio). */
	readonly serverId: string;
	/** Unix time in seconds at which this server started, by its own clock. */
	readonly startedAtSeconds: number;
	readonly placeVersion: number;
	/** What the layers above keep for this platform. */
	readonly attachments: object;
	/** Whether handlers of signals run through `spawn`, so that their errors are seen. In the engine they run in threads of its own anyway. */
	readonly watchHandlers: boolean;
	/** The engine's micro-profiler, where there is one; see `labelled`. */
	readonly profiler?: Profiler | undefined;
	/** Where many servers are emulated, each message is decoded once for all of them. */
	readonly decoded?: DecodedMessages;

	/** Seconds of a clock that never goes backwards, from an arbitrary origin. */
	clock(): number;
	/** Unix time in whole milliseconds by this machine's clock: may be skewed, may jump. */
	unixMilliseconds(): number;
	/** Uniform in [0, 1). */
	random(): number;
	guid(): string;
	/** Players on this server now; budgets depend on it. */
	playerCount(): number;
	/** The name of a player on this server; undefined for others. */
	findPlayer(userId: number): string | undefined;
	/** Tells of every player who leaves this server, while he is still there. */
	onPlayerLeaving(callback: (userId: number) => void): void;

	/** Runs `callback` `delaySeconds` from now or a frame later. Returns what cancels it; cancelling twice, or after it ran, does nothing. */
	schedule(delaySeconds: number, callback: () => void): () => void;
	/** Runs `callback` at once in a new thread, so that its yields and errors stay its own; errors are reported to the engine's output. */
	spawn(callback: () => void): void;

	/** Hands one message to the cloud. `done` gets the failure's text, or undefined when the cloud took it; it may come 30 s later, or never. */
	publish(topic: string, message: string, done: (failure: string | undefined) => void): void;
	/**
	 * Subscribes to a topic. `done` gets the failure's text, or undefined once connected. `received` gets whatever arrives, of any type.
	 * Returns what disconnects; afterwards `received` is never called again, even if the subscription connects late.
	 */
	subscribe(
		topic: string,
		received: (message: unknown) => void,
		done: (failure: string | undefined) => void,
	): () => void;

	/** Reads one item of a hash map of MemoryStoreService. `done` gets the failure's text, or undefined and the value, undefined if there is none; it may come late, or never. */
	readMemory(map: string, key: string, done: (failure: string | undefined, value: unknown) => void): void;
	/** Writes one item, to expire in whole seconds. A write that fails may have happened all the same. */
	writeMemory(
		map: string,
		key: string,
		value: string,
		expirationSeconds: number,
		done: (failure: string | undefined) => void,
	): void;

	/**
	 * Changes one item in one step: `transform` gets the text that is there, or undefined, and returns the text that shall be, or undefined to leave it; it may run several times.
	 * `done` gets the failure's text, or undefined and what was written, undefined if nothing was. An update that fails may have happened all the same.
	 */
	updateMemory(
		map: string,
		key: string,
		transform: (former: unknown) => string | undefined,
		expirationSeconds: number,
		done: (failure: string | undefined, written: unknown) => void,
	): void;

	/** Registers what has to happen when this server closes; the server waits for `done`, at most 30 s (`game:BindToClose`). */
	onClosing(handler: (done: () => void) => void): void;

	/** Compiles a text in Luau, or says why it cannot be: most games have not enabled LoadStringEnabled. */
	compile(
		text: string,
		name: string,
	): { readonly chunk?: (...values: unknown[]) => unknown; readonly problem?: string };

	/** Writes a warning to the engine's output. */
	warn(text: string): void;
	/** Writes an informational line to the engine's output. */
	print(text: string): void;
}
