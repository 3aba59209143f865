import { Merged } from "./batch";
import { EntityUpdate } from "./partition";
import { EntityAction, EntityBatch } from "./types";

/** What a space did so far, and who wants to see each batch. */
export class Records {
	public edits = 0;
	public batches = 0;
	public updates = 0;
	public actions = 0;
	private watchers = new Array<(batch: EntityBatch) => void>();

	constructor(private readonly spawn: (callback: () => void) => void) {}

	public watch(watcher: (batch: EntityBatch) => void): () => void {
		this.watchers.push(watcher);
		return () => {
			this.watchers = this.watchers.filter((other) => other !== watcher);
		};
	}

	/** A turn's batch leaves. */
	public noteBatch(
		actions: ReadonlyArray<EntityAction>,
		residences: Merged["residences"],
		updateCount: number,
	): void {
		this.batches += 1;
		this.updates += updateCount;
		this.actions += actions.size();
		if (this.watchers.isEmpty()) return;
		const updates = new Array<EntityUpdate>();
		for (const { updates: own } of residences) {
			for (const { kind, entity, edits } of own) {
				const said = edits.map(({ cell, value }) => ({ Key: cell.key, Value: value }));
				const Kind = kind;
				updates.push({ Kind, Id: entity.Id, Edits: said });
			}
		}
		updates.sort((left, right) => left.Id < right.Id);
		const batch: EntityBatch = { Actions: actions, Updates: updates };
		for (const watcher of this.watchers) this.spawn(() => watcher(batch));
	}
}
