import { Appointment } from "../cluster/agenda";
import { ServerCluster } from "../cluster/server-cluster";
import { sometimes } from "../diagnostics/situations";
import { LeaderElection } from "../election";
import { checksum } from "../wire/checksum";
import { Directory } from "./directory";
import { Hosting } from "./hosting";
import { encodeTarget, encodeVersion, Target } from "./records";
import { StartUpState } from "./types";

const SCOPE = "net-server-sync/systems";
/** What leads here is heard of in other ways as well. */
const HEARTBEAT_SECONDS = 20;
const MISSED_HEARTBEATS = 2;
/** Changes that come together make one version. */
const GATHER_SECONDS = 0.3;
const SERVERS_SEED = 0x71_4c29;
const SYSTEMS_SEED = 0x0d_93b5;

const STATES: ReadonlyArray<StartUpState> = ["define", "join", "index", "start", "ready", "stable"];

interface Waiter {
	readonly rank: number;
	readonly resolve: (version: number) => void;
}

/** How all servers together come to run all modules: the leader names a version, everybody says when it is ready for it, and then the leader says so. */
export class StartUp {
	private readonly election: LeaderElection;
	private readonly looking: Appointment;
	private waiters = new Array<Waiter>();
	private listeners = new Array<(version: number) => void>();
	private toldStable = 0;
	/** Since when the leader knows that another version is due. */
	private outdatedSinceSeconds: number | undefined;

	constructor(
		private readonly cluster: ServerCluster,
		private readonly directory: Directory,
		private readonly hosting: Hosting,
	) {
		this.looking = cluster.agenda.add(() => this.look());
		this.election = LeaderElection(SCOPE, {
			heartbeatSeconds: HEARTBEAT_SECONDS,
			missedHeartbeats: MISSED_HEARTBEATS,
		});
		this.election.Elected.Connect(() => this.lookSoon());
	}

	public lookSoon(): void {
		this.looking.by(this.cluster.context.now());
	}

	public state(): StartUpState {
		const { directory, hosting } = this;
		if (!this.cluster.context.isSynced()) return "define";
		for (const [system] of directory.indexes) if (!directory.isSystemIndexed(system)) return "join";
		const { target } = directory;
		if (!target || !this.isCurrent(target)) return "index";
		if (!hosting.isSettled()) return "start";
		return directory.stable >= target.version ? "stable" : "ready";
	}

	public version(): number {
		return this.directory.target?.version ?? 0;
	}

	public waitFor(state: StartUpState): Promise<number> {
		const rank = STATES.indexOf(state);
		if (STATES.indexOf(this.state()) >= rank) return Promise.resolve(this.version());
		return new Promise((resolve) => this.waiters.push({ rank, resolve }));
	}

	public onStable(callback: (version: number) => void): () => void {
		const { platform } = this.cluster.context;
		let isOn = true;
		const listener = (version: number): void => {
			if (isOn) callback(version);
		};
		this.listeners.push(listener);
		const latest = this.toldStable;
		if (latest > 0) platform.spawn(() => listener(latest));
		return () => {
			isOn = false;
			const at = this.listeners.indexOf(listener);
			if (at >= 0) this.listeners.remove(at);
		};
	}

	private look(): void {
		const { cluster, directory } = this;
		if (!cluster.context.isSynced() || cluster.hasLeft()) return;
		if (this.election.IsLeader()) this.lead();
		const { target } = directory;
		if (target && this.isReadyFor(target) && directory.ready.get(cluster.ServerId) !== target.version)
			directory.putReady(encodeVersion(target.version));
		if (this.election.IsLeader()) this.announce();
		this.tell();
	}

	/** The leader names a new version when servers or systems are others than it last said. */
	private lead(): void {
		const { cluster, directory } = this;
		const { target } = directory;
		if (target && this.isCurrent(target)) {
			this.outdatedSinceSeconds = undefined;
			return;
		}
		const now = cluster.context.now();
		this.outdatedSinceSeconds ??= now;
		const due = math.max(this.outdatedSinceSeconds + GATHER_SECONDS, this.hosting.quietSeconds());
		if (now < due) {
			this.looking.by(due);
			return;
		}
		if (target && directory.stable < target.version) sometimes("a version that never became stable");
		this.outdatedSinceSeconds = undefined;
		const version = math.max(cluster.context.nowStamp(), directory.stable + 1, (target?.version ?? 0) + 1);
		directory.putTarget(encodeTarget({ version, servers: this.serversHash(), systems: this.systemsHash() }));
	}

	/** Readiness for another version counts for nothing. */
	private announce(): void {
		const { directory } = this;
		const { target } = directory;
		if (!target || directory.stable >= target.version || !this.isCurrent(target)) return;
		for (const [serverId] of directory.nodes) if (directory.ready.get(serverId) !== target.version) return;
		directory.putStable(encodeVersion(target.version));
	}

	private tell(): void {
		const { stable } = this.directory;
		if (stable > this.toldStable) {
			this.toldStable = stable;
			for (const listener of [...this.listeners]) this.cluster.context.platform.spawn(() => listener(stable));
		}
		if (this.waiters.isEmpty()) return;
		const rank = STATES.indexOf(this.state());
		const { waiters } = this;
		this.waiters = waiters.filter((waiter) => waiter.rank > rank);
		for (const waiter of waiters) if (waiter.rank <= rank) waiter.resolve(this.version());
	}

	private isReadyFor(target: Target): boolean {
		if (!this.isCurrent(target) || !this.hosting.isSettled()) return false;
		for (const [system] of this.directory.indexes) if (!this.directory.isSystemIndexed(system)) return false;
		return true;
	}

	/** Whether a version is about the servers and systems that this server knows. */
	private isCurrent({ servers, systems }: Target): boolean {
		return servers === this.serversHash() && systems === this.systemsHash();
	}

	/** A hash of a set does not depend on the order in which it is gone through. */
	private serversHash(): number {
		let hash = 0;
		for (const [serverId, { weight, definitions }] of this.directory.nodes) {
			hash = bit32.bxor(hash, checksum(`${serverId} ${weight} ${definitions.size()}`, SERVERS_SEED));
		}
		return hash;
	}

	private systemsHash(): number {
		let hash = 0;
		for (const [system, { revision }] of this.directory.indexes)
			hash = bit32.bxor(hash, checksum(string.format("%s %.0f", system, revision), SYSTEMS_SEED));
		return hash;
	}
}
