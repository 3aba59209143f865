import type { ReplicatedEntity } from "./entity";

/** Puts an entity where it belongs in a list by id. */
function insert(list: ReplicatedEntity[], entity: ReplicatedEntity): void {
	let [low, high] = [0, list.size()];
	while (low < high) {
		const middle = (low + high).idiv(2);
		if (list[middle]!.Id < entity.Id) low = middle + 1;
		else high = middle;
	}
	list.insert(low, entity);
}

/** All entities that this server knows, and the ways to find them. */
export class Directory {
	private readonly known = new Map<string, ReplicatedEntity>();
	/** Those that the game knows, by id; undefined when that has changed. */
	private sorted: ReplicatedEntity[] | undefined;
	private readonly byName = new Map<string, ReplicatedEntity[]>();
	public presentCount = 0;

	public find(id: string | undefined): ReplicatedEntity | undefined {
		return id === undefined ? undefined : this.known.get(id);
	}

	/** All that this server knows something of, present or not. */
	public knownCount(): number {
		return this.known.size();
	}

	public know(entity: ReplicatedEntity): void {
		this.known.set(entity.Id, entity);
	}

	public forget(entity: ReplicatedEntity): void {
		assert(!entity.isPresent, "what the game knows is not forgotten");
		this.known.delete(entity.Id);
		entity.forget();
	}

	/** The entity has appeared, and has its name. */
	public add(entity: ReplicatedEntity): void {
		assert(!entity.isPresent, "an entity appears once");
		entity.isPresent = true;
		this.presentCount += 1;
		this.sorted = undefined;
		const sameName = this.byName.get(entity.Name);
		if (sameName) insert(sameName, entity);
		else this.byName.set(entity.Name, [entity]);
	}

	public remove(entity: ReplicatedEntity): void {
		assert(entity.isPresent, "only what has appeared disappears");
		entity.isPresent = false;
		this.presentCount -= 1;
		this.sorted = undefined;
		const others = this.byName.get(entity.Name)!.filter((other) => other !== entity);
		if (others.isEmpty()) this.byName.delete(entity.Name);
		else this.byName.set(entity.Name, others);
	}

	/** By id, ascending; not to be changed. */
	public all(): ReadonlyArray<ReplicatedEntity> {
		let { sorted } = this;
		if (!sorted) {
			sorted = new Array<ReplicatedEntity>();
			for (const [, entity] of this.known) if (entity.isPresent) sorted.push(entity);
			sorted.sort((left, right) => left.Id < right.Id);
			this.sorted = sorted;
		}
		return sorted;
	}

	/** By id, ascending; not to be changed. */
	public named(name: string): ReadonlyArray<ReplicatedEntity> {
		return this.byName.get(name) ?? [];
	}

	/** The parent of an entity has become another one; it need not be known here. */
	public moved(
		child: ReplicatedEntity,
		from: string | undefined,
		to: string | undefined,
		placeholder: (id: string) => ReplicatedEntity,
	): void {
		if (from !== undefined) this.known.get(from)?.children?.delete(child.Id);
		if (to === undefined) return;
		const parent = this.known.get(to) ?? placeholder(to);
		(parent.children ??= new Map()).set(child.Id, child);
	}
}
