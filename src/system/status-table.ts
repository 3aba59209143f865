import { ServerCluster } from "../cluster/server-cluster";
import type { Directory } from "./directory";
import { PoolView } from "./pool-view";
import { decodeStatus, isLater, splitStatusKey, STATUS_POOL, statusKey, StatusRecord } from "./records";

const PRIORITY = 0;

/** The last values of all modules, whoever runs them. Of each value the latest that was heard stays, also where an older one is said once more. */
export class StatusTable {
	public readonly view: PoolView;
	private readonly modules = new Map<string, Map<string, StatusRecord>>();

	constructor(
		cluster: ServerCluster,
		private readonly directory: Directory,
		private readonly changed: (moduleId: string) => void,
		settled: () => void,
	) {
		this.view = new PoolView(cluster, STATUS_POOL, "adopt", {
			changed: (key, text) => this.take(key, text),
			// The server that runs the module says it again: it knows best.
			lost: (key) => {
				const parts = splitStatusKey(key);
				if (parts) changed(parts[0]);
			},
			settled,
		});
	}

	/** A module's value, or that it had one; undefined if it never did. */
	public get(moduleId: string, status: string): StatusRecord | undefined {
		return this.modules.get(moduleId)?.get(status);
	}

	/** Names of values there were, ascending. */
	public names(moduleId: string): string[] {
		const names = new Array<string>();
		for (const [name] of this.modules.get(moduleId) ?? new Map<string, StatusRecord>()) names.push(name);
		names.sort((left, right) => left < right);
		return names;
	}

	/** Whether a value is not that of a server which runs the module now. */
	public isStale(moduleId: string, { term }: StatusRecord): boolean {
		const host = this.directory.hostOf(moduleId);
		return !host || host.term !== term || host.state === "failed";
	}

	public put(moduleId: string, status: string, text: string): void {
		this.view.put(statusKey(moduleId, status), text, PRIORITY);
	}

	/** What others would be told of a value. */
	public shown(moduleId: string, status: string): string | undefined {
		return this.view.get(statusKey(moduleId, status));
	}

	/** The module is in no system any more. */
	public forget(moduleId: string): void {
		for (const name of this.names(moduleId)) this.view.take(statusKey(moduleId, name), PRIORITY);
	}

	private take(key: string, text: string | undefined): void {
		const parts = splitStatusKey(key);
		const record = text === undefined ? undefined : decodeStatus(text);
		if (!parts || (text !== undefined && !(record && this.directory.isTerm(record.term)))) {
			this.directory.malformed += 1;
			return;
		}
		const [moduleId, status] = parts;
		const known = this.modules.get(moduleId);
		if (record) {
			const former = known?.get(status);
			if (former && !isLater(record, former)) return;
			if (known) known.set(status, record);
			else this.modules.set(moduleId, new Map([[status, record]]));
		} else if (known) {
			known.delete(status);
			if (known.isEmpty()) this.modules.delete(moduleId);
		}
		this.changed(moduleId);
	}
}
