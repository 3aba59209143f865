import { beginWith } from "../../diagnostics/begin-with";

/**
 * A value that an authority decides on, with this server's own edits on top that it has not decided yet. What is shown is the newest of these, or the
 * confirmed value: so an old echo never covers a newer edit, and what was accepted stays on top until the confirmed value has it. Pure.
 */
export interface PendingEdit<T> {
	/** Rises with every edit of this server. */
	readonly seq: number;
	/** Edits of one group fall together; 0 for none. */
	readonly group: number;
	value: T | undefined;
	/** False for edits that are shown only once they are confirmed. */
	readonly isShown: boolean;
	/** Where an accepted edit stands in the order of confirmed values. */
	acceptedAt: number | undefined;
}

export class PendingEdits<T> {
	public confirmed: T | undefined;
	/** Where the confirmed value stands in the order of all that were: rises, unless all is begun anew. */
	public confirmedAt!: number;
	/** Ascending; undefined while there are none, as in most. */
	public pending: PendingEdit<T>[] | undefined;

	/** What is shown. */
	public shown(): T | undefined {
		const { pending } = this;
		if (!pending) return this.confirmed;
		for (const index of $range(pending.size() - 1, 0, -1)) {
			const edit = pending[index]!;
			if (edit.isShown) return edit.value;
		}
		return this.confirmed;
	}

	/** What will be shown once everything is accepted. */
	public intended(): T | undefined {
		const { pending } = this;
		return pending ? pending[pending.size() - 1]!.value : this.confirmed;
	}

	public add(seq: number, value: T | undefined, isShown: boolean, group = 0): void {
		const pending = (this.pending ??= []);
		const newest = pending[pending.size() - 1];
		assert(!newest || newest.seq < seq, "edits are numbered in their order");
		pending.push({ seq, group, value, isShown, acceptedAt: undefined });
	}

	public find(seq: number): PendingEdit<T> | undefined {
		return this.pending?.find((edit) => edit.seq === seq);
	}

	/** The authority has accepted an edit, perhaps with another value, as the confirmed value that stands at `at`. False if it is no longer pending. */
	public accept(seq: number, at: number, modified?: { readonly value: T | undefined }): boolean {
		const edit = this.find(seq);
		if (!edit) return false;
		if (modified) edit.value = modified.value;
		edit.acceptedAt = at;
		this.settle();
		return true;
	}

	/** The authority has refused an edit, or it is taken back. What is newer stays. */
	public drop(seq: number): boolean {
		const { pending } = this;
		const index = pending ? pending.findIndex((edit) => edit.seq === seq) : -1;
		if (index < 0) return false;
		pending!.remove(index);
		if (pending!.isEmpty()) this.pending = undefined;
		return true;
	}

	/** The confirmed value has become another one. */
	public confirm(value: T | undefined, at: number): void {
		this.confirmed = value;
		this.confirmedAt = at;
		this.settle();
	}

	/** What an accepted edit was to become is not going to come, for its authority is gone: it is to be judged again. */
	public unaccept(): void {
		for (const edit of this.pending ?? []) edit.acceptedAt = undefined;
	}

	/** What the confirmed value has, or has been followed by, is pending no longer; nor is what this server edited before, which can only have been overtaken. */
	private settle(): void {
		const { pending } = this;
		if (!pending) return;
		let settledUpTo = 0;
		for (const { seq, acceptedAt } of pending)
			if (acceptedAt !== undefined && acceptedAt <= this.confirmedAt) settledUpTo = seq;
		if (settledUpTo === 0) return;
		const left = pending.filter(({ seq }) => seq > settledUpTo);
		this.pending = left.isEmpty() ? undefined : left;
	}
}

beginWith(PendingEdits, { confirmedAt: 0 });
