import { LONGEST_WAIT_SECONDS } from "../../../src/outbox/flush-timer";
import { RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch } from "../measure/cloud-watch";
import { describeTimes } from "../measure/percentiles";
import { UpdateMeter } from "../measure/updates";
import { Outcome, row, secondsText } from "../row";
import { keyName, numberOf, valueOf } from "../values";

const SERVERS = 10;
const CHANGES_PER_SECOND = 50;
const SECONDS = 60;
const VALUE_BYTES = 30;
const LOSS = 0.01;
const SETTLING_SECONDS = 30;
const LIMIT_SECONDS = 120;
const LAST_VALUE_SECONDS = 5;
const RUNS_PER_SEED = 3;

interface Run {
	readonly messages: number;
	/** From the last change until every server shows it. */
	readonly lastSeconds: number;
	readonly limiterDrops: number;
}

function runOnce({ contender }: RunOptions, seed: number): Run {
	const world = VirtualGame({ seed, loss: LOSS });
	const texts = new RandomStream(seed, "values");
	const meter = new UpdateMeter(SERVERS);
	const shown = (server: number, key: string, value: string | undefined): void => {
		if (value !== undefined) meter.shown(server, key, numberOf(value), world.Now());
	};
	const members = startServers(world, contender, "values", SERVERS, shown, () => {});
	world.Run(SETTLING_SECONDS);

	const sender = members[0]!;
	const key = keyName(1, 0);
	const changes = CHANGES_PER_SECOND * SECONDS;
	let messages = 0;
	let lastAt = 0;
	const watch = new CloudWatch(world, SERVERS, (seen) => {
		if (seen.sender === sender.server.ServerId && seen.receivers > 1 && lastAt === 0) messages += 1;
	});
	const before = world.GetStatistics();
	for (const index of $range(1, changes)) {
		world.Schedule(index / CHANGES_PER_SECOND, () => {
			meter.issue(key, index, world.Now(), index === changes);
			sender.contribute(valueOf(key, index, VALUE_BYTES, texts));
			if (index === changes) lastAt = world.Now();
		});
	}
	world.Run(SECONDS);
	// What the limiter drops for every server is not seen otherwise; the others send nothing by themselves.
	if (contender.name !== OURS) messages = world.GetStatistics().publishes - before.publishes;
	const everywhere = world.RunUntil(() => lastAt > 0 && meter.missing() === 0, LIMIT_SECONDS);
	const lastSeconds = everywhere ? world.Now() - lastAt : math.huge;
	watch.finish();
	const limiterDrops = world.GetStatistics().limiterDrops - before.limiterDrops;
	world.Destroy();
	return { messages, lastSeconds, limiterDrops };
}

function measure(options: RunOptions): Outcome {
	const runs = new Array<Run>();
	for (const seed of options.seeds) {
		for (const index of $range(1, RUNS_PER_SEED)) runs.push(runOnce(options, seed * 1000 + index));
	}
	const allowed = SECONDS / LONGEST_WAIT_SECONDS;
	const messages = math.max(...runs.map((run) => run.messages));
	const slowest = math.max(...runs.map((run) => run.lastSeconds));
	const drops = math.max(...runs.map((run) => run.limiterDrops));
	const { name } = options.contender;
	const what = `one key changed ${CHANGES_PER_SECOND} times a second for a minute`;
	return {
		rows: [
			row(name, `${what}: broadcasts`, `<= ${allowed}`, `${messages}`, messages <= allowed),
			row(
				name,
				`${what}: last value everywhere, slowest of ${runs.size()}`,
				`<= ${secondsText(LAST_VALUE_SECONDS)}`,
				secondsText(slowest),
				slowest <= LAST_VALUE_SECONDS,
			),
			row(name, `${what}: limiter drops`, "0", `${drops}`, drops === 0),
		],
		notes: [
			`${what}, ${name}: broadcasts ${runs.map((run) => tostring(run.messages)).join(", ")}; last value everywhere: ` +
				describeTimes(runs.map((run) => run.lastSeconds)),
		],
	};
}

export const HOT_KEY_JOBS: ReadonlyArray<Job> = [{ name: "hot key", contenders: [OURS, PLAIN, RBX_NET], run: measure }];
