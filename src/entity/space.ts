import { ServerCluster } from "../cluster/server-cluster";
import { createSignal, FiringSignal } from "../cluster/signal";
import { described, fail } from "../diagnostics/errors";
import { Authority } from "./authority/authority";
import { Validator } from "./authority/judge";
import { Cell } from "./data/cell";
import { HEAD } from "./data/keys";
import { Directory } from "./directory";
import { Editor } from "./editor";
import { Residence } from "./edits";
import { ReplicatedEntity } from "./entity";
import { Interceptor, Interceptors } from "./interceptors";
import { SpaceLeader } from "./leader";
import { EntityUpdate, Partition } from "./partition";
import { ForeignResidence, partitionProblem } from "./partitions/foreign";
import { ServerPartition } from "./partitions/memory";
import { ReplicatedResidence } from "./partitions/replicated";
import { Overlays } from "./overlays";
import { PlayerEntities } from "./players";
import { Records } from "./records";
import { NoScripts, ScriptHost } from "./script-host";
import { AnyScript, SpaceScripts } from "./script-types";
import { Settlement } from "./settlement";
import { Teller } from "./teller";
import {
	Component,
	Entity,
	EntityBatch,
	EntityFilter,
	EntityOptions,
	EntitySpace,
	EntityStatistics,
	PropertyValue,
	RejectedEdit,
} from "./types";

const ENTITY_OPTIONS = ["partition", "parent", "overlays"];

/** The options without gaps. */
export interface SettledSpaceOptions {
	readonly election: "lease" | "bully" | "local";
	readonly edits: "immediate" | "delayed";
	readonly verdictSeconds: number;
	readonly noVerdict: "revert" | "keep";
}

/** The entities of one name, as this server has them: the parts, and how they are connected. */
export class Space implements EntitySpace {
	public readonly EntityAdded: FiringSignal<[entity: Entity]>;
	public readonly EntityRemoved: FiringSignal<[entity: Entity]>;
	public readonly ComponentAdded: FiringSignal<[component: Component]>;
	public readonly ComponentRemoved: FiringSignal<[component: Component]>;
	/** Set as soon as the space is made. */
	public Scripts!: SpaceScripts;
	/** @internal What the space's scripts are told and asked. */
	public host: ScriptHost = new NoScripts();
	/** @internal */
	public readonly directory = new Directory();
	/** @internal */
	public readonly editor: Editor;
	/** @internal */
	public readonly teller: Teller;
	/** @internal */
	public readonly interceptors: Interceptors;
	/** @internal By name. */
	public readonly residences = new Map<string, Residence>();
	/** @internal */
	public readonly replicated: ReplicatedResidence;
	public readonly EditRejected: FiringSignal<[edit: RejectedEdit]>;
	/** @internal */
	public readonly players: PlayerEntities;
	/** @internal */
	public readonly records: Records;
	/** @internal */
	public readonly settlement: Settlement;
	/** @internal */
	public readonly leader: SpaceLeader;
	/** @internal */
	public readonly overlays = new Overlays(this);
	private authority: Authority | undefined;
	private readonly foreign = new Array<ForeignResidence>();

	constructor(
		public readonly Name: string,
		/** @internal */
		public readonly cluster: ServerCluster,
		private readonly options: SettledSpaceOptions,
	) {
		const { platform, log } = cluster.context;
		this.EntityAdded = createSignal(platform);
		this.EntityRemoved = createSignal(platform);
		this.ComponentAdded = createSignal(platform);
		this.ComponentRemoved = createSignal(platform);
		this.interceptors = new Interceptors(log, this.label());
		this.teller = new Teller(this);
		this.editor = new Editor(this);
		this.players = new PlayerEntities(this);
		this.records = new Records((callback) => platform.spawn(callback));
		this.EditRejected = createSignal(platform);
		this.settlement = new Settlement(this, this.EditRejected);
		this.leader = new SpaceLeader(Name, cluster, options.election);
		this.replicated = new ReplicatedResidence(this, options.edits);
		this.residences.set(this.replicated.name, this.replicated);
		// While this server still leads what it is about to hand over.
		cluster.beforeLeaving((done) => {
			this.editor.flush();
			done();
		});
	}

