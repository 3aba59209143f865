import { Platform } from "../platform/platform";
import { Connection, createSignal, FiringSignal, Signal } from "./signal";

/** A signal whose source costs something: it begins when somebody listens for the first time. */
export class ListenedSignal<A extends unknown[]> implements Signal<A> {
	private signal: FiringSignal<A> | undefined;

	constructor(
		private readonly platform: Platform,
		private readonly begin: () => void,
	) {}

	public Connect(callback: (...args: A) => void): Connection {
		return this.listened().Connect(callback);
	}

	public Once(callback: (...args: A) => void): Connection {
		return this.listened().Once(callback);
	}

	public Wait() {
		return this.listened().Wait();
	}

	/** @internal */
	public Fire(...args: A): void {
		this.signal?.Fire(...args);
	}

	private listened(): FiringSignal<A> {
		const known = this.signal;
		if (known) return known;
		const signal = createSignal<A>(this.platform);
		this.signal = signal;
		this.begin();
		return signal;
	}
}
