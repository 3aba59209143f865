import { ListEntry, SystemList } from "./records";

/** One place of a system and the module that has it. */
export interface Placed extends ListEntry {
	/** The number among those of its name, from 1. */
	readonly index: number;
}

/** Which module has which place in a system: computed from its list, alike everywhere, and replaced as a whole. Immutable. */
export class IndexTable {
	public readonly revision: number;
	public readonly places: ReadonlyArray<Placed>;
	private readonly byName = new Map<string, Placed[]>();
	private readonly byId = new Map<string, Placed>();

	constructor({ revision, entries }: SystemList) {
		this.revision = revision;
		const places = new Array<Placed>();
		for (const entry of entries) {
			let named = this.byName.get(entry.name);
			if (!named) {
				named = [];
				this.byName.set(entry.name, named);
			}
			const placed: Placed = { ...entry, index: named.size() + 1 };
			named.push(placed);
			places.push(placed);
			this.byId.set(entry.id, placed);
		}
		this.places = places;
	}

	// Hot: asked for each look-up.
	public at(name: string, index: number): Placed | undefined {
		return this.byName.get(name)?.[index - 1];
	}

	public of(id: string): Placed | undefined {
		return this.byId.get(id);
	}

	/** All of a name, in order. */
	public named(name: string): ReadonlyArray<Placed> {
		return this.byName.get(name) ?? [];
	}
}
