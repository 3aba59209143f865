import { Cell } from "./data/cell";
import { componentKey, HEAD, OWN, PARENT, partsOf, SOURCE } from "./data/keys";
import { EntityComponent } from "./component";
import type { ReplicatedEntity } from "./entity";
import type { Space } from "./space";

/** Tells the game and its scripts what has become different. What they hear is always the present: nobody hears an older value after a newer one. */
export class Teller {
	constructor(private readonly space: Space) {}

	/** Something about a cell may have become different. */
	public tell(cell: Cell): void {
		const { entity, key } = cell;
		if (key === HEAD) this.tellPresence(entity);
		else if (entity.isPresent) this.tellNews(cell);
	}

	private tellPresence(entity: ReplicatedEntity): void {
		const name = entity.head.value() as string | undefined;
		if ((name !== undefined) === entity.isPresent) {
			// What was created with it may have become different.
			if (name !== undefined)
				for (const cell of sortedCells(entity)) if (cell !== entity.head) this.tellNews(cell);
			return;
		}
		const { space } = this;
		if (name !== undefined) {
			entity.Name = name;
			// All that it has is there with it, and is no news.
			for (const [, cell] of entity.cells) cell.told = cell.value();
			space.directory.moved(entity, undefined, entity.parentId(), (id) => space.know(id));
			space.directory.add(entity);
			space.players.appeared(entity);
			space.host.added(entity);
			space.EntityAdded.Fire(entity);
			return;
		}
		space.directory.moved(entity, entity.parentId(), undefined, (id) => space.know(id));
		space.directory.remove(entity);
		space.players.vanished(entity);
		entity.head.told = undefined;
		space.host.removed(entity);
		space.EntityRemoved.Fire(entity);
	}

	private tellNews(cell: Cell): void {
		const { entity, key } = cell;
		const { space } = this;
		const parts = partsOf(key);
		// A property comes with its component, or waits for it.
		if (parts?.property !== undefined && parts.component !== OWN) {
			if (entity.cells.get(componentKey(parts.component))?.told === undefined) return;
		}
		const news = cell.takeNews();
		if (!news) return;
		const { value, previous } = news;
		if (key === PARENT) space.directory.moved(entity, previous as string, value as string, (id) => space.know(id));
		else if (key === SOURCE) space.host.sourceChanged(entity, value as string | undefined);
		else if (!parts) return;
		else if (parts.property === undefined)
			this.tellComponent(entity, parts.component, value as string, previous as string);
		else {
			space.host.changed(entity, parts.component, parts.property, value, previous);
			cell.changed?.Fire(value, previous);
		}
	}

	private tellComponent(
		entity: ReplicatedEntity,
		name: string,
		kind: string | undefined,
		former: string | undefined,
	): void {
		const { space } = this;
		if (former !== undefined) space.ComponentRemoved.Fire(new EntityComponent(entity, name, former));
		if (kind === undefined) return;
		const prefix = `${componentKey(name)}/`;
		for (const [key, cell] of entity.cells)
			if (string.sub(key, 1, prefix.size()) === prefix) cell.told = cell.value();
		space.ComponentAdded.Fire(entity.componentOf(name)!);
	}
}

function sortedCells(entity: ReplicatedEntity): Cell[] {
	const cells = new Array<Cell>();
	for (const [, cell] of entity.cells) cells.push(cell);
	cells.sort((left, right) => left.key < right.key);
	return cells;
}
