import { PoolListener } from "../../cluster/server-cluster";
import { sometimes } from "../../diagnostics/situations";
import { Change } from "../../replication/replica";
import { decodePayload, encodePayload } from "../../wire/payload";
import { Cell } from "../data/cell";
import { HEAD, splitKey } from "../data/keys";
import { NOTHING, problemOf, textOf, valueOf } from "../data/values";
import { isAllowed } from "../editor";
import { Residence, Update } from "../edits";
import type { ReplicatedEntity } from "../entity";
import { EditMode } from "../partition";
import type { Space } from "../space";
import { PropertyValue } from "../types";

/** No pool of a game can have such a name. */
const POOL_PREFIX = "net-server-sync/e/";
const PRIORITY = 0;

type Initial = { readonly [key: string]: PropertyValue };

/** Where entities live on all servers: one contribution for each entity with what it was created with, and one for each of its cells that has changed since. */
export class ReplicatedResidence implements Residence, PoolListener {
	public readonly name = "replicated";
	/** What came and could not be used. */
	public dropped = 0;
	private readonly pool: string;

	constructor(private readonly space: Space) {
		this.pool = POOL_PREFIX + space.Name;
	}

	/** Takes over what is known already, and hears of what changes from now on. */
	public start(): void {
		const { cluster } = this.space;
		cluster.attach(this.pool, "adopt", this);
		const known = cluster.context.replica.pools.get(this.pool);
		if (!known) return;
		const heads = new Array<ReplicatedEntity>();
		for (const [key, register] of known.registers) {
			const shown = register.shown();
			if (shown === undefined) continue;
			const cell = this.take(key, shown, register.stamp);
			if (cell) heads.push(cell.entity);
		}
		for (const { head } of heads) this.space.settled(head);
	}

	public mode(): EditMode {
		return "immediate";
	}

	public problem(): string | undefined {
		return this.space.cluster.hasLeft() ? "this server has left the cluster; edit before Close()" : undefined;
	}

	// -- what this server edits --------------------------------------------------------------------------------------------------------------

	public apply(updates: ReadonlyArray<Update>): void {
		for (const update of updates) {
			if (update.kind === "add") this.add(update);
			else
				for (const { cell, seq, value } of update.edits)
					cell.accept(seq, this.contribute(cell, textFor(cell, value)));
		}
	}

	/** A new entity is one contribution with all it begins with; what does not fit into that comes before. */
	private add({ entity, edits }: Update): void {
		const { head } = entity;
		const initial: Record<string, PropertyValue> = {};
		let name = "";
		let hasInitial = false;
		for (const { cell, value } of edits) {
			if (cell === head) name = value as string;
			else if (value !== undefined) {
				initial[cell.key] = value;
				hasInitial = true;
			}
		}
		const whole = hasInitial ? encodePayload([name, initial]) : encodePayload(name);
		if (whole.text === undefined) {
			for (const { cell, seq, value } of edits)
				if (cell !== head) cell.accept(seq, this.contribute(cell, textFor(cell, value)));
		}
		const at = this.contribute(head, whole.text ?? textOf(name));
		for (const { cell, seq } of edits) cell.accept(seq, at);
	}

	/** Contributes a cell's text, and returns where that stands among all that were. */
	public contribute(cell: Cell, text: string): number {
		const { cluster } = this.space;
		const key = cell.entity.Id + cell.key;
		cluster.contribute(this.pool, "adopt", key, text, PRIORITY);
		return cluster.context.replica.pools.get(this.pool)!.registers.get(key)!.stamp;
	}

	// -- what is so --------------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public note({ kind, register, value }: Change): defined | undefined {
		if (kind === "ownershipLost") return undefined;
		return this.take(register.key, value, register.stamp);
	}

	/** @internal */
	public fire(event: defined): void {
		this.space.settled(event as Cell);
	}

	/** Takes over what a contribution says; undefined if it says nothing that this server understands. Hot: once per change. */
	private take(key: string, text: string | undefined, at: number): Cell | undefined {
		const split = splitKey(key);
		if (!split) return this.drop();
		const { id, cell: cellKey } = split;
		const read = text === undefined ? { value: undefined } : cellKey === HEAD ? headOf(text) : valueOf(text);
		if (read === "unreadable") return this.drop();
		const entity = this.space.know(id);
		const cell = entity.cell(cellKey);
		if (cellKey === HEAD) this.takeHead(entity, read as Head, at);
		else if (!isAllowed(cell, read.value)) return this.drop();
		if (cell.hasRecord !== (text !== undefined)) {
			cell.hasRecord = text !== undefined;
			entity.records += cell.hasRecord ? 1 : -1;
			assert(entity.records >= 0, "no more contributions go than came");
		}
		cell.confirm(text === undefined ? cell.base : read.value, at);
		return cell;
	}

	/** What the entity was created with holds wherever there is no contribution of its own. */
	private takeHead(entity: ReplicatedEntity, { initial }: Head, at: number): void {
		for (const [, cell] of entity.cells) {
			if (cell.base === undefined || initial?.[cell.key] !== undefined) continue;
			cell.base = undefined;
			if (!cell.hasRecord) cell.confirm(undefined, at);
		}
		for (const [key, value] of pairs(initial ?? {})) {
			const cell = entity.cell(key as string);
			cell.base = value;
			if (!cell.hasRecord) cell.confirm(value, at);
		}
	}

	private drop(): undefined {
		sometimes("an entity's contribution that says nothing");
		this.dropped += 1;
		return undefined;
	}
}

interface Head {
	readonly value: string | undefined;
	readonly initial?: Initial;
}

/** Name and initial values of an entity's contribution. */
function headOf(text: string): Head | "unreadable" {
	if (text === NOTHING) return { value: undefined };
	const said = decodePayload(text);
	if (typeIs(said, "string")) return { value: said };
	if (!typeIs(said, "table")) return "unreadable";
	const [name, initial] = [(said as unknown[])[0], (said as unknown[])[1]];
	if (!typeIs(name, "string") || !typeIs(initial, "table")) return "unreadable";
	for (const [key, value] of pairs(initial as Record<string, unknown>)) {
		if (!typeIs(key, "string") || splitKey(`0${key}`) === undefined || key === HEAD) return "unreadable";
		if (problemOf(value) !== undefined) return "unreadable";
	}
	return { value: name, initial: initial as Initial };
}

/** Nothing, over what an entity was created with, has to be said for ever; otherwise it could be forgotten. */
function textFor(_cell: Cell, value: PropertyValue | undefined): string {
	return textOf(value);
}
