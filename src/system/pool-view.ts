import { PoolListener, ServerCluster } from "../cluster/server-cluster";
import { Change } from "../replication/replica";
import { OwnerGonePolicy } from "../wire/frame";

/** What is heard of one of the library's own pools. */
export interface ViewEvents {
	/** What this key has now; undefined for nothing. */
	readonly changed: (key: string, text: string | undefined, owner: string) => void;
	/** Another server has taken a key of this one. */
	readonly lost: (key: string) => void;
	/** All of the state has changed: what follows from it can happen. */
	readonly settled: () => void;
}

/** A pool of the library itself, without what pools of games have besides. */
export class PoolView implements PoolListener {
	constructor(
		private readonly cluster: ServerCluster,
		private readonly name: string,
		private readonly policy: OwnerGonePolicy,
		private readonly events: ViewEvents,
	) {
		cluster.attach(name, policy, this);
	}

	/** Takes what others contributed before; the same once more does no harm. */
	public load(): void {
		const known = this.cluster.context.replica.pools.get(this.name);
		if (!known) return;
		for (const [key, register] of known.registers) {
			const shown = register.shown();
			if (shown !== undefined) this.events.changed(key, shown, this.cluster.serverIdOf(register.stream));
		}
	}

	public put(key: string, text: string, priority: number): void {
		const { cluster } = this;
		if (!cluster.hasLeft()) cluster.contribute(this.name, this.policy, key, text, priority);
	}

	public take(key: string, priority: number): void {
		this.cluster.withdraw(this.name, key, priority);
	}

	/** What a key has now. */
	public get(key: string): string | undefined {
		return this.cluster.context.replica.pools.get(this.name)?.registers.get(key)?.shown();
	}

	/** @internal */
	public note({ kind, register, value }: Change, owner: string): defined | undefined {
		if (kind === "ownershipLost") this.events.lost(register.key);
		else this.events.changed(register.key, kind === "removed" ? undefined : value, owner);
		return true;
	}

	/** @internal */
	public fire(): void {
		this.events.settled();
	}
}
