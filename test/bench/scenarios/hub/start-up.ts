import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { percentile, sorted } from "../../measure/percentiles";
import { isAnnouncement } from "../../measure/frames";
import { decimals, Outcome, Row, row, secondsText } from "../../row";
import { clusterOf, HubGame } from "./hub-game";
import { HubWatch, isBroadcast } from "./hub-watch";
import { serversOf } from "./sizes";

const SIZES = [13, 100, 500];
const QUICK_SIZES = [13, 50];
const LARGE_SIZES = [2000];
const START_SECONDS = 3;
const LIMIT_SECONDS = 300;
const LOSS = 0.01;
const CLAIMS_MOST = 9;
const HEARD_SECONDS_MOST = 7;

interface StartUp {
	readonly claims: number;
	readonly heardSeconds: number[];
	readonly syncedSeconds: number[];
	readonly completeSeconds: number[];
	readonly broadcasts: number;
	readonly deliveries: number;
	readonly drops: number;
	readonly realSeconds: number;
	readonly problems: string;
}

function runOnce({ host }: RunOptions, seed: number, servers: number): StartUp {
	const startedAt = host.clock();
	const session = new HubGame({
		seed,
		servers,
		loss: LOSS,
		keys: math.min(servers, 200),
		metered: false,
	});
	const { world } = session;
	let claims = 0;
	const watch = new HubWatch(world, servers, ({ topic, text }) => {
		if (isBroadcast(topic) && isAnnouncement(text)) claims += 1;
	});
	const startedSeconds = new Array<number>();
	const spacing = START_SECONDS / servers;
	const heard = new Map<number, number>();
	const synced = new Map<number, number>();
	const complete = new Map<number, number>();
	const look = (): void => {
		const now = world.Now();
		session.members.forEach((member, index) => {
			if (complete.has(index)) return;
			const { context } = clusterOf(member);
			const since = now - startedSeconds[index]!;
			if (!heard.has(index) && context.traffic.received > 0) heard.set(index, since);
			if (!synced.has(index) && context.isSynced()) synced.set(index, since);
			if (synced.has(index) && context.membership.serverCount() === servers) complete.set(index, since);
		});
	};
	for (const _ of $range(1, servers)) {
		startedSeconds.push(world.Now());
		session.startOne();
		world.Run(spacing);
	}
	while (world.Now() < LIMIT_SECONDS && complete.size() < servers) {
		look();
		world.Run(0.25);
	}
	const timesOf = (times: Map<number, number>): number[] => {
		const all = new Array<number>();
		for (const index of $range(0, servers - 1)) all.push(times.get(index) ?? math.huge);
		return sorted(all);
	};
	watch.finish();
	const { broadcasts, deliveries, limitDrops } = watch;
	const result: StartUp = {
		claims,
		heardSeconds: timesOf(heard),
		syncedSeconds: timesOf(synced),
		completeSeconds: timesOf(complete),
		broadcasts,
		deliveries,
		drops: limitDrops,
		realSeconds: host.clock() - startedAt,
		problems: session.problems(),
	};
	world.Destroy();
	return result;
}

function measure(options: RunOptions, sizes: ReadonlyArray<number>): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of sizes) {
		const start = runOnce(options, options.seeds[0]!, servers);
		const what = `${servers} servers start within ${START_SECONDS} s`;
		const [heard95, heardLast] = [percentile(start.heardSeconds, 0.95), percentile(start.heardSeconds, 1)];
		const [synced50, syncedLast] = [percentile(start.syncedSeconds, 0.5), percentile(start.syncedSeconds, 1)];
		const completeLast = percentile(start.completeSeconds, 1);
		rows.push(
			row(name, `${what}: claims broadcast`, `<= ${CLAIMS_MOST}`, `${start.claims}`, start.claims <= CLAIMS_MOST),
			row(
				name,
				`${what}: somebody heard, p95 / last`,
				`<= ${secondsText(HEARD_SECONDS_MOST)} / -`,
				`${secondsText(heard95)} / ${secondsText(heardLast)}`,
				heard95 <= HEARD_SECONDS_MOST,
			),
			row(
				name,
				`${what}: has the state, p50 / last`,
				"reported",
				`${secondsText(synced50)} / ${secondsText(syncedLast)}`,
				undefined,
			),
			row(
				name,
				`${what}: all know all; deliveries per server until then; limiter drops`,
				"reported",
				`${secondsText(completeLast)}; ${decimals(start.deliveries / servers, 0)}; ${start.drops}`,
				undefined,
			),
		);
		notes.push(
			`${what}: claims ${start.claims}, heard p95 ${secondsText(heard95)} last ${secondsText(heardLast)}, synced p50 ${secondsText(synced50)} p99 ${secondsText(percentile(start.syncedSeconds, 0.99))} last ${secondsText(syncedLast)}, complete p50 ${secondsText(percentile(start.completeSeconds, 0.5))} last ${secondsText(completeLast)}, broadcasts ${start.broadcasts}, deliveries ${start.deliveries}, drops ${start.drops}, real ${decimals(start.realSeconds, 1)} s ${start.problems}`,
		);
	}
	return { rows, notes };
}

export const START_UP_JOBS: ReadonlyArray<Job> = [
	{
		name: "hub start-up",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, serversOf(options, SIZES, QUICK_SIZES)),
	},
	{
		name: "hub start-up, large",
		contenders: [OURS],
		machineCode: true,
		run: (options) => measure(options, serversOf(options, LARGE_SIZES, [])),
	},
];
