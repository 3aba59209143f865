import { DefineScript, EntitySpace } from "../../../../src/entity";
import { Space } from "../../../../src/entity/space";
import { Entity } from "../../../../src/entity/types";
import { RandomStream, VirtualGame, VirtualServer } from "../../../../src/testing";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { Outcome, row } from "../../row";
import { PLAYERS_PER_SERVER } from "../../world";

const SCHEDULES = 10_000;
const QUICK_SCHEDULES = 300;
const SCHEDULES_OF_A_GAME = 25;
const SERVERS = 3;
const SETTLING_SECONDS = 40;
const SCHEDULE_SECONDS = 25;
/** Messages are posted, and the trouble comes, within so long of the beginning. */
const BUSY_SECONDS = 12;
const MESSAGES_MOST = 6;
/** Until the last of them has been handled, or has expired. */
const REST_SECONDS = 90;
const LOSSES = [0, 0.02, 0.1, 0.3];
const DUPLICATIONS = [0, 0.1, 0.3];
/** What becomes of the leader in a schedule. */
const TROUBLES = ["none", "crash", "crash", "close", "resign", "freeze"] as const;
type Trouble = (typeof TROUBLES)[number];
/** No planned change of the leader may cost more of the messages than this. */
const EXPIRED_MOST = 0.02;
const PLANNED: ReadonlyArray<Trouble> = ["none", "close", "resign"];

interface Member {
	readonly server: VirtualServer;
	readonly space: EntitySpace;
}

interface Posted {
	readonly id: number;
	readonly sender: Member;
	readonly trouble: Trouble;
	expired: boolean;
}

interface Counts {
	messages: number;
	expired: number;
}

interface Tally {
	readonly by: Map<Trouble, Counts>;
	wrong: string | undefined;
	schedules: number;
}

/** How often each message was handled, by its number. */
let handled = new Map<number, number>();

const once = DefineScript<object, { note: number }>(
	"bench once",
	{ messages: { note: (value): value is number => typeIs(value, "number") } },
	(context) => {
		context.OnMessage("note", (id) => {
			handled.set(id, (handled.get(id) ?? 0) + 1);
		});
	},
);

function oneOf<T extends defined>(random: RandomStream, choices: ReadonlyArray<T>): T {
	return choices[math.floor(random.next() * choices.size())]!;
}

/** One game, and in it one schedule after the other: messages at any time, and what happens to the leader among them, under faults of its own. */
class Game {
	private readonly random: RandomStream;
	private readonly world: VirtualGame;
	private readonly members = new Array<Member>();
	private readonly posted = new Array<Posted>();

	constructor(
		private readonly seed: number,
		private readonly tally: Tally,
	) {
		this.random = new RandomStream(seed, "schedules");
		this.world = VirtualGame({ seed });
		handled = new Map();
	}

	public play(): void {
		const { world, members, tally } = this;
		for (const _ of $range(1, SERVERS)) this.add();
		world.Run(SETTLING_SECONDS);
		members[0]!.server.Do(() => members[0]!.space.CreateEntity("desk", once, {}));
		world.Run(SETTLING_SECONDS);
		for (const _ of $range(1, SCHEDULES_OF_A_GAME)) {
			tally.schedules += 1;
			this.schedule();
			world.Run(SCHEDULE_SECONDS);
			while (this.live().size() < SERVERS) this.add();
		}
		world.Run(REST_SECONDS);
		this.count();
		for (const { serverId, text } of world.Errors)
			tally.wrong ??= `seed ${this.seed}: server ${serverId}: ${text}`;
		world.Destroy();
	}

	private add(): void {
		const server = this.world.AddServer({ players: PLAYERS_PER_SERVER });
		const member = { server, space: server.Do(() => EntitySpace("Once")) };
		this.members.push(member);
		member.space.Scripts.MessageExpired.Connect((_entity, _name, payload) => {
			this.posted[(payload as number) - 1]!.expired = true;
		});
	}

	private live(): Member[] {
		return this.members.filter(({ server }) => server.GetState() === "running");
	}

