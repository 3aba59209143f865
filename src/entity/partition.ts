import { PropertyValue } from "./types";

/**
 * What becomes of edits. "immediate": shown at once, confirmed or taken back later; "delayed": shown when accepted;
 * "appendOnly": entities can be created, and stay as they are; "frozen": nothing can be edited.
 */
export type EditMode = "immediate" | "delayed" | "appendOnly" | "frozen";

/** One thing about an entity becomes another value. */
export interface PartitionEdit {
	/** What of the entity: "" is the entity itself (its value is its name), "//open" its property "open"; the others are the library's. */
	readonly Key: string;
	/** Undefined takes it away. */
	readonly Value: PropertyValue | undefined;
}

/** All that becomes of one entity in one turn. */
export interface EntityUpdate {
	/** Whether the entity comes, changes or goes. */
	readonly Kind: "add" | "update" | "remove";
	/** The entity's id. */
	readonly Id: string;
	/** What becomes of it; empty for one that goes. */
	readonly Edits: ReadonlyArray<PartitionEdit>;
}

/** What a partition thinks of an edit: accepted, refused for a reason, or accepted as another value. */
export type Verdict = "accept" | { readonly Reject: string } | { readonly Value: PropertyValue | undefined };

/** Where entities live: what keeps their properties, and decides on edits of them. Games make them: no method may yield or throw. */
export interface Partition {
	/** As entities name it, see {@link EntityOptions.partition}. */
	readonly Name: string;
	/** Read at every edit, so it may change. */
	readonly Mode: EditMode;
	/**
	 * Takes what this server edits in one turn, updates by id, ascending. `settle` says what becomes of each edit: during the call, or any time later, in the order
	 * in which the partition has them. What it says nothing about is given up after 30 seconds.
	 */
	Apply(updates: ReadonlyArray<EntityUpdate>, settle: (edit: PartitionEdit, verdict: Verdict) => void): void;
	/** All entities that live here, each as an "add". */
	Snapshot(): ReadonlyArray<EntityUpdate>;
	/** Has `listener` hear whatever else changes here. Edits that it was given by {@link Partition.Apply} may be among it. */
	Changes(listener: (updates: ReadonlyArray<EntityUpdate>) => void): void;
}
