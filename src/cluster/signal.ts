import { Signal as BeaconSignal } from "@rbxts/beacon";

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

export function createSignal<A extends unknown[]>(): FiringSignal<A> {
	return new BeaconSignal<A>() as unknown as FiringSignal<A>;
}
