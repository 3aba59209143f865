import { beginWith } from "../../diagnostics/begin-with";
import { FiringSignal } from "../../cluster/signal";
import type { ReplicatedEntity } from "../entity";
import { PropertyValue } from "../types";
import { PendingEdits } from "./pending-edits";
import { isSame } from "./values";

/** One thing about an entity that changes by itself: a property, a component's presence, the parent, or the entity's own presence. */
export class Cell extends PendingEdits<PropertyValue> {
	/** What the game was told last. */
	public told: PropertyValue | undefined;
	/** What this server alone shows. */
	public overlay: PropertyValue | undefined;
	/** What the entity was created with. */
	public base: PropertyValue | undefined;
	/** Whether there is a contribution of this cell's own. */
	public hasRecord!: boolean;
	/** Made when somebody wants to hear of changes. */
	public changed: FiringSignal<[value: PropertyValue | undefined, previous: PropertyValue | undefined]> | undefined;

	constructor(
		public readonly entity: ReplicatedEntity,
		public readonly key: string,
	) {
		super();
	}

	/** What this server shows. */
	public value(): PropertyValue | undefined {
		return this.overlay ?? this.shown();
	}

	/** Whether the game has something to be told: what it was told before, if so. */
	public takeNews():
		{ readonly value: PropertyValue | undefined; readonly previous: PropertyValue | undefined } | undefined {
		const [value, previous] = [this.value(), this.told];
		if (isSame(value, previous)) return undefined;
		this.told = value;
		return { value, previous };
	}
}

beginWith(Cell, { hasRecord: false });
