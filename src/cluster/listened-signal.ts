import { Platform } from "../platform/platform";
import { Connection, createSignal, FiringSignal, Signal } from "./signal";

/** A signal that is worth nothing until somebody listens: what has to be done to fire it begins then. */
export class ListenedSignal<T extends unknown[]> implements Signal<T> {
	private signal: FiringSignal<T> | undefined;

	constructor(
		private readonly platform: Platform,
		/** Called once, when somebody listens for the first time. */
		private readonly begin: () => void,
	) {}

	public Connect(callback: (...args: T) => void): Connection {
		return this.listened().Connect(callback);
	}

	public Once(callback: (...args: T) => void): Connection {
		return this.listened().Once(callback);
	}

	public Wait() {
		return this.listened().Wait();
	}

	/** @internal */
	public Fire(...args: T): void {
		this.signal?.Fire(...args);
	}

	private listened(): FiringSignal<T> {
		if (!this.signal) {
			this.signal = createSignal<T>(this.platform);
			this.begin();
		}
		return this.signal;
	}
}
