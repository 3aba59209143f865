import { Cluster } from "../cluster/cluster";
import { Signal } from "../cluster/signal";
import { Guard } from "../cluster/channel";
import { ActionsOf, AnyScript, EntityScript, GuardsOf, Initial, PropertiesOf } from "./script-types";

/** What a property of an entity can be. Numbers are never NaN; texts are UTF-8; a map has texts as keys and values. At most 8,192 bytes as text. */
export type PropertyValue =
	boolean | number | string | Vector2 | Vector3 | CFrame | Color3 | { readonly [key: string]: string };

/** A kind of components: made with `DefineComponent`. */
export interface ComponentDefinition<P> {
	readonly Kind: string;
	readonly Properties: GuardsOf<P>;
	/** @hidden Carries the type, never set. */
	readonly _types?: { properties: P };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any, roblox-ts/no-any -- any types fit
export type AnyComponent = ComponentDefinition<any>;
export type ComponentProperties<C extends AnyComponent> = NonNullable<C["_types"]>["properties"];

/** One named part of an entity, with properties of its own. */
export interface Component<C extends AnyComponent = AnyComponent> {
	readonly Name: string;
	readonly Kind: string;
	readonly Entity: Entity;
	/** The property as this server shows it; nil where it has none. */
	Get<K extends keyof ComponentProperties<C> & string>(name: K): ComponentProperties<C>[K];
	/** Sets a property, or with nil takes it away. Throws, and changes nothing, for what the kind's schema does not allow. */
	Set<K extends keyof ComponentProperties<C> & string>(name: K, value: ComponentProperties<C>[K]): void;
	/** Fires on every server when the shown value has changed, with the new and the previous one. */
	GetPropertyChangedSignal<K extends keyof ComponentProperties<C> & string>(
		name: K,
	): Signal<[value: ComponentProperties<C>[K], previous: ComponentProperties<C>[K]]>;
	/** Names of the properties that have a value, ascending. */
	GetPropertyNames(): string[];
	/** Whether the entity has it still. */
	Exists(): boolean;
	/** Takes the component, with all its properties, from the entity. */
	Remove(): void;
}

/** One thing that all servers share: a name, properties, components, and perhaps a script. No method yields. */
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
	Get<K extends keyof PropertiesOf<D> & string>(name: K): PropertiesOf<D>[K];
	/**
	 * Sets a property, or with nil takes it away. Shown at once (in a delayed partition when it is accepted), and sent with whatever else is changed in this turn.
	 * Throws, and changes nothing, for a value that is none of a property, that the script's schema does not allow, or where the partition takes no edits.
	 */
	Set<K extends keyof PropertiesOf<D> & string>(name: K, value: PropertiesOf<D>[K]): void;
	/** Fires on every server when the shown value has changed, with the new and the previous one. */
	GetPropertyChangedSignal<K extends keyof PropertiesOf<D> & string>(
		name: K,
	): Signal<[value: PropertiesOf<D>[K], previous: PropertiesOf<D>[K]]>;
	/** Names of the entity's own properties that have a value, ascending. */
	GetPropertyNames(): string[];
	/** Handles what the script does by this name. */
	RegisterActionHandler<K extends keyof ActionsOf<D> & string>(
		name: K,
		handler: (parameters: ActionsOf<D>[K], entity: Entity<D>) => void,
	): void;
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
	SetOverlay<K extends keyof PropertiesOf<D> & string>(name: K, value: PropertiesOf<D>[K] | undefined): void;
	/** Destroys it, and all that is part of it. */
	Destroy(): void;
}

/** Which entities are wanted; all that is said has to hold. */
export interface EntityFilter {
	readonly name?: string;
	/** They have a component of this kind. */
	readonly kind?: AnyComponent | string;
	/** They have this script. */
	readonly script?: AnyScript;
	readonly parent?: Entity;
	readonly partition?: string;
}

/** More about an entity that is created; all optional. */
export interface EntityOptions {
	/** Where its properties live: "replicated" (default), "server" (this server only), or the name of a partition that was added to the space. */
	readonly partition?: string;
	readonly parent?: Entity;
	/** Values that this server alone shows from the beginning, see {@link Entity.SetOverlay}. */
	readonly overlays?: { readonly [property: string]: PropertyValue };
}

/** All entities of one name's space. No method yields. */
export interface EntitySpace {
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
	readonly ComponentRemoved: Signal<[component: Component]>;
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
}

export type { Guard };
