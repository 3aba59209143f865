import type { ClusterStatistics } from "./cluster";
import type { ServerCluster } from "./server-cluster";
import { Connection, createSignal, FiringSignal, Signal } from "./signal";

type Listener = (statistics: ClusterStatistics) => void;

/** Tells the statistics again and again, from the first time on that somebody listens: counting them costs something. */
export class StatisticsSignal implements Signal<[statistics: ClusterStatistics]> {
	private signal: FiringSignal<[statistics: ClusterStatistics]> | undefined;

	constructor(
		private readonly cluster: ServerCluster,
		private readonly everySeconds: number,
	) {}

	public Connect(callback: Listener): Connection {
		return this.listened().Connect(callback);
	}

	public Once(callback: Listener): Connection {
		return this.listened().Once(callback);
	}

	public Wait() {
		return this.listened().Wait();
	}

	private listened(): FiringSignal<[statistics: ClusterStatistics]> {
		return (this.signal ??= this.begin());
	}

	private begin(): FiringSignal<[statistics: ClusterStatistics]> {
		const { cluster } = this;
		const { context, agenda } = cluster;
		const signal = createSignal<[statistics: ClusterStatistics]>(context.platform);
		const telling = agenda.add(() => {
			telling.at(context.now() + this.everySeconds);
			signal.Fire(cluster.GetStatistics());
		});
		telling.at(context.now() + this.everySeconds);
		return signal;
	}
}
