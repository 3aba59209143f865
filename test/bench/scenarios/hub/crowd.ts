import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { limitText } from "../../measure/limit-text";
import { Outcome, percentText, Row, row, secondsText } from "../../row";
import { HubGame } from "./hub-game";
import { HubWatch } from "./hub-watch";
import { serversOf } from "./sizes";

const SIZES = [200];
const QUICK_SIZES = [50];
const LOSS = 0.05;
const KEYS_PER_SERVER = 4;
/** All servers start within this time. */
const STARTED_SECONDS = 10;
const LIMIT_SECONDS = 240;
const LOOK_SECONDS = 2;
const GOALS = { known: 120, everywhere: 120 };

/** A game that starts all at once and has something to say from the start, as after an update: when everybody has everything. */
function measure(options: RunOptions): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of serversOf(options, SIZES, QUICK_SIZES)) {
		const keys = servers * KEYS_PER_SERVER;
		const session = new HubGame({ seed: options.seeds[0]!, servers, loss: LOSS, keys, metered: false });
		const { world } = session;
		const watch = new HubWatch(world, servers);
		const from = world.Now();
		for (const _ of $range(1, servers)) {
			session.startOne();
			world.Run(STARTED_SECONDS / servers);
		}
		let known = math.huge;
		let everywhere = math.huge;
		while (everywhere === math.huge && world.Now() - from < LIMIT_SECONDS) {
			world.Run(LOOK_SECONDS);
			if (known === math.huge && session.isSettled()) known = world.Now() - from;
			if (known < math.huge && session.disagreements() === 0) everywhere = world.Now() - from;
		}
		watch.finish();
		const what = `${servers} servers start within ${STARTED_SECONDS} s, ${KEYS_PER_SERVER} keys each, ${percentText(LOSS)} loss`;
		rows.push(
			row(
				name,
				`${what}: everybody knows everybody after; has everything after; limiter drops`,
				`<= ${GOALS.known} s; ${GOALS.everywhere} s; 0`,
				`${secondsText(known)}; ${secondsText(everywhere)}; ${watch.limitDrops}`,
				known <= GOALS.known && everywhere <= GOALS.everywhere && watch.limitDrops === 0,
			),
		);
		notes.push(
			`${what}: ${secondsText(known)}, ${secondsText(everywhere)}; broadcasts ${watch.broadcasts}, addressed ${watch.addressed}, ` +
				`game ${limitText(watch.use("received by the game"))} ${session.problems()}`,
		);
		world.Destroy();
	}
	return { rows, notes };
}

export const CROWD_JOBS: ReadonlyArray<Job> = [
	{ name: "hub crowd", contenders: [OURS], machineCode: true, run: measure },
];
