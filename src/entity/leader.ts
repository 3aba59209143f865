import { findScope } from "../election";
import { Scope } from "../election/scope";
import { settleOptions } from "../election/options";
import { ServerCluster } from "../cluster/server-cluster";

const SCOPE_PREFIX = "net-server-sync/e/";

/** The election of the one server that runs a space's scripts and judges its edits; held once somebody needs it. */
export class SpaceLeader {
	private scope: Scope | undefined;

	constructor(
		private readonly spaceName: string,
		private readonly cluster: ServerCluster,
		public readonly mode: "lease" | "bully" | "local",
	) {}

	/** The election's scope. It begins with the first call. */
	public election(): Scope {
		if (this.scope) return this.scope;
		const name = SCOPE_PREFIX + this.spaceName;
		const settled = settleOptions(name, { mode: this.mode });
		assert(!typeIs(settled, "string"), settled as string);
		const found = findScope(this.cluster, name, settled, true);
		assert(!typeIs(found, "string"), found as string);
		this.scope = found;
		return found;
	}

	public isHeld(): boolean {
		return this.scope !== undefined;
	}
}
