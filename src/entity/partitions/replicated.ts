import { PoolListener } from "../../cluster/server-cluster";
import { sometimes } from "../../diagnostics/situations";
import { Register } from "../../replication/register";
import { Change } from "../../replication/replica";
import { decodePayload, encodePayload } from "../../wire/payload";
import { Authority } from "../authority/authority";
import { Cell } from "../data/cell";
import { HEAD, splitKey } from "../data/keys";
import { NOTHING, problemOf, textOf, valueOf } from "../data/values";
import { isAllowed } from "../checks";
import { CellChange, Edit, Residence, Update } from "../edits";
import type { ReplicatedEntity } from "../entity";
import { EditMode } from "../partition";
import { isPlayer, isPlayerId } from "../player-id";
import type { Space } from "../space";
import { PropertyValue } from "../types";
import { Caretaker } from "./caretaker";

/** No pool of a game can have such a name. */
const POOL_PREFIX = "net-server-sync/e/";
const PLAYER_POOL_PREFIX = "net-server-sync/p/";
const PRIORITY = 0;
/** For so long all are told that an entity was destroyed, also those who come back from where nobody heard them and have it still. */
const DESTROYED_SECONDS = 600;
/** What belongs to no entity is withdrawn after this, unless the entity comes. */
const ORPHAN_SECONDS = 60;

type Initial = { readonly [key: string]: PropertyValue };

/** Where entities live on all servers: one contribution for each entity with what it was created with, and one for each of its cells that has changed since. */
export class ReplicatedResidence implements Residence, PoolListener {
	public readonly name = "replicated";
	/** What came and could not be used. */
	public dropped = 0;
	private readonly pool: string;
	private readonly playerPool: string;
	private authority: Authority | undefined;
	private readonly caretaker: Caretaker;

	constructor(
		private readonly space: Space,
		private readonly editMode: "immediate" | "delayed",
	) {
		this.pool = POOL_PREFIX + space.Name;
		this.playerPool = PLAYER_POOL_PREFIX + space.Name;
		this.caretaker = new Caretaker(space.cluster, (task) => this.tidy(task));
	}

	/** Takes over what is known already, and hears of what changes from now on. */
	public start(): void {
		const { cluster } = this.space;
		cluster.attach(this.pool, "adopt", this);
		cluster.attach(this.playerPool, "remove", this);
		const cells = new Array<Cell>();
		for (const pool of [this.playerPool, this.pool]) {
			const known = cluster.context.replica.pools.get(pool);
			for (const [, register] of known ? known.registers : new Map<string, Register>()) {
				const shown = register.shown();
				const cell = shown === undefined ? undefined : this.take(register, shown);
				if (cell) cells.push(cell);
			}
		}
		cells.sort((left, right) => left.entity.Id < right.entity.Id);
		for (const { entity } of cells) this.space.settled(entity.head);
	}

	public mode(): EditMode {
		return this.editMode;
	}

	public problem(): string | undefined {
		return this.space.cluster.hasLeft() ? "this server has left the cluster; edit before Close()" : undefined;
	}

	// -- what this server edits --------------------------------------------------------------------------------------------------------------

	/** From now on edits count when the space's leader has judged them. */
	public setAuthority(authority: Authority): void {
		this.authority = authority;
	}

	public apply(updates: ReadonlyArray<Update>): void {
		const { authority, space } = this;
		const judged = new Array<Edit>();
		for (const { entity, edits } of updates) {
			// Players come and go with their server, whatever anybody says.
			if (authority && !(isPlayer(entity) && edits.some(({ cell }) => cell === entity.head))) {
				for (const edit of edits) judged.push(edit);
				continue;
			}
			const places = this.carryOut(entity, edits);
			edits.forEach((edit, index) => space.settlement.accept(edit, places[index]!));
		}
		if (!judged.isEmpty()) authority!.propose(judged);
	}

	/** Makes changes so that were judged. Returns where each stands among the confirmed values. */
	public enact(changes: ReadonlyArray<CellChange>): number[] {
		const byEntity = new Map<ReplicatedEntity, CellChange[]>();
		const entities = new Array<ReplicatedEntity>();
		for (const change of changes) {
			const { entity } = change.cell;
			const known = byEntity.get(entity);
			if (known) known.push(change);
			else {
				byEntity.set(entity, [change]);
				entities.push(entity);
			}
		}
		const places = new Map<CellChange, number>();
		for (const entity of entities) {
			const own = byEntity.get(entity)!;
			this.carryOut(entity, own).forEach((at, index) => places.set(own[index]!, at));
		}
		return changes.map((change) => places.get(change)!);
	}

	/** Contributes what becomes of one entity. Returns where each change stands among the confirmed values. */
	private carryOut(entity: ReplicatedEntity, changes: ReadonlyArray<CellChange>): number[] {
		const birth = changes.find(({ cell, value }) => cell === entity.head && value !== undefined);
		if (birth) return this.create(entity, birth.value as string, changes);
		for (const { cell, value } of changes) this.change(cell, value);
		return changes.map(({ cell }) => cell.confirmedAt);
	}

	/** A new entity is one contribution with all it begins with; where that is too much, what it begins with comes first. */
	private create(entity: ReplicatedEntity, name: string, changes: ReadonlyArray<CellChange>): number[] {
		const { head } = entity;
		const initial: Record<string, PropertyValue> = {};
		let hasInitial = false;
		for (const { cell, value } of changes) {
			if (cell === head || value === undefined) continue;
			initial[cell.key] = value;
			hasInitial = true;
		}
		const whole = hasInitial ? encodePayload([name, initial]) : { text: textOf(name) };
		if (whole.text === undefined) {
			sometimes("an entity that begins with more than fits into a contribution");
			for (const { cell, value } of changes) if (cell !== head) this.change(cell, value);
		}
		this.contribute(head, whole.text ?? textOf(name));
		return changes.map(({ cell }) => cell.confirmedAt);
	}

