import { RandomStream } from "../../../../src/testing/random";
import { Command, Subject, below, oneOf } from "./model-check";

type SortKey = string | number;

/** What the model of a map has under a key. */
interface Entry {
	readonly value: number;
	readonly sortKey: SortKey | undefined;
	readonly expiresAtSeconds: number;
}

type Entries = ReadonlyMap<string, Entry>;

export interface MapCommand extends Command {
	readonly kind: "get" | "set" | "remove" | "update" | "list" | "range" | "size";
	readonly key: string;
	readonly value: number;
	readonly seconds: number;
	readonly sortKey: SortKey | undefined;
	readonly lower: Bound | undefined;
	readonly upper: Bound | undefined;
	readonly count: number;
	readonly descending: boolean;
}

interface Bound {
	key?: string;
	sortKey?: SortKey;
}

const KEYS = ["x", "y", "z"];
const SORT_KEYS: SortKey[] = [-1.5, 0, 7, "a", "b"];

function someSortKey(random: RandomStream): SortKey | undefined {
	return random.next() < 0.3 ? undefined : oneOf(random, SORT_KEYS);
}

function someBound(random: RandomStream): Bound | undefined {
	if (random.next() < 0.4) return undefined;
	const bound: Bound = {};
	const sortKey = someSortKey(random);
	if (sortKey !== undefined) bound.sortKey = sortKey;
	if (random.next() < 0.7) bound.key = oneOf(random, KEYS);
	return bound;
}

function describeBound(bound: Bound | undefined): string {
	return bound ? `${bound.sortKey}/${bound.key}` : "nil";
}

function generate(
	random: RandomStream,
	base: Command,
	kinds: readonly MapCommand["kind"][],
	sorted: boolean,
): MapCommand {
	const kind = oneOf(random, kinds);
	const key = oneOf(random, KEYS);
	const value = below(random, 10);
	// Most live until something else is done to them; the others expire in between.
	const seconds = base.lasting || random.next() < 0.5 ? 600 : 1 + below(random, 3);
	const sortKey = sorted ? someSortKey(random) : undefined;
	const [lower, upper, count] = [someBound(random), someBound(random), 1 + below(random, 4)];
	const descending = random.next() < 0.5;
	let text = `${kind} ${key}`;
	if (kind === "set" || kind === "update") text = `${kind} ${key} ${value} ${sortKey} for ${seconds} s`;
	if (kind === "range") {
		const direction = descending ? "down" : "up";
		text = `range ${direction} ${count} from ${describeBound(lower)} to ${describeBound(upper)}`;
	}
	return { ...base, text, kind, key, value, seconds, sortKey, lower, upper, count, descending };
}

/** What an update makes of a value: nothing of some. */
function transformed(former: number | undefined, value: number): number | undefined {
	if (former === undefined) return value < 2 ? undefined : value;
	return former % 5 === 4 ? undefined : (former * 3 + value) % 100;
}

function line(key: string, value: unknown, sortKey: unknown): string {
	return `${key}=${value}/${sortKey}`;
}

/** A text that is before another exactly if a sort key comes before another. */
function sortText(sortKey: SortKey | undefined): string {
	if (typeIs(sortKey, "number")) return string.format("1%08.2f", sortKey + 1000);
	return sortKey === undefined ? "3" : `2${sortKey}`;
}

/** The model of a range: everything sorted, then filtered by what the bounds say in words. */
function rangeOf(entries: Entries, { lower, upper, count, descending }: MapCommand): string {
	const lines = new Array<readonly [place: string, line: string]>();
	for (const [key, { value, sortKey }] of entries) {
		const group = sortText(sortKey);
		const isPast = (bound: Bound, direction: 1 | -1): boolean => {
			if (bound.key === undefined && bound.sortKey === undefined) return true;
			const boundGroup = sortText(bound.sortKey);
			if (group !== boundGroup) return group > boundGroup === (direction === 1);
			if (bound.key === undefined || key === bound.key) return false;
			return key > bound.key === (direction === 1);
		};
		if (lower && !isPast(lower, 1)) continue;
		if (upper && !isPast(upper, -1)) continue;
		lines.push([`${group}\0${key}`, line(key, value, sortKey)]);
	}
	lines.sort((left, right) => left[0] < right[0] !== descending);
	return lines
		.filter((_, index) => index < count)
		.map(([, text]) => text)
		.join(" ");
}

