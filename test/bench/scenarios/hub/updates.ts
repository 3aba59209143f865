import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { closest, limitText } from "../../measure/limit-text";
import { percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, percentText, Row, row, secondsText } from "../../row";
import { HubGame } from "./hub-game";
import { HubWatch, isBroadcast } from "./hub-watch";
import { serversOf } from "./sizes";

const SIZES = [13, 50, 100, 500];
const QUICK_SIZES = [13, 25];
const LARGE_SIZE = 2000;
const RATES = [2, 5, 12];
const LOSSES = [0.01, 0.05];
const WARM_UP_SECONDS = 60;
const MEASURED_SECONDS = 300;
const QUICK_MEASURED_SECONDS = 120;
const LARGE_MEASURED_SECONDS = 120;
const SETTLING_SECONDS = 40;
const MOST_KEYS = 500;
const KEYS_PER_SERVER = 20;
const GROWTH_MOST = 0.1;

/** Where the time of an update goes. */
interface Legs {
	/** Until it is first sent to the hub. */
	readonly uplink: number[];
	/** From then on until it is first cast. */
	readonly cast: number[];
	/** From then on until it is everywhere. */
	readonly spread: number[];
}

export interface Measured {
	readonly seconds: number[];
	readonly missing: number;
	readonly watch: HubWatch;
	readonly legs: Legs;
	readonly nacks: number;
	readonly recordsRepeated: number;
	readonly realSeconds: number;
	readonly virtualSeconds: number;
	readonly settledSeconds: number;
	readonly problems: string;
}

interface Goals {
	readonly p50: number | undefined;
	readonly p99: number;
	readonly share: number;
}

function goalsFor(servers: number, rate: number, loss: number): Goals {
	const share = rate > 5 ? 0.5 : 0.45;
	if (servers > 1000) {
		if (loss < 0.02) return { p50: 5, p99: 8.5, share };
		return { p50: undefined, p99: rate > 5 ? 14 : 9, share };
	}
	if (loss < 0.02) return { p50: 4.5, p99: 7, share };
	return { p50: undefined, p99: rate > 5 ? 12 : 9, share };
}

/** Runs a settled game for a while with updates at random. */
export function measureUpdates(
	{ host }: RunOptions,
	seed: number,
	servers: number,
	loss: number,
	rate: number,
	measuredSeconds: number,
): Measured {
	const keys = math.min(MOST_KEYS, servers * KEYS_PER_SERVER);
	const session = new HubGame({ seed, servers, loss, keys });
	const { world } = session;
	session.startAll();
	const settledSeconds = session.settle();
	const from = world.Now() + WARM_UP_SECONDS;
	const untilSeconds = from + measuredSeconds;
	session.updateAtRandom(rate, untilSeconds, (now) => now >= from);
	world.Run(WARM_UP_SECONDS);
	const nacksBefore = session.sum((cluster) => cluster.context.traffic.repairsRequested);
	const repeatedBefore = session.sum((cluster) => cluster.context.traffic.recordsRepeated);
	const uplinkAt = new Map<number, number>();
	const castAt = new Map<number, number>();
	const startedAt = host.clock();
	const watch = new HubWatch(world, servers, ({ topic, text }, now) => {
		const times = isBroadcast(topic) ? castAt : uplinkAt;
		for (const [digits] of string.gmatch(text, "#(%d%d%d%d%d%d)")) {
			const number = tonumber(digits)!;
			if (!times.has(number)) times.set(number, now);
		}
	});
	world.Run(measuredSeconds);
	const realSeconds = host.clock() - startedAt;
	const nacks = session.sum((cluster) => cluster.context.traffic.repairsRequested) - nacksBefore;
	const recordsRepeated = session.sum((cluster) => cluster.context.traffic.recordsRepeated) - repeatedBefore;
	watch.finish();
	world.Run(SETTLING_SECONDS);
	const legs: Legs = { uplink: [], cast: [], spread: [] };
	for (const { updateNumber, issuedAtSeconds, seconds } of session.meter.converged) {
		const cast = castAt.get(updateNumber);
		if (cast === undefined) continue;
		const uplink = math.min(uplinkAt.get(updateNumber) ?? cast, cast);
		legs.uplink.push(uplink - issuedAtSeconds);
		legs.cast.push(cast - uplink);
		legs.spread.push(issuedAtSeconds + seconds - cast);
	}
	const problems = session.problems();
	const missing = session.meter.missing();
	const seconds = session.meter.seconds();
	world.Destroy();
	return {
		seconds,
		missing,
		watch,
		legs,
		nacks,
		recordsRepeated,
		realSeconds,
		virtualSeconds: measuredSeconds,
		settledSeconds,
		problems,
	};
}

