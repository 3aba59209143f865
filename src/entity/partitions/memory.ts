import { HEAD } from "../data/keys";
import { EditMode, EntityUpdate, Partition, PartitionEdit, Verdict } from "../partition";
import { PropertyValue } from "../types";

/** Entities in this server's memory: for what only this server has, for logs, and for what once was. */
class MemoryPartition implements Partition {
	private readonly entities = new Map<string, Map<string, PropertyValue>>();
	/** Ids, the oldest first. */
	private readonly order = new Array<string>();
	private listener: ((updates: ReadonlyArray<EntityUpdate>) => void) | undefined;

	constructor(
		public readonly Name: string,
		public readonly Mode: EditMode,
		private readonly most: number,
		entities: ReadonlyArray<EntityUpdate>,
	) {
		for (const update of entities) this.take(update);
	}

	public Apply(updates: ReadonlyArray<EntityUpdate>, settle: (edit: PartitionEdit, verdict: Verdict) => void): void {
		for (const update of updates) {
			this.take(update);
			for (const edit of update.Edits) settle(edit, "accept");
		}
		while (this.order.size() > this.most) {
			const oldest: EntityUpdate = {
				Kind: "remove",
				Id: this.order[0]!,
				Edits: [{ Key: HEAD, Value: undefined }],
			};
			this.take(oldest);
			this.listener?.([oldest]);
		}
	}

	public Snapshot(): ReadonlyArray<EntityUpdate> {
		return this.order.map((id) => {
			const edits = new Array<PartitionEdit>();
			for (const [key, value] of this.entities.get(id)!) edits.push({ Key: key, Value: value });
			edits.sort((left, right) => left.Key < right.Key);
			const Kind = "add";
			return { Kind, Id: id, Edits: edits };
		});
	}

	public Changes(listener: (updates: ReadonlyArray<EntityUpdate>) => void): void {
		this.listener = listener;
	}

	private take({ Kind, Id, Edits }: EntityUpdate): void {
		if (Kind === "remove") {
			if (!this.entities.delete(Id)) return;
			this.order.remove(this.order.indexOf(Id));
			return;
		}
		let values = this.entities.get(Id);
		if (!values) {
			values = new Map();
			this.entities.set(Id, values);
			this.order.push(Id);
		}
		for (const { Key, Value } of Edits) {
			if (Value === undefined) values.delete(Key);
			else values.set(Key, Value);
		}
	}
}

/** A partition of entities that live on this server only, and end with it. */
export function ServerPartition(name: string): Partition {
	return new MemoryPartition(name, "immediate", math.huge, []);
}

/** A partition of entities that are as they once were, for instance a snapshot of another one; nothing can be edited there. */
export function FrozenPartition(name: string, entities: ReadonlyArray<EntityUpdate>): Partition {
	return new MemoryPartition(name, "frozen", math.huge, entities);
}

/** A partition to which entities can be added, but not changed or taken away: for a log of errors. `most` is how many it keeps: beyond it the oldest go. */
export function LogPartition(name: string, most = 1000): Partition {
	return new MemoryPartition(name, "appendOnly", math.max(1, most), []);
}
