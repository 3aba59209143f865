import { System } from "../../../../src/system";
import { isDropReason, readFrame } from "../../../../src/wire/frame-reader";
import { Arena } from "../../../specs/support/arena";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { describeTimes, percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, row } from "../../row";

const SERVERS = 5;
const TIMES = 400;
const QUICK_TIMES = 60;
const APART_SECONDS = 4;

/** When the message was published that brought something to a server, and when it came. */
interface Way {
	readonly publishedSeconds: number;
	readonly deliveredSeconds: number;
}

/** Watches the ways of messages that have a section of this kind. */
class Ways {
	private readonly published = new Map<number, number>();
	/** By receiver, in order of delivery. */
	private readonly delivered = new Map<string, Way[]>();

	constructor(arena: Arena, kind: string) {
		const { world } = arena;
		const { published, delivered } = this;
		world.SetWatcher({
			Published(id, _sender, _topic, message) {
				if (!typeIs(message, "string")) return;
				const frame = readFrame(message, 0);
				if (isDropReason(frame) || !frame.sections.some((section) => section.kind === kind)) return;
				published.set(id, world.Now());
			},
			Delivered(id, receiver) {
				const publishedSeconds = published.get(id);
				if (publishedSeconds === undefined) return;
				const ways = delivered.get(receiver) ?? [];
				ways.push({ publishedSeconds, deliveredSeconds: world.Now() });
				delivered.set(receiver, ways);
			},
			Lost() {},
		});
	}

	/** How long the first message that was published and came to `receiver` between two times was on its way; undefined if there was none. */
	public between(receiver: string, fromSeconds: number, toSeconds: number): number | undefined {
		for (const { publishedSeconds, deliveredSeconds } of this.delivered.get(receiver) ?? []) {
			if (publishedSeconds >= fromSeconds - 1e-6 && deliveredSeconds <= toSeconds + 1e-6)
				return deliveredSeconds - publishedSeconds;
		}
		return undefined;
	}
}

/** What a call takes beyond the time that its two messages are on their way. */
function measureCalls(options: RunOptions): Outcome {
	const beyond = new Array<number>();
	const totals = new Array<number>();
	for (const seed of options.seeds) {
		const arena = new Arena({ seed, servers: SERVERS });
		arena.setDisplays(arena.servers[0]!, ["m1", "m2", "m3"]);
		arena.untilStable();
		arena.world.Run(20);
		const ways = new Ways(arena, "letter");
		for (const index of $range(1, options.quick ? QUICK_TIMES : TIMES)) {
			const id = `m${1 + (index % 3)}`;
			const host = arena.mustHost(id);
			const others = arena.live().filter((server) => server !== host);
			const caller = others[index % others.size()]!;
			const start = arena.world.Now();
			let endSeconds: number | undefined;
			caller
				.Do(() => arena.module(caller, 1 + (index % 3)).Call("add", [1, 2]))
				.then(() => {
					endSeconds = arena.world.Now();
				});
			arena.world.Run(APART_SECONDS + (index % 7) / 10);
			if (endSeconds === undefined) continue;
			const there = ways.between(host.ServerId, start, endSeconds);
			const back = ways.between(caller.ServerId, start + (there ?? 0), endSeconds);
			if (there === undefined || back === undefined) continue;
			totals.push(endSeconds - start);
			beyond.push(endSeconds - start - there - back);
		}
		arena.world.Destroy();
	}
	const p95 = percentile(sorted(beyond), 0.95);
	return {
		rows: [
			row(
				options.contender.name,
				`call latency over the message latency, direct regime, ${beyond.size()} calls, p95`,
				"<= 0.3 s",
				`${decimals(p95, 3)} s`,
				p95 <= 0.3,
			),
		],
		notes: [`calls in all: ${describeTimes(totals)}`, `beyond their messages: ${describeTimes(beyond)}`],
	};
}

/** From SetModules on one server until subscribers of others are told, beyond the time that the message to them was on its way. */
function measureRemaps(options: RunOptions): Outcome {
	const beyond = new Array<number>();
	const totals = new Array<number>();
	for (const seed of options.seeds) {
		const arena = new Arena({ seed, servers: SERVERS });
		const [first] = arena.servers;
		arena.setDisplays(first!, ["m1", "m2"]);
		arena.untilStable();
		arena.change("m1", (status) => status.Set("input", "one"));
		arena.change("m2", (status) => status.Set("input", "two"));
		arena.world.Run(20);
		const toldSeconds = new Map<string, number>();
		for (const server of arena.servers) {
			const proxy = server.Do(() => System("arena").Module(arena.display(server), 1));
			server.Do(() => proxy.Subscribe("input", () => toldSeconds.set(server.ServerId, arena.world.Now())));
		}
		arena.world.Run(1);
		const ways = new Ways(arena, "records");
		for (const index of $range(1, options.quick ? QUICK_TIMES / 4 : TIMES / 4)) {
			const setter = arena.servers[index % SERVERS]!;
			toldSeconds.clear();
			const start = arena.world.Now();
			arena.setDisplays(setter, index % 2 === 0 ? ["m1", "m2"] : ["m2", "m1"]);
			arena.world.Run(8 + (index % 7) / 10);
			for (const server of arena.servers) {
				if (server === setter) continue;
				const told = toldSeconds.get(server.ServerId);
				const way = told === undefined ? undefined : ways.between(server.ServerId, start, told);
				if (told === undefined || way === undefined) continue;
				totals.push(told - start);
				beyond.push(told - start - way);
			}
		}
		arena.world.Destroy();
	}
	const all = sorted(beyond);
	const p95 = percentile(all, 0.95);
	return {
		rows: [
			row(
				options.contender.name,
				`remap seen by subscribers of other servers, from SetModules on, over one message latency, ${beyond.size()} times, p95 / most`,
				"<= 0.1 s",
				`${decimals(p95, 3)} s / ${decimals(all[all.size() - 1]!, 3)} s`,
				p95 <= 0.1,
			),
		],
		notes: [`remaps in all: ${describeTimes(totals)}`, `beyond the message: ${describeTimes(beyond)}`],
	};
}

export const LATENCY_JOBS: ReadonlyArray<Job> = [
	{ name: "systems call latency", contenders: [OURS], machineCode: true, run: measureCalls },
	{ name: "systems remap latency", contenders: [OURS], machineCode: true, run: measureRemaps },
];
