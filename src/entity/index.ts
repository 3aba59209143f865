import { fail } from "../diagnostics/errors";
import { findSpace } from "./spaces";
import { EntitySpace as Shared, EntitySpaceOptions } from "./types";

export { FrozenPartition, LogPartition, ServerPartition } from "./partitions/memory";
export { DefineComponent } from "./registry";
export { DefineScript } from "./scripts";

/**
 * The space of this name, in which all servers of the game share entities; the same name gives the same space again.
 * Throws for options that do not exist or do not fit, and on a client.
 */
export function EntitySpace(name: string, options?: EntitySpaceOptions): EntitySpace {
	const space = findSpace(name, options);
	if (typeIs(space, "string")) fail(space);
	return space;
}
/**
 * All entities of one name's space, given by the function `EntitySpace`. No method yields; methods throw for arguments of a wrong type, and where they say so.
 * @interface
 */
export type EntitySpace = Shared;
