import { described } from "../diagnostics/errors";
import { nameProblem, OWN, propertyKey } from "./data/keys";
import { kept, problemOf } from "./data/values";
import type { ReplicatedEntity } from "./entity";
import type { Space } from "./space";
import { PropertyValue } from "./types";

type Values = { readonly [name: string]: PropertyValue };

const WAITING_MOST = 1000;

/** What this server alone shows of entities, and of such that are not there yet. */
export class Overlays {
	private readonly waiting = new Map<string, Map<string, PropertyValue>>();
	private waitingCount = 0;

	constructor(private readonly space: Space) {}

	/** Lays a value over one of an entity's own properties, or with nil takes it away. Returns what is wrong, if anything. */
	public put(id: unknown, property: unknown, value: unknown): string | undefined {
		if (!typeIs(id, "string")) return `the id must be a string, but is ${described(id)}`;
		const wrong = nameProblem(property);
		if (wrong !== undefined) return `the name of a property ${wrong}`;
		const problem = value === undefined ? undefined : problemOf(value);
		if (problem !== undefined) return `the overlay of "${property}" ${problem}`;
		const taken = value === undefined ? undefined : kept(value as PropertyValue);
		const entity = this.space.directory.find(id);
		if (entity) this.show(entity, property as string, taken);
		else return this.wait(id, property as string, taken);
		return undefined;
	}

	private show(entity: ReplicatedEntity, property: string, value: PropertyValue | undefined): void {
		const cell = entity.cell(propertyKey(OWN, property));
		cell.overlay = value;
		this.space.teller.tell(cell);
	}

	private wait(id: string, property: string, value: PropertyValue | undefined): string | undefined {
		const waiting = this.waiting.get(id);
		if (value === undefined) {
			if (waiting) waiting.delete(property);
			return undefined;
		}
		if (waiting) {
			waiting.set(property, value);
			return undefined;
		}
		if (this.waitingCount >= WAITING_MOST)
			return `overlays of ${WAITING_MOST} entities that are not there wait already; set them when the entities appear`;
		this.waitingCount += 1;
		this.waiting.set(id, new Map([[property, value]]));
		return undefined;
	}

	/** An entity has become known: what waits for it is laid over it, and over that what it is created with. */
	public lay(entity: ReplicatedEntity, overlays: Values | undefined): void {
		const waiting = this.waiting.get(entity.Id);
		if (waiting) {
			this.waiting.delete(entity.Id);
			this.waitingCount -= 1;
			for (const [property, value] of waiting) entity.cell(propertyKey(OWN, property)).overlay = value;
		}
		for (const [property, value] of pairs(overlays ?? {}))
			entity.cell(propertyKey(OWN, property as string)).overlay = kept(value);
	}
}
