import { ServerCluster } from "../cluster/server-cluster";
import { Appointment } from "../cluster/agenda";
import { LeaderElection } from "../election";
import { Leadership } from "../election/types";
import { sometimes } from "../diagnostics/situations";
import { checksum } from "../wire/checksum";
import { definitionNames, findDefinition } from "./definition";
import { Directory, KnownModule } from "./directory";
import { Hosted, HostedEvents } from "./hosted";
import { Candidate, candidate, choose, keyHash } from "./placement";
import { encodeHost, encodeNode } from "./records";

/** While servers come one after the other modules stay where they are: until none has come for so long, or for so long at most. */
const QUIET_SECONDS = 2;
const UNQUIET_SECONDS = 8;
/** So many modules start in one frame; the others in the next. */
const STARTS_PER_FRAME = 32;
const FIRST_SEED = 0x5a_3c11;
const SECOND_SEED = 0x19_77e5;

/** An exclusive module that belongs here: its lease, whether had already or not. */
interface Claim {
	readonly election: LeaderElection<"exclusive">;
	readonly withdraw: () => void;
}

/** Which modules this server runs: those that belong here by everybody's reckoning, once nobody else runs them. */
export class Hosting implements HostedEvents {
	public startedCount = 0;
	public stoppedCount = 0;
	public weight = 1;
	private readonly hosted = new Map<string, Hosted>();
	private readonly claims = new Map<string, Claim>();
	private readonly deciding: Appointment;
	/** Modules about which something has changed, in that order. */
	private dirty = new Array<string>();
	private readonly isDirty = new Set<string>();
	private isAllDirty = false;
	/** Modules that belong here and do not run yet, as far as was decided. */
	private readonly owed = new Set<string>();
	private candidates: Candidate[] | undefined;
	private readonly byDefinition = new Map<string, Candidate[]>();
	private isClosing = false;
	private shownNode = "";
	/** When servers came: the last one, and the first of them. */
	private lastCameSeconds = -math.huge;
	private firstCameSeconds = -math.huge;

	constructor(
		private readonly cluster: ServerCluster,
		private readonly directory: Directory,
		/** How far this server is may be another now. */
		private readonly progressed: () => void,
	) {
		this.deciding = cluster.agenda.add(() => this.decide());
	}

	// -- what is asked of it -----------------------------------------------------------------------------------------------------------------

	public find(moduleId: string): Hosted | undefined {
		return this.hosted.get(moduleId);
	}

	/** The server where a module belongs. Undefined if none could run it. */
	public placeOf(known: KnownModule): string | undefined {
		known.hash ??= keyHash(known.id);
		return choose(known.hash, this.candidatesFor(known.entry.definition));
	}

	/** The server that looks after something, by its name: any one could. */
	public keeperOf(name: string): string | undefined {
		this.candidates ??= this.candidatesWith(() => true, 1);
		return choose(keyHash(name), this.candidates);
	}

	/** Whether every module that belongs here runs, or could not be started, and no other one does. */
	public isSettled(): boolean {
		if (this.isAllDirty || !this.dirty.isEmpty() || !this.owed.isEmpty()) return false;
		for (const [, hosted] of this.hosted) if (!hosted.isSettled()) return false;
		return true;
	}

	/** Shows what this server could run. */
	public show(): void {
		if (this.isClosing || this.cluster.hasLeft()) return;
		const { platform } = this.cluster.context;
		const names = definitionNames(platform.attachments);
		for (const name of names) {
			const { metadataText } = findDefinition(platform.attachments, name)!;
			this.directory.putMetadata(name, metadataText, platform.placeVersion);
		}
		const text = encodeNode(this.weight, names);
		if (text === this.shownNode) return;
		this.shownNode = text;
		this.directory.putNode(text);
	}

	/** Servers have come (`isNew`) or gone, or could run something else. */
	public nodesChanged(isNew: boolean): void {
		this.candidates = undefined;
		this.byDefinition.clear();
		this.isAllDirty = true;
		if (isNew) {
			const now = this.cluster.context.now();
			if (now >= this.quietSeconds()) this.firstCameSeconds = now;
			this.lastCameSeconds = now;
		}
		this.decideSoon();
	}

