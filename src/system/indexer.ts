import { Appointment } from "../cluster/agenda";
import { ServerCluster } from "../cluster/server-cluster";
import { Directory } from "./directory";
import { Hosting } from "./hosting";
import { IndexTable } from "./index-table";
import { encodeAnnouncement } from "./records";
import { UnmetRequirement } from "./types";

/** Looks after the systems whose ids hash to this server: checks their lists, and announces that, and what is missing. */
export class Indexer {
	private readonly checking: Appointment;
	private due = new Set<string>();

	constructor(
		private readonly cluster: ServerCluster,
		private readonly directory: Directory,
		private readonly hosting: Hosting,
	) {
		this.checking = cluster.agenda.add(() => this.check());
	}

	public systemChanged(id: string): void {
		this.due.add(id);
		this.checking.by(this.cluster.context.now());
	}

	/** Servers or kinds of modules have changed. */
	public allChanged(): void {
		for (const [id] of this.directory.indexes) this.due.add(id);
		if (!this.due.isEmpty()) this.checking.by(this.cluster.context.now());
	}

	private check(): void {
		const { cluster, directory, hosting } = this;
		if (!cluster.context.isSynced() || cluster.hasLeft()) return;
		const { due } = this;
		this.due = new Set();
		for (const id of due) {
			const index = directory.indexes.get(id);
			if (!index || hosting.keeperOf(id) !== cluster.ServerId) continue;
			const text = encodeAnnouncement({ revision: index.revision, unmet: unmetIn(index, directory) });
			const known = directory.announcements.get(id);
			if (!known || encodeAnnouncement(known) !== text) directory.putAnnouncement(id, text);
		}
	}
}

/** What modules of a system need and do not have there. Of kinds that are not known yet nothing is said. */
export function unmetIn(index: IndexTable, directory: Pick<Directory, "metadataOf">): UnmetRequirement[] {
	const unmet = new Array<UnmetRequirement>();
	for (const { name, index: number, definition } of index.places) {
		const metadata = directory.metadataOf(definition);
		if (!metadata) continue;
		const required = new Array<string>();
		for (const [moduleName] of pairs(metadata.Requirements)) required.push(moduleName as string);
		required.sort((left, right) => left < right);
		for (const requiredModule of required) {
			const there = index.named(requiredModule);
			for (const requiredInterface of metadata.Requirements[requiredModule]!) {
				const isMet = there.some((placed) => {
					const known = directory.metadataOf(placed.definition);
					return known !== undefined && known.Implements.includes(requiredInterface);
				});
				if (!isMet) unmet.push({ moduleName: `${name}_${number}`, requiredModule, requiredInterface });
			}
		}
	}
	return unmet;
}
