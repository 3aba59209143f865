import { DefineScript, EntitySpace } from "../../../../src/entity";
import { Entity } from "../../../../src/entity/types";
import { RandomStream, VirtualGame, VirtualServer } from "../../../../src/testing";
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

// -- exactly once ----------------------------------------------------------------------------------------------------------------------------

const SCHEDULES = 10_000;
const QUICK_SCHEDULES = 300;
const SCHEDULES_OF_A_GAME = 25;
const SERVERS = 3;
const SCHEDULE_SECONDS = 25;
const MESSAGES_MOST = 6;

/** How often each message was handled, by its number. */
let handled = new Map<number, number>();

const once = DefineScript<object, { note: number }>("bench once", { messages: { note: isNumber } }, (context) => {
	context.OnMessage("note", (id) => {
		handled.set(id, (handled.get(id) ?? 0) + 1);
	});
});

interface Posted {
	readonly id: number;
	readonly sender: Member;
	expired: boolean;
}

interface Tally {
	messages: number;
	expired: number;
	wrong: string | undefined;
	schedules: number;
}

/** One game, and in it one schedule after the other: messages at any time, and a crash, a hand-over, or a freeze of the leader among them. */
function playGame(seed: number, tally: Tally): void {
	const random = new RandomStream(seed, "schedules");
	const loss = [0, 0.02, 0.1, 0.3][math.floor(random.next() * 4)]!;
	const world = VirtualGame({ seed, loss, duplication: 0.1 });
	handled = new Map();
	const members = new Array<Member>();
	const posted = new Array<Posted>();
	const byId = new Map<number, Posted>();
	let lastId = 0;
	const add = (): void => {
		const member = join(world, "Once");
		members.push(member);
		member.space.Scripts.MessageExpired.Connect((_entity, _name, payload) => {
			byId.get(payload as number)!.expired = true;
		});
	};
	for (const _ of $range(1, SERVERS)) add();
	world.Run(SETTLING_SECONDS);
	members[0]!.server.Do(() => members[0]!.space.CreateEntity("desk", once, {}));
	world.Run(SETTLING_SECONDS);
	const live = (): Member[] => members.filter(({ server }) => server.GetState() === "running");
	for (const _ of $range(1, SCHEDULES_OF_A_GAME)) {
		tally.schedules += 1;
		const messages = 1 + math.floor(random.next() * MESSAGES_MOST);
		for (const _message of $range(1, messages)) {
			const choice = random.next();
			world.Schedule(random.next() * 12, () => {
				const all = live();
				const sender = all[math.floor(choice * all.size())]!;
				const desk: Entity | undefined = sender.space.GetEntityByName("desk");
				if (!desk || sender.server.IsFrozen()) return;
				lastId += 1;
				const one: Posted = { id: lastId, sender, expired: false };
				posted.push(one);
				byId.set(lastId, one);
				sender.server.Do(() => desk.GetScript().PostMessage("note" as never, one.id as never));
			});
		}
		const trouble = random.next();
		world.Schedule(random.next() * 12, () => {
			const leader = live().find(({ space }) => space.Scripts.IsLeader());
			if (!leader || trouble > 0.7) return;
			if (trouble < 0.4) leader.server.Crash();
			else if (trouble < 0.55) leader.server.Close();
			else leader.server.Freeze(4 + 15 * random.next());
		});
		world.Run(SCHEDULE_SECONDS);
		while (live().size() < SERVERS) add();
	}
	// Until the last of them has been handled, or has expired.
	world.Run(90);
	for (const { id, sender, expired } of posted) {
		tally.messages += 1;
		const times = handled.get(id) ?? 0;
		if (expired) tally.expired += 1;
		const isLost = times === 0 && !expired && sender.server.GetState() === "running";
		if (times > 1 || isLost) tally.wrong ??= `seed ${seed}: message ${id} was handled ${times} times`;
	}
	for (const { serverId, text } of world.Errors) tally.wrong ??= `seed ${seed}: server ${serverId}: ${text}`;
	world.Destroy();
}

function exactlyOnce({ contender, quick, seeds }: RunOptions): Outcome {
	const tally: Tally = { messages: 0, expired: 0, wrong: undefined, schedules: 0 };
	const most = quick ? QUICK_SCHEDULES : SCHEDULES;
	let games = 0;
	while (tally.schedules < most && tally.wrong === undefined) {
		games += 1;
		playGame(seeds[0]! * 100_000 + games, tally);
	}
	return {
		rows: [
			row(
				contender.name,
				`scripts: messages in ${most} schedules with crashes, hand-overs and freezes of the leader, losses and duplicates`,
				"each once, or expired",
				tally.wrong ?? `each of ${tally.messages}; ${tally.expired} expired`,
				tally.wrong === undefined,
			),
		],
		notes: [`${games} games of ${SERVERS} servers`],
	};
}

// -- change of the leader --------------------------------------------------------------------------------------------------------------------

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
	{ name: "scripts exactly once", contenders: [OURS], machineCode: true, run: exactlyOnce },
	{ name: "scripts leader change", contenders: [OURS], machineCode: true, run: change },
];
