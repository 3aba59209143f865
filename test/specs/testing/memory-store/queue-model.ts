import { RandomStream } from "../../../../src/testing/random";
import { Command, Subject, below, oneOf } from "./model-check";

interface Item {
	readonly value: number;
	readonly priority: number;
	readonly expiresAtSeconds: number;
	readonly visibleAtSeconds: number;
	/** The command that read it last. */
	readonly readBy: number;
}

export interface QueueCommand extends Command {
	readonly kind: "add" | "read" | "remove" | "size" | "visible size";
	readonly value: number;
	readonly priority: number;
	readonly seconds: number;
	readonly count: number;
	readonly allOrNothing: boolean;
	/** The read whose items are removed. */
	readonly reading: number;
}

function generate(random: RandomStream, base: Command): QueueCommand {
	const kind = oneOf(random, ["add", "add", "add", "read", "read", "remove", "size", "visible size"] as const);
	const value = below(random, 1000);
	const priority = below(random, 3) - 1;
	const seconds = base.lasting || random.next() < 0.6 ? 600 : 1 + below(random, 3);
	const count = 1 + below(random, 3);
	const allOrNothing = random.next() < 0.3;
	const reading = 1 + below(random, 16);
	let text: string = kind;
	if (kind === "add") text = `add ${value} with priority ${priority} for ${seconds} s`;
	if (kind === "read") text = `read ${base.id}: ${allOrNothing ? "exactly" : "up to"} ${count}`;
	if (kind === "remove") text = `remove what read ${reading} got`;
	return { ...base, text, kind, value, priority, seconds, count, allOrNothing, reading };
}

/** For how long what each server reads is hidden. */
const INVISIBLE_SECONDS = [1, 2, 600];
/** The same where time does not count. */
export const NEVER_VISIBLE_AGAIN = [1e6, 1e6, 1e6];

function apply(
	items: readonly Item[],
	command: QueueCommand,
	now: number,
	invisibleSeconds: readonly number[],
): { state: readonly Item[]; result: string } {
	const { id, server, kind, value, priority, seconds, count, allOrNothing, reading } = command;
	const state = items.filter(({ expiresAtSeconds }) => expiresAtSeconds > now);
	const isVisible = ({ visibleAtSeconds }: Item): boolean => visibleAtSeconds <= now;
	if (kind === "size") return { state, result: `${state.size()}` };
	if (kind === "visible size") return { state, result: `${state.filter(isVisible).size()}` };
	if (kind === "add") {
		const item: Item = { value, priority, expiresAtSeconds: now + seconds, visibleAtSeconds: -1, readBy: 0 };
		return { state: [...state, item], result: "added" };
	}
	if (kind === "remove") {
		return { state: state.filter((item) => item.readBy !== reading || isVisible(item)), result: "removed" };
	}
	const found = new Set<Item>();
	const values = new Array<number>();
	for (const level of [1, 0, -1]) {
		for (const item of state) {
			if (item.priority !== level || !isVisible(item) || values.size() >= count) continue;
			found.add(item);
			values.push(item.value);
		}
	}
	if (allOrNothing && values.size() < count) return { state, result: "" };
	const visibleAtSeconds = now + invisibleSeconds[server]!;
	const hidden = state.map((item) => (found.has(item) ? { ...item, visibleAtSeconds, readBy: id } : item));
	return { state: hidden, result: values.join(" ") };
}

/** @param invisibleSeconds of each server's handle */
export function queueSubject(invisibleSeconds = INVISIBLE_SECONDS): Subject<QueueCommand, readonly Item[]> {
	return {
		generate,
		open: (fixture, links) => {
			const queues = links.map((link, index) => fixture.cloud.queue(link, "q", invisibleSeconds[index]!));
			const ids = new Map<number, string>();
			return ({ id, server, kind, value, priority, seconds, count, allOrNothing, reading }, told) => {
				const queue = queues[server]!;
				if (kind === "add") queue.add(value, seconds, priority, (failure) => told(failure, "added"));
				else if (kind === "size") queue.getSize(false, (failure, size) => told(failure, `${size}`));
				else if (kind === "visible size") queue.getSize(true, (failure, size) => told(failure, `${size}`));
				else if (kind === "read") {
					queue.read(count, allOrNothing, 0, (failure, got) => {
						if (got?.id !== undefined) ids.set(id, got.id);
						told(failure, ((got?.values ?? []) as readonly defined[]).join(" "));
					});
				} else {
					const readingId = ids.get(reading);
					if (readingId === undefined) return false;
					queue.remove(readingId, (failure) => told(failure, "removed"));
				}
				return true;
			};
		},
		initial: [],
		apply: (state, command, now) => apply(state, command, now, invisibleSeconds),
		describe: (state) => {
			const texts = state.map(({ value, priority, visibleAtSeconds, readBy }) =>
				[value, priority, visibleAtSeconds > 0 ? readBy : 0].join(","),
			);
			return texts.join(" ");
		},
	};
}