	private schedule(): void {
		const { world, random } = this;
		const trouble = oneOf(random, TROUBLES);
		world.SetFaults({ loss: oneOf(random, LOSSES), duplication: oneOf(random, DUPLICATIONS) });
		for (const _ of $range(1, 1 + math.floor(random.next() * MESSAGES_MOST))) {
			const choice = random.next();
			world.Schedule(random.next() * BUSY_SECONDS, () => this.post(choice, trouble));
		}
		const frozenSeconds = 4 + 15 * random.next();
		world.Schedule(random.next() * BUSY_SECONDS, () => {
			const leader = this.live().find(({ space }) => space.Scripts.IsLeader());
			if (!leader || trouble === "none") return;
			const { server, space } = leader;
			if (trouble === "crash") server.Crash();
			else if (trouble === "close") server.Close();
			else if (trouble === "freeze") server.Freeze(frozenSeconds);
			else server.Do(() => (space as unknown as Space).leader.election().Resign());
		});
	}

	private post(choice: number, trouble: Trouble): void {
		const all = this.live();
		const sender = all[math.floor(choice * all.size())]!;
		const desk: Entity | undefined = sender.space.GetEntityByName("desk");
		if (!desk || sender.server.IsFrozen()) return;
		const id = this.posted.size() + 1;
		this.posted.push({ id, sender, trouble, expired: false });
		sender.server.Do(() => desk.GetScript().PostMessage("note" as never, id as never));
	}

	private count(): void {
		const { tally, seed } = this;
		for (const { id, sender, trouble, expired } of this.posted) {
			let counts = tally.by.get(trouble);
			if (!counts) {
				counts = { messages: 0, expired: 0 };
				tally.by.set(trouble, counts);
			}
			counts.messages += 1;
			const times = handled.get(id) ?? 0;
			if (expired) counts.expired += 1;
			const isLost = times === 0 && !expired && sender.server.GetState() === "running";
			if (times > 1 || isLost) tally.wrong ??= `seed ${seed}: message ${id} was handled ${times} times`;
		}
	}
}

function exactlyOnce({ contender, quick, seeds }: RunOptions): Outcome {
	const tally: Tally = { by: new Map(), wrong: undefined, schedules: 0 };
	const most = quick ? QUICK_SCHEDULES : SCHEDULES;
	let games = 0;
	while (tally.schedules < most && tally.wrong === undefined) {
		games += 1;
		new Game(seeds[0]! * 100_000 + games, tally).play();
	}
	const all: Counts = { messages: 0, expired: 0 };
	const planned: Counts = { messages: 0, expired: 0 };
	const notes = [`${games} games of ${SERVERS} servers`];
	for (const trouble of ["none", "crash", "close", "resign", "freeze"] as const) {
		const { messages, expired } = tally.by.get(trouble) ?? { messages: 0, expired: 0 };
		notes.push(`exactly once, ${trouble}: ${messages} messages, ${expired} expired`);
		for (const sum of PLANNED.includes(trouble) ? [all, planned] : [all]) {
			sum.messages += messages;
			sum.expired += expired;
		}
	}
	const share = planned.expired / math.max(1, planned.messages);
	return {
		rows: [
			row(
				contender.name,
				`scripts: messages in ${most} schedules with crashes, hand-overs and freezes of the leader, losses and duplicates`,
				"each once, or expired",
				tally.wrong ?? `each of ${all.messages}; ${all.expired} expired`,
				tally.wrong === undefined,
			),
			row(
				contender.name,
				"scripts: of these, expired in schedules where the leader stays, resigns or closes",
				`<= ${EXPIRED_MOST * 100} %`,
				`${math.round(share * 1000) / 10} % of ${planned.messages}`,
				share <= EXPIRED_MOST,
			),
		],
		notes,
	};
}

export const EXACTLY_ONCE_JOBS: ReadonlyArray<Job> = [
	{ name: "scripts exactly once", contenders: [OURS], machineCode: true, run: exactlyOnce },
];