function listOf(entries: Entries): string {
	const lines = new Array<string>();
	for (const [key, { value, sortKey }] of entries) lines.push(line(key, value, sortKey));
	return lines.sort().join(" ");
}

function apply(entries: Entries, command: MapCommand, now: number): { state: Entries; result: string } {
	const { kind, key, value, seconds, sortKey } = command;
	const state = new Map<string, Entry>();
	for (const [name, entry] of entries) if (entry.expiresAtSeconds > now) state.set(name, entry);
	const former = state.get(key);
	const expiresAtSeconds = now + seconds;
	if (kind === "get") return { state, result: line(key, former?.value, former?.sortKey) };
	if (kind === "list") return { state, result: listOf(state) };
	if (kind === "range") return { state, result: rangeOf(state, command) };
	if (kind === "size") return { state, result: `${state.size()}` };
	if (kind === "remove") {
		state.delete(key);
		return { state, result: "removed" };
	}
	if (kind === "set") {
		state.set(key, { value, sortKey, expiresAtSeconds });
		return { state, result: `${former !== undefined}` };
	}
	const newValue = transformed(former?.value, value);
	if (newValue === undefined) return { state, result: line(key, undefined, undefined) };
	state.set(key, { value: newValue, sortKey, expiresAtSeconds });
	return { state, result: line(key, newValue, sortKey) };
}

export const HASH_MAP: Subject<MapCommand, Entries> = {
	generate: (random, base) =>
		generate(random, base, ["get", "set", "set", "remove", "update", "update", "update", "list"], false),
	open: (fixture, links) => {
		const maps = links.map((link) => fixture.cloud.hashMap(link, "m"));
		return ({ server, kind, key, value, seconds }, told) => {
			const map = maps[server]!;
			if (kind === "get") map.get(key, (failure, found) => told(failure, line(key, found, undefined)));
			else if (kind === "set") map.set(key, value, seconds, (failure, had) => told(failure, `${had}`));
			else if (kind === "remove") map.remove(key, (failure) => told(failure, "removed"));
			else if (kind === "update") {
				map.update(
					key,
					(former) => transformed(former as number | undefined, value),
					seconds,
					(failure, written) => told(failure, line(key, written, undefined)),
				);
			} else {
				map.listItems(200, (failure, page) => {
					const lines = (page?.items ?? []).map((item) => line(item.key, item.value, undefined));
					told(failure, lines.sort().join(" "));
				});
			}
			return true;
		};
	},
	initial: new Map(),
	apply,
	describe: listOf,
};

export const SORTED_MAP: Subject<MapCommand, Entries> = {
	generate: (random, base) =>
		generate(random, base, ["get", "set", "set", "remove", "update", "update", "range", "range", "size"], true),
	open: (fixture, links) => {
		const maps = links.map((link) => fixture.cloud.sortedMap(link, "m"));
		return (command, told) => {
			const { server, kind, key, value, seconds, sortKey } = command;
			const map = maps[server]!;
			if (kind === "get") {
				map.get(key, (failure, entry) => told(failure, line(key, entry?.value, entry?.sortKey)));
			} else if (kind === "set") map.set(key, value, seconds, sortKey, (failure, had) => told(failure, `${had}`));
			else if (kind === "remove") map.remove(key, (failure) => told(failure, "removed"));
			else if (kind === "size") map.getSize((failure, size) => told(failure, `${size}`));
			else if (kind === "update") {
				map.update(
					key,
					(former) => ({ value: transformed(former.value as number | undefined, value), sortKey }),
					seconds,
					(failure, entry) => told(failure, line(key, entry?.value, entry?.sortKey)),
				);
			} else {
				map.getRange(command.descending, command.count, command.lower, command.upper, (failure, items) => {
					const lines = (items ?? []).map((item) => line(item.key, item.value, item.sortKey));
					told(failure, lines.join(" "));
				});
			}
			return true;
		};
	},
	initial: new Map(),
	apply,
	describe: listOf,
};
