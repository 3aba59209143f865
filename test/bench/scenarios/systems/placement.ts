import { candidate, Candidate, choose, keyHash } from "../../../../src/system/placement";
import { Systems } from "../../../../src/system";
import { Arena } from "../../../specs/support/arena";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, row } from "../../row";

const SERVERS = 10;
const KEYS = 1000;
const GAMES = 30;
const EXCLUSIVE_GAMES = 60;
const QUICK_EXCLUSIVE_GAMES = 6;

function serverOf(seed: number, index: number): Candidate {
	return candidate(string.format("%08x-0000-4000-8000-%012d", seed * 7919 + index, index), 1);
}

function placed(servers: ReadonlyArray<Candidate>): string[] {
	const places = new Array<string>();
	for (const index of $range(1, KEYS)) places.push(choose(keyHash(`module ${index}`), servers)!);
	return places;
}

/** How even, and how little moves when a server joins. */
function measureSpread(options: RunOptions): Outcome {
	let worstShare = 0;
	let worstMoved = 0;
	let moves = 0;
	for (const turn of $range(1, GAMES)) {
		const servers = new Array<Candidate>();
		for (const index of $range(1, SERVERS)) servers.push(serverOf(turn, index));
		const before = placed(servers);
		const counts = new Map<string, number>();
		for (const server of before) counts.set(server, (counts.get(server) ?? 0) + 1);
		for (const [, count] of counts) worstShare = math.max(worstShare, count / (KEYS / SERVERS));
		const after = placed([...servers, serverOf(turn, SERVERS + 1)]);
		let moved = 0;
		after.forEach((server, index) => {
			if (server !== before[index]) moved += 1;
		});
		worstMoved = math.max(worstMoved, moved / KEYS);
		moves += moved;
	}
	const goal = 1 / (SERVERS + 1) + 0.04;
	const { name } = options.contender;
	return {
		rows: [
			row(
				name,
				`placement, ${SERVERS} servers, ${KEYS} keys, worst of ${GAMES} games: most / mean`,
				"<= 1.35",
				decimals(worstShare, 2),
				worstShare <= 1.35,
			),
			row(
				name,
				`placement, moved when a server joins ${SERVERS}, worst of ${GAMES} games`,
				`<= ${decimals(goal, 3)}`,
				decimals(worstMoved, 3),
				worstMoved <= goal,
			),
		],
		notes: [`moved on average: ${decimals(moves / GAMES / KEYS, 3)}`],
	};
}

/** Exclusive modules through whatever takes their servers from them. */
function measureExclusive(options: RunOptions): Outcome {
	const notes = new Array<string>();
	const ids = ["m1", "m2", "m3", "m4"];
	const games = options.quick ? QUICK_EXCLUSIVE_GAMES : EXCLUSIVE_GAMES;
	let twice = 0;
	let started = 0;
	for (const turn of $range(1, games)) {
		const seed = options.seeds[0]! * 1000 + turn;
		const arena = new Arena({ seed, servers: 4, exclusive: true, loss: (turn % 3) * 0.1, memoryErrors: 0.05 });
		const running = (id: string): number =>
			arena
				.live()
				.filter((server) => arena.systems(server).hosting.find(id)?.isValid() === true)
				.size();
		arena.setDisplays(arena.servers[0]!, ids);
		arena.world.SetObserver(() => {
			for (const id of ids) {
				if (running(id) <= 1) continue;
				twice += 1;
				notes.push(`seed ${seed} at ${arena.world.Now()} s: ${id} twice`);
			}
		});
		arena.world.Run(40);
		const hostOf = (id: string) => arena.hostOf(id) ?? arena.live()[0]!;
		hostOf("m1").Freeze(20 + (turn % 5) * 8);
		arena.world.Run(50);
		const cut = hostOf("m2").ServerId;
		arena.world.SetFilter((sender, receiver) => ((sender === cut) === (receiver === cut) ? "deliver" : "drop"));
		arena.world.Run(50);
		arena.world.SetFilter(undefined);
		arena.add();
		arena.world.Run(20);
		const emptied = hostOf("m3");
		if (!emptied.IsFrozen()) emptied.Do(() => Systems().SetWeight(0));
		arena.world.Run(30);
		hostOf("m4").Crash();
		arena.world.Run(60);
		for (const text of arena.story) if (text.sub(1, 1) === "+") started += 1;
		for (const { text } of arena.world.Errors) notes.push(`seed ${seed}: ${text}`);
		arena.world.Destroy();
	}
	notes.push(`${started} starts in ${games} games`);
	return {
		rows: [
			row(
				options.contender.name,
				`two hosts of one exclusive module at once, ${games} games with freezes, partitions, moves, crashes and a failing store`,
				"never",
				twice === 0 ? "never" : `${twice} times`,
				twice === 0,
			),
		],
		notes,
	};
}

export const PLACEMENT_JOBS: ReadonlyArray<Job> = [
	{ name: "systems placement", contenders: [OURS], run: measureSpread },
	{ name: "systems exclusive", contenders: [OURS], machineCode: true, run: measureExclusive },
];
