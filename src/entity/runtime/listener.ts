import type { Owner } from "./owner";

/** What a game's code is called with: what was said, and the Id of the entity whose script said it, undefined if it was no script. */
export type Handler = (this: void, argument: unknown, caller: string | undefined) => unknown;

/** One function that listens to something, for its owner. Bound once; afterwards a call costs no look-up. */
export class Listener {
	/** Whether it is called: not removed, not overridden, and its owner listens. */
	public active = true;
	public removed = false;
	/** Another one of the same owner is called in its place. */
	public shadowed = false;
	/** Points charged in the entry of the number {@link Listener.spentIn}. */
	public spent = 0;
	public spentIn = 0;
	/** Only this one: for what is called alone. */
	public readonly alone: ReadonlyArray<Listener>;

	constructor(
		public readonly owner: Owner,
		/** What it listens to, for messages about it. */
		public readonly event: string,
		/** Listeners of one owner are called in the order in which they were added. */
		public readonly order: number,
		public readonly handler: Handler,
	) {
		this.alone = [this];
		this.refresh();
	}

	public refresh(): void {
		this.active = !this.removed && !this.shadowed && this.owner.listening && !this.owner.dead;
	}

	/** "entity/script#handler". */
	public label(): string {
		return `${this.owner.label()}#${this.event}`;
	}
}
