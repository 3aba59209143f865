import { Member, OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { Outcome, row, secondsText } from "../../row";
import { clusterOf, HubGame } from "./hub-game";
import { isBroadcast } from "./hub-watch";

const SERVERS = 100;
const QUICK_SERVERS = 20;
const LOSS = 0.01;
const KEYS = 200;
const RATE = 5;
const SETTLING_SECONDS = 60;
const LIMIT_SECONDS = 90;
const PAUSE_SECONDS = 45;
const TIMES = 12;
const QUICK_TIMES = 3;

type Way = "crash" | "close";

function start(options: RunOptions): HubGame {
	const servers = options.quick ? QUICK_SERVERS : (options.servers?.[0] ?? SERVERS);
	const session = new HubGame({ seed: options.seeds[0]!, servers, loss: LOSS, keys: KEYS });
	session.startAll();
	session.settle();
	session.world.Run(SETTLING_SECONDS);
	return session;
}

function leave(member: Member, way: Way): void {
	if (way === "crash") member.server.Crash();
	else member.server.Close();
}

/** The hub goes while others change keys: until another one casts, and until all live servers follow it. */
function measureHub(options: RunOptions, way: Way): Outcome {
	const { name } = options.contender;
	const session = start(options);
	const { world } = session;
	const times = options.quick ? QUICK_TIMES : TIMES;
	const resumed = new Array<number>();
	const followed = new Array<number>();
	let lost = 0;
	let details = "";
	for (const _ of $range(1, times)) {
		const hub = session.hub();
		assert(hub, "there is a hub");
		const hubId = hub.server.ServerId;
		session.updateAtRandom(RATE, world.Now() + 30, () => true);
		world.Run(10);
		const goneAt = world.Now();
		let castAt = math.huge;
		let closedAt = math.huge;
		world.SetWatcher({
			Published(_id, sender, topic) {
				if (!isBroadcast(topic)) return;
				if (sender !== hubId) castAt = math.min(castAt, world.Now());
				else closedAt = world.Now();
			},
			Delivered() {},
			Lost() {},
		});
		leave(hub, way);
		const isFollowed = (): boolean => {
			let leader: string | undefined;
			for (const member of session.members) {
				if (member.server.GetState() !== "running") continue;
				const id = clusterOf(member).context.regime.hub?.shortId;
				if (id === undefined || id === clusterOf(hub).context.selfId) return false;
				leader ??= id;
				if (leader !== id) return false;
			}
			return true;
		};
		while (world.Now() - goneAt < LIMIT_SECONDS && !isFollowed()) world.Run(0.25);
		followed.push(isFollowed() ? world.Now() - goneAt : math.huge);
		world.SetWatcher(undefined);
		// For a graceful close, from the last thing that the former hub said.
		resumed.push(castAt - (way === "close" && closedAt < castAt ? closedAt : goneAt));
		world.Run(PAUSE_SECONDS);
		// Each server that lives has to show what every other live one has.
		lost += session.disagreements();
		if (lost > 0 && details === "") details = session.describeDisagreements();
		session.replace(hub);
		session.settle(120);
		world.Run(PAUSE_SECONDS);
	}
	const problems = session.problems();
	const all = sorted(resumed);
	const p99 = percentile(all, 0.99);
	const most = way === "crash" ? 20 : 4;
	const what = `${way} of the hub of ${session.options.servers} servers`;
	world.Destroy();
	return {
		rows: [
			row(
				name,
				`${what}: the next one casts after, p50 / p99`,
				`<= - / ${secondsText(most)}`,
				`${secondsText(percentile(all, 0.5))} / ${secondsText(p99)}`,
				p99 <= most,
			),
			row(name, `${what}: keys of live servers that somebody lacks`, "0", `${lost}`, lost === 0),
		],
		notes: [
			`${what}: next cast ${describeTimes(resumed)}; all follow ${describeTimes(followed)}; lacking ${lost} ${details} ${problems}`,
		],
	};
}

/** A leaf goes: until nobody knows it any more. */
function measureLeaf(options: RunOptions, way: Way): Outcome {
	const { name } = options.contender;
	const session = start(options);
	const { world } = session;
	const times = options.quick ? QUICK_TIMES : TIMES;
	const gone = new Array<number>();
	for (const index of $range(1, times)) {
		const hub = session.hub();
		const leaves = session.members.filter((member) => member !== hub && member.server.GetState() === "running");
		const leaf = leaves[(index * 7) % leaves.size()]!;
		const id = clusterOf(leaf).context.selfId;
		const goneAt = world.Now();
		leave(leaf, way);
		const isGone = (): boolean =>
			session.members.every(
				(member) =>
					member === leaf ||
					member.server.GetState() !== "running" ||
					clusterOf(member).context.membership.get(id) === undefined,
			);
		while (world.Now() - goneAt < LIMIT_SECONDS && !isGone()) world.Run(0.25);
		gone.push(isGone() ? world.Now() - goneAt : math.huge);
		session.replace(leaf);
		session.settle(120);
		world.Run(PAUSE_SECONDS + index);
	}
	const problems = session.problems();
	const all = sorted(gone);
	const [p50, p99] = [percentile(all, 0.5), percentile(all, 0.99)];
	const what = `${way} of a leaf of ${session.options.servers} servers: gone everywhere, p50 / p99`;
	world.Destroy();
	const goal = way === "crash" ? "<= 30.0 s / 35.0 s" : "reported";
	const met = way === "crash" ? p50 <= 30 && p99 <= 35 : undefined;
	return {
		rows: [row(name, what, goal, `${secondsText(p50)} / ${secondsText(p99)}`, met)],
		notes: [`${what}: ${describeTimes(gone)} ${problems}`],
	};
}

const job = (name: string, run: (options: RunOptions) => Outcome): Job => {
	return { name, contenders: [OURS], machineCode: true, run };
};

export const HUB_DEPARTURE_JOBS: ReadonlyArray<Job> = [
	job("hub crash", (options) => measureHub(options, "crash")),
	job("hub close", (options) => measureHub(options, "close")),
	job("hub leaf crash", (options) => measureLeaf(options, "crash")),
	job("hub leaf close", (options) => measureLeaf(options, "close")),
];
