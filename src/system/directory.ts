import { ServerCluster } from "../cluster/server-cluster";
import { isPlausible } from "../election/term";
import { HybridClock } from "../replication/hybrid-clock";
import { IndexTable } from "./index-table";
import { decodeMetadata } from "./metadata";
import { PoolView } from "./pool-view";
import {
	Announcement,
	decodeAnnouncement,
	decodeHost,
	decodeList,
	decodeNode,
	decodeTarget,
	decodeVersion,
	encodeList,
	HOSTS_POOL,
	HostRecord,
	ListEntry,
	Node,
	SYSTEMS_POOL,
	Target,
} from "./records";
import { StatusTable } from "./status-table";
import { ModuleMetadata } from "./types";

const LIST_PRIORITY = 40;
/** Which server runs what is worth the more the sooner everybody knows which servers there are. */
const NODE_PRIORITY = 60;
const PROGRESS_PRIORITY = 50;
const HOST_PRIORITY = 45;
const STABLE_KEY = "stable";
const TARGET_KEY = "target";

/** A module that is in some system. */
export interface KnownModule {
	readonly id: string;
	/** By the systems that have it; they may not agree about anything but its id. */
	readonly entries: Map<string, ListEntry>;
	/** What holds: that of the first system that has it. */
	entry: ListEntry;
	/** How it is hashed. */
	hash: number | undefined;
}

/** What the rest of this part of the library does about changes. */
export interface DirectoryEvents {
	/** Another module may have a place in this system. */
	systemChanged(id: string): void;
	moduleChanged(id: string): void;
	/** Servers have come (`isNew`) or gone, or could run something else. */
	nodesChanged(isNew: boolean): void;
	/** More is known of kinds of modules. */
	metadataChanged(): void;
	/** A system was checked by whoever looks after it; or that one is gone. */
	announced(system: string): void;
	/** How far servers are with starting up. */
	progressed(): void;
	/** Another server has taken what this one says of itself or of a module. */
	hostLost(moduleId: string): void;
	/** All of it has been taken over. */
	settled(): void;
}

/** All that servers tell each other about systems, as this one knows it. */
export class Directory {
	public readonly systems: PoolView;
	public readonly hosts: PoolView;
	public readonly status: StatusTable;
	public readonly indexes = new Map<string, IndexTable>();
	public readonly modules = new Map<string, KnownModule>();
	public readonly nodes = new Map<string, Node>();
	public readonly announcements = new Map<string, Announcement>();
	/** Which version each server is ready for. */
	public readonly ready = new Map<string, number>();
	public target: Target | undefined;
	public stable = 0;
	public malformed = 0;
	private readonly hostRecords = new Map<string, HostRecord>();
	private readonly metadata = new Map<string, { readonly placeVersion: number; readonly known: ModuleMetadata }>();

	constructor(
		private readonly cluster: ServerCluster,
		private readonly events: DirectoryEvents,
	) {
		const settled = (): void => events.settled();
		this.systems = new PoolView(cluster, SYSTEMS_POOL, "adopt", {
			changed: (key, text) => this.systemsChanged(key, text),
			lost: () => {},
			settled,
		});
		this.hosts = new PoolView(cluster, HOSTS_POOL, "remove", {
			changed: (key, text, owner) => this.hostsChanged(key, text, owner),
			lost: (key) => {
				if (string.sub(key, 1, 2) === "h/") events.hostLost(string.sub(key, 3));
			},
			settled,
		});
		this.status = new StatusTable(cluster, this, (moduleId) => events.moduleChanged(moduleId), settled);
	}

	/** What others contributed before this server's game asked for systems. */
	public load(): void {
		this.systems.load();
		this.hosts.load();
		this.status.view.load();
	}

	// -- what there is -----------------------------------------------------------------------------------------------------------------------

	/** The server that runs a module, or says that it could not start it. */
	public hostOf(moduleId: string): HostRecord | undefined {
		return this.hostRecords.get(moduleId);
	}

