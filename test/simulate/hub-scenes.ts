import { Generator } from "../specs/support/generators";
import { anyServer, Draft, percent, replaceServer, times, Trouble } from "./draft";
import { Strike } from "./plan";

/** The most servers that a tide brings. */
const MOST_OF_TIDE = 56;
/** Fewer than this are left when it has gone. */
const LEFT_BY_TIDE = 5;

/** A server of some or other age changes something again and again, so that there is something to lose. */
function chatter(draft: Draft, draw: Generator, from: number, seconds: number): void {
	const everySeconds = draw.integer(10, 40) / 20;
	const count = math.max(1, math.floor(seconds / everySeconds));
	const [server, value] = [anyServer(draft, draw), draft.value()];
	const pool = draw.oneIn(3) ? "Kept" : "State";
	draft.add({ kind: "spin", server, pool, key: "news", value, count, everySeconds, atSeconds: from });
}

function strike(draft: Draft, what: Strike, count: number, seconds: number, atSeconds: number): void {
	draft.add({ kind: "strike", what, count, seconds, atSeconds });
}

/** Long enough for the game to have a hub. */
function whenThereIsOne(draft: Draft, draw: Generator, atTheEnd: number): number {
	return draft.at(draw, 75, draft.seconds - atTheEnd);
}

/** What can happen to the server that broadcasts for all, and to the game around it. */
export const HUB_SCENES: { readonly [name: string]: Trouble } = {
	hubCrash: (draft, draw) =>
		times(draw, 1, 3, () => {
			const atSeconds = whenThereIsOne(draft, draw, 10);
			chatter(draft, draw, atSeconds - 10, 40);
			strike(draft, draw.oneIn(4) ? "close" : "crash", 1, 0, atSeconds);
			if (!draw.oneIn(3)) replaceServer(draft, draw, atSeconds + draw.integer(0, 20));
		}),
	/** The hub goes, and with it whoever would have taken its place. */
	hubAndStandby: (draft, draw) => {
		const atSeconds = whenThereIsOne(draft, draw, 60);
		chatter(draft, draw, atSeconds - 10, 60);
		strike(draft, "crash", draw.oneIn(3) ? 3 : 2, 0, atSeconds);
		times(draw, 0, 3, () => replaceServer(draft, draw, atSeconds + draw.integer(0, 40)));
	},
	/** The hub is away for some time, and returns in the belief that it is the hub. */
	hubAway: (draft, draw) =>
		times(draw, 1, 2, () => {
			const atSeconds = whenThereIsOne(draft, draw, 70);
			const seconds = draw.integer(1, 60);
			chatter(draft, draw, atSeconds - 5, seconds + 20);
			strike(
				draft,
				draw.pick(["freeze", "freeze", "mute", "deaf"] as const),
				draw.oneIn(4) ? 2 : 1,
				seconds,
				atSeconds,
			);
		}),
	/** Servers are being given the state when the hub crashes. */
	hubCrashAmidJoins: (draft, draw) => {
		const atSeconds = whenThereIsOne(draft, draw, 60);
		times(draw, 0, 3, () =>
			draft.put(anyServer(draft, draw), "State", "tome", atSeconds - 20, draw.integer(700, 6000)),
		);
		draft.crowd(draw, draw.integer(1, 6), draw.integer(0, 4), atSeconds);
		strike(draft, "crash", draw.oneIn(4) ? 2 : 1, 0, atSeconds + draw.integer(0, 6000) / 1000);
	},
	/** The hub crashes while it makes up for what nobody, or hardly anybody, has heard. */
	hubCrashAmidRepairs: (draft, draw) => {
		const atSeconds = whenThereIsOne(draft, draw, 60);
		const seconds = draw.integer(2, 12);
		const faults = draw.oneIn(2) ? { publishLoss: percent(draw, 40, 100) } : { loss: percent(draw, 40, 100) };
		chatter(draft, draw, atSeconds - 5, 60);
		chatter(draft, draw, atSeconds - 5, 60);
		draft.add({ kind: "weather", faults, seconds, atSeconds });
		strike(draft, "crash", 1, 0, atSeconds + seconds + draw.integer(-500, 6000) / 1000);
	},
	/** Servers start while there is no hub. */
	joinsAmidTakeover: (draft, draw) => {
		const atSeconds = whenThereIsOne(draft, draw, 60);
		chatter(draft, draw, atSeconds - 10, 60);
		strike(draft, draw.oneIn(4) ? "freeze" : "crash", draw.oneIn(3) ? 2 : 1, draw.integer(20, 60), atSeconds);
		draft.crowd(draw, draw.integer(1, 8), draw.integer(1, 30), atSeconds + draw.integer(0, 5));
	},
	/** The game grows to several times its size, and falls back to a few servers. */
	tide: (draft, draw) => {
		const first = draft.servers + 1;
		const count = draw.oneIn(4) ? draw.integer(24, MOST_OF_TIDE) : draw.integer(8, 20);
		const start = draft.at(draw, 20, 60);
		draft.crowd(draw, count, draw.integer(2, 60), start);
		const gracefully = draw.oneIn(2);
		const ebb = start + draw.integer(110, 150);
		draft.add({ kind: "exodus", server: first, count, seconds: draw.integer(1, 60), gracefully, atSeconds: ebb });
		const rest = math.max(0, first - 1 - LEFT_BY_TIDE);
		if (rest > 0)
			draft.add({
				kind: "exodus",
				server: LEFT_BY_TIDE + 1,
				count: rest,
				seconds: 10,
				gracefully,
				atSeconds: ebb,
			});
		chatter(draft, draw, start, 200);
	},
	/** About as many servers as a hub is worth: a few go, and a few come, again and again. */
	brink: (draft, draw) => {
		let atSeconds = draft.at(draw, 70, 100);
		while (atSeconds < draft.seconds - 30) {
			const count = draw.integer(3, 8);
			const server = draw.integer(1, math.max(1, draft.servers - count));
			draft.add({
				kind: "exodus",
				server,
				count,
				seconds: draw.integer(0, 10),
				gracefully: draw.oneIn(2),
				atSeconds,
			});
			draft.crowd(draw, count, draw.integer(0, 10), atSeconds + draw.integer(20, 60));
			atSeconds += draw.integer(50, 90);
		}
	},
};
