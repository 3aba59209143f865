import { DefineScript, EntitySpace } from "../../../../src/entity";
import { VirtualGame, VirtualServer } from "../../../../src/testing";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { Outcome, row, secondsText } from "../../row";
import { PLAYERS_PER_SERVER } from "../../world";

const SETTLING_SECONDS = 40;
/** What an election in mode lease promises after a crash. */
const MOST_SECONDS = 14;

interface Member {
	readonly server: VirtualServer;
	readonly space: EntitySpace;
}

function join(world: VirtualGame, name: string): Member {
	const server = world.AddServer({ players: PLAYERS_PER_SERVER });
	return { server, space: server.Do(() => EntitySpace(name)) };
}

function isNumber(value: unknown): value is number {
	return typeIs(value, "number");
}

const MANY_SERVERS = 50;
const CRASHES = 12;
const QUICK_CRASHES = 3;
const LIMIT_SECONDS = 60;

interface Tick {
	readonly server: VirtualServer;
	readonly count: number;
}
/** Gets every tick. */
let ticked: ((space: unknown, count: number) => void) | undefined;

const patrol = DefineScript<{ n: number }>("bench patrol", { properties: { n: isNumber } }, (context) => {
	context.Every(0.5, () => {
		context.Properties.n += 1;
	});
	context.OnTick(() => {
		if (ticked) ticked(context.Space, context.Properties.n);
	});
});

function change(options: RunOptions): Outcome {
	const { contender, quick, seeds } = options;
	const servers = options.servers?.[0] ?? MANY_SERVERS;
	const world = VirtualGame({ seed: seeds[0]!, loss: 0.01 });
	const members = new Array<Member>();
	const bySpace = new Map<unknown, Member>();
	const add = (): void => {
		const member = join(world, "Patrol");
		members.push(member);
		bySpace.set(member.space, member);
	};
	for (const _ of $range(1, servers)) {
		add();
		world.Run(0.5);
	}
	world.Run(SETTLING_SECONDS);
	members[0]!.server.Do(() => members[0]!.space.CreateEntity("guard", patrol, { n: 0 }));
	const live = (): Member[] => members.filter(({ server }) => server.GetState() === "running");
	let last: Tick | undefined;
	let wrong: string | undefined;
	ticked = (space, count) => {
		const { server } = bySpace.get(space)!;
		for (const other of live())
			if (other.server !== server && other.space.Scripts.IsLeader())
				wrong ??= `server ${server.Number} ticked at ${world.Now()} s while server ${other.server.Number} led`;
		last = { server, count };
	};
	const began = world.RunUntil(() => last !== undefined, LIMIT_SECONDS);
	const seconds = new Array<number>();
	for (const index of $range(1, quick ? QUICK_CRASHES : CRASHES)) {
		world.Run(20 + ((index * 1.7) % 5));
		const former = last!;
		// What the others have seen is what the next one begins with.
		let seen = 0;
		for (const { server, space } of live())
			if (server !== former.server)
				seen = math.max(seen, (space.GetEntityByName("guard")?.Get("n" as never) as number | undefined) ?? 0);
		former.server.Crash();
		const startedAt = world.Now();
		const resumed = world.RunUntil(() => last!.server !== former.server, LIMIT_SECONDS);
		seconds.push(resumed ? world.Now() - startedAt : math.huge);
		if (last!.count < seen || seen === 0) wrong ??= `the count went back to ${last!.count} from ${seen}`;
		add();
	}
	ticked = undefined;
	for (const { serverId, text } of world.Errors) wrong ??= `server ${serverId}: ${text}`;
	if (!began) wrong ??= "nobody ever ticked";
	world.Destroy();
	const all = sorted(seconds);
	const worst = percentile(all, 1);
	const what = `scripts: the leader of ${servers} servers crashes`;
	return {
		rows: [
			row(
				contender.name,
				`${what}: until scripts tick again, p50 / max`,
				`<= - / ${secondsText(MOST_SECONDS)}`,
				`${secondsText(percentile(all, 0.5))} / ${secondsText(worst)}`,
				worst <= MOST_SECONDS,
			),
			row(
				contender.name,
				`${what}: ticks while another server leads, counters that went back`,
				"none",
				wrong ?? "none",
				wrong === undefined,
			),
		],
		notes: [describeTimes(seconds)],
	};
}

export const LEADER_JOBS: ReadonlyArray<Job> = [
	{ name: "scripts leader change", contenders: [OURS], machineCode: true, run: change },
];
