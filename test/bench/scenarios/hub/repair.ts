import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes } from "../../measure/percentiles";
import { decimals, Outcome, Row, row } from "../../row";
import { HubGame } from "./hub-game";
import { serversOf } from "./sizes";

const SIZES = [100, 500];
const QUICK_SIZES = [20];
const RATE = 5;
const KEYS = 200;
const LOST = 12;
const QUICK_LOST = 6;
const BETWEEN_SECONDS = 20;
const SETTLING_SECONDS = 40;
const NACKS_MOST = 3;

/** Now and then a cast gets lost for everybody; nothing else does. */
function measure(options: RunOptions): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of serversOf(options, SIZES, QUICK_SIZES)) {
		const session = new HubGame({ seed: options.seeds[0]!, servers, loss: 0, keys: KEYS });
		const { world } = session;
		session.startAll();
		session.settle();
		const count = options.quick ? QUICK_LOST : LOST;
		session.updateAtRandom(RATE, world.Now() + 60 + count * BETWEEN_SECONDS, () => true);
		world.Run(60);
		const nacksOf = (): number => session.sum((cluster) => cluster.context.traffic.repairsRequested);
		const before = nacksOf();
		let waiting = false;
		let losing: string | undefined;
		world.SetFilter((_sender, _receiver, topic, message) => {
			if (waiting && losing === undefined && string.match(topic, "/all/%d+$")[0] !== undefined) {
				losing = message as string;
			}
			return losing !== undefined && losing === message ? "drop" : "deliver";
		});
		for (const _ of $range(1, count)) {
			waiting = true;
			losing = undefined;
			world.Run(5);
			waiting = false;
			losing = undefined;
			world.Run(BETWEEN_SECONDS - 5);
		}
		const nacks = (nacksOf() - before) / count;
		world.SetFilter(undefined);
		world.Run(SETTLING_SECONDS);
		const what = `${servers} servers, a broadcast lost for all: requests for it`;
		rows.push(row(name, what, `<= ${NACKS_MOST}`, decimals(nacks, 1), nacks <= NACKS_MOST));
		notes.push(
			`${what}: ${decimals(nacks, 2)}; updates ${describeTimes(session.meter.seconds())} ${session.problems()}`,
		);
		world.Destroy();
	}
	return { rows, notes };
}

export const HUB_REPAIR_JOBS: ReadonlyArray<Job> = [
	{ name: "hub repair", contenders: [OURS], machineCode: true, run: measure },
];
