import { Connection as BeaconConnection, Signal as BeaconSignal, SignalCallback } from "@rbxts/beacon";
import { Platform } from "../platform/platform";

/** What {@link Signal.Connect} gives; `Disconnect` ends it. */
export interface Connection {
	readonly Connected: boolean;
	Disconnect(): void;
}

/** Like Roblox's own signals. Handlers run in threads of their own: what they throw or wait for disturbs nobody. No order between handlers is promised. */
export interface Signal<A extends unknown[]> {
	/** Calls `callback` every time the signal fires, until disconnected. */
	Connect(callback: (...args: A) => void): Connection;
	/** Calls `callback` the next time the signal fires, and not again. */
	Once(callback: (...args: A) => void): Connection;
	/** Yields until the signal fires, and returns what it fired with. */
	Wait(): LuaTuple<A>;
}

/** The side of a signal that fires it. */
export interface FiringSignal<A extends unknown[]> extends Signal<A> {
	Fire(...args: A): void;
	DisconnectAll(): void;
}

export function createSignal<A extends unknown[]>(platform: Platform): FiringSignal<A> {
	const signal = platform.watchHandlers ? new WatchedSignal<A>(platform) : new BeaconSignal<A>();
	return signal as unknown as FiringSignal<A>;
}

/** In a test, errors of handlers have to be seen: they run in threads of the virtual server. */
class WatchedSignal<A extends unknown[]> extends BeaconSignal<A> {
	constructor(private readonly platform: Platform) {
		super();
	}

	public override Connect(callback: SignalCallback<A>): BeaconConnection<A> {
		return super.Connect((...args) => this.platform.spawn(() => callback(...args)));
	}

	public override Once(callback: SignalCallback<A>): BeaconConnection<A> {
		return super.Once((...args) => this.platform.spawn(() => callback(...args)));
	}
}
