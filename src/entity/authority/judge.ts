import { callWithoutYield } from "../../diagnostics/call";
import { described } from "../../diagnostics/errors";
import { Cell } from "../data/cell";
import { HEAD, OWN, PARENT, partsOf } from "../data/keys";
import { isSame, kept, problemOf } from "../data/values";
import { isAllowed } from "../checks";
import type { Space } from "../space";
import { EditJudgement, PropertyValue, ProposedEdit } from "../types";
import { Proposal } from "./motion";

export type Validator = (edit: ProposedEdit) => EditJudgement;

/** An edit that may be made, as what it has become. */
export interface Passed {
	/** The edit's number. */
	readonly seq: number;
	readonly cell: Cell;
	readonly value: PropertyValue | undefined;
	/** The validator wants it to be another value. */
	readonly isModified: boolean;
}

/** Asks the game's own judge about edits that fall or stand together: what they become, or why they are refused. Nothing has changed then. */
export function judge(
	space: Space,
	validator: Validator,
	proposals: ReadonlyArray<Proposal>,
	sender: string,
): Passed[] | string {
	const created = proposals.filter(({ key, value }) => key === HEAD && value !== undefined);
	const passed = new Array<Passed>();
	for (const { seq, id, key, value } of proposals) {
		const birth = created.find((creation) => creation.id === id);
		const entity = space.directory.find(id);
		if (!birth && (!entity || entity.head.confirmed === undefined)) {
			// Destroyed before is destroyed as well.
			if (key === HEAD && value === undefined) continue;
			return "the entity has been destroyed";
		}
		if (birth && entity && (entity.head.confirmed !== undefined || entity.records > 0))
			return "there is an entity of this id already";
		const home = space.know(id);
		const cell = home.cell(key);
		const verdict = birth && key !== HEAD ? undefined : ask(cell, value, birth, proposals, sender, validator);
		if (typeIs(verdict, "string")) return verdict;
		const wanted = verdict ? verdict.value : value;
		// Its guards may need what is created with it, so only what is there already is looked at.
		if (!birth && !isAllowed(cell, wanted))
			return `property "${partsOf(key)?.property ?? key}" cannot be ${described(wanted)}`;
		passed.push({ seq, cell, value: wanted, isModified: !isSame(wanted, value) });
	}
	return passed;
}

/** What the validator says: a reason to refuse, another value, or nothing. */
function ask(
	cell: Cell,
	value: PropertyValue | undefined,
	birth: Proposal | undefined,
	proposals: ReadonlyArray<Proposal>,
	sender: string,
	validator: Validator,
): string | { readonly value: PropertyValue | undefined } | undefined {
	const { entity, key } = cell;
	const parts = partsOf(key);
	const properties: Record<string, PropertyValue> = {};
	if (birth)
		for (const other of proposals) {
			const otherParts = partsOf(other.key);
			if (
				other.id === birth.id &&
				otherParts?.component === OWN &&
				otherParts.property !== undefined &&
				other.value !== undefined
			)
				properties[otherParts.property] = other.value;
		}
	const edit: ProposedEdit = {
		Kind: kindOf(key, value, birth !== undefined),
		Id: entity.Id,
		Entity: birth ? undefined : entity,
		Component: parts?.component ?? OWN,
		Property: parts?.property ?? "",
		Value: value,
		Previous: cell.confirmed,
		Properties: properties,
		Sender: sender,
	};
	const { outcome, result } = callWithoutYield(validator, edit);
	if (outcome === "threw") return `the check of edits failed (${result})`;
	if (outcome === "yielded") return "the check of edits yielded; it must return at once";
	if (typeIs(result, "string")) return result;
	if (result === false) return "the edit is not allowed";
	if (!typeIs(result, "table") || edit.Kind !== "set") return undefined;
	const wanted = (result as { readonly Value?: unknown }).Value;
	const problem = wanted === undefined ? undefined : problemOf(wanted);
	if (problem !== undefined) return `the check of edits wants a value that ${problem}`;
	return { value: wanted === undefined ? undefined : kept(wanted as PropertyValue) };
}

function kindOf(key: string, value: PropertyValue | undefined, isBirth: boolean): ProposedEdit["Kind"] {
	if (key === HEAD) return isBirth && value !== undefined ? "create" : "destroy";
	if (key === PARENT) return "parent";
	const parts = partsOf(key);
	if (!parts) return "script";
	return parts.property === undefined ? "component" : "set";
}
