import { ServerCluster } from "../cluster/server-cluster";
import { described, fail } from "../diagnostics/errors";
import { Sight, Target } from "./binding";
import { Calls } from "./calls";
import { DefinedModule, definitionChanges, findDefinition } from "./definition";
import { Directory, DirectoryEvents } from "./directory";
import { Dispatcher } from "./dispatcher";
import { Hosting } from "./hosting";
import { Indexer } from "./indexer";
import { accepts } from "./labels";
import { Proxy } from "./proxy";
import { StatusRecord } from "./records";
import { StartUp } from "./start-up";
import { Subscriptions } from "./subscriptions";
import { SystemOfServer } from "./system";
import {
	AnyModule,
	ModuleFailure,
	ModuleMetadata,
	ModuleProxy,
	StartUpState,
	Systems,
	SystemsStatistics,
} from "./types";

const WEIGHT_MOST = 100;
const STATES: ReadonlyArray<StartUpState> = ["define", "join", "index", "start", "ready", "stable"];

/** One server's part in all systems: what of it hears what. */
export class SystemsOfServer implements Systems, DirectoryEvents {
	public readonly directory: Directory;
	public readonly subscriptions: Subscriptions;
	public readonly calls: Calls;
	public readonly hosting: Hosting;
	private readonly dispatcher: Dispatcher;
	private readonly indexer: Indexer;
	private readonly startUp: StartUp;
	private readonly systems = new Map<string, SystemOfServer>();
	private readonly byId = new Map<string, Proxy>();
	/** What subscriptions have to look at once all changes are in. */
	private changedSystems = new Array<string>();
	private changedModules = new Array<string>();
	private shownDefinitions = -1;

