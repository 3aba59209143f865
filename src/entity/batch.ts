import { isSame } from "./data/values";
import { Edit, Residence, Update } from "./edits";
import type { ReplicatedEntity } from "./entity";
import { EntityAction } from "./types";

/** What has become of the edits of one turn: one merged update for each entity, by id, ascending, sorted by where the entities live. */
export interface Merged {
	readonly residences: Array<{ readonly residence: Residence; readonly updates: Update[] }>;
	readonly updateCount: number;
}

/** All that is edited and done in one turn, until it leaves as one. */
export class Batch {
	public edits = new Array<Edit>();
	public actions = new Array<{ readonly seq: number; readonly action: EntityAction }>();

	public isEmpty(): boolean {
		return this.edits.isEmpty() && this.actions.isEmpty();
	}

	public addEdit(edit: Edit): void {
		this.edits.push(edit);
	}

	public addAction(seq: number, action: EntityAction): void {
		this.actions.push({ seq, action });
	}

	public takeActions(): EntityAction[] {
		const { actions } = this;
		this.actions = [];
		return actions.map(({ action }) => action);
	}

	/** Takes out what came after `seq`, the latest first. */
	public takeBack(seq: number): Edit[] {
		const taken = new Array<Edit>();
		while (!this.edits.isEmpty() && this.edits[this.edits.size() - 1]!.seq > seq) taken.push(this.edits.pop()!);
		this.actions = this.actions.filter((entry) => entry.seq <= seq);
		return taken;
	}

	/** Merges the edits and takes them out. What changes nothing is no longer pending, and is left out. */
	public takeMerged(): Merged {
		const { edits } = this;
		this.edits = [];
		const byEntity = new Map<ReplicatedEntity, Edit[]>();
		const entities = new Array<ReplicatedEntity>();
		for (const edit of edits) {
			const { entity } = edit.cell;
			let own = byEntity.get(entity);
			if (!own) {
				own = [];
				byEntity.set(entity, own);
				entities.push(entity);
			}
			own.push(edit);
		}
		entities.sort((left, right) => left.Id < right.Id);
		const residences = new Array<{ readonly residence: Residence; readonly updates: Update[] }>();
		let updateCount = 0;
		for (const entity of entities) {
			const update = mergeEdits(entity, byEntity.get(entity)!);
			if (!update) continue;
			updateCount += 1;
			const { residence } = entity;
			const known = residences.find((other) => other.residence === residence);
			if (known) known.updates.push(update);
			else residences.push({ residence, updates: [update] });
		}
		return { residences, updateCount };
	}
}

/** One update of all edits of an entity, in their order; undefined if they come to nothing. */
function mergeEdits(entity: ReplicatedEntity, edits: ReadonlyArray<Edit>): Update | undefined {
	const last = new Map<string, Edit>();
	for (const edit of edits) {
		const { key } = edit.cell;
		const former = last.get(key);
		if (former) edit.cell.drop(former.seq);
		last.set(key, edit);
	}
	const headEdit = last.get(entity.head.key);
	const isRemoval = headEdit !== undefined && headEdit.value === undefined;
	const merged = new Array<Edit>();
	for (const edit of edits) {
		const { cell, value } = edit;
		if (last.get(cell.key) !== edit) continue;
		const isMoot = isRemoval && edit !== headEdit;
		const isOnly = cell.pending!.size() === 1;
		if (isMoot || (isOnly && isSame(value, cell.confirmed))) cell.drop(edit.seq);
		else merged.push(edit);
	}
	if (merged.isEmpty()) return undefined;
	const kind = isRemoval ? "remove" : headEdit && merged.includes(headEdit) ? "add" : "update";
	return { kind, entity, edits: merged };
}