	/** A cell becomes another value. What nobody needs to know is withdrawn. */
	private change(cell: Cell, value: PropertyValue | undefined): void {
		const { cluster } = this.space;
		const { entity } = cell;
		const key = entity.Id + cell.key;
		if (cell === entity.head) {
			if (!isPlayer(entity) && this.isKnownElsewhere(cell)) this.contribute(cell, NOTHING);
			else if (!cluster.withdraw(this.poolOf(cell), key, PRIORITY)) this.contribute(cell, NOTHING);
			return;
		}
		// What was created with it would show again if there were nothing to say against it.
		if (value === undefined && cell.base === undefined) {
			this.contribute(cell, NOTHING);
			cluster.withdraw(this.poolOf(cell), key, PRIORITY);
		} else this.contribute(cell, textOf(value));
	}

	private contribute(cell: Cell, text: string): void {
		const pool = this.poolOf(cell);
		const policy = pool === this.pool ? "adopt" : "remove";
		this.space.cluster.contribute(pool, policy, cell.entity.Id + cell.key, text, PRIORITY);
	}

	private isKnownElsewhere(cell: Cell): boolean {
		const register = this.registerOf(cell);
		return register !== undefined && (register.knownElsewhere || !this.isOwn(register));
	}

	/** Players' own contributions go with the server that they are on; what others say of them does not. */
	private poolOf({ entity, key }: Cell): string {
		return key === HEAD && isPlayer(entity) ? this.playerPool : this.pool;
	}

	private registerOf(cell: Cell): Register | undefined {
		return this.space.cluster.context.replica.pools
			.get(this.poolOf(cell))
			?.registers.get(cell.entity.Id + cell.key);
	}

	private isOwn(register: Register): boolean {
		return register.stream === this.space.cluster.context.replica.own;
	}

	// -- what is so --------------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public note({ kind, register, value }: Change): defined | undefined {
		return kind === "ownershipLost" ? undefined : this.take(register, value);
	}

	/** @internal */
	public fire(event: defined): void {
		this.space.settled(event as Cell);
	}

	/** Takes over what a contribution says; undefined if it says nothing that this server understands. Hot: once per change. */
	private take(register: Register, text: string | undefined): Cell | undefined {
		const split = splitKey(register.key);
		if (!split) return this.drop();
		const { id, cell: cellKey } = split;
		const isHead = cellKey === HEAD;
		if ((isHead && isPlayerId(id)) !== (register.pool.name === this.playerPool)) return this.drop();
		const read = text === undefined ? { value: undefined } : isHead ? headOf(text) : valueOf(text);
		if (read === "unreadable") return this.drop();
		const entity = this.space.know(id);
		if (entity.residence !== this) return this.drop();
		const cell = entity.cell(cellKey);
		if (isHead) this.takeHead(entity, read as Head, register.stamp);
		else if (!isAllowed(cell, read.value)) return this.drop();
		if (cell.hasRecord !== (text !== undefined)) {
			cell.hasRecord = text !== undefined;
			entity.records += cell.hasRecord ? 1 : -1;
			assert(entity.records >= 0, "no more contributions go than came");
		}
		cell.confirm(text === undefined ? cell.base : read.value, register.stamp);
		this.look(cell, register);
		return cell;
	}

	// -- what is left of what is gone --------------------------------------------------------------------------------------------------------

	/** Whether this server has to withdraw something some time. */
	private look(cell: Cell, register: Register): void {
		const { entity } = cell;
		if (entity.head.confirmed !== undefined) return;
		if (cell === entity.head) {
			if (cell.hasRecord && this.isOwn(register)) this.caretaker.note(cell, DESTROYED_SECONDS);
			// All who have something of it withdraw that.
			const isDestroyed = cell.hasRecord;
			for (const [, other] of entity.cells)
				if (other !== cell && other.hasRecord) this.caretaker.note(other, isDestroyed ? 0 : ORPHAN_SECONDS);
		} else if (cell.hasRecord && this.isOwn(register)) {
			this.caretaker.note(cell, entity.head.hasRecord ? 0 : ORPHAN_SECONDS);
		}
	}

	/** Withdraws what is left of an entity that is gone, if it is this server's. */
	private tidy(cell: Cell): void {
		const register = this.registerOf(cell);
		const isGone = cell.entity.head.confirmed === undefined;
		if (!isGone || !register || !this.isOwn(register) || register.value === undefined) return;
		sometimes("what is left of an entity withdrawn");
		this.space.cluster.withdraw(this.poolOf(cell), register.key, PRIORITY);
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
	const plain = valueOf(text);
	if (plain !== "unreadable" && typeIs(plain.value, "string")) return { value: plain.value };
	const said = decodePayload(text);
	if (!typeIs(said, "table")) return "unreadable";
	const [name, initial] = [(said as unknown[])[0], (said as unknown[])[1]];
	if (!typeIs(name, "string") || !typeIs(initial, "table")) return "unreadable";
	for (const [key, value] of pairs(initial as Record<string, unknown>)) {
		if (!typeIs(key, "string") || splitKey(`0${key}`) === undefined || key === HEAD) return "unreadable";
		if (problemOf(value) !== undefined) return "unreadable";
	}
	return { value: name, initial: initial as Initial };
}
