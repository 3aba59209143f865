import { Chance } from "./chance";
import {
	CAST_SECONDS,
	COVERED_MOST,
	NACK_SECONDS,
	NEW_RECORDS_IN_CAST,
	PATIENCE_SECONDS,
	RECORDS_IN_CAST,
	RelayGame,
} from "./game";
import { Update } from "./upwards";

/** A broadcast of the hub. */
export interface ModelCast {
	readonly sentAt: number;
	readonly updates: Update[];
	/** So many casts before it are repeated in it. */
	readonly covers: number;
	/** When every server has what it brought. */
	everywhereAt: number;
}

/** The hub's casts, of updates in the order in which they arrived. */
export function castAll(updates: ReadonlyArray<Update>): ModelCast[] {
	const casts = new Array<ModelCast>();
	let position = 0;
	let lastAt = -math.huge;
	while (position < updates.size()) {
		const sentAt = math.max(updates[position]!.arrivesAt + PATIENCE_SECONDS, lastAt + CAST_SECONDS);
		const fresh = new Array<Update>();
		while (position < updates.size() && fresh.size() < NEW_RECORDS_IN_CAST) {
			if (updates[position]!.arrivesAt > sentAt) break;
			fresh.push(updates[position]!);
			position += 1;
		}
		let room = RECORDS_IN_CAST - fresh.size();
		let covers = 0;
		while (covers < COVERED_MOST && covers < casts.size()) {
			room -= casts[casts.size() - 1 - covers]!.updates.size();
			if (room < 0) break;
			covers += 1;
		}
		casts.push({ sentAt, updates: fresh, covers, everywhereAt: 0 });
		lastAt = sentAt;
	}
	return casts;
}

/** Delivers each cast to all servers, and notes when the last of them has what it brought. Hot: once for each server and cast. */
export function spread(casts: ReadonlyArray<ModelCast>, { seed, servers, loss }: RelayGame): void {
	const chance = new Chance(seed, "spread", loss);
	/** By server: when it had the content of each of the latest casts, oldest first. */
	const arrivals = new Array<number[]>();
	for (const cast of casts) {
		const received = table.create<number>(servers, 0);
		for (const server of $range(0, servers - 1)) received[server] = cast.sentAt + chance.hop();
		arrivals.push(received);
	}
	casts.forEach((cast, index) => {
		// The casts from here on that have it: each reaches back as far as it has room.
		const bearers = [arrivals[index]!];
		for (const later of $range(index + 1, math.min(index + COVERED_MOST, casts.size() - 1))) {
			if (casts[later]!.covers >= later - index) bearers.push(arrivals[later]!);
		}
		const following = arrivals[index + 1];
		let last = 0;
		for (const server of $range(0, servers - 1)) {
			let at = math.huge;
			for (const bearer of bearers) if (bearer[server]! < at) at = bearer[server]!;
			if (at === math.huge) {
				// It asks, when the next cast has shown the gap, and is answered.
				const shownAt = math.min(following?.[server] ?? math.huge, cast.sentAt + 3 * CAST_SECONDS + 2);
				at = shownAt + NACK_SECONDS[0] + NACK_SECONDS[1] * chance.part() + chance.sureHop() + chance.sureHop();
			}
			if (at > last) last = at;
		}
		cast.everywhereAt = last;
	});
}
