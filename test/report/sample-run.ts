// A short game with a bit of everything, for the check of the report.
import { HttpService } from "@rbxts/services";
import { LeaderElection, Pool, StringPool } from "../../src";
import { RandomStream, VirtualGame, VirtualServer } from "../../src/testing";
import { classifyFrame } from "./classify-frame";
import { composeRecord } from "./compose";
import { GameRecorder } from "./game-recorder";
import { record, stageOf, watchElection, watchPool } from "./virtual-stage";

const SERVERS = 6;
const PLAYERS_PER_SERVER = 20;
const LOSS = 0.05;
const DUPLICATION = 0.01;
const START_SPACING_SECONDS = 1;
/** A server changes something every so often, until then; the rest is for everybody to agree. */
const CHANGE_SECONDS = 5;
const QUIET_AT_SECONDS = 155;
const END_SECONDS = 180;
const CRASH = { atSeconds: 58, server: 2 };
const FREEZE = { atSeconds: 75, server: 4, seconds: 8 };
const PARTITION = { atSeconds: 100, servers: [5, 6], seconds: 15 };
/** The leader hands over. */
const CLOSE = { atSeconds: 130, server: 1 };
const RESTART_SECONDS = 66;

interface Member {
	readonly server: VirtualServer;
	readonly pool: Pool<string>;
	readonly names: string[];
}

/** Runs the game, and answers with its record as JSON. */
export function run(seed: number, commit: string): string {
	const world = VirtualGame({ seed, loss: LOSS, duplication: DUPLICATION });
	const recorder = new GameRecorder({
		name: "net-server-sync",
		stage: stageOf(world),
		classify: classifyFrame,
		goals: {
			lagP50Seconds: 2.5,
			lagP99Seconds: 8,
			missingChanges: 0,
			limitPercent: 100,
			messagesOverLimit: 0,
			wrongServersSeconds: 45,
			differingContributions: 0,
			vacantSeconds: 14,
			twoLeadersSeconds: 0,
		},
	});
	const stop = record(world, recorder);
	const draws = new RandomStream(seed, "sample run");
	const members = new Array<Member>();
	let named = 0;

	function act(member: Member): void {
		const { server, pool, names } = member;
		if (server.GetState() !== "running" || world.Now() > QUIET_AT_SECONDS) return;
		if (!server.IsFrozen()) {
			const leaves = names.size() >= PLAYERS_PER_SERVER || (names.size() > 4 && draws.next() < 0.3);
			named += 1;
			const name = leaves ? names.shift()! : `Player${named}`;
			recorder.noteChange(pool.Name, name, leaves ? "" : name, server.Number);
			if (leaves) pool.RemoveContribution(name);
			else {
				names.push(name);
				pool.ReplaceContribution(name);
			}
		}
		world.Schedule(CHANGE_SECONDS * (0.5 + draws.next()), () => act(member));
	}
	function start(): void {
		const server = world.AddServer({ players: PLAYERS_PER_SERVER });
		recorder.noteEvent({ kind: "start", text: `server ${server.Number} starts`, servers: [server.Number] });
		const pool = server.Do(() => StringPool("Players"));
		watchPool(recorder, server, pool, (name) => name);
		watchElection(
			recorder,
			server,
			server.Do(() => LeaderElection("boss", { mode: "lease" })),
		);
		const member: Member = { server, pool, names: [] };
		members.push(member);
		world.Schedule(CHANGE_SECONDS, () => act(member));
	}

	for (const index of $range(0, SERVERS - 1)) world.Schedule(index * START_SPACING_SECONDS, start);
	world.Schedule(RESTART_SECONDS, start);
	world.Schedule(CRASH.atSeconds, () => {
		members[CRASH.server - 1]!.server.Crash();
		recorder.noteEvent({ kind: "crash", text: `server ${CRASH.server} crashes`, servers: [CRASH.server] });
	});
	world.Schedule(CLOSE.atSeconds, () => {
		const { server, names, pool } = members[CLOSE.server - 1]!;
		for (const name of names) recorder.noteChange(pool.Name, name, "", CLOSE.server, false);
		server.Close();
		recorder.noteEvent({ kind: "close", text: `server ${CLOSE.server} closes`, servers: [CLOSE.server] });
	});
	world.Schedule(FREEZE.atSeconds, () => {
		members[FREEZE.server - 1]!.server.Freeze(FREEZE.seconds);
		recorder.noteEvent({
			kind: "freeze",
			text: `server ${FREEZE.server} freezes for ${FREEZE.seconds} s`,
			servers: [FREEZE.server],
			untilSeconds: FREEZE.atSeconds + FREEZE.seconds,
		});
	});
	world.Schedule(PARTITION.atSeconds, () => {
		const apart = new Set<string>();
		for (const number of PARTITION.servers) apart.add(members[number - 1]!.server.ServerId);
		world.SetFilter((sender, receiver) => (apart.has(sender) === apart.has(receiver) ? "deliver" : "drop"));
		const heal = recorder.noteEvent({
			kind: "partition",
			text: `servers ${PARTITION.servers.join(" and ")} and the others do not hear each other for ${PARTITION.seconds} s`,
			servers: PARTITION.servers,
		});
		world.Schedule(PARTITION.seconds, () => {
			world.SetFilter(undefined);
			heal();
		});
	});
	world.Run(END_SECONDS);
	stop();

	const problem = world.Errors[0]?.text;
	const runRecord = composeRecord(
		{
			title: "A short game with a bit of everything",
			summary:
				`${SERVERS} servers for three minutes; ${LOSS * 100} % of all copies get lost, one server crashes, ` +
				"one freezes, two are cut off for a while, one starts late, and the one that leads closes.",
			commit,
			seed,
			mode: "sample",
			hash: world.GetTraceHash(),
			...(problem === undefined ? {} : { problem }),
		},
		[recorder],
	);
	world.Destroy();
	return HttpService.JSONEncode(runRecord);
}
