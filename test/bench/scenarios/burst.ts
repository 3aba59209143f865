import { OWN_MESSAGE_BYTES } from "../../../src/platform/limits";
import { jsonBytes, RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch } from "../measure/cloud-watch";
import { mean } from "../measure/percentiles";
import { Transmissions } from "../measure/transmissions";
import { UpdateMeter } from "../measure/updates";
import { decimals, Outcome, percentText, row, secondsText } from "../row";
import { letters, numberInText, numberTag } from "../values";

const SERVERS = 10;
const CONTRIBUTIONS = 1000;
const STRING_BYTES = 20;
/** No format tells records apart with less. */
const RECORD_BYTES_LEAST = 3;
const LOSS = 0.01;
const SETTLING_SECONDS = 30;
const LIMIT_SECONDS = 300;
const MOST_OVER_FLOOR = 1.15;
const FULL_SHARE = 0.9;

interface Run {
	/** Messages that had something new. */
	readonly messages: number;
	/** Bytes of each that was delivered to anybody, in order. */
	readonly messageBytes: number[];
	readonly otherMessages: number;
	readonly seconds: number;
	readonly missing: number;
	readonly limiterDrops: number;
}

function runOnce({ contender }: RunOptions, seed: number): Run {
	const world = VirtualGame({ seed, loss: LOSS });
	const texts = new RandomStream(seed, "strings");
	const meter = new UpdateMeter(SERVERS);
	const transmissions = new Transmissions();
	const shown = (server: number, key: string, value: string | undefined): void => {
		if (value !== undefined) meter.shown(server, key, numberInText(value), world.Now());
	};
	const members = startServers(world, contender, "strings", SERVERS, shown, () => {});
	world.Run(SETTLING_SECONDS);

	const sender = members[0]!;
	const messageBytes = new Array<number>();
	let otherMessages = 0;
	const watch = new CloudWatch(world, SERVERS, (seen) => {
		if (seen.sender !== sender.server.ServerId) return;
		if (transmissions.note(seen) > 0) messageBytes.push(jsonBytes(seen.message));
		else otherMessages += 1;
	});
	const before = world.GetStatistics();
	const startedAt = world.Now();
	for (const index of $range(1, CONTRIBUTIONS)) {
		const tag = numberTag(index);
		const text = letters(texts, STRING_BYTES - tag.size()) + tag;
		meter.issue(text, index, world.Now(), true);
		sender.contribute(text);
	}
	const everywhere = world.RunUntil(() => meter.missing() === 0, LIMIT_SECONDS);
	const seconds = everywhere ? world.Now() - startedAt : math.huge;
	watch.finish();
	const after = world.GetStatistics();
	const limiterDrops = after.limiterDrops - before.limiterDrops;
	// Of what the limiter dropped for every server, the cloud says only how much it was; the others send nothing by themselves.
	const messages = contender.name === OURS ? messageBytes.size() : after.publishes - before.publishes;
	world.Destroy();
	return { messages, messageBytes, otherMessages, seconds, missing: meter.missing(), limiterDrops };
}

function measure(options: RunOptions): Outcome {
	const runs = options.seeds.map((seed) => runOnce(options, seed));
	const contributionBytes = CONTRIBUTIONS * STRING_BYTES;
	const rawFloor = math.ceil(contributionBytes / OWN_MESSAGE_BYTES);
	const floor = math.ceil((contributionBytes + CONTRIBUTIONS * RECORD_BYTES_LEAST) / OWN_MESSAGE_BYTES);
	const most = math.floor(MOST_OVER_FLOOR * floor);
	const counts = runs.map((run) => run.messages);
	const fills = runs.map((run) => {
		// The last one takes what is left.
		const full = run.messageBytes.filter((_, index) => index < run.messageBytes.size() - 1);
		return mean(full) / OWN_MESSAGE_BYTES;
	});
	const highest = math.max(...counts);
	const lowestFill = math.min(...fills);
	const slowest = math.max(...runs.map((run) => run.seconds));
	const missing = math.max(...runs.map((run) => run.missing));
	const drops = math.max(...runs.map((run) => run.limiterDrops));
	const { name } = options.contender;
	const what = `burst of ${CONTRIBUTIONS} strings of ${STRING_BYTES} bytes`;
	return {
		rows: [
			row(
				name,
				`${what}: messages with something new (floor ${floor}; raw bytes alone ${rawFloor})`,
				`<= ${most}`,
				`${highest} (${decimals(highest / floor, 2)} x floor, ${decimals(highest / rawFloor, 2)} x raw)`,
				highest <= most && missing === 0,
			),
			row(
				name,
				`${what}: how full, but for the last`,
				`>= ${percentText(FULL_SHARE)}`,
				percentText(lowestFill),
				lowestFill >= FULL_SHARE,
			),
			row(
				name,
				`${what}: everywhere after; limiter drops; never everywhere`,
				"-; 0; 0",
				`${secondsText(slowest)}; ${drops}; ${missing}`,
				drops + missing === 0,
			),
		],
		notes: [
			`${what}, ${name}: ` +
				runs
					.map(
						(run) =>
							`${run.messages} messages (${run.otherMessages} more with nothing new), ${secondsText(run.seconds)}`,
					)
					.join("; "),
		],
	};
}

export const BURST_JOBS: ReadonlyArray<Job> = [{ name: "burst", contenders: [OURS, PLAIN, RBX_NET], run: measure }];
