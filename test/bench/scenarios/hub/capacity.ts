import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, percentText, Row, row, secondsText } from "../../row";
import { HubGame } from "./hub-game";
import { HubWatch, isBroadcast } from "./hub-watch";
import { serversOf } from "./sizes";

const SIZES = [50, 500];
const QUICK_SIZES = [20];
const LOSS = 0.01;
/** So many that a second change of a key before it was cast is rare. */
const KEYS = 2000;
/** With its numbers, an update by such a value takes 30 bytes of a message. */
const VALUE_BYTES = 22;
/** More than fits. */
const OFFERED_PER_SECOND = 90;
const WARM_UP_SECONDS = 60;
const MEASURED_SECONDS = 180;
const STALENESS_MOST = 1.2;

interface Setting {
	readonly share: number | undefined;
	readonly perSecondLeast: number;
}

const SETTINGS: ReadonlyArray<Setting> = [
	{ share: 0.65, perSecondLeast: 55 },
	{ share: undefined, perSecondLeast: 42 },
];

/** More changes than the limits allow: how many of them are cast, and how old what is shown gets. */
function measure(options: RunOptions, { share, perSecondLeast }: Setting): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of serversOf(options, SIZES, QUICK_SIZES)) {
		const session = new HubGame({
			seed: options.seeds[0]!,
			servers,
			loss: LOSS,
			keys: KEYS,
			valueBytes: VALUE_BYTES,
			...(share === undefined ? {} : { share }),
		});
		const { world } = session;
		session.startAll();
		session.settle();
		const from = world.Now() + WARM_UP_SECONDS;
		session.updateAtRandom(OFFERED_PER_SECOND, from + MEASURED_SECONDS, (now) => now >= from);
		world.Run(WARM_UP_SECONDS);
		const cast = new Set<number>();
		let [casts, casted] = [0, 0];
		const watch = new HubWatch(world, servers, ({ topic, text }) => {
			if (!isBroadcast(topic)) return;
			casts += 1;
			for (const [digits] of string.gmatch(text, "#(%d%d%d%d%d%d)")) {
				const updateNumber = tonumber(digits)!;
				if (cast.has(updateNumber)) continue;
				cast.add(updateNumber);
				casted += 1;
			}
		});
		world.Run(MEASURED_SECONDS);
		watch.finish();
		const perSecond = casted / MEASURED_SECONDS;
		const waiting = session.sum((cluster) => cluster.context.outbox.size());
		const staleness = session.meter.staleness(world.Now());
		const times = sorted(staleness);
		const bound = (STALENESS_MOST * KEYS) / perSecond;
		const shareText = share === undefined ? "the default share" : `a share of ${percentText(share)}`;
		const what = `${servers} servers, ${OFFERED_PER_SECOND} updates/s of 30 bytes offered, ${shareText}`;
		const oldest = percentile(times, 1);
		rows.push(
			row(
				name,
				`${what}: updates cast a second`,
				`>= ${perSecondLeast}`,
				decimals(perSecond, 1),
				perSecond >= perSecondLeast,
			),
			row(
				name,
				`${what}: oldest value shown anywhere, of ${KEYS} keys`,
				`<= ${decimals(bound, 0)} s (1.2 x keys / rate)`,
				secondsText(oldest),
				oldest <= bound,
			),
		);
		notes.push(
			`${what}: ${decimals(perSecond, 1)} cast a second in ${decimals((casts * 60) / MEASURED_SECONDS, 1)} broadcasts/min (${decimals(casted / math.max(1, casts), 1)} new in each), staleness p50 ${secondsText(percentile(times, 0.5))} p99 ${secondsText(percentile(times, 0.99))} max ${secondsText(oldest)}, waiting on leaves ${waiting}; addressed/min ${decimals((watch.addressed * 60) / MEASURED_SECONDS, 0)}; game ${percentText(watch.use("received by the game").share)}, topic ${percentText(watch.use("received on a topic").share)}, drops ${watch.limitDrops} ${session.problems()}`,
		);
		world.Destroy();
	}
	return { rows, notes };
}

export const HUB_CAPACITY_JOBS: ReadonlyArray<Job> = SETTINGS.map((setting) => ({
	name: `hub capacity ${setting.share === undefined ? "default" : percentText(setting.share)}`,
	contenders: [OURS],
	machineCode: true,
	run: (options: RunOptions) => measure(options, setting),
}));
