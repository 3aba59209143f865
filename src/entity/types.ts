import { Cluster } from "../cluster/cluster";
import { Signal } from "../cluster/signal";
import { Guard } from "../cluster/channel";
import { EntityUpdate, Partition } from "./partition";
import { EnergyOptions } from "./runtime/energy";
import { ActionsOf, AnyScript, EntityScript, GuardsOf, Initial, PropertiesOf, SpaceScripts } from "./script-types";

/** What a property of an entity can be. Numbers are never NaN; texts are UTF-8; a map has texts as keys and values. At most 8,192 bytes as text. */
export type PropertyValue =
	boolean | number | string | Vector2 | Vector3 | CFrame | Color3 | { readonly [key: string]: string };

/** A kind of components: made with `DefineComponent`. */
export interface ComponentDefinition<P> {
	/** The name of the kind. */
	readonly Kind: string;
	/** A guard for each property. */
	readonly Properties: GuardsOf<P>;
	/** @hidden Carries the type, never set. */
	readonly _types?: { properties: P };
}

/** A kind of components, whatever its properties. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any, roblox-ts/no-any -- any types fit
export type AnyComponent = ComponentDefinition<any>;
/** The types of the properties of a kind of components. */
export type ComponentProperties<C extends AnyComponent> = NonNullable<C["_types"]>["properties"];

/** Properties of which nobody knows the types: any name, any value. */
export interface OpenProperties {
	[name: string]: PropertyValue | undefined;
}
/** P, unless that is any. */
export type Known<P> = 0 extends 1 & P ? OpenProperties : P;

/** One named part of an entity, with properties of its own. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface Component<C extends AnyComponent = AnyComponent> {
	/** Unique among the components of its entity. */
	readonly Name: string;
	/** The name of its kind. */
	readonly Kind: string;
	/** The entity that it is part of. */
	readonly Entity: Entity;
	/** The property as this server shows it; nil where it has none. */
	Get<K extends keyof Known<ComponentProperties<C>> & string>(name: K): Known<ComponentProperties<C>>[K];
	/** Sets a property, or with nil takes it away. Throws, and changes nothing, for what the kind's schema does not allow. */
	Set<K extends keyof Known<ComponentProperties<C>> & string>(name: K, value: Known<ComponentProperties<C>>[K]): void;
	/** Fires on every server when the shown value has changed, with the new and the previous one. */
	GetPropertyChangedSignal<K extends keyof Known<ComponentProperties<C>> & string>(
		name: K,
	): Signal<[value: Known<ComponentProperties<C>>[K], previous: Known<ComponentProperties<C>>[K]]>;
	/** Names of the properties that have a value, ascending. */
	GetPropertyNames(): string[];
	/** Handles what the entity's script does on this component, as {@link Entity.RegisterActionHandler}. */
	RegisterActionHandler(
		name: string,
		handler: (parameters: unknown, entity: Entity, component: string, action: string) => void,
	): void;
	/** Takes the handler away. Throws if there is none on this server. */
	UnregisterActionHandler(name: string): void;
	/** Whether the entity has it still. */
	Exists(): boolean;
	/** Takes the component, with all its properties, from the entity. */
	Remove(): void;
}

