import type { ReplicatedEntity } from "./entity";
import { EntityScript } from "./script-types";
import { EntityAction, PropertyValue } from "./types";

/** What a space tells its scripts, and asks of them. None of it may yield, or throw. */
export interface ScriptHost {
	scriptOf(entity: ReplicatedEntity): EntityScript;
	/** What is wrong with it, if anything. */
	registerActionHandler(
		entity: ReplicatedEntity,
		component: string,
		name: string,
		handler: (parameters: never, entity: never, component: string, action: never) => void,
	): string | undefined;
	unregisterActionHandler(entity: ReplicatedEntity, component: string, name: string): string | undefined;
	/** An entity has appeared; what it has is there. */
	added(entity: ReplicatedEntity): void;
	removed(entity: ReplicatedEntity): void;
	/** A property of a present entity has another value; component "" has the entity's own ones. */
	changed(
		entity: ReplicatedEntity,
		component: string,
		property: string,
		value: PropertyValue | undefined,
		previous: PropertyValue | undefined,
	): void;
	/** The entity's script has another source. */
	sourceChanged(entity: ReplicatedEntity, source: string | undefined): void;
	/** Does what the turn's actions say; before its edits are sent. */
	perform(actions: ReadonlyArray<EntityAction>): void;
}

/** A space whose scripts have not been set up. */
export class NoScripts implements ScriptHost {
	public scriptOf(): EntityScript {
		error("scripts come with EntitySpace()");
	}

	public registerActionHandler(): string | undefined {
		return undefined;
	}

	public unregisterActionHandler(): string | undefined {
		return undefined;
	}

	public added(): void {}
	public removed(): void {}
	public changed(): void {}
	public sourceChanged(): void {}
	public perform(_actions: ReadonlyArray<EntityAction>): void {}
}