function legText(values: number[]): string {
	const times = sorted(values);
	return [0.5, 0.9, 0.99, 1].map((share) => decimals(percentile(times, share), 1)).join("/");
}

export function describeMeasured(what: string, run: Measured): string {
	const times = sorted(run.seconds);
	const { watch } = run;
	// The watch was finished with the measured time.
	const minutes = run.virtualSeconds / 60;
	return [
		`${what}: ${times.size()} updates, p50 ${secondsText(percentile(times, 0.5))}, p90 ${secondsText(percentile(times, 0.9))}, p99 ${secondsText(percentile(times, 0.99))}, max ${secondsText(percentile(times, 1))}, never ${run.missing}`,
		`  until uplink p50/p90/p99/max ${legText(run.legs.uplink)}, uplink to cast ${legText(run.legs.cast)}, cast to everywhere ${legText(run.legs.spread)} s`,
		`  game ${limitText(watch.use("received by the game"))}, topic ${limitText(watch.use("received on a topic"))}, sends ${limitText(watch.use("sends of a server"))}, limiter drops ${watch.limitDrops}`,
		`  broadcasts/min ${decimals(watch.broadcasts / minutes, 1)}, addressed/min ${decimals(watch.addressed / minutes, 1)}, NACKs/min ${decimals(run.nacks / minutes, 1)} (${decimals(run.nacks / math.max(1, watch.broadcasts), 3)} a broadcast), settled after ${secondsText(run.settledSeconds)}, ${decimals(run.virtualSeconds / run.realSeconds, 1)} x real time ${run.problems}`,
	].join("\n");
}

function measure(options: RunOptions, sizes: ReadonlyArray<number>, rate: number, loss: number): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	const p99Of = new Map<number, number>();
	for (const servers of sizes) {
		const large = servers > 1000;
		const measuredSeconds = options.quick
			? QUICK_MEASURED_SECONDS
			: large
				? LARGE_MEASURED_SECONDS
				: MEASURED_SECONDS;
		const run = measureUpdates(options, options.seeds[0]!, servers, loss, rate, measuredSeconds);
		const times = sorted(run.seconds);
		const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
		p99Of.set(servers, p99);
		const goals = goalsFor(servers, rate, loss);
		const what = `${servers} servers, ${rate} updates/s in all, ${percentText(loss)} loss`;
		const p50Goal = goals.p50 === undefined ? "-" : secondsText(goals.p50);
		rows.push(
			row(
				name,
				`${what}: update everywhere, p50 / p99`,
				`<= ${p50Goal} / ${secondsText(goals.p99)}`,
				`${secondsText(p50)} / ${secondsText(p99)}`,
				p50 <= (goals.p50 ?? math.huge) && p99 <= goals.p99,
			),
		);
		const uses = [
			run.watch.use("received by the game"),
			run.watch.use("received on a topic"),
			run.watch.use("sends of a server"),
		];
		rows.push(
			row(
				name,
				`${what}: share of the limits: game / topic / sends; limiter drops; never everywhere`,
				`<= ${percentText(goals.share)}; 0; 0`,
				`${uses.map((use) => percentText(use.share)).join(" / ")}; ${run.watch.limitDrops}; ${run.missing}`,
				closest(uses).share <= goals.share && run.watch.limitDrops === 0 && run.missing === 0,
			),
		);
		notes.push(describeMeasured(what, run));
	}
	const [few, many] = [p99Of.get(50), p99Of.get(500)];
	if (few !== undefined && many !== undefined) {
		const growth = many / few - 1;
		rows.push(
			row(
				name,
				`growth of p99 from 50 to 500 servers, ${rate} updates/s in all, ${percentText(loss)} loss`,
				`<= ${percentText(GROWTH_MOST)}`,
				percentText(growth),
				growth <= GROWTH_MOST,
			),
		);
	}
	return { rows, notes };
}

function jobs(large: boolean): Job[] {
	const found = new Array<Job>();
	for (const loss of LOSSES) {
		for (const rate of RATES) {
			found.push({
				name: `hub${large ? " large" : ""} updates ${rate}/s ${percentText(loss)}`,
				contenders: [OURS],
				machineCode: true,
				run: (options) => {
					const sizes = large ? serversOf(options, [LARGE_SIZE], []) : serversOf(options, SIZES, QUICK_SIZES);
					return measure(options, sizes, rate, loss);
				},
			});
		}
	}
	return found;
}

export const HUB_UPDATE_JOBS: ReadonlyArray<Job> = jobs(false);
export const LARGE_UPDATE_JOBS: ReadonlyArray<Job> = jobs(true);
