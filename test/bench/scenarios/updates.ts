import { LimitName, LimitUse, RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { Contender, OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch } from "../measure/cloud-watch";
import { explainLate, LateCauses } from "../measure/late";
import { percentile, sorted } from "../measure/percentiles";
import { closest, limitText } from "../measure/limit-text";
import { describeTotals, ServerTotals, serverTotals, totalsSince } from "../measure/server-totals";
import { Transmissions } from "../measure/transmissions";
import { UpdateMeter } from "../measure/updates";
import { decimals, Outcome, percentText, Row, secondsText } from "../row";
import { keyName, numberOf, valueOf } from "../values";

const KEYS_PER_SERVER = 20;
const UPDATES_PER_SECOND = 0.1;
const VALUE_BYTES = 30;
const WARM_UP_SECONDS = 60;
const MEASURED_SECONDS = 600;
const QUICK_MEASURED_SECONDS = 300;
/** After the last update: what has not arrived by then never does. */
const SETTLING_SECONDS = 60;

interface Setting {
	readonly servers: number;
	readonly loss: number;
	readonly p50: number;
	readonly p99: number;
	/** The most of the documented limits, if that is a goal. */
	readonly limitShare: number;
}

const SETTINGS: ReadonlyArray<Setting> = [
	{ servers: 10, loss: 0.01, p50: 2.5, p99: 6, limitShare: 0.6 },
	{ servers: 10, loss: 0.05, p50: 2.5, p99: 8, limitShare: 0.6 },
	{ servers: 10, loss: 0.2, p50: 3.5, p99: 10, limitShare: 0.6 },
	{ servers: 12, loss: 0.01, p50: 2.5, p99: 8, limitShare: 0.6 },
];

interface Run {
	readonly seconds: number[];
	readonly missing: number;
	readonly limiterDrops: number;
	readonly watch: CloudWatch;
	readonly totals: ServerTotals;
	readonly causes: LateCauses;
}

function runOnce(setting: Setting, contender: Contender, seed: number, measuredSeconds: number): Run {
	const { servers, loss } = setting;
	const world = VirtualGame({ seed, loss });
	const meter = new UpdateMeter(servers);
	const transmissions = new Transmissions();
	const texts = new RandomStream(seed, "values");
	let updates = 0;
	const shown = (server: number, key: string, value: string | undefined): void => {
		if (value !== undefined) meter.shown(server, key, numberOf(value), world.Now());
	};
	const nextValue = (key: string, measured: boolean): string => {
		updates += 1;
		meter.issue(key, updates, world.Now(), measured);
		return valueOf(key, updates, VALUE_BYTES, texts);
	};
	const members = startServers(world, contender, "values", servers, shown, (member, server) => {
		for (const index of $range(0, KEYS_PER_SERVER - 1)) {
			member.contribute(nextValue(keyName(server + 1, index), false));
		}
	});

	const measureFrom = world.Now() + WARM_UP_SECONDS;
	const measureUntil = measureFrom + measuredSeconds;
	members.forEach((member, server) => {
		const random = new RandomStream(seed, `updates of server ${server}`);
		const pause = (): number => -math.log(1 - random.next()) / UPDATES_PER_SECOND;
		const update = (): void => {
			const now = world.Now();
			if (now >= measureUntil) return;
			const key = keyName(server + 1, math.floor(random.next() * KEYS_PER_SERVER));
			member.contribute(nextValue(key, now >= measureFrom));
			world.Schedule(pause(), update);
		};
		world.Schedule(pause(), update);
	});

	world.Run(WARM_UP_SECONDS);
	const dropsBefore = world.GetStatistics().limiterDrops;
	const totalsBefore = serverTotals(contender, members);
	const watch = new CloudWatch(world, servers, (seen) => transmissions.note(seen));
	world.Run(measuredSeconds);
	const totals = totalsSince(serverTotals(contender, members), totalsBefore);
	const limiterDrops = world.GetStatistics().limiterDrops - dropsBefore;
	// What is sent later only counts for arrivals.
	watch.finish();
	const late = new CloudWatch(world, servers, (seen) => transmissions.note(seen));
	world.Run(SETTLING_SECONDS);
	late.finish();
	const errors = world.Errors;
	assert(contender.name !== OURS || errors.isEmpty(), `an error on a server: ${errors[0]?.text}`);
	const causes = explainLate(meter, transmissions, setting.p99);
	world.Destroy();
	return { seconds: meter.seconds(), missing: meter.missing(), limiterDrops, watch, totals, causes };
}

function measure(setting: Setting, { contender, seeds, quick }: RunOptions): Outcome {
	const measuredSeconds = quick ? QUICK_MEASURED_SECONDS : MEASURED_SECONDS;
	const runs = seeds.map((seed) => runOnce(setting, contender, seed, measuredSeconds));
	const seconds = new Array<number>();
	let missing = 0;
	let limiterDrops = 0;
	let [messages, addressed] = [0, 0];
	const causes = new LateCauses();
	for (const run of runs) {
		for (const value of run.seconds) seconds.push(value);
		missing += run.missing;
		limiterDrops += run.limiterDrops;
		messages += run.watch.broadcasts();
		addressed += run.watch.addressed;
		causes.add(run.causes);
	}
	const minutes = (runs.size() * measuredSeconds) / 60;
	const times = sorted(seconds);
	const [p50, p90, p99] = [percentile(times, 0.5), percentile(times, 0.9), percentile(times, 0.99)];
	const most = percentile(times, 1);
	const closestOf = (name: LimitName): LimitUse => closest(runs.map((run) => run.watch.use(name)));
	const uses = [closestOf("received by the game"), closestOf("received on a topic"), closestOf("sends of a server")];
	const limitShare = closest(uses).share;
	const usesText = uses.map((use) => limitText(use)).join(" / ");

	const what = `${setting.servers} servers, ${percentText(setting.loss)} loss`;
	const row = (figure: string, goal: string, measured: string, met: boolean | undefined): Row => {
		return { what: `${what}: ${figure}`, goal, contender: contender.name, measured, met };
	};
	const rows = [
		row("update everywhere, p50", `<= ${secondsText(setting.p50)}`, secondsText(p50), p50 <= setting.p50),
		row("update everywhere, p99", `<= ${secondsText(setting.p99)}`, secondsText(p99), p99 <= setting.p99),
		row(
			"share of the limits: game / topic / sends",
			`<= ${percentText(setting.limitShare)}`,
			usesText,
			limitShare <= setting.limitShare,
		),
		row(
			"limiter drops; updates that never got everywhere",
			"0; 0",
			`${limiterDrops}; ${missing}`,
			limiterDrops + missing === 0,
		),
	];
	const notes = [
		`${what}, ${contender.name}: ${seconds.size()} updates, p50 ${secondsText(p50)}, p90 ${secondsText(p90)}, p99 ${secondsText(p99)}, max ${secondsText(most)}`,
		`  broadcasts/min ${decimals(messages / minutes, 1)}, addressed/min ${decimals(addressed / minutes, 1)}, limits: game / topic / sends ${usesText}, limiter drops ${limiterDrops}, never everywhere ${missing}`,
	];
	const totals = describeTotals(
		runs.map((run) => run.totals),
		minutes,
	);
	if (totals !== undefined) notes.push(`  ${totals}`);
	notes.push(`  ${causes.describe(contender.name === OURS)}`);
	return { rows, notes };
}

export const UPDATE_JOBS: ReadonlyArray<Job> = SETTINGS.map((setting) => ({
	name: `updates ${setting.servers} servers ${percentText(setting.loss)}`,
	contenders: [OURS, PLAIN, RBX_NET],
	run: (options: RunOptions) => measure(setting, options),
}));
