import { SettledMemoryRules } from "./memory-options";

export type SortKey = string | number;

/** A place in a sorted map: at an item that need not exist. */
export interface Bound {
	readonly key?: string;
	readonly sortKey?: SortKey;
}

/** What has a place in a sorted map. */
interface Sorted {
	readonly key: string;
	readonly sortKey: SortKey | undefined;
}

/** Numeric sort keys come first, then those that are texts, then no sort key. */
function rank(sortKey: SortKey | undefined): number {
	return typeIs(sortKey, "number") ? 1 : typeIs(sortKey, "string") ? 2 : 3;
}

function compareSortKeys(left: SortKey | undefined, right: SortKey | undefined): number {
	const ranks = rank(left) - rank(right);
	if (ranks !== 0 || left === right) return ranks;
	// Of the same rank, so of the same type.
	return (left as number) < (right as number) ? -1 : 1;
}

/** The order of a sorted map: by sort key, then by key, texts by their bytes. */
export function sortsBefore(left: Sorted, right: Sorted): boolean {
	const order = compareSortKeys(left.sortKey, right.sortKey);
	return order < 0 || (order === 0 && left.key < right.key);
}

/** Negative if the item is before what the bound stands for, positive if after it, 0 if it belongs to it. */
function compareWithBound(item: Sorted, bound: Bound, rules: SettledMemoryRules): number {
	const order = compareSortKeys(item.sortKey, bound.sortKey);
	if (order !== 0) return order;
	if (bound.key === undefined) return rules.memorySortKeyBound === "group" ? 0 : 1;
	return item.key === bound.key ? 0 : item.key < bound.key ? -1 : 1;
}

function isEmpty(bound: Bound | undefined): bound is undefined {
	return bound === undefined || (bound.key === undefined && bound.sortKey === undefined);
}

/** Whether the item is not below the lower bound. */
export function isWithinLower(item: Sorted, bound: Bound | undefined, rules: SettledMemoryRules): boolean {
	if (isEmpty(bound)) return true;
	const order = compareWithBound(item, bound, rules);
	return order > 0 || (order === 0 && rules.memoryBounds === "inclusive");
}

/** Whether the item is above the upper bound. */
export function isBeyondUpper(item: Sorted, bound: Bound | undefined, rules: SettledMemoryRules): boolean {
	if (isEmpty(bound)) return false;
	const order = compareWithBound(item, bound, rules);
	return order > 0 || (order === 0 && rules.memoryBounds === "exclusive");
}
