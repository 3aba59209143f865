import { Appointment } from "../../cluster/agenda";
import { described } from "../../diagnostics/errors";
import { Cell } from "../data/cell";
import { HEAD, splitKey } from "../data/keys";
import { kept, problemOf } from "../data/values";
import { Edit, Residence, Update } from "../edits";
import { EditMode, EntityUpdate, Partition, PartitionEdit, Verdict } from "../partition";
import type { Space } from "../space";
import { PropertyValue } from "../types";

/** A partition that says nothing about an edit for so long has lost it. */
const VERDICT_SECONDS = 30;

/** Entities that live where the game says. */
export class ForeignResidence implements Residence {
	public readonly name: string;
	/** What the partition said and could not be used. */
	public dropped = 0;
	private order = 0;
	private undecided = new Array<{ readonly edit: Edit; readonly said: PartitionEdit }>();
	private readonly timer: Appointment;

	constructor(
		private readonly space: Space,
		private readonly partition: Partition,
	) {
		this.name = partition.Name;
		this.timer = space.cluster.agenda.add(() => this.tick());
	}

	/** Takes over what lives there already, and hears of what changes. */
	public start(): void {
		for (const update of this.partition.Snapshot()) this.take(update);
		this.partition.Changes((updates) => {
			for (const update of updates) this.take(update);
		});
	}

	public mode(): EditMode {
		return this.partition.Mode;
	}

	public problem(): string | undefined {
		return undefined;
	}

	public apply(updates: ReadonlyArray<Update>): void {
		const said = new Array<EntityUpdate>();
		for (const { kind, entity, edits } of updates) {
			const words = edits.map((edit) => {
				const word: PartitionEdit = table.freeze({ Key: edit.cell.key, Value: edit.value });
				this.undecided.push({ edit, said: word });
				return word;
			});
			const Kind = kind;
			said.push({ Kind, Id: entity.Id, Edits: words });
		}
		this.timer.by(this.space.now() + VERDICT_SECONDS);
		const { partition } = this;
		const [success, problem] = pcall(() => partition.Apply(said, (edit, verdict) => this.settle(edit, verdict)));
		if (success) return;
		// What it has not taken is not going to be.
		const words = new Set<PartitionEdit>();
		for (const update of said) for (const word of update.Edits) words.add(word);
		this.reject(
			this.undecided.filter((entry) => words.has(entry.said)).map(({ edit }) => edit),
			`the partition failed (${problem})`,
		);
	}

	private settle(said: PartitionEdit, verdict: Verdict): void {
		const entry = this.undecided.find((other) => other.said === said);
		// A partition may say things twice.
		if (!entry) return;
		const { edit } = entry;
		if (typeIs(verdict, "table") && "Reject" in verdict) {
			this.reject([edit], verdict.Reject);
			return;
		}
		const modified = typeIs(verdict, "table")
			? { value: (verdict as { Value: PropertyValue | undefined }).Value }
			: undefined;
		const problem = modified?.value === undefined ? undefined : problemOf(modified.value);
		if (problem !== undefined) {
			this.reject([edit], `the partition wants a value that ${problem}`);
			return;
		}
		this.undecided = this.undecided.filter((other) => other !== entry);
		this.order += 1;
		this.space.settlement.accept(edit, this.order, modified);
		this.confirm(edit.cell, modified ? modified.value : edit.value);
	}

	/** What is in a group with a refused edit falls with it. */
	private reject(edits: ReadonlyArray<Edit>, reason: string): void {
		const groups = new Set<number>();
		const seqs = new Set<number>();
		for (const { seq, group } of edits) {
			seqs.add(seq);
			if (group !== 0) groups.add(group);
		}
		const falling = this.undecided.filter(({ edit }) => seqs.has(edit.seq) || groups.has(edit.group));
		this.undecided = this.undecided.filter((entry) => !falling.includes(entry));
		this.space.settlement.reject(
			falling.map(({ edit }) => edit),
			reason,
		);
	}

	private tick(): void {
		const now = this.space.now();
		const late = this.undecided.filter(({ edit }) => now - edit.atSeconds >= VERDICT_SECONDS);
		if (!late.isEmpty()) {
			this.reject(
				late.map(({ edit }) => edit),
				`partition "${this.name}" did not judge the edit within ${VERDICT_SECONDS} s`,
			);
		}
		if (!this.undecided.isEmpty()) this.timer.by(now + 1);
	}

	/** Something has become so. */
	private take({ Id, Edits }: EntityUpdate): void {
		const split = splitKey(`${Id}`);
		const entity = split?.id === Id ? this.space.know(Id, this) : undefined;
		if (!entity || entity.residence !== this) {
			this.complain(`there is no entity ${described(Id)} of its own, and there cannot be`);
			return;
		}
		const cells = new Array<Cell>();
		// The entity itself comes last, with all it has.
		const sorted = [...Edits];
		sorted.sort((left, right) => left.Key > right.Key);
		for (const { Key, Value } of sorted) {
			const wrong =
				splitKey(Id + Key)?.cell !== Key
					? "has an unknown key"
					: Value === undefined
						? undefined
						: problemOf(Value);
			if (wrong !== undefined) {
				this.complain(`"${Key}" of entity ${Id} ${wrong}`);
				continue;
			}
			const cell = entity.cell(Key);
			this.order += 1;
			cell.confirm(Value === undefined ? undefined : kept(Value), this.order);
			cells.push(cell);
		}
		for (const cell of cells) if (cell.key !== HEAD) this.space.settled(cell);
		if (cells.includes(entity.head)) this.space.settled(entity.head);
	}

	private confirm(cell: Cell, value: PropertyValue | undefined): void {
		cell.confirm(value, this.order);
		this.space.settled(cell);
	}

	private complain(problem: string): void {
		this.dropped += 1;
		this.space.cluster.context.log.warnOnce(
			`partition ${this.name}`,
			`${this.space.label()}: partition "${this.name}" said something that cannot be: ${problem}`,
		);
	}
}

/** What is wrong with a partition, if anything. */
export function partitionProblem(partition: unknown, known: ReadonlyMap<string, Residence>): string | undefined {
	if (!typeIs(partition, "table")) return `a partition is an object, but got ${described(partition)}`;
	const { Name, Apply, Snapshot, Changes } = partition as { [name: string]: unknown };
	if (!typeIs(Name, "string") || Name === "") return `the partition's Name must be a text, but is ${described(Name)}`;
	if (known.has(Name)) return `there is a partition "${Name}" already; choose another name`;
	for (const [method, value] of [
		["Apply", Apply],
		["Snapshot", Snapshot],
		["Changes", Changes],
	] as const)
		if (!typeIs(value, "function")) return `partition "${Name}" has no method ${method}; implement Partition`;
	return undefined;
}
