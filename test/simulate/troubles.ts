import { Generator } from "../specs/support/generators";
import { anyServer, Draft, percent, replaceServer, times, Trouble, weather } from "./draft";
import { PoolName, Weather } from "./plan";
import { ghosts, missedRemovals, RUSHES } from "./rushes";
import { ELECTION_SCENES } from "./election-scenes";
import { HUB_SCENES } from "./hub-scenes";
import { SCENES } from "./scenes";

/** The most servers that a plan has at a time, give or take those that replace others. */
const MOST_SERVERS = 16;

/** Most silences are short, some are longer than a server is waited for. */
function silenceSeconds(draw: Generator): number {
	return draw.oneIn(3) ? draw.integer(40, 150) : draw.integer(1, 40);
}

const TROUBLE_BY_NAME: { readonly [name: string]: Trouble } = {
	loss: (draft, draw) => times(draw, 1, 2, () => weather(draft, draw, { loss: percent(draw, 1, 50) })),
	commonLoss: (draft, draw) => times(draw, 1, 2, () => weather(draft, draw, { publishLoss: percent(draw, 1, 40) })),
	bursts: (draft, draw) => times(draw, 1, 6, () => weather(draft, draw, { loss: 1 }, 60)),
	reorder: (draft, draw) => weather(draft, draw, { reorderSeconds: draw.integer(1, 30) }),
	duplicates: (draft, draw) => weather(draft, draw, { duplication: percent(draw, 1, 20), reorderSeconds: 5 }),
	late: (draft, draw) =>
		weather(draft, draw, { lateDeliveries: percent(draw, 1, 10), lateSeconds: draw.integer(60, 600) }),
	deaf: (draft, draw) =>
		times(draw, 1, 3, () => {
			const server = anyServer(draft, draw);
			draft.add({
				kind: "deaf",
				server,
				seconds: silenceSeconds(draw),
				atSeconds: draft.at(draw, 5, draft.seconds - 10),
			});
		}),
	mute: (draft, draw) =>
		times(draw, 1, 3, () => {
			const server = anyServer(draft, draw);
			draft.add({
				kind: "mute",
				server,
				seconds: silenceSeconds(draw),
				atSeconds: draft.at(draw, 5, draft.seconds - 10),
			});
		}),
	partition: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = draft.at(draw, 10, draft.seconds - 20);
			const seconds = silenceSeconds(draw);
			const [left, right] = [new Array<number>(), new Array<number>()];
			for (const server of $range(1, draft.servers)) (draw.oneIn(2) ? left : right).push(server);
			if (left.isEmpty() || right.isEmpty()) return;
			draft.add({ kind: "cut", seconds, from: left, to: right, atSeconds });
			if (!draw.oneIn(4)) draft.add({ kind: "cut", seconds, from: right, to: left, atSeconds });
		}),
	brokenLinks: (draft, draw) =>
		times(draw, 1, 4, () => {
			const [from, to] = [anyServer(draft, draw), anyServer(draft, draw)];
			if (from === to) return;
			const seconds = silenceSeconds(draw);
			draft.add({
				kind: "cut",
				seconds,
				from: [from],
				to: [to],
				atSeconds: draft.at(draw, 5, draft.seconds - 10),
			});
		}),
	crashes: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = draft.at(draw, 10, draft.seconds);
			draft.add({ kind: "crash", server: anyServer(draft, draw), atSeconds });
			if (!draw.oneIn(3)) replaceServer(draft, draw, atSeconds + draw.integer(0, 20));
		}),
	closings: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = draft.at(draw, 10, draft.seconds);
			const server = anyServer(draft, draw);
			// What it has just said outlives it.
			if (draw.oneIn(2)) draft.put(server, "Kept", "will", atSeconds - draw.integer(0, 400) / 1000);
			draft.add({ kind: "close", server, atSeconds });
			if (!draw.oneIn(3)) replaceServer(draft, draw, atSeconds + draw.integer(0, 20));
		}),
	restartStorm: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 60);
		const before = draft.servers;
		for (const server of $range(1, before)) {
			if (!draw.oneIn(2)) continue;
			const atSeconds = start + draw.integer(0, 5000) / 1000;
			draft.add({ kind: draw.oneIn(3) ? "close" : "crash", server, atSeconds });
			if (draft.servers < MOST_SERVERS + before) replaceServer(draft, draw, atSeconds + draw.integer(0, 10));
		}
	},
	fullRestart: (draft, draw) => {
		const atSeconds = draft.at(draw, 60, draft.seconds - 60);
		const before = draft.servers;
		const gracefully = draw.oneIn(2);
		for (const server of $range(1, before)) draft.add({ kind: gracefully ? "close" : "crash", server, atSeconds });
		const pause = draw.integer(0, 40);
		for (const _ of $range(1, before)) replaceServer(draft, draw, atSeconds + pause + draw.integer(0, 3000) / 1000);
	},
	scaleUp: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 100);
		while (draft.servers < MOST_SERVERS) replaceServer(draft, draw, draft.at(draw, start, start + 60));
	},
	freezes: (draft, draw) =>
		times(draw, 1, 4, () => {
			const seconds = draw.oneIn(3) ? draw.integer(20, 60) : draw.integer(1, 20);
			const server = anyServer(draft, draw);
			draft.add({ kind: "freeze", server, seconds, atSeconds: draft.at(draw, 5, draft.seconds - 70) });
		}),
	skew: (draft, draw) => {
		for (const [index, item] of ipairs(draft.items)) {
			if (item.kind === "crowd") draft.items[index - 1] = { ...item, skewSeconds: draw.integer(1, 300) };
			if (item.kind !== "start" || draw.oneIn(3)) continue;
			const skewSeconds = draw.integer(-300, 300);
			draft.items[index - 1] = { ...item, skewSeconds, drift: draw.integer(-20, 20) / 1_000_000 };
		}
	},
	jumps: (draft, draw) =>
		times(draw, 1, 3, () => {
			const seconds = draw.oneIn(2) ? -draw.integer(1, 200) : draw.integer(1, 200);
			draft.add({
				kind: "jump",
				server: anyServer(draft, draw),
				seconds,
				atSeconds: draft.at(draw, 5, draft.seconds),
			});
		}),
	pingPong: (draft, draw) => {
		const start = draft.at(draw, 10, draft.seconds - 60);
		const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
		for (const round of $range(1, draw.integer(8, 40))) {
			const atSeconds = start + (round * draw.integer(1, 1500)) / 1000;
			draft.put(anyServer(draft, draw), pool, "ball", atSeconds);
			// Another at the same moment: stamps may be equal.
			if (draw.oneIn(4)) draft.put(anyServer(draft, draw), pool, "ball", atSeconds);
		}
	},
	...RUSHES,
	ghosts,
	missedRemovals,
	removalRace: (draft, draw) =>
		times(draw, 1, 5, () => {
			const [owner, rival] = [anyServer(draft, draw), anyServer(draft, draw)];
			const start = draft.at(draw, 5, draft.seconds - 30);
			const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
			draft.put(owner, pool, "prize", start);
			const removal = start + draw.integer(0, 8000) / 1000;
			draft.add({ kind: "remove", server: owner, pool, key: "prize", atSeconds: removal });
			draft.put(rival, pool, "prize", removal + draw.integer(-3000, 3000) / 1000);
			if (draw.oneIn(2)) draft.put(owner, pool, "prize", removal + draw.integer(1, 3000) / 1000);
		}),
	dyingClaim: (draft, draw) =>
		times(draw, 1, 2, () => {
			const [owner, survivor] = [anyServer(draft, draw), anyServer(draft, draw)];
			if (owner === survivor) return;
			const start = draft.at(draw, 15, draft.seconds - 40);
			const pool: PoolName = draw.oneIn(2) ? "Kept" : "State";
			draft.put(anyServer(draft, draw), pool, "throne", start - draw.integer(0, 10));
			const others = new Array<number>();
			for (const server of $range(1, draft.servers)) {
				if (server !== owner && server !== survivor) others.push(server);
			}
			if (!others.isEmpty()) draft.add({ kind: "cut", seconds: 20, from: [owner], to: others, atSeconds: start });
			draft.put(owner, pool, "throne", start + 0.01);
			draft.add({ kind: "crash", server: owner, atSeconds: start + draw.integer(1, 6000) / 1000 });
		}),
	limits: (draft, draw) =>
		times(draw, 1, 2, () => weather(draft, draw, { limitScale: draw.pick([0.5, 0.5, 2, 0.25]) }, 200)),
	publishErrors: (draft, draw) =>
		weather(draft, draw, { publishErrors: percent(draw, 1, 60), publishErrorsAfterEffect: percent(draw, 0, 100) }),
	hangs: (draft, draw) => weather(draft, draw, { publishHangs: percent(draw, 1, 20), publishHangSeconds: 30 }),
	subscriptions: (draft, draw) => {
		const start = draft.at(draw, 0, draft.seconds - 120);
		const slowest = draw.pick([2, 10, 60, 100]);
		const faults: Weather = { subscribeErrors: percent(draw, 0, 90), subscribeSeconds: [1, slowest] };
		draft.add({ kind: "weather", faults, seconds: draw.integer(30, 100), atSeconds: start });
		times(draw, 1, 3, () => replaceServer(draft, draw, start + draw.integer(0, 20)));
	},
	slowness: (draft, draw) => {
		const most = draw.integer(3, 12);
		weather(draft, draw, { delaySeconds: [0.2, most], publishSeconds: [0.05, most / 2] }, 120);
	},
	largeValues: (draft, draw) =>
		times(draw, 1, 6, () => {
			const server = anyServer(draft, draw);
			const key = draw.oneIn(2) ? "scroll" : `s${server}`;
			const atSeconds = draft.at(draw, 0, draft.seconds - 10);
			draft.put(server, "State", key, atSeconds, draw.integer(700, 8000));
			if (draw.oneIn(2)) return;
			// Something newer, perhaps while its parts are on their way.
			const again = atSeconds + draw.integer(0, 6000) / 1000;
			if (draw.oneIn(4)) draft.add({ kind: "remove", server, pool: "State", key, atSeconds: again });
			else {
				const bytes = draw.oneIn(3) ? undefined : draw.integer(700, 8000);
				draft.put(draw.oneIn(2) ? anyServer(draft, draw) : server, "State", key, again, bytes);
			}
		}),
	/** One server has more to say than gets through. */
	torrent: (draft, draw) => {
		const server = anyServer(draft, draw);
		const start = draft.at(draw, 0, draft.seconds - 110);
		const faults: Weather = { loss: percent(draw, 20, 70) };
		draft.add({ kind: "weather", faults, seconds: draw.integer(60, 100), atSeconds: start });
		const value = draft.value();
		const everySeconds = draw.integer(10, 30) / 20;
		const spin = { kind: "spin", server, pool: "State", key: "flood", value, count: 60, everySeconds } as const;
		draft.add({ ...spin, atSeconds: start });
		for (const index of $range(1, draw.integer(2, 12))) {
			draft.put(server, "State", `log${index % 4}`, start + index * draw.integer(1, 6), draw.integer(700, 4000));
		}
	},
	/** What is withdrawn before anybody can have heard of it, or while another claims it. */
	moments: (draft, draw) =>
		times(draw, 2, 8, () => {
			const server = anyServer(draft, draw);
			const atSeconds = draft.at(draw, 5, draft.seconds - 10);
			const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
			draft.put(server, pool, "blink", atSeconds);
			const removal = atSeconds + draw.integer(0, 3000) / 1000;
			if (draw.oneIn(2)) {
				const removed = atSeconds + draw.integer(0, 80) / 1000;
				draft.add({ kind: "remove", server, pool, key: "blink", atSeconds: removed });
				return;
			}
			// The claims of others come in while the removal waits.
			times(draw, 1, 3, () => {
				draft.put(anyServer(draft, draw), pool, "blink", removal - draw.integer(300, 2000) / 1000);
			});
			draft.add({ kind: "remove", server, pool, key: "blink", atSeconds: removal });
		}),
	/** The cloud takes nothing for some time, while there is something to say. */
	outage: (draft, draw) => {
		const start = draft.at(draw, 10, draft.seconds - 110);
		const seconds = draw.integer(10, 90);
		const faults: Weather = draw.oneIn(2)
			? { publishErrors: 1, publishErrorsAfterEffect: 0 }
			: { publishHangs: 1, publishHangSeconds: 30 };
		draft.add({ kind: "weather", faults, seconds, atSeconds: start });
		const value = draft.value();
		const server = anyServer(draft, draw);
		const spin = {
			kind: "spin",
			server,
			pool: "State",
			key: "outcry",
			value,
			count: 80,
			everySeconds: 0.6,
		} as const;
		draft.add({ ...spin, atSeconds: start });
		if (draw.oneIn(2)) draft.add({ kind: "close", server: anyServer(draft, draw), atSeconds: start + 1 });
	},
	/** Handlers answer changes with changes. */
	chains: (draft, draw) =>
		times(draw, 1, 3, () => {
			const server = anyServer(draft, draw);
			const count = draw.integer(2, 120);
			const value = draft.value();
			const atSeconds = draft.at(draw, 0, draft.seconds);
			draft.add({ kind: "chain", server, pool: "State", key: "echo", value, count, atSeconds });
		}),
	/** One sleeps while another is given up and comes back: it learns of all of that at once, and late. */
	sleepers: (draft, draw) => {
		const [sleeper, silent] = [anyServer(draft, draw), anyServer(draft, draw)];
		if (sleeper === silent) return;
		const start = draft.at(draw, 20, draft.seconds - 160);
		draft.add({ kind: "freeze", server: sleeper, seconds: draw.integer(90, 150), atSeconds: start });
		const seconds = draw.integer(25, 40);
		draft.add({ kind: "mute", server: silent, seconds, atSeconds: start - draw.integer(0, 5) });
		draft.put(silent, "State", "dream", start + seconds + 1);
	},
	/** Some server is gone for so long that it is forgotten. */
	oblivion: (draft, draw) => {
		const server = anyServer(draft, draw);
		const atSeconds = draft.at(draw, 20, 120);
		draft.add({ kind: draw.oneIn(2) ? "crash" : "close", server, atSeconds });
		replaceServer(draft, draw, atSeconds + draw.integer(0, 20));
	},
	manyKeys: (draft, draw) => {
		const server = anyServer(draft, draw);
		const start = draft.at(draw, 0, draft.seconds - 60);
		for (const index of $range(1, draw.integer(50, 300))) draft.put(server, "State", `m${index}`, start, 20);
	},
	spins: (draft, draw) =>
		times(draw, 1, 3, () => {
			const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
			const [server, value] = [anyServer(draft, draw), draft.value()];
			const everySeconds = draw.integer(1, 20) / 20;
			const atSeconds = draft.at(draw, 0, draft.seconds - 60);
			draft.add({
				kind: "spin",
				server,
				pool,
				key: "wheel",
				value,
				count: draw.integer(20, 100),
				everySeconds,
				atSeconds,
			});
		}),
	hostile: (draft, draw) =>
		times(draw, 2, 10, () => {
			const what = draw.pick(["noise", "truncated", "mutated", "replayed", "future", "stranger"] as const);
			draft.add({ kind: "inject", what, count: draw.integer(1, 6), atSeconds: draft.at(draw, 5, draft.seconds) });
		}),
	/** A stranger who knows the protocol. */
	liars: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = draft.at(draw, 5, draft.seconds - 60);
			draft.add({ kind: "inject", what: "stranger", count: 1, atSeconds });
			times(draw, 4, 10, () => {
				const what = draw.oneIn(5) ? "garbled" : "lies";
				const after = draw.integer(2000, 25_000) / 1000;
				draft.add({ kind: "inject", what, count: draw.integer(1, 3), atSeconds: atSeconds + after });
			});
		}),
	/** What a stranger says in a server's name takes the version of what that server says next. */
	forgers: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = draft.at(draw, 30, draft.seconds - 90);
			draft.add({ kind: "inject", what: "forgery", count: 1, atSeconds });
			for (const server of $range(1, draft.servers)) {
				const put = {
					kind: "put",
					server,
					pool: "State",
					key: `after-${server}`,
					value: draft.value(),
				} as const;
				draft.add({ ...put, atSeconds: atSeconds + draw.integer(0, 15) / 10 });
			}
		}),
	laterVersions: (draft, draw) => {
		for (const [index, item] of ipairs(draft.items)) {
			if (item.kind === "crowd") draft.items[index - 1] = { ...item, later: true };
			if (item.kind === "start" && draw.oneIn(2)) draft.items[index - 1] = { ...item, later: true };
		}
		times(draw, 1, 4, () =>
			draft.add({ kind: "inject", what: "future", count: 3, atSeconds: draft.at(draw, 5, draft.seconds) }),
		);
	},
	memoryStore: (draft, draw) => {
		weather(draft, draw, { memoryErrors: percent(draw, 1, 50), memoryErrorsAfterEffect: percent(draw, 0, 100) });
		if (draw.oneIn(2)) weather(draft, draw, { memoryConflicts: percent(draw, 1, 60) });
		if (draw.oneIn(3)) weather(draft, draw, { memoryHangs: percent(draw, 1, 30), memorySeconds: [0.05, 5] });
		times(draw, 5, 30, () => {
			const key = draw.pick(["visits", "wins"]);
			draft.add({
				kind: "count",
				server: anyServer(draft, draw),
				key,
				atSeconds: draft.at(draw, 5, draft.seconds),
			});
		});
	},
	playerCounts: (draft, draw) =>
		times(draw, 3, 12, () => {
			const players = draw.integer(0, 60);
			draft.add({
				kind: "players",
				server: anyServer(draft, draw),
				players,
				atSeconds: draft.at(draw, 5, draft.seconds),
			});
		}),
	...SCENES,
};

function namesOf(troubles: { readonly [name: string]: Trouble }): string[] {
	const names = new Array<string>();
	for (const [name] of pairs(troubles)) names.push(name as string);
	names.sort();
	return names;
}

function sortedNames(): string[] {
	const last = ["laterVersions", "skew"];
	return [...namesOf(TROUBLE_BY_NAME).filter((name) => !last.includes(name)), ...last];
}

/** Their names, sorted: skew and later versions come last of all, since they change the servers that others have added. */
export const TROUBLES: readonly string[] = sortedNames();

/** Those that only large games have. */
export const HUB_TROUBLES: readonly string[] = namesOf(HUB_SCENES);

/** Those that only games with elections have. */
export const ELECTION_TROUBLES: readonly string[] = namesOf(ELECTION_SCENES);

export function addTrouble(name: string, draft: Draft, draw: Generator): void {
	(HUB_SCENES[name] ?? ELECTION_SCENES[name] ?? TROUBLE_BY_NAME[name]!)(draft, draw);
}