	/** Whether a system that has the module is known to all as it is now. */
	public isIndexed(known: KnownModule): boolean {
		for (const [system] of known.entries) if (this.isSystemIndexed(system)) return true;
		return false;
	}

	public isSystemIndexed(system: string): boolean {
		return this.announcements.get(system)?.revision === this.indexes.get(system)?.revision;
	}

	public metadataOf(definition: string): ModuleMetadata | undefined {
		return this.metadata.get(definition)?.known;
	}

	public hostedModules(): ReadonlyMap<string, HostRecord> {
		return this.hostRecords;
	}

	// -- what this server says ---------------------------------------------------------------------------------------------------------------

	public putList(system: string, text: string): void {
		this.systems.put(`d/${system}`, text, LIST_PRIORITY);
	}

	/** What others may know of a kind of modules already, or know better: that of a newer version of the place stays. */
	public putMetadata(name: string, text: string, placeVersion: number): void {
		const known = this.metadata.get(name);
		const shown = `${placeVersion} ${text}`;
		if (known && known.placeVersion > placeVersion) return;
		if (this.systems.get(`m/${name}`) !== shown) this.systems.put(`m/${name}`, shown, LIST_PRIORITY);
	}

	public putHost(moduleId: string, text: string): void {
		this.hosts.put(`h/${moduleId}`, text, HOST_PRIORITY);
	}

	public takeHost(moduleId: string): void {
		this.hosts.take(`h/${moduleId}`, HOST_PRIORITY);
	}

	public putNode(text: string): void {
		this.hosts.put(`n/${this.cluster.ServerId}`, text, NODE_PRIORITY);
	}

	public takeNode(): void {
		this.hosts.take(`n/${this.cluster.ServerId}`, NODE_PRIORITY);
	}

	public putReady(text: string): void {
		this.hosts.put(`r/${this.cluster.ServerId}`, text, PROGRESS_PRIORITY);
	}

	public putAnnouncement(system: string, text: string): void {
		this.hosts.put(`i/${system}`, text, PROGRESS_PRIORITY);
	}

	public putTarget(text: string): void {
		this.hosts.put(TARGET_KEY, text, PROGRESS_PRIORITY);
	}

	public putStable(text: string): void {
		this.hosts.put(STABLE_KEY, text, PROGRESS_PRIORITY);
	}

	// -- what is heard -----------------------------------------------------------------------------------------------------------------------

	private systemsChanged(key: string, text: string | undefined): void {
		const [kind, name] = [string.sub(key, 1, 2), string.sub(key, 3)];
		if (kind === "d/") this.listChanged(name, text);
		else if (kind === "m/" && text !== undefined) this.metadataChanged(name, text);
	}

	private listChanged(system: string, text: string | undefined): void {
		const former = this.indexes.get(system);
		const list = text === undefined ? undefined : decodeList(text);
		if (text !== undefined && !(list && this.isStamp(list.revision))) {
			this.malformed += 1;
			return;
		}
		if (list && former && list.revision <= former.revision) {
			// Said later by a clock that is behind, or once more by a server that was away: whoever knows the newer one says that, or others would keep the older.
			if (list.revision < former.revision) this.sayAgain(system, former);
			return;
		}
		const index = list && new IndexTable(list);
		if (index) this.indexes.set(system, index);
		else this.indexes.delete(system);
		for (const { id } of former?.places ?? []) if (!index?.of(id)) this.removePlace(system, id);
		for (const entry of index?.places ?? []) this.addPlace(system, entry);
		this.events.systemChanged(system);
	}

	private sayAgain(system: string, index: IndexTable): void {
		const { text } = encodeList({ revision: index.revision, entries: index.places });
		if (text !== undefined && !this.cluster.hasLeft()) this.putList(system, text);
	}

	private addPlace(system: string, entry: ListEntry): void {
		const known = this.modules.get(entry.id);
		if (known) {
			known.entries.set(system, entry);
			this.settleEntry(known);
		} else {
			const entries = new Map([[system, entry]]);
			this.modules.set(entry.id, { id: entry.id, entries, entry, hash: undefined });
		}
		this.events.moduleChanged(entry.id);
	}

