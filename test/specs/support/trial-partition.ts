import { EditMode, EntityUpdate, Partition, PartitionEdit, Verdict } from "../../../src/entity/partition";

/** A partition whose verdicts a spec gives. */
export class TrialPartition implements Partition {
	public readonly Name = "trial";
	public Mode: EditMode = "immediate";
	/** Everything it was given, as "add door[=door //open=false]". */
	public readonly heard = new Array<string>();
	public edits = new Array<PartitionEdit>();
	private settle!: (edit: PartitionEdit, verdict: Verdict) => void;
	private listener!: (updates: ReadonlyArray<EntityUpdate>) => void;

	public Apply(updates: ReadonlyArray<EntityUpdate>, settle: (edit: PartitionEdit, verdict: Verdict) => void): void {
		this.settle = settle;
		for (const { Kind, Edits } of updates) {
			const words = Edits.map(({ Key, Value }) => `${Key}=${Value}`);
			words.sort();
			this.heard.push(`${Kind}[${words.join(" ")}]`);
			for (const edit of Edits) this.edits.push(edit);
		}
	}

	public Snapshot(): EntityUpdate[] {
		return [];
	}

	public Changes(listener: (updates: ReadonlyArray<EntityUpdate>) => void): void {
		this.listener = listener;
	}

	/** Says what becomes of the oldest edit, or of all. */
	public decide(verdict: Verdict, count = 1): void {
		for (const _ of $range(1, count)) this.settle(this.edits.shift()!, verdict);
	}

	public acceptAll(): void {
		this.decide("accept", this.edits.size());
	}

	public say(update: EntityUpdate): void {
		this.listener([update]);
	}
}
