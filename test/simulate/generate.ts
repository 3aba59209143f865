import { CloudRules } from "../../src/testing";
import { streamKey } from "../../src/testing/random";
import { Generator } from "../specs/support/generators";
import { Draft } from "./draft";
import { FAIR_TROUBLES } from "./rushes";
import { addTrouble, ELECTION_TROUBLES, HUB_TROUBLES, TROUBLES } from "./troubles";
import { inOrder, Mode, Plan } from "./plan";
import { SCOPES } from "./thrones";

/** All of a run, faults and quiet together, is about eleven virtual minutes. */
const SAFETY_SECONDS = 600;
const LIVENESS_SECONDS = 400;
const QUIET_SECONDS = 260;
/** Deliveries may come ten minutes late: what is quiet has to last longer than that. */
const LATE_QUIET_SECONDS = 860;
/** Gone servers are forgotten after half an hour. */
const OBLIVION_QUIET_SECONDS = 2000;
/** In runs that last that long, no more servers. */
const MOST_IN_OBLIVION = 6;

/** A stream of draws of its own for each purpose: what one uses does not change another's. */
export function drawsFor(seed: number, purpose: string): Generator {
	return new Generator(streamKey(seed, purpose));
}

function rulesOf(draw: Generator): CloudRules {
	return {
		reading: draw.oneIn(4) ? "publishes" : "deliveries",
		minute: draw.oneIn(4) ? "fixed" : "sliding",
		overLimit: draw.oneIn(6) ? "error" : "drop",
		selfDelivery: !draw.oneIn(12),
	};
}

/** How many servers take part at most: few in most runs, since most bugs need few and such runs are fast and easy to read. */
function sizeOf(draw: Generator): number {
	const kind = draw.integer(1, 10);
	if (kind <= 4) return draw.integer(2, 4);
	return kind <= 8 ? draw.integer(4, 8) : draw.integer(8, 16);
}

function addServers(draft: Draft, draw: Generator): void {
	const together = draw.oneIn(2);
	for (const server of $range(1, draft.servers)) {
		const players = draw.integer(0, 30);
		draft.add({ kind: "start", server, players, atSeconds: together ? 0 : draft.at(draw, 0, 60) });
	}
}

/** In one game of so many, a hub broadcasts for all. */
const LARGE_ONE_IN = 6;
const LARGE_SECONDS = 300;
const LARGE_QUIET_SECONDS = 240;
/** So many of a large game's servers start one by one, the others as a crowd. */
const FIRST_SERVERS = 4;

/** Most large games are just large enough for a hub, or two of them. */
function largeSizeOf(draw: Generator): number {
	const kind = draw.integer(1, 12);
	if (kind <= 7) return draw.integer(13, 18);
	return kind <= 11 ? draw.integer(18, 32) : draw.integer(40, 80);
}

function addCrowd(draft: Draft, draw: Generator): void {
	const count = draft.servers - FIRST_SERVERS;
	draft.servers = FIRST_SERVERS;
	addServers(draft, draw);
	draft.crowd(draw, count, draw.oneIn(3) ? 0 : draw.integer(1, 60), draft.at(draw, 0, 20));
}

function addOperations(draft: Draft, draw: Generator): void {
	const busy = draw.oneIn(5);
	const count = draw.integer(8, busy ? 240 : 30 + 6 * draft.servers);
	for (const _ of $range(1, count)) {
		const atSeconds = draft.at(draw, 0, draft.seconds);
		const server = draw.integer(1, draft.servers);
		const pool = draw.oneIn(4) ? "Kept" : "State";
		const key = draw.oneIn(2) ? draw.pick(["red", "green", "blue"]) : `p${server}-${draw.integer(1, 4)}`;
		if (draw.oneIn(4)) draft.add({ kind: "remove", server, pool, key, atSeconds });
		else draft.put(server, pool, key, atSeconds);
	}
}

/** In some games servers talk as well: to all, or to one. */
function addTalk(draft: Draft, draw: Generator): void {
	if (!draw.oneIn(3)) return;
	const bytesOf = (): number => (draw.oneIn(12) ? draw.integer(800, 6000) : draw.integer(0, 200));
	for (const index of $range(1, draw.integer(5, 20 + 6 * draft.servers))) {
		const atSeconds = draft.at(draw, 0, draft.seconds);
		const server = draw.integer(1, draft.servers);
		const bytes = bytesOf();
		if (!draw.oneIn(4)) draft.add({ kind: "say", server, bytes, atSeconds });
		else
			draft.add({
				kind: "send",
				server,
				to: draw.integer(1, draft.servers),
				letter: `l${index}`,
				bytes,
				atSeconds,
			});
	}
}