	/** @internal What was there before is taken over, once the scripts are set up. */
	public start(): void {
		this.replicated.start();
		this.AddPartition(ServerPartition("server"));
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	public CreateEntity(
		name: string,
		scriptOrOptions?: AnyScript | EntityOptions,
		properties: object = {},
		options?: EntityOptions,
	): Entity {
		const first = scriptOrOptions as { readonly Name?: unknown; readonly Properties?: unknown } | undefined;
		const hasScript = first !== undefined && first.Name !== undefined && first.Properties !== undefined;
		const settled = options ?? (hasScript ? {} : ((scriptOrOptions ?? {}) as EntityOptions));
		for (const [option] of pairs(settled as Record<string, unknown>))
			if (!ENTITY_OPTIONS.includes(option))
				fail(
					`${this.label()}: CreateEntity: there is no option "${option}"; the options are ${ENTITY_OPTIONS.join(", ")}`,
				);
		const definition = hasScript ? (scriptOrOptions as AnyScript) : undefined;
		const created = this.editor.create(name, definition, properties, settled);
		if (typeIs(created, "string")) fail(created);
		return created;
	}

	public GetEntityById(id: string): Entity | undefined {
		const entity = this.directory.find(id);
		return entity?.isPresent ? entity : undefined;
	}

	public GetEntityByName(name: string, definition?: AnyScript): Entity | undefined {
		const named = this.directory.named(name);
		if (!definition) return named[0];
		return named.find((entity) => entity.source() === definition.Name);
	}

	public GetEntities(filter?: EntityFilter | ((entity: Entity) => boolean)): Entity[] {
		if (filter === undefined) return [...this.directory.all()];
		if (typeIs(filter, "function")) return this.directory.all().filter((entity) => filter(entity));
		const candidates = filter.name !== undefined ? this.directory.named(filter.name) : this.directory.all();
		return candidates.filter((entity) => {
			if (filter.kind !== undefined && entity.GetComponents(filter.kind).isEmpty()) return false;
			if (filter.script && entity.source() !== filter.script.Name) return false;
			if (filter.parent && entity.parentId() !== filter.parent.Id) return false;
			return filter.partition === undefined || entity.Partition === filter.partition;
		});
	}

	public GetRootEntities(): Entity[] {
		return this.directory.all().filter((entity) => entity.GetParent() === undefined);
	}

	public GetPlayerEntity(player: Player | number): Entity {
		const entity = this.players.get(player);
		if (typeIs(entity, "string")) fail(`${this.label()}: ${entity}`);
		if (entity === undefined && !typeIs(player, "number"))
			fail(`${this.label()}: GetPlayerEntity: the player is not on this server; give the user id instead`);
		return entity!;
	}

	public Atomically(body: () => void): void {
		if (!typeIs(body, "function")) fail(`${this.label()}: Atomically takes a function, but got ${described(body)}`);
		this.editor.atomically(body);
	}

	public ValidateEdit(validator: Validator): void {
		if (!typeIs(validator, "function"))
			fail(`${this.label()}: ValidateEdit takes a function, but got ${described(validator)}`);
		if (this.authority)
			fail(`${this.label()}: ValidateEdit was called already; combine the checks in one function`);
		const { verdictSeconds, noVerdict } = this.options;
		this.authority = new Authority(this, this.leader, validator, verdictSeconds, noVerdict, (passed) =>
			this.replicated.enact(passed),
		);
		this.replicated.setAuthority(this.authority);
	}

	public SetOverlay(id: string, property: string, value: PropertyValue | undefined): void {
		const wrong = this.overlays.put(id, property, value);
		if (wrong !== undefined) fail(`${this.label()}: SetOverlay: ${wrong}`);
	}

	public AddPartition(partition: Partition): void {
		const wrong = partitionProblem(partition, this.residences);
		if (wrong !== undefined) fail(`${this.label()}: AddPartition: ${wrong}`);
		const residence = new ForeignResidence(this, partition);
		this.residences.set(partition.Name, residence);
		this.foreign.push(residence);
		residence.start();
	}

	public Snapshot(partition?: string): EntityUpdate[] {
		const wanted = this.directory
			.all()
			.filter((entity) => partition === undefined || entity.Partition === partition);
		return wanted.map((entity) => entity.snapshot());
	}

	public InterceptActions(interceptor: Interceptor): () => void {
		if (!typeIs(interceptor, "function"))
			fail(`${this.label()}: InterceptActions takes a function, but got ${described(interceptor)}`);
		return this.interceptors.add(interceptor);
	}

	public WatchBatches(watcher: (batch: EntityBatch) => void): () => void {
		if (!typeIs(watcher, "function"))
			fail(`${this.label()}: WatchBatches takes a function, but got ${described(watcher)}`);
		return this.records.watch(watcher);
	}

	public GetStatistics(): EntityStatistics {
		const { records, authority } = this;
		let dropped = this.replicated.dropped + (authority?.unreadable ?? 0);
		for (const residence of this.foreign) dropped += residence.dropped;
		return {
			Entities: this.directory.presentCount,
			Edits: records.edits,
			Batches: records.batches,
			Updates: records.updates,
			Actions: records.actions,
			ActionsDenied: this.interceptors.denied,
			Rejected: this.settlement.rejected,
			Undecided: authority?.undecided ?? 0,
			Dropped: dropped,
		};
	}

	public IsSynced(): boolean {
		return this.cluster.context.isSynced();
	}

	public WaitUntilSynced(): Promise<void> {
		return this.cluster.WaitUntilReady();
	}

	// -- for the parts -----------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public label(): string {
		return `EntitySpace "${this.Name}"`;
	}

	/** @internal */
	public now(): number {
		return this.cluster.context.now();
	}

	/** @internal An id that no other entity has, on whatever server. */
	public newId(): string {
		const [digits] = string.gsub(this.cluster.context.platform.guid(), "-", "");
		// What a version 4 has fixed is left out.
		return string.lower(string.sub(digits, 1, 12) + string.sub(digits, 21, 24));
	}

	/** @internal The entity of an id, present or not, which lives with others if it is not known yet. */
	public know(id: string, residence: Residence = this.replicated): ReplicatedEntity {
		let entity = this.directory.find(id);
		if (!entity) {
			entity = new ReplicatedEntity(this, id, residence);
			this.adopt(entity, undefined);
		}
		return entity;
	}

	/** @internal Takes an entity in that was not known, with what this server alone is to show of it. */
	public adopt(entity: ReplicatedEntity, overlays: { readonly [name: string]: PropertyValue } | undefined): void {
		this.directory.know(entity);
		this.overlays.lay(entity, overlays);
	}

	/** @internal A cell has been decided about: tells of it, and forgets what is gone for good. */
	public settled(cell: Cell): void {
		this.teller.tell(cell);
		if (cell.key === HEAD) this.forgetIfGone(cell.entity);
	}

	/** @internal */
	public forgetIfGone(entity: ReplicatedEntity): void {
		const { head } = entity;
		if (entity.isPresent || entity.records > 0 || head.pending || head.confirmed !== undefined) return;
		if (entity.children) for (const _ of entity.children) return;
		if (this.directory.find(entity.Id) === entity) this.directory.forget(entity);
	}
}
