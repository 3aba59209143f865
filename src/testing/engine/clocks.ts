import type { VirtualPlatform } from "../virtual-platform";

/** What of the `os` library exists. */
export interface EngineOs {
	/** Seconds from an arbitrary origin; never goes backwards. */
	readonly clock: () => number;
	/** Unix time in whole seconds by this server's clock, which may be wrong and may jump. */
	readonly time: () => number;
}

/** What of the `DateTime` type exists. */
export interface EngineDateTime {
	/** The present moment, by this server's clock. */
	readonly now: () => { readonly UnixTimestamp: number; readonly UnixTimestampMillis: number };
}

export function newOs(platform: VirtualPlatform): EngineOs {
	return {
		clock: () => platform.clock(),
		time: () => platform.unixMilliseconds().idiv(1000),
	};
}

export function newDateTime(platform: VirtualPlatform): EngineDateTime {
	return {
		now: () => {
			const milliseconds = platform.unixMilliseconds();
			return { UnixTimestamp: milliseconds.idiv(1000), UnixTimestampMillis: milliseconds };
		},
	};
}
