import { Pool } from "../../../src/pool/pool";
import { StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { generatePlan } from "../../simulate/generate";
import { runPlan } from "../../simulate/run";
import { OURS } from "../contender";
import { Job, RunOptions } from "../job";
import { decimals, Outcome, row } from "../row";
import { PLAYERS_PER_SERVER } from "../world";

/** Plans of the simulation: random operations and faults, about ten virtual minutes each. */
const PLANS = 60;
const QUICK_PLANS = 15;
const SERVER_SECONDS_LEAST = 10_000;

const IDLE_SERVERS = 1000;
const START_SECONDS_MOST = 1;
const KILOBYTES_MOST = 25;
/** Fewer, because each server knows all others, and when many start at once it takes long until all do. */
const SETTLED_SERVERS = 30;
const SETTLING_SECONDS = 120;

interface Idle {
	readonly startSeconds: number;
	/** Each server's, when it was started, and after so many virtual seconds. */
	readonly startedKilobytes: number;
	readonly settledKilobytes: number;
}

function serverSecondsPerSecond({ host, quick }: RunOptions): number {
	let serverSeconds = 0;
	let realSeconds = 0;
	for (const seed of $range(1, quick ? QUICK_PLANS : PLANS)) {
		const plan = generatePlan(seed);
		const startedAt = host.clock();
		const outcome = runPlan(plan);
		realSeconds += host.clock() - startedAt;
		serverSeconds += outcome.serverSeconds;
		assert(!outcome.violation, `seed ${seed}: ${outcome.violation?.problem}`);
	}
	return serverSeconds / realSeconds;
}

/** Servers that do nothing but take part, each with one pool. */
function idle({ host }: RunOptions, servers: number, settlingSeconds: number): Idle {
	const kilobytesBefore = host.memory();
	const startedAt = host.clock();
	const world = VirtualGame();
	const pools = new Array<Pool<string>>();
	for (const _ of $range(1, servers)) {
		pools.push(world.AddServer({ players: PLAYERS_PER_SERVER }).Do(() => StringPool("State")));
	}
	const startSeconds = host.clock() - startedAt;
	const startedKilobytes = (host.memory() - kilobytesBefore) / servers;
	world.Run(settlingSeconds);
	const settledKilobytes = (host.memory() - kilobytesBefore) / servers;
	assert(world.Errors.isEmpty(), "idle servers have no errors");
	assert(settlingSeconds === 0 || pools.every((pool) => pool.IsSynced()), "all servers have the state");
	world.Destroy();
	return { startSeconds, startedKilobytes, settledKilobytes };
}

function measure(options: RunOptions): Outcome {
	const { name } = options.contender;
	const many = idle(options, IDLE_SERVERS, 0);
	const settled = idle(options, SETTLED_SERVERS, SETTLING_SECONDS);
	const speed = serverSecondsPerSecond(options);
	const what = `${IDLE_SERVERS} idle virtual servers`;
	return {
		rows: [
			row(
				name,
				"simulation: virtual seconds of servers in a second of one core, with random operations and all faults (real time, machine code)",
				`>= ${SERVER_SECONDS_LEAST}`,
				decimals(speed, 0),
				speed >= SERVER_SECONDS_LEAST,
			),
			row(
				name,
				`${what}: started within (real time, machine code)`,
				`< ${START_SECONDS_MOST} s`,
				`${decimals(many.startSeconds, 2)} s`,
				many.startSeconds < START_SECONDS_MOST,
			),
			row(
				name,
				`${what}: memory of each`,
				`<= ${KILOBYTES_MOST} kB`,
				`${decimals(many.startedKilobytes, 1)} kB`,
				many.startedKilobytes <= KILOBYTES_MOST,
			),
			row(
				name,
				`${SETTLED_SERVERS} idle virtual servers that know each other: memory of each`,
				"reported",
				`${decimals(settled.settledKilobytes, 1)} kB`,
				undefined,
			),
		],
		notes: [`simulation speed, ${name}: ${decimals(speed, 0)} server-seconds a second`],
	};
}

export const SIMULATION_JOBS: ReadonlyArray<Job> = [
	{ name: "simulation speed", contenders: [OURS], machineCode: true, run: measure },
];