/** In some games all servers, or most, may keep the state in MemoryStoreService. */
function addStore(draft: Draft, draw: Generator): void {
	if (!draw.oneIn(3)) return;
	const mixed = draw.oneIn(3);
	for (const [index, item] of ipairs(draft.items)) {
		if ((item.kind === "start" || item.kind === "crowd") && !(mixed && draw.oneIn(3)))
			draft.items[index - 1] = { ...item, stored: true };
	}
}

/** In one game of so many, servers elect leaders. */
const ELECTIONS_ONE_IN = 3;

/** Servers tell leaders what to do. */
function addErrands(draft: Draft, draw: Generator): void {
	if (!draw.oneIn(2)) return;
	for (const index of $range(1, draw.integer(4, 30))) {
		const server = draw.integer(1, draft.servers);
		const atSeconds = draft.at(draw, 10, draft.seconds);
		draft.add({ kind: "tell", server, scope: draw.pick([...SCOPES]), errand: `e${index}`, atSeconds });
	}
}

/** All servers take part, or most. Returns what goes wrong with that, besides. */
function addElections(draft: Draft, draw: Generator, isFair: boolean): string[] {
	if (!draw.oneIn(ELECTIONS_ONE_IN)) return [];
	const troubles = new Set<string>();
	if (!isFair) for (const _ of $range(1, draw.integer(1, 3))) troubles.add(draw.pick(ELECTION_TROUBLES));
	const names = ELECTION_TROUBLES.filter((name) => troubles.has(name));
	for (const name of names) addTrouble(name, draft, draw);
	const mixed = draw.oneIn(4);
	for (const [index, item] of ipairs(draft.items)) {
		if ((item.kind === "start" || item.kind === "crowd") && !(mixed && draw.oneIn(3)))
			draft.items[index - 1] = { ...item, elects: true };
	}
	return ["elections", ...names];
}

/** The plan that belongs to a seed. */
export function generatePlan(seed: number, mode?: Mode): Plan {
	const draw = drawsFor(seed, "plan");
	const chosen: Mode = mode ?? (draw.oneIn(3) ? "safety" : "liveness");
	const size = sizeOf(draw);
	const large = drawsFor(seed, "large");
	const isLarge = large.oneIn(LARGE_ONE_IN);
	const draft = isLarge
		? new Draft(largeSizeOf(large), LARGE_SECONDS)
		: new Draft(size, chosen === "safety" ? SAFETY_SECONDS : LIVENESS_SECONDS);
	(isLarge ? addCrowd : addServers)(draft, drawsFor(seed, "servers"));
	addOperations(draft, drawsFor(seed, "operations"));
	addTalk(draft, drawsFor(seed, "talk"));
	const troubles = new Set<string>();
	// Where nothing goes wrong, more is promised.
	const possible = draw.oneIn(4) ? FAIR_TROUBLES : TROUBLES;
	for (const _ of $range(1, draw.integer(1, draw.oneIn(4) ? 9 : 4))) troubles.add(draw.pick(possible));
	if (isLarge && possible === TROUBLES)
		for (const _ of $range(1, large.integer(1, 2))) troubles.add(large.pick(HUB_TROUBLES));
	const features = [...HUB_TROUBLES, ...TROUBLES].filter((name) => troubles.has(name));
	for (const name of features) addTrouble(name, draft, drawsFor(seed, name));
	const elections = addElections(draft, drawsFor(seed, "elections"), possible === FAIR_TROUBLES);
	for (const name of elections) features.push(name);
	if (!elections.isEmpty()) addErrands(draft, drawsFor(seed, "errands"));
	addStore(draft, drawsFor(seed, "stored"));
	if (isLarge) features.unshift("large");
	let quietSeconds = troubles.has("late") ? LATE_QUIET_SECONDS : isLarge ? LARGE_QUIET_SECONDS : QUIET_SECONDS;
	if (troubles.has("oblivion") && draft.servers <= MOST_IN_OBLIVION) quietSeconds = OBLIVION_QUIET_SECONDS;
	return {
		format: 1,
		seed,
		mode: chosen,
		seconds: draft.seconds,
		quietSeconds: chosen === "safety" ? 0 : quietSeconds,
		rules: rulesOf(drawsFor(seed, "rules")),
		items: inOrder(draft.items),
		features,
	};
}
