import { RandomStream, VirtualGame } from "../../../src/testing";
import { Member, OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { describeTimes, percentile, sorted } from "../measure/percentiles";
import { Outcome, row, secondsText } from "../row";
import { keyName, ownerOf, valueOf } from "../values";

const SERVERS = 10;
const KEYS_PER_SERVER = 10;
const VALUE_BYTES = 30;
const LOSS = 0.01;
const SETTLING_SECONDS = 40;
/** Between the arrival of a server's successor and the next departure, and at random up to so much more. */
const PAUSE_SECONDS = [20, 40] as const;
const LIMIT_SECONDS = 90;
const DEPARTURES = 40;
const QUICK_DEPARTURES = 15;

type Way = "crash" | "graceful close";

/** How many keys of each server (by its letter) one server shows. */
type KeyCounts = Map<string, number>;

/** What each server shows of each, by what it is told. */
function countKeys(counts: KeyCounts, present: Set<string>, key: string, value: string | undefined): void {
	if (present.has(key) === (value !== undefined)) return;
	const owner = ownerOf(key);
	counts.set(owner, (counts.get(owner) ?? 0) + (value === undefined ? -1 : 1));
	if (value === undefined) present.delete(key);
	else present.add(key);
}

/** Seconds from each departure until nothing of that server is shown anywhere. */
function runOnce({ contender, quick }: RunOptions, seed: number, way: Way): number[] {
	const world = VirtualGame({ seed, loss: LOSS });
	const texts = new RandomStream(seed, "values");
	const pauses = new RandomStream(seed, "pauses");
	const setUp = (member: Member, server: number): void => {
		for (const index of $range(0, KEYS_PER_SERVER - 1)) {
			member.contribute(valueOf(keyName(server + 1, index), 1, VALUE_BYTES, texts));
		}
	};
	const counts = new Array<KeyCounts>();
	const join = (index: number): Member => {
		const own: KeyCounts = new Map();
		const present = new Set<string>();
		counts[index] = own;
		const member = contender.join(world, "values", (key, value) => countKeys(own, present, key, value));
		setUp(member, index);
		return member;
	};
	const members = new Array<Member>();
	for (const index of $range(0, SERVERS - 1)) {
		members.push(join(index));
		world.Run(1);
	}
	world.Run(SETTLING_SECONDS);
	const seconds = new Array<number>();
	for (const departure of $range(1, quick ? QUICK_DEPARTURES : DEPARTURES)) {
		const index = (departure * 7) % SERVERS;
		const owner = ownerOf(keyName(index + 1, 0));
		const leaving = members[index]!;
		const startedAt = world.Now();
		const isShown = (): boolean => counts.some((own, server) => server !== index && (own.get(owner) ?? 0) > 0);
		const wasShown = isShown();
		if (way === "crash") leaving.server.Crash();
		else leaving.server.Close();
		const gone = world.RunUntil(() => !isShown(), LIMIT_SECONDS);
		if (wasShown) seconds.push(gone ? world.Now() - startedAt : math.huge);
		members[index] = join(index);
		world.Run(PAUSE_SECONDS[0] + pauses.next() * (PAUSE_SECONDS[1] - PAUSE_SECONDS[0]));
	}
	world.Destroy();
	return seconds;
}

function measure(options: RunOptions, way: Way, p50Goal: number | undefined, p99Goal: number): Outcome {
	const seconds = new Array<number>();
	for (const seed of options.seeds) for (const value of runOnce(options, seed, way)) seconds.push(value);
	const times = sorted(seconds);
	const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
	const { name } = options.contender;
	const what = `${way} of one of ${SERVERS} servers: gone everywhere, p50 / p99`;
	return {
		rows: [
			row(
				name,
				what,
				`<= ${p50Goal === undefined ? "-" : secondsText(p50Goal)} / ${secondsText(p99Goal)}`,
				`${secondsText(p50)} / ${secondsText(p99)}`,
				(p50Goal === undefined || p50 <= p50Goal) && p99 <= p99Goal,
			),
		],
		notes: [`${what}, ${name}: ${describeTimes(seconds)}`],
	};
}

export const LEAVE_JOBS: ReadonlyArray<Job> = [
	{
		name: "crash",
		contenders: [OURS, PLAIN, RBX_NET],
		run: (options) => measure(options, "crash", 30, 35),
	},
	{
		name: "close",
		contenders: [OURS, PLAIN, RBX_NET],
		run: (options) => measure(options, "graceful close", undefined, 5),
	},
];
