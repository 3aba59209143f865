import { RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { describeTimes, percentile, sorted } from "../measure/percentiles";
import { UpdateMeter } from "../measure/updates";
import { Outcome, row, secondsText } from "../row";
import { keyName, numberOf, numberTag, valueOf } from "../values";

const SERVERS = 10;
/** Bursts have up to so many changes, drawn for each: so the last message is sometimes full, sometimes not. */
const KEYS = 60;
const VALUE_BYTES = 30;
const SETTLING_SECONDS = 30;
/** So long that one message per value stays within the limits. */
const PAUSE_SECONDS = 61;
const REPETITIONS = 30;
const QUICK_REPETITIONS = 15;
const GOAL_SECONDS = 4;

/** Who does not get the message. */
type Victims = "one server" | "all servers";

interface Run {
	/** From the change. */
	readonly seconds: number;
	/** From the moment when the cloud had the message that got lost. */
	readonly sinceLossSeconds: number;
}

/** Loses exactly the message that is the first with the last value of a burst; nothing else gets lost. */
function runOnce({ contender, quick }: RunOptions, seed: number, victims: Victims): Run[] {
	const world = VirtualGame({ seed });
	const texts = new RandomStream(seed, "values");
	const sizes = new RandomStream(seed, "sizes of bursts");
	let meter = new UpdateMeter(SERVERS);
	const shown = (server: number, key: string, value: string | undefined): void => {
		if (value !== undefined) meter.shown(server, key, numberOf(value), world.Now());
	};
	const members = startServers(world, contender, "values", SERVERS, shown, () => {});
	world.Run(SETTLING_SECONDS);

	const runs = new Array<Run>();
	let updates = 0;
	for (const repetition of $range(1, quick ? QUICK_REPETITIONS : REPETITIONS)) {
		meter = new UpdateMeter(SERVERS);
		const sender = members[repetition % SERVERS]!;
		const victim = members[(repetition * 3 + 1) % SERVERS]!;
		const changes = 1 + math.floor(sizes.next() * KEYS);
		const lastTag = numberTag(updates + changes);
		let lost: string | undefined;
		let lostAt = 0;
		world.SetFilter((from, to, _topic, message) => {
			if (from !== sender.server.ServerId || !typeIs(message, "string")) return "deliver";
			if (lost === undefined && string.find(message, lastTag, 1, true)[0] !== undefined) {
				lost = message;
				lostAt = world.Now();
			}
			if (message !== lost) return "deliver";
			return victims === "all servers" || to === victim.server.ServerId ? "drop" : "deliver";
		});
		const startedAt = world.Now();
		for (const index of $range(0, changes - 1)) {
			const key = keyName((repetition % SERVERS) + 1, index);
			updates += 1;
			meter.issue(key, updates, startedAt, true);
			sender.contribute(valueOf(key, updates, VALUE_BYTES, texts));
		}
		world.Run(PAUSE_SECONDS);
		assert(lost !== undefined, "the last message was seen");
		const seconds = percentile(sorted(meter.seconds()), 1);
		runs.push({ seconds, sinceLossSeconds: seconds - (lostAt - startedAt) });
	}
	world.Destroy();
	return runs;
}

function measure(options: RunOptions, victims: Victims): Outcome {
	const runs = new Array<Run>();
	for (const seed of options.seeds) for (const run of runOnce(options, seed, victims)) runs.push(run);
	const p95Of = (read: (run: Run) => number): number => percentile(sorted(runs.map((run) => read(run))), 0.95);
	const sinceLoss = p95Of((run) => run.sinceLossSeconds);
	const sinceChange = p95Of((run) => run.seconds);
	const { name } = options.contender;
	const what = `last message of a burst lost for ${victims}: everywhere, p95, after that message / after the change`;
	return {
		rows: [
			row(
				name,
				what,
				`<= ${secondsText(GOAL_SECONDS)} / -`,
				`${secondsText(sinceLoss)} / ${secondsText(sinceChange)}`,
				sinceLoss <= GOAL_SECONDS,
			),
		],
		notes: [`${what}, ${name}: ${describeTimes(runs.map((run) => run.sinceLossSeconds))}`],
	};
}

export const LAST_MESSAGE_JOBS: ReadonlyArray<Job> = (["one server", "all servers"] as const).map((victims) => ({
	name: `last message ${victims}`,
	contenders: [OURS, PLAIN, RBX_NET],
	run: (options: RunOptions) => measure(options, victims),
}));