	constructor(public readonly cluster: ServerCluster) {
		const { context } = cluster;
		this.directory = new Directory(cluster, this);
		this.subscriptions = new Subscriptions(context.platform, (target) => this.look(target));
		this.hosting = new Hosting(cluster, this.directory, () => this.progressed());
		this.dispatcher = new Dispatcher(context, this.hosting);
		this.calls = new Calls(cluster, this.directory, this.dispatcher);
		this.indexer = new Indexer(cluster, this.directory, this.hosting);
		this.startUp = new StartUp(cluster, this.directory, this.hosting);
		this.directory.load();
		this.settled();
		this.showDefinitions();
		cluster.WaitUntilReady().then(() => this.nodesChanged(true));
		cluster.beforeLeaving((done) =>
			this.hosting.close(() => {
				this.calls.close();
				done();
			}),
		);
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	public GetSystems(): string[] {
		const ids = new Array<string>();
		for (const [id, { places }] of this.directory.indexes) if (!places.isEmpty()) ids.push(id);
		ids.sort((left, right) => left < right);
		return ids;
	}

	public ModuleById(id: string, definition?: AnyModule): ModuleProxy<AnyModule> {
		if (!typeIs(id, "string")) fail(`Systems: ModuleById takes a module's id, but got ${described(id)}`);
		if (definition !== undefined && !(definition instanceof DefinedModule))
			fail(`Systems: ModuleById takes a definition made by DefineModule, but got ${described(definition)}`);
		let proxy = this.byId.get(id);
		if (!proxy) {
			proxy = new Proxy(this, undefined, id, 1);
			this.byId.set(id, proxy);
		}
		return proxy;
	}

	public GetMetadata(definitionName: string): ModuleMetadata | undefined {
		return this.directory.metadataOf(definitionName);
	}

	public GetState(): StartUpState {
		return this.startUp.state();
	}

	public GetVersion(): number {
		return this.startUp.version();
	}

	public WaitFor(state: StartUpState): Promise<number> {
		if (!STATES.includes(state))
			fail(`Systems: WaitFor takes one of ${STATES.join(", ")}, but got ${described(state)}`);
		return this.startUp.waitFor(state);
	}

	public OnStable(callback: (version: number) => void): () => void {
		if (!typeIs(callback, "function")) fail(`Systems: OnStable takes a function, but got ${described(callback)}`);
		return this.startUp.onStable(callback);
	}

	public GetFailures(): ModuleFailure[] {
		const failures = new Array<ModuleFailure>();
		for (const [ModuleId, { serverId, state, message }] of this.directory.hostedModules())
			if (state === "failed") failures.push({ ModuleId, ServerId: serverId, Message: message });
		failures.sort((left, right) => left.ModuleId < right.ModuleId);
		return failures;
	}

	public SetWeight(weight: number): void {
		if (!typeIs(weight, "number") || !(weight >= 0 && weight <= WEIGHT_MOST))
			fail(`Systems: SetWeight takes a number from 0 to ${WEIGHT_MOST}, but got ${described(weight)}`);
		this.hosting.weight = weight;
		this.hosting.show();
	}

	public GetStatistics(): SystemsStatistics {
		const { calls, dispatcher, hosting, directory, subscriptions } = this;
		const { traffic } = this.cluster.context;
		return {
			Calls: calls.made,
			CallsFailed: calls.failed,
			LateReplies: calls.lateReplies,
			Requests: dispatcher.requests,
			DuplicateRequests: dispatcher.duplicates,
			Malformed: directory.malformed,
			Started: hosting.startedCount,
			Stopped: hosting.stoppedCount,
			Overflowed: subscriptions.overflowed,
			Recoveries: traffic.repairsRequested + traffic.resyncs,
		};
	}

	/** The system of this id. */
	public system(id: string): SystemOfServer {
		this.showDefinitions();
		let system = this.systems.get(id);
		if (!system) {
			system = new SystemOfServer(id, this);
			this.systems.set(id, system);
		}
		return system;
	}

	/** Tells the others of what was defined since they were told last. */
	public showDefinitions(): void {
		const changes = definitionChanges();
		if (changes === this.shownDefinitions) return;
		this.shownDefinitions = changes;
		this.hosting.show();
	}

	// -- what there is to see ----------------------------------------------------------------------------------------------------------------

	/** The present value of a module; undefined where there never was one, or it is none that this server's definition allows. */
	public recordOf(moduleId: string, status: string): StatusRecord | undefined {
		const record = this.directory.status.get(moduleId, status);
		if (record?.value === undefined) return record;
		if (record.isAllowed === undefined) {
			const definition = this.directory.modules.get(moduleId)?.entry.definition;
			if (definition === undefined) return record;
			const check = findDefinition(this.cluster.context.platform.attachments, definition)?.Status[status];
			record.isAllowed = check === undefined || accepts(check, record.value);
			if (!record.isAllowed) this.directory.malformed += 1;
		}
		return record.isAllowed ? record : undefined;
	}

	private look({ system, name, index, status }: Target): Sight {
		const { directory } = this;
		const moduleId =
			system === undefined
				? directory.modules.has(name)
					? name
					: undefined
				: directory.indexes.get(system)?.at(name, index)?.id;
		const record = moduleId === undefined ? undefined : this.recordOf(moduleId, status);
		const isStale = moduleId !== undefined && record !== undefined && directory.status.isStale(moduleId, record);
		return { moduleId, record, isStale };
	}

	// -- what is heard -----------------------------------------------------------------------------------------------------------------------

	public systemChanged(id: string): void {
		this.changedSystems.push(id);
		this.indexer.systemChanged(id);
		this.progressed();
	}

	public moduleChanged(id: string): void {
		this.changedModules.push(id);
		this.hosting.moduleChanged(id);
	}

	public nodesChanged(isNew: boolean): void {
		this.hosting.nodesChanged(isNew);
		this.indexer.allChanged();
		this.progressed();
	}

	public metadataChanged(): void {
		this.indexer.allChanged();
		this.progressed();
	}

	public announced(system: string): void {
		this.indexer.systemChanged(system);
		this.progressed();
	}

	public hostLost(moduleId: string): void {
		this.hosting.moduleChanged(moduleId);
	}

	public progressed(): void {
		this.startUp.lookSoon();
	}

	/** All changes are in: whoever follows something is told. */
	public settled(): void {
		const { changedSystems, changedModules } = this;
		if (changedSystems.isEmpty() && changedModules.isEmpty()) {
			this.calls.progressed();
			return;
		}
		this.changedSystems = [];
		this.changedModules = [];
		for (const id of changedSystems) this.subscriptions.systemChanged(id);
		for (const id of changedModules) {
			this.subscriptions.moduleChanged(id);
			this.calls.moduleChanged(id);
		}
		this.calls.progressed();
	}
}
