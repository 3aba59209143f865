/** What the probe needs of the engine: the real one in `main.server.ts`, an emulated one in specs. */
export interface ProbeEngine {
	readonly MessagingService: {
		PublishAsync(topic: string, message: unknown): void;
		SubscribeAsync(
			topic: string,
			callback: (message: { Data: unknown; Sent: number }) => void,
		): RBXScriptConnection;
	};
	readonly HttpService: {
		JSONEncode(value: unknown): string;
		JSONDecode(text: string): unknown;
		GenerateGUID(wrapInCurlyBraces?: boolean): string;
	};
	readonly Players: { GetPlayers(): Player[] };
	readonly DataModel: {
		readonly JobId: string;
		readonly PlaceVersion: number;
		BindToClose(callback: () => void): void;
	};
	readonly DateTime: { readonly now: () => { readonly UnixTimestampMillis: number } };
	readonly os: { readonly clock: () => number };
	readonly task: {
		readonly spawn: (callback: () => void) => thread;
		readonly wait: (seconds?: number) => number;
	};
}

/** How one call of something that yields ended. */
export interface Attempt {
	/** What it threw; undefined if it returned. */
	readonly failure: string | undefined;
	readonly seconds: number;
}

/** The most of an error's text that is reported. */
const TEXT_CHARACTERS = 160;

/** Calls something that yields and may throw. */
export function attempt(engine: ProbeEngine, call: () => void): Attempt {
	const since = engine.os.clock();
	const [success, failure] = pcall(call);
	const seconds = engine.os.clock() - since;
	return { failure: success ? undefined : string.sub(tostring(failure), 1, TEXT_CHARACTERS), seconds };
}

export function publish(engine: ProbeEngine, topic: string, message: unknown): Attempt {
	return attempt(engine, () => engine.MessagingService.PublishAsync(topic, message));
}
