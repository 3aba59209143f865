import type { Health } from "./health";
import type { ServerCluster } from "./server-cluster";
import { Connection, createSignal, FiringSignal, Signal } from "./signal";

type Listener = (health: Health, previous: Health) => void;

/** How often health is looked at for who listens. */
const CHECK_SECONDS = 1.5;

/** Tells when health changes. Somebody who listens is told in time also while this server does not take part yet, or no more. */
export class HealthSignal implements Signal<[health: Health, previous: Health]> {
	private signal: FiringSignal<[health: Health, previous: Health]> | undefined;

	constructor(private readonly cluster: ServerCluster) {}

	public Connect(callback: Listener): Connection {
		return this.listened().Connect(callback);
	}

	public Once(callback: Listener): Connection {
		return this.listened().Once(callback);
	}

	public Wait() {
		return this.listened().Wait();
	}

	/** @internal */
	public Fire(health: Health, previous: Health): void {
		this.signal?.Fire(health, previous);
	}

	private listened(): FiringSignal<[health: Health, previous: Health]> {
		return (this.signal ??= this.begin());
	}

	private begin(): FiringSignal<[health: Health, previous: Health]> {
		const { cluster } = this;
		const { context, agenda } = cluster;
		const checking = agenda.add(() => {
			checking.at(context.now() + CHECK_SECONDS);
			cluster.checkHealth();
		});
		checking.at(context.now() + CHECK_SECONDS);
		return createSignal<[health: Health, previous: Health]>(context.platform);
	}
}
