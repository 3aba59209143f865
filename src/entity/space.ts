import { ServerCluster } from "../cluster/server-cluster";
import { createSignal, FiringSignal } from "../cluster/signal";
import { fail } from "../diagnostics/errors";
import { EntityAction, Merged } from "./batch";
import { Cell } from "./data/cell";
import { HEAD, OWN, propertyKey } from "./data/keys";
import { kept } from "./data/values";
import { Directory } from "./directory";
import { Editor } from "./editor";
import { Residence } from "./edits";
import { ReplicatedEntity } from "./entity";
import { Interceptors } from "./interceptors";
import { ReplicatedResidence } from "./partitions/replicated";
import { NoScripts, ScriptHost } from "./script-host";
import { AnyScript } from "./script-types";
import { Teller } from "./teller";
import { Component, Entity, EntityFilter, EntityOptions, EntitySpace, PropertyValue } from "./types";

const ENTITY_OPTIONS = ["partition", "parent", "overlays"];

/** The entities of one name, as this server has them: the parts, and how they are connected. */
export class Space implements EntitySpace {
	public readonly EntityAdded: FiringSignal<[entity: Entity]>;
	public readonly EntityRemoved: FiringSignal<[entity: Entity]>;
	public readonly ComponentAdded: FiringSignal<[component: Component]>;
	public readonly ComponentRemoved: FiringSignal<[component: Component]>;
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

	constructor(
		public readonly Name: string,
		/** @internal */
		public readonly cluster: ServerCluster,
	) {
		const { platform, log } = cluster.context;
		this.EntityAdded = createSignal(platform);
		this.EntityRemoved = createSignal(platform);
		this.ComponentAdded = createSignal(platform);
		this.ComponentRemoved = createSignal(platform);
		this.interceptors = new Interceptors(log, this.label());
		this.teller = new Teller(this);
		this.editor = new Editor(this);
		this.replicated = new ReplicatedResidence(this);
		this.residences.set(this.replicated.name, this.replicated);
		this.replicated.start();
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
		for (const [name, value] of pairs(overlays ?? {}))
			entity.cell(propertyKey(OWN, name as string)).overlay = kept(value);
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

	/** @internal */
	public noteBatch(_actions: EntityAction[], _merged: Merged["residences"], _updateCount: number): void {}
}
