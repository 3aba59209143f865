import { Signal as BeaconSignal } from "@rbxts/beacon";
import { Platform } from "../platform/platform";

/** What {@link Signal.Connect} gives. No method throws or yields. */
export interface Connection {
	/** Whether the callback is still called. */
	readonly Connected: boolean;
	/** Ends it: the callback is not called any more. A second time does nothing. */
	Disconnect(): void;
}

/** Like Roblox's own signals. Handlers run in threads of their own: what they throw or wait for disturbs nobody. No order between handlers is promised. Methods do not throw, and do not yield unless they say so. */
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
	return platform.watchHandlers ? new WatchedSignal<A>(platform) : plainSignal<A>();
}

function plainSignal<A extends unknown[]>(): FiringSignal<A> {
	return new BeaconSignal<A>() as unknown as FiringSignal<A>;
}

/** In a test, errors of handlers have to be seen: they run in threads of the virtual server. Most of these signals nobody ever listens to. */
class WatchedSignal<A extends unknown[]> implements FiringSignal<A> {
	private signal: FiringSignal<A> | undefined;

	constructor(private readonly platform: Platform) {}

	public Connect(callback: (...args: A) => void): Connection {
		return this.heard().Connect((...args) => this.platform.spawn(() => callback(...args)));
	}

	public Once(callback: (...args: A) => void): Connection {
		return this.heard().Once((...args) => this.platform.spawn(() => callback(...args)));
	}

	public Wait() {
		return this.heard().Wait();
	}

	public Fire(...args: A): void {
		this.signal?.Fire(...args);
	}

	public DisconnectAll(): void {
		this.signal?.DisconnectAll();
	}

	/** The signal, now that somebody listens. */
	private heard(): FiringSignal<A> {
		return (this.signal ??= plainSignal<A>());
	}
}