/** One thing that all servers share: a name, properties, components, and perhaps a script. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface Entity<D extends AnyScript = AnyScript> {
	/** Never used again for another entity. */
	readonly Id: string;
	/** Need not be unique. */
	readonly Name: string;
	/** Where its properties live: "replicated", "server", or a partition of the game. */
	readonly Partition: string;
	/** Whether it is there: neither destroyed nor waiting to be accepted. */
	Exists(): boolean;
	/** Its script; there always is one, though it may be empty. */
	GetScript(): EntityScript<D>;
	/** A property of the entity, which is one of its script, as this server shows it; nil where it has none. */
	Get<K extends keyof Known<PropertiesOf<D>> & string>(name: K): Known<PropertiesOf<D>>[K];
	/**
	 * Sets a property, or with nil takes it away. Shown at once (in a delayed partition when it is accepted), and sent with whatever else is changed in this turn.
	 * Throws, and changes nothing, for a value that is none of a property, that the script's schema does not allow, or where the partition takes no edits.
	 */
	Set<K extends keyof Known<PropertiesOf<D>> & string>(name: K, value: Known<PropertiesOf<D>>[K]): void;
	/** Fires on every server when the shown value has changed, with the new and the previous one. */
	GetPropertyChangedSignal<K extends keyof Known<PropertiesOf<D>> & string>(
		name: K,
	): Signal<[value: Known<PropertiesOf<D>>[K], previous: Known<PropertiesOf<D>>[K]]>;
	/** Names of the entity's own properties that have a value, ascending. */
	GetPropertyNames(): string[];
	/**
	 * Handles what the script does by this name, with `InvokeAction`: on the leader, or on every server, as the script's definition says. `component` is "". It may yield.
	 * Throws if there is a handler already.
	 */
	RegisterActionHandler<K extends keyof ActionsOf<D> & string>(
		name: K,
		handler: (parameters: ActionsOf<D>[K], entity: Entity<D>, component: string, action: K) => void,
	): void;
	/** Takes the handler away. Throws if there is none on this server. */
	UnregisterActionHandler(name: keyof ActionsOf<D> & string): void;
	/** Adds a component, named like its kind unless said otherwise. Of a plain text as kind, properties are open: any name, any value. Throws if there is one of this name. */
	AddComponent<C extends AnyComponent>(
		kind: C,
		properties: Initial<ComponentProperties<C>>,
		name?: string,
	): Component<C>;
	AddComponent(kind: string, properties?: { readonly [name: string]: PropertyValue }, name?: string): Component;
	/** The component of a name; with a kind, only if it is of that. Given a kind alone, the first one of it, by name. */
	GetComponent(name: string): Component | undefined;
	GetComponent<C extends AnyComponent>(kind: C): Component<C> | undefined;
	GetComponent<C extends AnyComponent>(name: string, kind: C): Component<C> | undefined;
	/** All components, by name, ascending; with a kind, those of it. */
	GetComponents(kind?: AnyComponent | string): Component[];
	/** The entity that this one is part of. */
	GetParent(): Entity | undefined;
	/** Makes it part of another entity, or of none. Throws if that would make it part of itself. */
	SetParent(parent: Entity | undefined): void;
	/** By id, ascending. */
	GetChildren(): Entity[];
	/** Has this server alone show another value of a property, whatever that is or becomes; with nil no longer. Not sent to anybody. */
	SetOverlay<K extends keyof Known<PropertiesOf<D>> & string>(
		name: K,
		value: Known<PropertiesOf<D>>[K] | undefined,
	): void;
	/** Destroys it, and all that is part of it. */
	Destroy(): void;
}

/** Which entities are wanted; all that is said has to hold. */
export interface EntityFilter {
	/** They have this name. */
	readonly name?: string;
	/** They have a component of this kind. */
	readonly kind?: AnyComponent | string;
	/** They have this script. */
	readonly script?: AnyScript;
	/** They are part of this one. */
	readonly parent?: Entity;
	/** Their properties live there. */
	readonly partition?: string;
}

/** More about an entity that is created; all optional. */
export interface EntityOptions {
	/** Where its properties live: "replicated" (default), "server" (this server only), or the name of a partition that was added to the space. */
	readonly partition?: string;
	/** The entity that it becomes part of. */
	readonly parent?: Entity;
	/** Values that this server alone shows from the beginning, see {@link Entity.SetOverlay}. */
	readonly overlays?: { readonly [property: string]: PropertyValue };
}

/** What kind of edit something is: an entity's creation or destruction, a property, the parent, the script's source, or a component that comes or goes. */
export type EditKind = "create" | "destroy" | "set" | "parent" | "script" | "component";