	private removePlace(system: string, id: string): void {
		const known = this.modules.get(id);
		if (!known) return;
		known.entries.delete(system);
		if (known.entries.isEmpty()) this.modules.delete(id);
		else this.settleEntry(known);
		this.events.moduleChanged(id);
	}

	private settleEntry(known: KnownModule): void {
		let first: string | undefined;
		for (const [system] of known.entries) if (first === undefined || system < first) first = system;
		known.entry = known.entries.get(first!)!;
	}

	private metadataChanged(name: string, text: string): void {
		const [version, rest] = string.match(text, "^(%d+) (.*)$");
		const known = rest === undefined ? undefined : decodeMetadata(tostring(rest), name);
		if (!known) {
			this.malformed += 1;
			return;
		}
		this.metadata.set(name, { placeVersion: tonumber(version) ?? 0, known });
		this.events.metadataChanged();
	}

	private hostsChanged(key: string, text: string | undefined, owner: string): void {
		const [kind, name] = [string.sub(key, 1, 2), string.sub(key, 3)];
		if (key === TARGET_KEY) this.targetChanged(text);
		else if (key === STABLE_KEY) this.stableChanged(text);
		else if (kind === "h/") this.hostChanged(name, text, owner);
		else if (kind === "i/") this.announced(name, text);
		else if (kind !== "n/" && kind !== "r/") return;
		// A server speaks for itself only.
		else if (text !== undefined && name !== owner) this.malformed += 1;
		else if (kind === "n/") this.nodeChanged(name, text);
		else this.readyChanged(name, text);
	}

	private targetChanged(text: string | undefined): void {
		const target = text === undefined ? undefined : decodeTarget(text);
		const isGood = target !== undefined && this.isStamp(target.version);
		if (text !== undefined && !isGood) this.malformed += 1;
		this.target = isGood ? target : undefined;
		this.events.progressed();
	}

	private stableChanged(text: string | undefined): void {
		const version = text === undefined ? undefined : decodeVersion(text);
		const isGood = version !== undefined && this.isStamp(version);
		if (text !== undefined && !isGood) this.malformed += 1;
		if (isGood && version > this.stable) this.stable = version;
		this.events.progressed();
	}

	private readyChanged(serverId: string, text: string | undefined): void {
		const version = text === undefined ? undefined : decodeVersion(text);
		if (version === undefined) this.ready.delete(serverId);
		else this.ready.set(serverId, version);
		this.events.progressed();
	}

	private hostChanged(moduleId: string, text: string | undefined, owner: string): void {
		const record = text === undefined ? undefined : decodeHost(text, owner);
		if (record && this.isTerm(record.term)) this.hostRecords.set(moduleId, record);
		else {
			if (text !== undefined) this.malformed += 1;
			this.hostRecords.delete(moduleId);
		}
		this.events.moduleChanged(moduleId);
		this.events.progressed();
	}

	private announced(system: string, text: string | undefined): void {
		const announcement = text === undefined ? undefined : decodeAnnouncement(text);
		if (announcement) this.announcements.set(system, announcement);
		else this.announcements.delete(system);
		for (const { id } of this.indexes.get(system)?.places ?? []) this.events.moduleChanged(id);
		this.events.announced(system);
	}

	private nodeChanged(serverId: string, text: string | undefined): void {
		const node = text === undefined ? undefined : decodeNode(text);
		const isNew = node !== undefined && !this.nodes.has(serverId);
		if (node) this.nodes.set(serverId, node);
		else this.nodes.delete(serverId);
		this.events.nodesChanged(isNew);
	}

	// -- what cannot be ----------------------------------------------------------------------------------------------------------------------

	/** Revisions and versions are times of the cluster's clock. One far ahead would leave nothing to come after it. */
	private isStamp(stamp: number): boolean {
		return HybridClock.accepts(stamp, this.cluster.context.platform.unixMilliseconds());
	}

	/** Terms are such times as well, or those of leases. */
	public isTerm(term: number): boolean {
		return isPlausible(term, "lease", this.cluster.context.platform.unixMilliseconds() / 1000);
	}
}
