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
export type EntitySpace = Shared;
