import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { limitText } from "../../measure/limit-text";
import { decimals, Outcome, Row, row } from "../../row";
import { HubGame } from "./hub-game";
import { HubWatch } from "./hub-watch";
import { serversOf } from "./sizes";

const SIZES = [13, 100, 500];
const QUICK_SIZES = [13, 25];
const LOSS = 0.01;
const KEYS = 200;
const SETTLING_SECONDS = 90;
const MINUTES = 5;
const DELIVERIES_MOST = 20;

function measure(options: RunOptions): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of serversOf(options, SIZES, QUICK_SIZES)) {
		const session = new HubGame({ seed: options.seeds[0]!, servers, loss: LOSS, keys: KEYS, metered: false });
		session.startAll();
		session.settle();
		session.world.Run(SETTLING_SECONDS);
		const watch = new HubWatch(session.world, servers);
		session.world.Run(MINUTES * 60);
		watch.finish();
		const perServer = watch.deliveries / (MINUTES * servers);
		const what = `idle game of ${servers} servers: deliveries a minute for each`;
		rows.push(row(name, what, `<= ${DELIVERIES_MOST}`, decimals(perServer, 1), perServer <= DELIVERIES_MOST));
		notes.push(
			`${what}: ${decimals(perServer, 1)}; broadcasts/min ${decimals(watch.broadcasts / MINUTES, 1)}, addressed/min ${decimals(watch.addressed / MINUTES, 1)}, game ${limitText(watch.use("received by the game"))} ${session.problems()}`,
		);
		const lacking = session.disagreements();
		rows.push(
			row(name, `idle game of ${servers} servers: keys that somebody lacks`, "0", `${lacking}`, lacking === 0),
		);
		if (lacking > 0) notes.push(`  lacking ${lacking}: ${session.describeDisagreements()}`);
		session.world.Destroy();
	}
	return { rows, notes };
}

export const HUB_IDLE_JOBS: ReadonlyArray<Job> = [
	{ name: "hub idle", contenders: [OURS], machineCode: true, run: measure },
];