	/** From when on it counts which servers there are. */
	public quietSeconds(): number {
		return math.min(this.lastCameSeconds + QUIET_SECONDS, this.firstCameSeconds + UNQUIET_SECONDS);
	}

	public moduleChanged(moduleId: string): void {
		this.noteDirty(moduleId);
		this.decideSoon();
	}

	public decideSoon(): void {
		this.deciding.by(this.cluster.context.now());
	}

	// -- what its modules tell ---------------------------------------------------------------------------------------------------------------

	public changed(hosted: Hosted): void {
		if (this.hosted.get(hosted.moduleId) !== hosted) return;
		const record = this.directory.hostOf(hosted.moduleId);
		// Who stops it because another one runs it does not take its place once more.
		if (hosted.state !== "stopping" || record?.serverId === this.cluster.ServerId) this.putHost(hosted);
		this.progressed();
	}

	public started(): void {
		this.startedCount += 1;
	}

	public stopped(): void {
		this.stoppedCount += 1;
	}

	// -- deciding ----------------------------------------------------------------------------------------------------------------------------

	private decide(): void {
		if (this.isClosing || !this.cluster.context.isSynced()) return;
		const { modules } = this.directory;
		if (this.isAllDirty) {
			this.isAllDirty = false;
			for (const [id] of modules) this.noteDirty(id);
			for (const [id] of this.hosted) this.noteDirty(id);
			for (const [id] of this.claims) this.noteDirty(id);
		}
		const due = this.dirty;
		this.dirty = [];
		this.isDirty.clear();
		let starts = 0;
		for (const id of due) {
			if (starts >= STARTS_PER_FRAME) {
				this.noteDirty(id);
				continue;
			}
			if (this.decideOn(id)) starts += 1;
		}
		if (starts >= STARTS_PER_FRAME) this.cluster.context.platform.schedule(0, () => this.decideSoon());
		this.progressed();
	}

	private noteDirty(moduleId: string): void {
		if (this.isDirty.has(moduleId)) return;
		this.isDirty.add(moduleId);
		this.dirty.push(moduleId);
	}

	/** Starts or stops a module, if that is what has to be done. Returns whether it was started. */
	private decideOn(id: string): boolean {
		const known = this.directory.modules.get(id);
		const belongsHere = known !== undefined && this.placeOf(known) === this.cluster.ServerId;
		const hosted = this.hosted.get(id);
		if (!known) this.directory.status.forget(id);
		if (hosted) {
			this.owed.delete(id);
			const isSame = known !== undefined && known.entry.definition === hosted.definition.Name;
			if (!isSame || this.isSuperseded(hosted)) this.stop(hosted, known !== undefined);
			else if (belongsHere) this.keep(hosted, known);
			else if (!this.isQuiet(id)) return false;
			else this.stop(hosted, true);
			return false;
		}
		const definition =
			known && belongsHere
				? findDefinition(this.cluster.context.platform.attachments, known.entry.definition)
				: undefined;
		if (!known || !definition) {
			this.owed.delete(id);
			this.withdrawClaim(id);
			return false;
		}
		this.owed.add(id);
		if (!this.directory.isIndexed(known) || !this.isQuiet(id)) return false;
		if (definition.metadata.Exclusive) {
			this.claim(id);
			return false;
		}
		const record = this.directory.hostOf(id);
		// It stops there first.
		if (record && record.serverId !== this.cluster.ServerId) return false;
		this.begin(id, undefined);
		return true;
	}

	/** Whether a module may come or go; if not, it is decided later. */
	private isQuiet(id: string): boolean {
		const quietSeconds = this.quietSeconds();
		if (this.cluster.context.now() >= quietSeconds) return true;
		this.noteDirty(id);
		this.deciding.by(quietSeconds);
		return false;
	}

	private keep(hosted: Hosted, { entry }: KnownModule): void {
		if (entry !== hosted.entry) hosted.setEntry(entry);
		this.putHost(hosted);
		hosted.status.insist();
	}

