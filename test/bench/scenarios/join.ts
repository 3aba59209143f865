import { OWN_MESSAGE_BYTES } from "../../../src/platform/limits";
import { RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { Contender, OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch, Seen } from "../measure/cloud-watch";
import { isAddressedForJoin, isAnnouncement } from "../measure/frames";
import { describeTimes, mean, percentile, sorted } from "../measure/percentiles";
import { decimals, Outcome, row, secondsText } from "../row";
import { keyName, valueOf } from "../values";

const SERVERS = 10;
const KEYS_PER_SERVER = 20;
/** Key and value of a contribution together, so that the state is 10,000 bytes. */
const CONTRIBUTION_BYTES = 50;
const KEY_BYTES = 5;
const LOSS = 0.01;
const SETTLING_SECONDS = 90;
const PAUSE_SECONDS = 30;
const READY_LIMIT_SECONDS = 60;
const JOINS = 60;
const QUICK_JOINS = 20;
const DELIVERIES_OVER_FLOOR = 5;
/** Joins that take longer are told of one by one. */
const SLOW_SECONDS = 6;

interface Joined {
	readonly readySeconds: number;
	readonly announcements: number;
	/** Broadcasts that carry no beat of a server that takes part: announcements, and what others re-send. */
	readonly broadcasts: number;
	/** Addressed messages between the joiner and whoever answers. */
	readonly deliveries: number;
}

function describeJoined({ readySeconds, announcements, deliveries }: Joined): string {
	return `${secondsText(readySeconds)}, ${announcements} announcements, ${deliveries} deliveries`;
}

/** What of a message is there because somebody joins. */
function classify(
	contender: Contender,
	seen: Seen,
	joiner: string,
): "announcement" | "broadcast" | "addressed" | "other" {
	if (contender.name !== OURS) return seen.sender === joiner ? "announcement" : "broadcast";
	if (isAnnouncement(seen.message)) return "announcement";
	if (isAddressedForJoin(seen.message)) return "addressed";
	return "other";
}

function runOnce({ contender, quick }: RunOptions, seed: number): Joined[] {
	const world = VirtualGame({ seed, loss: LOSS });
	const texts = new RandomStream(seed, "values");
	const members = startServers(
		world,
		contender,
		"values",
		SERVERS,
		() => {},
		(member, server) => {
			for (const index of $range(0, KEYS_PER_SERVER - 1)) {
				member.contribute(valueOf(keyName(server + 1, index), 1, CONTRIBUTION_BYTES - KEY_BYTES, texts));
			}
		},
	);
	world.Run(SETTLING_SECONDS);
	const whole = SERVERS * KEYS_PER_SERVER;
	const joined = new Array<Joined>();
	for (const _ of $range(1, quick ? QUICK_JOINS : JOINS)) {
		const startedAt = world.Now();
		const joiner = contender.join(world, "values", () => {});
		const id = joiner.server.ServerId;
		let [broadcasts, deliveries, announcements] = [0, 0, 0];
		const watch = new CloudWatch(world, SERVERS + 1, (seen) => {
			const kind = classify(contender, seen, id);
			if (kind === "announcement") announcements += 1;
			else if (kind === "broadcast") broadcasts += 1;
			else if (kind === "addressed") deliveries += seen.receivers;
			if (kind === "broadcast") deliveries += seen.receivers;
		});
		const ready = world.RunUntil(() => joiner.isReady() && joiner.size() === whole, READY_LIMIT_SECONDS);
		const readySeconds = ready ? world.Now() - startedAt : math.huge;
		// Answers that are still on their way, or being repeated, count.
		world.Run(PAUSE_SECONDS / 2);
		watch.finish();
		joined.push({
			readySeconds,
			announcements,
			broadcasts: broadcasts + math.max(0, announcements - 1),
			deliveries,
		});
		joiner.server.Close();
		world.Run(PAUSE_SECONDS);
	}
	for (const member of members) assert(member.server.GetState() === "running", "the others go on");
	world.Destroy();
	return joined;
}

function measure(options: RunOptions): Outcome {
	const joined = new Array<Joined>();
	for (const seed of options.seeds) for (const one of runOnce(options, seed)) joined.push(one);
	const stateBytes = SERVERS * KEYS_PER_SERVER * CONTRIBUTION_BYTES;
	const floor = math.ceil(stateBytes / OWN_MESSAGE_BYTES) + 1;
	const most = floor + DELIVERIES_OVER_FLOOR;
	const times = sorted(joined.map((one) => one.readySeconds));
	const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
	const deliveries = sorted(joined.map((one) => one.deliveries));
	const broadcasts = sorted(joined.map((one) => one.broadcasts));
	const averageDeliveries = mean(deliveries);
	const highestBroadcasts = percentile(broadcasts, 1);
	const slow = joined.filter((one) => one.readySeconds > SLOW_SECONDS && one.readySeconds < math.huge);
	const { name } = options.contender;
	const what = `joiner, 10 kB of state, ${SERVERS} servers`;
	return {
		rows: [
			row(
				name,
				`${what}: broadcasts beyond its announcement (one that is repeated counts), mean / most`,
				"0 / 0",
				`${decimals(mean(broadcasts), 2)} / ${highestBroadcasts}`,
				highestBroadcasts === 0,
			),
			row(
				name,
				`${what}: deliveries (floor ${floor}), mean / p99 / most`,
				`<= ${most} on average`,
				`${decimals(averageDeliveries, 2)} / ${percentile(deliveries, 0.99)} / ${percentile(deliveries, 1)}`,
				averageDeliveries <= most,
			),
			row(
				name,
				`${what}: ready, p50 / p99`,
				"<= 4.0 s / 8.0 s",
				`${secondsText(p50)} / ${secondsText(p99)}`,
				p50 <= 4 && p99 <= 8,
			),
		],
		notes: [
			`${what}, ${name}: ready ${describeTimes(times)}; p50 deliveries ${percentile(deliveries, 0.5)}`,
			...slow.map((one) => `  slow: ready after ${describeJoined(one)}`),
		],
	};
}

export const JOIN_JOBS: ReadonlyArray<Job> = [{ name: "join", contenders: [OURS, PLAIN, RBX_NET], run: measure }];