/** An edit that a server wants to make, before it counts. */
export interface ProposedEdit {
	/** What kind of edit it is. */
	readonly Kind: EditKind;
	/** The entity's id. */
	readonly Id: string;
	/** Nil for one that is to be created. */
	readonly Entity: Entity | undefined;
	/** "" for the entity's own properties. */
	readonly Component: string;
	/** The property's name; "" where it is none. */
	readonly Property: string;
	/** What it is to become: for "create" the name, for "component" the kind, for "parent" its id; nil to take it away. */
	readonly Value: PropertyValue | undefined;
	/** What it is. */
	readonly Previous: PropertyValue | undefined;
	/** For "create": the entity's own properties. */
	readonly Properties: { readonly [name: string]: PropertyValue };
	/** The ServerId of the server that wants it. */
	readonly Sender: string;
}

/** What a check of edits returns: nil or true accepts, false or a reason refuses; a table accepts a property as another value. */
export type EditJudgement = undefined | boolean | string | { readonly Value: PropertyValue | undefined };

/** An edit of this server that was refused, and has been taken back. */
export interface RejectedEdit {
	/** The entity that was to be edited. */
	readonly Entity: Entity;
	/** What kind of edit it was. */
	readonly Kind: EditKind;
	/** "" for the entity's own properties. */
	readonly Component: string;
	/** The property's name; "" where it was none. */
	readonly Property: string;
	/** What it was to become. */
	readonly Value: PropertyValue | undefined;
	/** Why, in words. */
	readonly Reason: string;
	/** What this server shows again. */
	readonly Restored: PropertyValue | undefined;
}

/** Something that a script does, for the game's code to handle. */
export interface EntityAction {
	/** The entity whose script does it. */
	readonly Entity: Entity;
	/** The component that it is done on; "" for the entity itself. */
	readonly Component: string;
	/** The action's name. */
	readonly Name: string;
	/** What the script has given along. */
	readonly Parameters: unknown;
}

/** All that one turn edits and does: what leaves as one. */
export interface EntityBatch {
	/** In the order in which they were done; before the updates. */
	readonly Actions: ReadonlyArray<EntityAction>;
	/** One for each entity, by id, ascending. */
	readonly Updates: ReadonlyArray<EntityUpdate>;
}

/** What a space has and did. Numbers are counts, and only grow, but for those of what there is now. */
export interface EntityStatistics {
	/** Entities that there are now. */
	readonly Entities: number;
	/** Edits that this server made, those that changed nothing left out. */
	readonly Edits: number;
	/** Turns in which it did. */
	readonly Batches: number;
	/** Entities that those turns edited, each counted once a turn. */
	readonly Updates: number;
	/** Actions done. */
	readonly Actions: number;
	/** Actions that an interceptor denied. */
	readonly ActionsDenied: number;
	/** Edits of this server that were refused. */
	readonly Rejected: number;
	/** Edits of this server of which nobody said anything in time. */
	readonly Undecided: number;
	/** What other servers, or partitions, said and could not be used: unreadable, or refused by a guard. */
	readonly Dropped: number;
}

