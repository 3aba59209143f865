import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { isAnnouncement } from "../../measure/frames";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, row, secondsText } from "../../row";
import { clusterOf, HubGame, hubKey, VALUE_BYTES as LIVE_VALUE_BYTES } from "./hub-game";
import { HubWatch, isBroadcast } from "./hub-watch";

const SERVERS = 100;
const QUICK_SERVERS = 20;
const LOSS = 0.01;
/** 100,000 bytes of keys and values. */
const KEYS = 500;
const VALUE_BYTES = 195;
const JOINS = 25;
const QUICK_JOINS = 6;
const PAUSE_SECONDS = 20;
const LIMIT_SECONDS = 60;
const CROWD = 100;
const QUICK_CROWD = 20;
const CROWD_START_SECONDS = 2;
/** No other key of a server has this number. */
const LIVE_KEY = 99;
const RATE = 5;
const CALM_SECONDS = 90;

function measure(options: RunOptions): Outcome {
	const { name } = options.contender;
	const servers = options.quick ? QUICK_SERVERS : (options.servers?.[0] ?? SERVERS);
	const session = new HubGame({
		seed: options.seeds[0]!,
		servers,
		loss: LOSS,
		keys: KEYS,
		valueBytes: VALUE_BYTES,
	});
	const { world } = session;
	session.startAll();
	const settled = session.settle();
	world.Run(CALM_SECONDS);
	const ready = new Array<number>();
	let claims = 0;
	let [snapshots, deliveries] = [session.sum((cluster) => cluster.context.traffic.snapshotsServed), 0];
	for (const _ of $range(1, options.quick ? QUICK_JOINS : JOINS)) {
		const startedAt = world.Now();
		const watch = new HubWatch(world, servers + 1, ({ topic, text }) => {
			if (isBroadcast(topic) && isAnnouncement(text)) claims += 1;
			else if (!isBroadcast(topic)) deliveries += 1;
		});
		const joiner = session.startOne();
		const done = world.RunUntil(() => clusterOf(joiner).context.isSynced(), LIMIT_SECONDS);
		ready.push(done ? world.Now() - startedAt : math.huge);
		watch.finish();
		joiner.server.Close();
		session.members.pop();
		world.Run(PAUSE_SECONDS);
	}
	snapshots = session.sum((cluster) => cluster.context.traffic.snapshotsServed) - snapshots;

	// Live updates, before and while a crowd joins: of other keys, as short as everywhere else, so that the state stays as large as it is.
	session.valueBytes = LIVE_VALUE_BYTES;
	session.keysOf.forEach((keys, server) => {
		keys.clear();
		keys.push(hubKey(server + 1, LIVE_KEY));
	});
	const phase = (seconds: number): number[] => {
		const before = session.meter.converged.size();
		const from = world.Now();
		session.updateAtRandom(RATE, from + seconds, () => true);
		world.Run(seconds);
		const times = new Array<number>();
		session.meter.converged.forEach((update, index) => {
			if (index >= before && update.issuedAtSeconds >= from) times.push(update.seconds);
		});
		return sorted(times);
	};
	const calm = phase(CALM_SECONDS);
	const crowd = new Array<number>();
	const startedAt = new Array<number>();
	const joiners = new Array<() => boolean>();
	const crowdSize = options.quick ? QUICK_CROWD : CROWD;
	const watch = new HubWatch(world, servers + crowdSize);
	for (const _ of $range(1, crowdSize)) {
		startedAt.push(world.Now());
		const joiner = session.startOne();
		joiners.push(() => clusterOf(joiner).context.isSynced());
		world.Run(CROWD_START_SECONDS / crowdSize);
	}
	const look = (): void => {
		joiners.forEach((isReady, index) => {
			if (crowd[index] === undefined && isReady()) crowd[index] = world.Now() - startedAt[index]!;
		});
		world.Schedule(0.25, look);
	};
	for (const _ of $range(1, crowdSize)) crowd.push(undefined as unknown as number);
	look();
	const busy = phase(CALM_SECONDS);
	watch.finish();
	const crowdTimes = new Array<number>();
	for (const index of $range(0, crowdSize - 1)) crowdTimes.push(crowd[index] ?? math.huge);
	const problems = session.problems();
	world.Destroy();
	const times = sorted(ready);
	const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
	const added = percentile(busy, 0.99) - percentile(calm, 0.99);
	const addedMedian = percentile(busy, 0.5) - percentile(calm, 0.5);
	const what = `joiner, 100 kB of state, ${servers} servers`;
	const crowdText = `${crowdSize} joiners at once`;
	return {
		rows: [
			row(
				name,
				`${what}: ready, p50 / p99`,
				"<= 9.0 s / 12.0 s",
				`${secondsText(p50)} / ${secondsText(p99)}`,
				p50 <= 9 && p99 <= 12,
			),
			row(name, `${what}: broadcasts that ask, in ${ready.size()} joins`, "0", `${claims}`, claims === 0),
			row(
				name,
				`${what}: ${crowdText} add to the time of live updates, p50 / p99`,
				"< 2.0 s",
				`${secondsText(addedMedian)} / ${secondsText(added)}`,
				added < 2,
			),
			row(
				name,
				`${what}: ${crowdText}: ready, p50 / last`,
				"reported",
				`${secondsText(percentile(sorted(crowdTimes), 0.5))} / ${secondsText(percentile(sorted(crowdTimes), 1))}`,
				undefined,
			),
		],
		notes: [
			`${what}: settled after ${secondsText(settled)}; ready ${describeTimes(ready)}; addressed deliveries while joining ${decimals(deliveries / ready.size(), 0)} a join (all traffic), snapshots ${decimals(snapshots / ready.size(), 2)} a join`,
			`  ${crowdText}: ready ${describeTimes(crowdTimes)}; live updates before ${describeTimes(calm)}; meanwhile (everywhere: the servers that were there) ${describeTimes(busy)}; limiter drops ${watch.limitDrops}, broadcasts ${watch.broadcasts}, addressed ${watch.addressed} ${problems}`,
		],
	};
}

export const HUB_JOIN_JOBS: ReadonlyArray<Job> = [
	{ name: "hub join", contenders: [OURS], machineCode: true, run: measure },
];
