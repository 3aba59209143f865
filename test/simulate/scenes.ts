import { Generator } from "../specs/support/generators";
import { anyServer, Draft, replaceServer, times, Trouble } from "./draft";
import { PoolName } from "./plan";

function anyPool(draw: Generator): PoolName {
	return draw.oneIn(2) ? "Kept" : "State";
}

/** A server other than these, if there is one. */
function another(draft: Draft, draw: Generator, ...taken: number[]): number | undefined {
	const others = new Array<number>();
	for (const server of $range(1, draft.servers)) if (!taken.includes(server)) others.push(server);
	return others.isEmpty() ? undefined : draw.pick(others);
}

/** Troubles that belong together: what is meant to go wrong takes several things in the right order. */
export const SCENES: { readonly [name: string]: Trouble } = {
	/** A server is away for longer than anybody waits for it; others claim what it has, remove it, and forget the removal. */
	exile: (draft, draw) => {
		const exile = anyServer(draft, draw);
		const start = draft.at(draw, 20, draft.seconds - 230);
		const seconds = draw.integer(90, 220);
		for (const index of $range(1, draw.integer(1, 4))) {
			const [pool, key] = [anyPool(draw), `home${index}`];
			draft.put(exile, pool, key, start - draw.integer(0, 10));
			const rival = another(draft, draw, exile);
			if (rival === undefined) return;
			const claimed = start + draw.integer(0, 60_000) / 1000;
			draft.put(rival, pool, key, claimed);
			if (draw.oneIn(4)) continue;
			draft.add({
				kind: "remove",
				server: rival,
				pool,
				key,
				atSeconds: claimed + draw.integer(0, 40_000) / 1000,
			});
			if (draw.oneIn(3)) draft.add({ kind: "remove", server: exile, pool, key, atSeconds: start + seconds + 1 });
		}
		const kind = draw.pick(["freeze", "deaf", "mute", "cut"] as const);
		if (kind === "cut") {
			draft.add({ kind, from: [exile], to: [], seconds, atSeconds: start });
			draft.add({ kind, from: [], to: [exile], seconds, atSeconds: start });
		} else draft.add({ kind, server: exile, seconds, atSeconds: start });
	},
	/** The owner dies, and those who adopt from it die after it. */
	heirs: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 90);
		const owner = anyServer(draft, draw);
		for (const index of $range(1, draw.integer(1, 6)))
			draft.put(owner, "Kept", `heir${index}`, start - draw.integer(0, 5));
		draft.add({ kind: "crash", server: owner, atSeconds: start });
		const found = start + draw.integer(15, 35);
		times(draw, 1, math.max(1, draft.servers - 2), () => {
			const heir = another(draft, draw, owner);
			if (heir === undefined) return;
			const atSeconds = found + draw.integer(0, 8000) / 1000;
			draft.add({ kind: draw.oneIn(3) ? "close" : "crash", server: heir, atSeconds });
		});
		replaceServer(draft, draw, start + draw.integer(0, 40));
	},
	/** A server gets the state while who gives it dies, and while others change what is given. */
	dyingHost: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 60);
		const host = anyServer(draft, draw);
		const before = draft.servers;
		times(draw, 1, 3, () => replaceServer(draft, draw, start + draw.integer(0, 2000) / 1000));
		const kind = draw.pick(["crash", "close", "freeze"] as const);
		const atSeconds = start + draw.integer(0, 6000) / 1000;
		if (kind === "freeze") draft.add({ kind, server: host, seconds: draw.integer(5, 60), atSeconds });
		else draft.add({ kind, server: host, atSeconds });
		for (const index of $range(1, draw.integer(2, 10))) {
			const owner = draw.integer(1, before);
			const when = start + draw.integer(-1000, 6000) / 1000;
			draft.put(owner, anyPool(draw), `gift${index % 4}`, when);
			if (draw.oneIn(3)) {
				const removal = when + draw.integer(0, 2000) / 1000;
				draft.add({
					kind: "remove",
					server: owner,
					pool: "State",
					key: `gift${index % 4}`,
					atSeconds: removal,
				});
			}
		}
	},
	/** An owner dies with its last changes on their way, while others are being given the state. */
	lastBreath: (draft, draw) => {
		const start = draft.at(draw, 20, draft.seconds - 60);
		const owner = anyServer(draft, draw);
		times(draw, 1, 2, () => replaceServer(draft, draw, start - draw.integer(0, 3000) / 1000));
		for (const index of $range(1, draw.integer(2, 8))) {
			draft.put(owner, anyPool(draw), `breath${index % 3}`, start + draw.integer(0, 2500) / 1000);
		}
		draft.add({ kind: "crash", server: owner, atSeconds: start + draw.integer(100, 2600) / 1000 });
	},
	/** A server leaves before it has arrived. */
	turnedAway: (draft, draw) =>
		times(draw, 1, 4, () => {
			const start = draft.at(draw, 10, draft.seconds - 40);
			replaceServer(draft, draw, start);
			const server = draft.servers;
			times(draw, 0, 3, () => draft.put(server, anyPool(draw), "visit", start + draw.integer(0, 6000) / 1000));
			const atSeconds = start + draw.integer(0, 9000) / 1000;
			draft.add({ kind: draw.oneIn(3) ? "crash" : "close", server, atSeconds });
		}),
	/** A clock goes back by minutes just before its server removes and contributes again. */
	backwards: (draft, draw) =>
		times(draw, 1, 3, () => {
			const server = anyServer(draft, draw);
			const start = draft.at(draw, 10, draft.seconds - 40);
			const pool = anyPool(draw);
			draft.put(server, pool, "watch", start);
			draft.add({ kind: "jump", server, seconds: -draw.integer(30, 290), atSeconds: start + draw.integer(0, 3) });
			const removal = start + 3 + draw.integer(0, 3000) / 1000;
			draft.add({ kind: "remove", server, pool, key: "watch", atSeconds: removal });
			if (draw.oneIn(2)) draft.put(server, pool, "watch", removal + draw.integer(0, 500) / 1000);
			const rival = another(draft, draw, server);
			if (rival === undefined) return;
			if (draw.oneIn(2)) draft.put(rival, pool, "watch", removal + draw.integer(-2000, 2000) / 1000);
			if (draw.oneIn(3)) draft.add({ kind: "crash", server, atSeconds: removal + draw.integer(0, 2000) / 1000 });
		}),
	/** All servers are restarted at once, and a third of all messages gets lost. */
	hardRestart: (draft, draw) => {
		const atSeconds = draft.at(draw, 60, draft.seconds - 60);
		const before = draft.servers;
		draft.add({ kind: "weather", faults: { loss: 0.3 }, seconds: draw.integer(20, 60), atSeconds: atSeconds - 1 });
		for (const server of $range(1, before))
			draft.add({ kind: draw.oneIn(2) ? "close" : "crash", server, atSeconds });
		for (const _ of $range(1, before)) replaceServer(draft, draw, atSeconds + draw.integer(0, 3000) / 1000);
	},
};
