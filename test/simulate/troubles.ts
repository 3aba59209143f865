import { Generator } from "../specs/support/generators";
import { PlanItem, PoolName, Weather } from "./plan";

/** A plan in the making. */
export class Draft {
	public readonly items = new Array<PlanItem>();
	private values = 0;

	constructor(
		/** Servers that take part so far; troubles may add more. */
		public servers: number,
		public readonly seconds: number,
	) {}

	public add(item: PlanItem): void {
		this.items.push(item);
	}

	/** A random millisecond: stamps have that resolution. */
	public at(draw: Generator, from: number, to: number): number {
		return draw.integer(math.floor(from * 1000), math.floor(to * 1000)) / 1000;
	}

	public value(): string {
		this.values += 1;
		return `v${this.values}`;
	}

	public put(server: number, pool: PoolName, key: string, atSeconds: number, bytes?: number): void {
		const item = { kind: "put", server, pool, key, value: this.value(), atSeconds } as const;
		this.add(bytes === undefined ? item : { ...item, bytes });
	}

	public newServer(): number {
		this.servers += 1;
		return this.servers;
	}
}

/** The most servers that a plan has at a time, give or take those that replace others. */
const MOST_SERVERS = 16;

type Trouble = (draft: Draft, draw: Generator) => void;

function weather(draft: Draft, draw: Generator, faults: Weather, most = draft.seconds): void {
	const seconds = draw.integer(5, math.floor(most));
	draft.add({ kind: "weather", faults, seconds, atSeconds: draft.at(draw, 0, math.max(1, draft.seconds - seconds)) });
}

function times(draw: Generator, least: number, most: number, action: () => void): void {
	for (const _ of $range(1, draw.integer(least, most))) action();
}

function anyServer(draft: Draft, draw: Generator): number {
	return draw.integer(1, draft.servers);
}

function percent(draw: Generator, least: number, most: number): number {
	return draw.integer(least, most) / 100;
}

/** Most silences are short, some are longer than a server is waited for. */
function silenceSeconds(draw: Generator): number {
	return draw.oneIn(3) ? draw.integer(40, 150) : draw.integer(1, 40);
}

function replaceServer(draft: Draft, draw: Generator, atSeconds: number): void {
	draft.add({ kind: "start", server: draft.newServer(), players: draw.integer(0, 30), atSeconds });
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
			draft.add({ kind: "close", server: anyServer(draft, draw), atSeconds });
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
			draft.put(anyServer(draft, draw), pool, "ball", start + (round * draw.integer(1, 1500)) / 1000);
		}
	},
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
		weather(draft, draw, { subscribeErrors: percent(draw, 10, 90) }, 100);
		weather(draft, draw, { subscribeSeconds: [1, draw.integer(2, 60)] });
		times(draw, 1, 3, () => replaceServer(draft, draw, draft.at(draw, 0, draft.seconds - 60)));
	},
	slowness: (draft, draw) => {
		const most = draw.integer(3, 12);
		weather(draft, draw, { delaySeconds: [0.2, most], publishSeconds: [0.05, most / 2] }, 120);
	},
	largeValues: (draft, draw) =>
		times(draw, 1, 6, () => {
			const server = anyServer(draft, draw);
			const bytes = draw.integer(700, 8000);
			draft.put(
				server,
				"State",
				draw.oneIn(2) ? "scroll" : `s${server}`,
				draft.at(draw, 0, draft.seconds),
				bytes,
			);
		}),
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
	laterVersions: (draft, draw) => {
		for (const [index, item] of ipairs(draft.items)) {
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
};

function sortedNames(): string[] {
	const last = ["laterVersions", "skew"];
	const names = new Array<string>();
	for (const [name] of pairs(TROUBLE_BY_NAME)) if (!last.includes(name as string)) names.push(name as string);
	names.sort();
	return [...names, ...last];
}

/** Their names, sorted: skew and later versions come last of all, since they change the servers that others have added. */
export const TROUBLES: readonly string[] = sortedNames();

export function addTrouble(name: string, draft: Draft, draw: Generator): void {
	TROUBLE_BY_NAME[name]!(draft, draw);
}
