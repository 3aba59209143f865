import { ElectionOptions } from "../../../../src/election/types";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, row, secondsText } from "../../row";
import { electionsOf } from "../../../specs/support/election-game";
import { listen, problemsOf, secondsUntil, startTrial } from "./trial";

const STABLE_SERVERS = 5;
const DAY_SECONDS = 24 * 3600;
const QUICK_SECONDS = 2 * 3600;
const TRAFFIC_SECONDS = 600;
const PARTITIONS = 20;
const QUICK_PARTITIONS = 5;
const HEARTBEAT_SECONDS = 5;
const WAY_SECONDS = 2;

/** A day without any failure: how often another server leads. */
function measureStability(options: RunOptions, mode: string, election: ElectionOptions<defined>): Outcome {
	const seconds = options.quick ? QUICK_SECONDS : DAY_SECONDS;
	const [loss, memoryErrors] = mode === "lease" ? [0.2, 0.1] : [0.05, 0];
	const trial = startTrial({ seed: options.seeds[0]!, loss, memoryErrors, election }, STABLE_SERVERS);
	const before = trial.elections;
	trial.world.Run(seconds);
	const changes = trial.elections - before;
	const what = `${mode}, ${STABLE_SERVERS} servers, ${loss * 100} % loss${memoryErrors > 0 ? ", 10 % store errors" : ""}, ${seconds / 3600} virtual hours`;
	const notes = [`${what}: ${changes} changes ${problemsOf(trial).join("; ")}`];
	trial.world.Destroy();
	return {
		rows: [row(options.contender.name, `${what}: changes of the leader`, "0", `${changes}`, changes === 0)],
		notes,
	};
}

/** What elections say and ask for while nothing happens. */
function measureTraffic(options: RunOptions, mode: string, election: ElectionOptions<defined>): Outcome {
	const { name } = options.contender;
	const rows = new Array<Outcome["rows"][0]>();
	for (const servers of options.servers ?? [5, 50]) {
		const trial = startTrial({ seed: options.seeds[0]!, election, countedServers: servers }, servers);
		trial.world.Run(60);
		const units = new Map<string, number>();
		for (const one of trial.contenders) units.set(one.server.ServerId, electionsOf(one).store.units);
		const published = trial.world.GetStatistics().memory;
		const said = listen(trial.world);
		trial.world.Run(TRAFFIC_SECONDS);
		const leader = trial.leader().server.ServerId;
		const minutes = TRAFFIC_SECONDS / 60;
		const byLeader = said.filter(({ from }) => from === leader).size() / minutes;
		const byOthers = said.size() / minutes - byLeader;
		let mostUnits = 0;
		let othersUnits = 0;
		for (const one of trial.contenders) {
			const spent = (electionsOf(one).store.units - units.get(one.server.ServerId)!) / minutes;
			if (one.server.ServerId === leader) mostUnits = spent;
			else othersUnits = math.max(othersUnits, spent);
		}
		const what = `${mode}, ${servers} servers, nothing happens`;
		rows.push(
			row(
				name,
				`${what}: messages with a heartbeat a minute, of the leader / of the others`,
				"<= 20 / 0",
				`${decimals(byLeader, 1)} / ${decimals(byOthers, 1)}`,
				byLeader <= 20 && byOthers === 0,
			),
		);
		if (mode === "lease") {
			rows.push(
				row(
					name,
					`${what}: store units a minute, of the leader / most of another`,
					"<= 45 / 0",
					`${decimals(mostUnits, 1)} / ${decimals(othersUnits, 1)}`,
					mostUnits <= 45 && othersUnits <= 1,
				),
			);
		}
		assert(published !== undefined, "the store counts");
		trial.world.Destroy();
	}
	return { rows, notes: [] };
}

/** Two halves that could not hear each other, each with a leader, hear each other again. */
function measurePartition(options: RunOptions): Outcome {
	const seconds = new Array<number>();
	for (const index of $range(1, options.quick ? QUICK_PARTITIONS : PARTITIONS)) {
		const servers = index % 2 === 0 ? 2 : 6;
		const trial = startTrial({ seed: options.seeds[0]! * 100 + index }, servers);
		trial.partition((number) => number % 2);
		const both = secondsUntil(trial, 200, () => trial.leaders().size() === 2);
		if (both < math.huge) {
			trial.world.Run(index % 5);
			trial.heal();
			seconds.push(secondsUntil(trial, 60, () => trial.leaders().size() === 1));
		}
		trial.world.Destroy();
	}
	const all = sorted(seconds);
	const worst = percentile(all, 1);
	const goal = HEARTBEAT_SECONDS + WAY_SECONDS;
	return {
		rows: [
			row(
				options.contender.name,
				"bully, two leaders after a partition: until one leads, p50 / max",
				`<= - / ${secondsText(goal)}`,
				`${secondsText(percentile(all, 0.5))} / ${secondsText(worst)}`,
				worst <= goal,
			),
		],
		notes: [`bully, partition healed: ${describeTimes(seconds)}`],
	};
}

/** What it costs to ask whether this server leads: real time, and memory. */
function measureAsking(options: RunOptions): Outcome {
	const trial = startTrial({ seed: 1, election: { mode: "lease" } }, 2);
	const { election } = trial.leader();
	const times = options.quick ? 200_000 : 2_000_000;
	const before = options.host.allocated();
	const startedAt = options.host.clock();
	let leads = 0;
	for (const _ of $range(1, times)) if (election.IsLeader()) leads += 1;
	const microseconds = ((options.host.clock() - startedAt) / times) * 1e6;
	const kilobytes = options.host.allocated() - before;
	assert(leads === times, "it leads all the time");
	trial.world.Destroy();
	return {
		rows: [
			row(
				options.contender.name,
				"IsLeader(): processor time, without machine code / bytes allocated a call",
				"<= 1 µs / 0",
				`${decimals(microseconds, 2)} µs / ${decimals((kilobytes * 1024) / times, 2)}`,
				microseconds <= 1 && (kilobytes * 1024) / times < 0.01,
			),
		],
		notes: [],
	};
}

const job = (name: string, run: Job["run"]): Job => {
	return { name, contenders: [OURS], machineCode: true, run };
};

export const STEADY_JOBS: ReadonlyArray<Job> = [
	job("election bully stability", (options) => measureStability(options, "bully", {})),
	job("election lease stability", (options) => measureStability(options, "lease", { mode: "lease" })),
	job("election bully traffic", (options) => measureTraffic(options, "bully", {})),
	job("election lease traffic", (options) => measureTraffic(options, "lease", { mode: "lease" })),
	job("election bully partition", measurePartition),
	{ name: "election processor", contenders: [OURS], run: measureAsking },
];