	/** Another server runs it, and since later. */
	private isSuperseded({ moduleId, term }: Hosted): boolean {
		const record = this.directory.hostOf(moduleId);
		const { ServerId } = this.cluster;
		if (!record || record.serverId === ServerId) return false;
		const isLater = record.term > term || (record.term === term && record.serverId > ServerId);
		if (isLater) sometimes("a module runs on another server as well");
		return isLater;
	}

	private begin(id: string, leadership: Leadership | undefined): void {
		const { cluster, directory } = this;
		const { entry } = directory.modules.get(id)!;
		const { platform } = cluster.context;
		const definition = findDefinition(platform.attachments, entry.definition)!;
		let term = leadership?.Term ?? cluster.context.nowStamp();
		const record = directory.hostOf(id);
		if (record && record.term >= term) term = record.term + 1;
		for (const name of directory.status.names(id)) {
			const known = directory.status.get(id, name)!.term;
			if (known >= term) term = known + 1;
		}
		assert(!this.hosted.has(id), "a module runs once on a server");
		const hosted = new Hosted(entry, definition, term, leadership, directory.status, platform, this);
		this.hosted.set(id, hosted);
		this.owed.delete(id);
		hosted.begin();
	}

	/** `isKnown`: another server is to run it. */
	private stop(hosted: Hosted, isKnown: boolean, done?: () => void): void {
		const { moduleId } = hosted;
		hosted.stop(() => {
			if (this.hosted.get(moduleId) !== hosted) {
				done?.();
				return;
			}
			this.hosted.delete(moduleId);
			const record = this.directory.hostOf(moduleId);
			if (!record || record.serverId === this.cluster.ServerId) this.directory.takeHost(moduleId);
			if (!isKnown) this.directory.status.forget(moduleId);
			this.withdrawClaim(moduleId);
			this.moduleChanged(moduleId);
			done?.();
		});
	}

	private putHost({ moduleId, term, state, message }: Hosted): void {
		this.directory.putHost(moduleId, encodeHost(term, state, message));
	}

	// -- exclusive modules -------------------------------------------------------------------------------------------------------------------

	/** Only the server where the module belongs wants the lease; it has it once the one before gave it back, or its lease has run out. */
	private claim(id: string): void {
		if (this.claims.has(id)) return;
		const name = string.format("net-server-sync/%08x%08x", checksum(id, FIRST_SEED), checksum(id, SECOND_SEED));
		const election = LeaderElection(name, { mode: "lease" });
		const withdraw = election.Run((leadership) => {
			const known = this.directory.modules.get(id);
			if (this.isClosing || !known || this.hosted.has(id)) return undefined;
			this.begin(id, leadership);
			const hosted = this.hosted.get(id);
			if (!hosted) return undefined;
			return () => {
				if (this.hosted.get(id) !== hosted) return;
				sometimes("an exclusive module stops for want of its lease");
				this.stop(hosted, true);
			};
		});
		this.claims.set(id, { election, withdraw });
	}

	private withdrawClaim(id: string): void {
		const claim = this.claims.get(id);
		if (!claim || this.hosted.has(id)) return;
		this.claims.delete(id);
		claim.election.Destroy();
	}

	// -- servers -----------------------------------------------------------------------------------------------------------------------------

	private candidatesFor(definition: string): Candidate[] {
		let found = this.byDefinition.get(definition);
		if (found) return found;
		found = this.candidatesWith((definitions) => definitions.has(definition));
		this.byDefinition.set(definition, found);
		return found;
	}

	private candidatesWith(fits: (definitions: ReadonlySet<string>) => boolean, equalWeight?: number): Candidate[] {
		const found = new Array<Candidate>();
		for (const [serverId, { weight, definitions }] of this.directory.nodes) {
			if (fits(definitions) && (equalWeight ?? weight) > 0)
				found.push(candidate(serverId, equalWeight ?? weight));
		}
		return found;
	}

	/** All modules stop here before the others are told that this server goes. */
	public close(done: () => void): void {
		this.isClosing = true;
		this.directory.takeNode();
		let left = 1;
		const finish = (): void => {
			left -= 1;
			if (left === 0) done();
		};
		const all = new Array<Hosted>();
		for (const [, hosted] of this.hosted) all.push(hosted);
		for (const hosted of all) {
			left += 1;
			this.stop(hosted, true, finish);
		}
		finish();
	}
}
