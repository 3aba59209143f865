import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, percentText, row } from "../../row";
import { HubGame } from "./hub-game";
import { HubWatch } from "./hub-watch";

const SERVERS = 100;
const QUICK_SERVERS = 20;
const LOSS = 0.01;
const KEYS = 2000;
const OFFERED_PER_SECOND = 60;
const WARM_UP_SECONDS = 90;
const WINDOW_SECONDS = 30;
const WINDOWS = 8;
/** The true limits become so much of what is documented: half of what this package uses by default. */
const SCALE = 0.25;
const GOODPUT_LEAST = 0.85;

/** The true limits are halved below what is used: what gets through, and what the cloud drops. */
function measure(options: RunOptions): Outcome {
	const { name } = options.contender;
	const servers = options.quick ? QUICK_SERVERS : (options.servers?.[0] ?? SERVERS);
	const session = new HubGame({ seed: options.seeds[0]!, servers, loss: LOSS, keys: KEYS });
	const { world } = session;
	session.startAll();
	session.settle();
	const measuredSeconds = WINDOWS * WINDOW_SECONDS;
	session.updateAtRandom(OFFERED_PER_SECOND, world.Now() + WARM_UP_SECONDS + measuredSeconds, () => true);
	world.Run(WARM_UP_SECONDS - 60);
	const shownBefore = session.shown;
	world.Run(60);
	const before = (session.shown - shownBefore) / 60;
	world.SetFaults({ limitScale: SCALE });
	const watch = new HubWatch(world, servers);
	const drops = new Array<number>();
	const goodput = new Array<number>();
	for (const _ of $range(1, WINDOWS)) {
		const [dropsFrom, shownFrom] = [watch.limitDrops, session.shown];
		world.Run(WINDOW_SECONDS);
		drops.push(watch.limitDrops - dropsFrom);
		goodput.push((session.shown - shownFrom) / WINDOW_SECONDS);
	}
	watch.finish();
	let late = 0;
	let lateGoodput = 0;
	const after = 120 / WINDOW_SECONDS;
	drops.forEach((count, index) => {
		if (index >= 60 / WINDOW_SECONDS) late += count;
	});
	for (const index of $range(after, WINDOWS - 1)) lateGoodput += goodput[index]! / (WINDOWS - after);
	const fair = before * SCALE * 2;
	const problems = session.problems();
	world.Destroy();
	const what = `${servers} servers, the true limits become ${percentText(SCALE)} of the documented ones`;
	return {
		rows: [
			row(name, `${what}: limiter drops later than 60 s after`, "0", `${late}`, late === 0),
			row(
				name,
				`${what}: updates shown later than 120 s after, of what is fair`,
				`>= ${percentText(GOODPUT_LEAST)}`,
				percentText(lateGoodput / fair),
				lateGoodput / fair >= GOODPUT_LEAST,
			),
		],
		notes: [
			`${what}: records shown a second before ${decimals(before, 0)}, then in windows of ${WINDOW_SECONDS} s ${goodput.map((value) => decimals(value, 0)).join(", ")}; drops ${drops.join(", ")} ${problems}`,
		],
	};
}

export const HUB_HALVING_JOBS: ReadonlyArray<Job> = [
	{ name: "hub halving", contenders: [OURS], machineCode: true, run: measure },
];
