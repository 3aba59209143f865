import { OWN_MESSAGE_BYTES } from "../../../src/platform/limits";
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { jsonBytes, RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { OURS } from "../contender";
import { Job, RunOptions } from "../job";
import { frameOf, ownRecords } from "../measure/frames";
import { mean, percentile, sorted } from "../measure/percentiles";
import { decimals, Outcome, row } from "../row";
import { keyName, valueOf } from "../values";

const KEYS = 100;
const VALUE_BYTES = 30;
const SETTLING_SECONDS = 60;
const ROUND_SECONDS = 6;
const ROUNDS = 200;
const QUICK_ROUNDS = 60;
/** The first ones pay for tables that grow. */
const WARM_UP_ROUNDS = 10;
const FULL_SHARE = 0.95;
const MICROSECONDS = 1e6;

interface Timing {
	/** Of each full message: real microseconds, records, kilobytes allocated. */
	readonly messages: Array<{ readonly microseconds: number; readonly records: number; readonly kilobytes: number }>;
	/** Real microseconds of a contribution, on average over all keys once. */
	readonly contributions: number[];
}

/** Two servers; what the first broadcasts is handed to the second at once, between two looks at the clock. */
function time({ contender, host, quick }: RunOptions, seed: number): Timing {
	const world = VirtualGame({ seed });
	const texts = new RandomStream(seed, "values");
	const members = startServers(
		world,
		contender,
		"values",
		2,
		() => {},
		() => {},
	);
	const [sender, receiver] = [members[0]!, members[1]!];
	const cluster = receiver.server.Cluster as unknown as ServerCluster;
	const contributions = new Array<number>();
	const messages: Timing["messages"] = [];
	let updates = 0;
	let warm = false;
	const round = (): void => {
		const values = new Array<string>();
		for (const index of $range(0, KEYS - 1)) {
			updates += 1;
			values.push(valueOf(keyName(1, index), updates, VALUE_BYTES, texts));
		}
		const startedAt = host.clock();
		for (const value of values) sender.contribute(value);
		if (warm) contributions.push(((host.clock() - startedAt) / KEYS) * MICROSECONDS);
	};
	world.SetFilter((from, to, topic, message) => {
		const [digits] = string.match(topic, "/all/(%d+)$");
		if (from !== sender.server.ServerId || to !== receiver.server.ServerId || digits === undefined)
			return "deliver";
		const topicIndex = tonumber(digits)!;
		const allocatedBefore = host.allocated();
		const startedAt = host.clock();
		receiver.server.Do(() => cluster["subscriptions"]["onMessage"](message, topicIndex));
		const microseconds = (host.clock() - startedAt) * MICROSECONDS;
		const kilobytes = host.allocated() - allocatedBefore;
		const text = message as string;
		if (warm && jsonBytes(text) >= FULL_SHARE * OWN_MESSAGE_BYTES) {
			messages.push({ microseconds, records: ownRecords(frameOf(text)), kilobytes });
		}
		return "drop";
	});
	round();
	world.Run(SETTLING_SECONDS);
	for (const count of $range(1, quick ? QUICK_ROUNDS : ROUNDS)) {
		warm = count > WARM_UP_ROUNDS;
		round();
		world.Run(ROUND_SECONDS);
	}
	assert(receiver.size() === KEYS, "everything has been applied");
	world.Destroy();
	return { messages, contributions };
}

function measure(options: RunOptions): Outcome {
	const { messages, contributions } = time(options, options.seeds[0]!);
	const times = sorted(messages.map((message) => message.microseconds));
	const records = mean(messages.map((message) => message.records));
	// A collection in between makes a message seem to free memory.
	const allocations = messages.map((message) => message.kilobytes).filter((kilobytes) => kilobytes > 0);
	const contributionTimes = sorted(contributions);
	const perMessage = percentile(times, 0.5);
	const perContribution = percentile(contributionTimes, 0.5);
	const { name } = options.contender;
	return {
		rows: [
			row(
				name,
				"processor: a full received message, decoded and applied, p50 / p90 (real time, interpreted)",
				"reported",
				`${decimals(perMessage / 1000, 2)} ms / ${decimals(percentile(times, 0.9) / 1000, 2)} ms (${decimals(records, 0)} records, ${decimals(mean(allocations), 0)} kB allocated)`,
				undefined,
			),
			row(
				name,
				"processor: a contribution, p50 / p90 (real time, interpreted)",
				"reported",
				`${decimals(perContribution, 1)} µs / ${decimals(percentile(contributionTimes, 0.9), 1)} µs`,
				undefined,
			),
		],
		notes: [
			`processor, ${name}: ${messages.size()} full messages of ${decimals(records, 1)} records: p50 ${decimals(perMessage, 0)} µs, p90 ${decimals(percentile(times, 0.9), 0)} µs; contribution p50 ${decimals(perContribution, 1)} µs`,
		],
	};
}

export const PROCESSOR_JOBS: ReadonlyArray<Job> = [{ name: "processor", contenders: [OURS], run: measure }];
