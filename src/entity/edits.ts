import { Cell } from "./data/cell";
import { EditMode } from "./partition";
import type { ReplicatedEntity } from "./entity";
import { PropertyValue } from "./types";

/** A cell becomes another value. */
export interface CellChange {
	readonly cell: Cell;
	readonly value: PropertyValue | undefined;
}

/** One thing that this server changed, until it is decided. */
export interface Edit {
	readonly seq: number;
	readonly cell: Cell;
	readonly value: PropertyValue | undefined;
	/** Edits of one group fall together; 0 for none. */
	readonly group: number;
	/** By this server's clock. */
	readonly atSeconds: number;
}

/** All edits of one entity in one turn, one for each cell. */
export interface Update {
	readonly kind: "add" | "update" | "remove";
	readonly entity: ReplicatedEntity;
	readonly edits: Edit[];
}

/** Where entities live, as the space deals with it. */
export interface Residence {
	readonly name: string;
	mode(): EditMode;
	/** What is wrong with any edit now, if anything. */
	problem(): string | undefined;
	/** Takes the updates of one turn, by id, ascending, and settles each edit some time. */
	apply(updates: ReadonlyArray<Update>): void;
}