/** All entities of one name's space. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface EntitySpace {
	/** As it was asked for. */
	readonly Name: string;
	/** Creates an entity with a script. Throws, and creates nothing, if a property does not fit the script's schema. */
	CreateEntity<D extends AnyScript>(
		name: string,
		script: D,
		properties: Initial<PropertiesOf<D>>,
		options?: EntityOptions,
	): Entity<D>;
	/** Creates an entity without a script. Its properties are open: any name, any value. */
	CreateEntity(name: string, options?: EntityOptions): Entity;
	/** The entity with this id; undefined where there is none. */
	GetEntityById(id: string): Entity | undefined;
	/** Of several with this name, the one with the lowest id. */
	GetEntityByName(name: string): Entity | undefined;
	GetEntityByName<D extends AnyScript>(name: string, script: D): Entity<D> | undefined;
	/** All entities, or those that a filter lets pass, by id, ascending. */
	GetEntities(filter?: EntityFilter | ((entity: Entity) => boolean)): Entity[];
	/** Those that are part of no other, by id, ascending. */
	GetRootEntities(): Entity[];
	/** Fires when an entity appears, with all that it was created with. */
	readonly EntityAdded: Signal<[entity: Entity]>;
	/** Fires when an entity was destroyed, or with its player left. It can still be asked for its id and name. */
	readonly EntityRemoved: Signal<[entity: Entity]>;
	/** Fires when an entity that is there already gets a component. */
	readonly ComponentAdded: Signal<[component: Component]>;
	/** Fires when an entity that stays has lost a component. */
	readonly ComponentRemoved: Signal<[component: Component]>;
	/**
	 * The entity of a player. If he is on this server and has none, it is made; it goes when he leaves, or his server is gone. Of a player elsewhere, given by user id,
	 * it is there once that server has asked for it. A player's entity cannot be destroyed.
	 */
	GetPlayerEntity(player: Player): Entity;
	GetPlayerEntity(userId: number): Entity | undefined;
	/** Runs `body`, which must not yield; the edits it makes are accepted or refused together. */
	Atomically(body: () => void): void;
	/**
	 * Has every edit of replicated entities judged before it counts, on the space's leader: it returns nil or true to accept, false or a reason to refuse, or `{ Value }` to accept a property as
	 * another value. Until then what this server edits is shown (or not, with `edits: "delayed"`); refused, it is taken back. Call it on every server, before the first edit, with the same function.
	 * It must not yield. Throws if there is one already.
	 */
	ValidateEdit(validator: (edit: ProposedEdit) => EditJudgement): void;
	/** Fires when an edit of this server was refused and has been taken back. */
	readonly EditRejected: Signal<[edit: RejectedEdit]>;
	/** The same as {@link Entity.SetOverlay} for an entity by its id, which need not be there yet: then it waits for it. At most 1,000 such ids wait; throws beyond it. */
	SetOverlay(id: string, property: string, value: PropertyValue | undefined): void;
	/** Adds a place for entities to live in. Throws if there is one of that name. */
	AddPartition(partition: Partition): void;
	/** All entities, or those of one partition, as a `FrozenPartition` takes them. */
	Snapshot(partition?: string): EntityUpdate[];
	/** Has `interceptor` see each action before it is done: nil lets it pass, false denies it, an action is done in its place. It must not yield. Returns what ends this. */
	InterceptActions(interceptor: (action: EntityAction) => EntityAction | false | undefined): () => void;
	/** Shows each batch to `watcher` as it leaves. Returns what ends this. */
	WatchBatches(watcher: (batch: EntityBatch) => void): () => void;
	/** Counters and gauges; a new table at every call. */
	GetStatistics(): EntityStatistics;
	/** What concerns the scripts of all entities. */
	readonly Scripts: SpaceScripts;
	/** Whether this server has got what the others share. */
	IsSynced(): boolean;
	/** Resolves when {@link EntitySpace.IsSynced} becomes true. Never rejects. */
	WaitUntilSynced(): Promise<void>;
}

/** How a space behaves; all optional. */
export interface EntitySpaceOptions {
	/** How the one server is chosen that runs the scripts and judges edits: "lease" (default; "local" in Studio), "bully" or "local", see `LeaderElection`. */
	readonly election?: "lease" | "bully" | "local";
	/** The cluster to share with; default `GetCluster()`. */
	readonly cluster?: Cluster;
	/** When this server shows what it edits: "immediate" (default): at once; "delayed": once it counts. */
	readonly edits?: "immediate" | "delayed";
	/** How long an edit waits for {@link EntitySpace.ValidateEdit}'s judgement, 1 to 600 s; default 30. Then it is taken back, or (`noVerdict: "keep"`) kept and proposed on. */
	readonly verdictSeconds?: number;
	/** What becomes of an edit that nobody judged in time: taken back ("revert", default), or kept. */
	readonly noVerdict?: "revert" | "keep";
	/** What a call of a script from outside may cost: see {@link EnergyOptions}. */
	readonly energy?: EnergyOptions;
}

export type { Guard };
