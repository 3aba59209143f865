import { Trouble } from "./draft";
import { PoolName } from "./plan";

/** Something is removed while a server hears nothing: not for so long that it would be given up. */
export const missedRemovals: Trouble = (draft, draw) => {
	for (const index of $range(1, draw.integer(2, 6))) {
		const [owner, deaf] = [draw.integer(1, draft.servers), draw.integer(1, draft.servers)];
		if (owner === deaf) continue;
		const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
		const start = draft.at(draw, 90, draft.seconds - 60);
		const seconds = draw.integer(5, 25);
		const key = `relic-${index}`;
		draft.put(owner, pool, key, start - draw.integer(2, 40));
		draft.add({ kind: "deaf", server: deaf, seconds, atSeconds: start });
		draft.add({ kind: "remove", server: owner, pool, key, atSeconds: start + draw.integer(0, seconds - 2) });
	}
};

/** A server that has said much crashes, and goes on to be heard: copies of what it said come late. */
export const ghosts: Trouble = (draft, draw) => {
	const server = draw.integer(1, draft.servers);
	const crash = draft.at(draw, 150, draft.seconds - 120);
	// From before its silence is noticed, until long after it should be gone.
	const faults = { lateDeliveries: draw.integer(15, 40) / 100, lateSeconds: draw.integer(85, 100) };
	draft.add({ kind: "weather", faults, seconds: 80, atSeconds: crash - 75 });
	const spin = { kind: "spin", server, pool: "State", key: "ghost", value: draft.value(), count: 65 } as const;
	draft.add({ ...spin, everySeconds: 1, atSeconds: crash - 70 });
	draft.add({ kind: "crash", server, atSeconds: crash });
};

/** Nothing goes wrong, but much happens at once. */
export const RUSHES: { readonly [name: string]: Trouble } = {
	/** Several servers claim a key in the same millisecond. */
	ties: (draft, draw) => {
		for (const _ of $range(1, draw.integer(2, 8))) {
			const pool: PoolName = draw.oneIn(3) ? "Kept" : "State";
			const atSeconds = draft.at(draw, 10, draft.seconds - 5);
			const key = draw.pick(["red", "green", "crown"]);
			for (const server of $range(1, draft.servers)) {
				if (!draw.oneIn(3)) draft.put(server, pool, key, atSeconds);
			}
		}
	},
	/** Every server has more to say than the limits allow. */
	flood: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 100);
		for (const server of $range(1, draft.servers)) {
			for (const wheel of $range(1, 2)) {
				draft.add({
					kind: "spin",
					server,
					pool: "State",
					key: `wheel-${server}-${wheel}`,
					value: draft.value(),
					count: draw.integer(100, 160),
					everySeconds: draw.integer(8, 12) / 20,
					atSeconds: start + draw.integer(0, 5000) / 1000,
				});
			}
		}
	},
};

/** Those troubles in which all goes as it should. */
export const FAIR_TROUBLES: readonly string[] = [
	"chains",
	"closings",
	"crashes",
	"flood",
	"ghosts",
	"largeValues",
	"manyKeys",
	"moments",
	"pingPong",
	"playerCounts",
	"removalRace",
	"scaleUp",
	"spins",
	"ties",
];
