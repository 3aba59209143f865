import { FiringSignal } from "../cluster/signal";
import { HEAD, OWN, partsOf } from "./data/keys";
import { Edit } from "./edits";
import type { Space } from "./space";
import { RejectedEdit } from "./types";

/** What becomes of edits that were decided about. */
export class Settlement {
	public rejected = 0;

	constructor(
		private readonly space: Space,
		private readonly told: FiringSignal<[edit: RejectedEdit]>,
	) {}

	/** Edits were accepted, each perhaps with another value, as what stands at `at` among the confirmed ones. */
	public accept(edit: Edit, at: number, modified?: { readonly value: Edit["value"] }): void {
		if (edit.cell.accept(edit.seq, at, modified)) this.space.settled(edit.cell);
	}

	/** Edits were refused together: all are taken back before anybody hears of it. */
	public reject(edits: ReadonlyArray<Edit>, reason: string): void {
		const refused = edits.filter(({ cell, seq }) => cell.drop(seq));
		this.rejected += refused.size();
		for (const { cell } of refused) this.space.settled(cell);
		for (const { cell, value } of refused) {
			const { entity, key } = cell;
			const parts = partsOf(key);
			this.told.Fire({
				Entity: entity,
				Kind:
					key === HEAD
						? value === undefined
							? "destroy"
							: "create"
						: parts?.property !== undefined
							? "set"
							: parts
								? "component"
								: key === "^"
									? "parent"
									: "script",
				Component: parts?.component ?? OWN,
				Property: parts?.property ?? "",
				Value: value,
				Reason: reason,
				Restored: cell.value(),
			});
		}
	}
}
