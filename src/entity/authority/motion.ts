/** What servers propose to the one that judges, and its answers, as payloads. Whatever comes from a channel is looked at twice. Pure. */
import { HEAD, partsOf, splitKey } from "../data/keys";
import { problemOf } from "../data/values";
import { Edit } from "../edits";
import { PropertyValue } from "../types";

/** One proposed edit. */
export interface Proposal {
	readonly seq: number;
	readonly id: string;
	/** The cell's key within the entity. */
	readonly key: string;
	readonly value: PropertyValue | undefined;
}

/** Edits that are accepted or refused together. */
export interface Motion {
	readonly proposals: ReadonlyArray<Proposal>;
	/** It was proposed before, perhaps to another leader. */
	readonly isAgain: boolean;
	/** How long ago the edits were made. */
	readonly ageSeconds: number;
}

/** What became of a motion, named by the number of its first edit. */
export interface Answer {
	readonly seq: number;
	/** Why it was refused; undefined if it was accepted. */
	readonly reason: string | undefined;
	/** Where each of its edits stands among the confirmed values, and what it was changed to. */
	readonly accepted: ReadonlyArray<{
		readonly at: number;
		readonly modified?: { readonly value: PropertyValue | undefined };
	}>;
}

export const EDITS_MOST = 1000;

/** Splits a batch's edits into what is judged together: groups, creations, and everything else by itself. */
export function motionsOf(edits: ReadonlyArray<Edit>, isCreation: (edit: Edit) => boolean): Edit[][] {
	const motions = new Array<Edit[]>();
	const byGroup = new Map<unknown, Edit[]>();
	for (const edit of edits) {
		const group = edit.group !== 0 ? edit.group : isCreation(edit) ? edit.cell.entity : undefined;
		const known = group === undefined ? undefined : byGroup.get(group);
		if (known) known.push(edit);
		else {
			const motion = [edit];
			motions.push(motion);
			if (group !== undefined) byGroup.set(group, motion);
		}
	}
	return motions;
}

export function motionPayload(proposals: ReadonlyArray<Proposal>, isAgain: boolean, ageSeconds: number): defined {
	const edits = proposals.map(({ seq, id, key, value }) =>
		value === undefined ? [seq, id, key] : [seq, id, key, value],
	);
	return { a: isAgain, t: math.floor(ageSeconds * 100) / 100, e: edits };
}

export function readMotion(said: unknown): Motion | undefined {
	if (!typeIs(said, "table")) return undefined;
	const { a: isAgain, t: ageSeconds, e: edits } = said as { a: unknown; t: unknown; e: unknown };
	if (!typeIs(isAgain, "boolean") || !typeIs(ageSeconds, "number") || !(ageSeconds >= 0) || !typeIs(edits, "table"))
		return undefined;
	const count = (edits as defined[]).size();
	if (count < 1 || count > EDITS_MOST) return undefined;
	const proposals = new Array<Proposal>();
	for (const edit of edits as unknown[]) {
		if (!typeIs(edit, "table")) return undefined;
		const [seq, id, key, value] = [
			(edit as unknown[])[0],
			(edit as unknown[])[1],
			(edit as unknown[])[2],
			(edit as unknown[])[3],
		];
		if (!typeIs(seq, "number") || !typeIs(id, "string") || !typeIs(key, "string")) return undefined;
		const split = splitKey(id + key);
		if (split?.id !== id || split.cell !== key) return undefined;
		if (value !== undefined && (problemOf(value) !== undefined || !isOfCell(key, value))) return undefined;
		proposals.push({ seq, id, key, value: value as PropertyValue | undefined });
	}
	return { proposals, isAgain, ageSeconds };
}

/** Only properties can be anything. */
function isOfCell(key: string, value: unknown): boolean {
	return partsOf(key)?.property !== undefined || typeIs(value, "string");
}

export function answerPayload({ seq, reason, accepted }: Answer): defined {
	if (reason !== undefined) return { q: seq, r: reason };
	const places = accepted.map(({ at, modified }) => {
		if (!modified) return { a: at };
		return modified.value === undefined ? { a: at, m: true } : { a: at, m: true, v: modified.value };
	});
	return { q: seq, p: places };
}

export function readAnswer(said: unknown): Answer | undefined {
	if (!typeIs(said, "table")) return undefined;
	const { q: seq, r: reason, p: places } = said as { q: unknown; r: unknown; p: unknown };
	if (!typeIs(seq, "number")) return undefined;
	if (typeIs(reason, "string")) return { seq, reason, accepted: [] };
	if (!typeIs(places, "table")) return undefined;
	const accepted = new Array<Answer["accepted"][number]>();
	for (const place of places as unknown[]) {
		if (!typeIs(place, "table")) return undefined;
		const { a: at, m: isModified, v: value } = place as { a: unknown; m: unknown; v: unknown };
		if (!typeIs(at, "number")) return undefined;
		if (value !== undefined && problemOf(value) !== undefined) return undefined;
		if (isModified === true) accepted.push({ at, modified: { value: value as PropertyValue | undefined } });
		else accepted.push({ at });
	}
	return { seq, reason: undefined, accepted };
}

export { HEAD };
