import { Generator } from "../specs/support/generators";
import { Draft, percent, replaceServer, times, Trouble, weather } from "./draft";
import { Deposing } from "./plan";
import { SCOPES } from "./thrones";

/** So many servers start at one moment. */
const MOST_OF_CROWD = 50;
/** Clocks run up to a tenth too fast, or too slow. */
const RATE = 0.1;

function depose(draft: Draft, draw: Generator, what: Deposing, atSeconds: number, seconds = 0): void {
	draft.add({ kind: "depose", scope: draw.pick([...SCOPES]), what, seconds, atSeconds });
}

/** Late enough for somebody to lead. */
function whenLed(draft: Draft, draw: Generator, atTheEnd: number): number {
	return draft.at(draw, 30, draft.seconds - atTheEnd);
}

/** What can happen to leaders, and to what they lead by. */
export const ELECTION_SCENES: { readonly [name: string]: Trouble } = {
	/** Leaders go in every way there is. */
	leaderGoes: (draft, draw) =>
		times(draw, 1, 4, () => {
			const atSeconds = whenLed(draft, draw, 20);
			const what = draw.pick(["crash", "close", "resign", "transfer"] as const);
			depose(draft, draw, what, atSeconds);
			if (what === "crash" || what === "close") replaceServer(draft, draw, atSeconds + draw.integer(0, 30));
		}),
	/** A leader is away for as long as it takes to elect another, and goes on in the middle of what it did. */
	leaderAway: (draft, draw) =>
		times(draw, 1, 3, () => {
			const what = draw.pick(["freeze", "freeze", "deaf", "mute"] as const);
			depose(draft, draw, what, whenLed(draft, draw, 60), draw.oneIn(2) ? 30 : draw.integer(1, 60));
		}),
	/** What the store was asked to do is done, and answered with an error. */
	storeLies: (draft, draw) =>
		weather(draft, draw, { memoryErrors: percent(draw, 10, 90), memoryErrorsAfterEffect: 1 }, 120),
	/** The store forgets who leads, and with which term; perhaps just when the leader goes. */
	storeForgets: (draft, draw) =>
		times(draw, 1, 2, () => {
			const atSeconds = whenLed(draft, draw, 30);
			draft.add({ kind: "forget", atSeconds });
			if (draw.oneIn(2))
				depose(draft, draw, draw.pick(["crash", "resign"] as const), atSeconds + draw.integer(-3, 3));
		}),
	/** The store cannot be reached for a minute. */
	storeAway: (draft, draw) => {
		const faults = draw.oneIn(2) ? { memoryErrors: 1, memoryErrorsAfterEffect: 0 } : { memoryHangs: 1 };
		draft.add({ kind: "weather", faults, seconds: 60, atSeconds: whenLed(draft, draw, 70) });
	},
	/** Copies of a leader's heartbeats come long after it has resigned. */
	lateBeats: (draft, draw) => {
		const atSeconds = whenLed(draft, draw, 70);
		const faults = { duplication: 0.3, lateDeliveries: percent(draw, 10, 40), lateSeconds: draw.integer(5, 40) };
		draft.add({ kind: "weather", faults, seconds: 60, atSeconds: atSeconds - 20 });
		times(draw, 1, 3, () => depose(draft, draw, "resign", atSeconds + draw.integer(0, 30)));
	},
	/** Nobody hears of a resignation. */
	unheardResignations: (draft, draw) => {
		const atSeconds = whenLed(draft, draw, 70);
		draft.add({ kind: "hush", seconds: 60, atSeconds });
		times(draw, 1, 3, () =>
			depose(draft, draw, draw.pick(["resign", "resign", "close"] as const), atSeconds + draw.integer(0, 40)),
		);
	},
	/** Many servers start at one moment. */
	rush: (draft, draw) => {
		const count = draw.oneIn(3) ? MOST_OF_CROWD : draw.integer(4, 12);
		draft.crowd(draw, count, 0.1, draw.oneIn(2) ? 0 : draft.at(draw, 0, 60));
	},
	/** Clocks run at different rates; not in large games, where what the hub says to be complete counts on clocks that go alike. */
	unevenRates: (draft, draw) => {
		if (draft.items.some((item) => item.kind === "crowd")) return;
		for (const [index, item] of ipairs(draft.items)) {
			if (item.kind === "start") draft.items[index - 1] = { ...item, drift: draw.pick([-RATE, RATE, 0]) };
		}
	},
	/** One leader after the other gives up at once. */
	turns: (draft, draw) => {
		let atSeconds = whenLed(draft, draw, 120);
		const scope = draw.pick([...SCOPES]);
		times(draw, 5, 40, () => {
			draft.add({ kind: "depose", scope, what: "resign", seconds: 0, atSeconds });
			atSeconds += draw.integer(1000, 6000) / 1000;
		});
	},
};
