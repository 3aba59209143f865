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
/** Each re-ordering is a version that all servers have to be ready for, which takes messages of its own. */
const REMAPS_APART_SECONDS = 30;

/** A message that was published, and when it came to whom. */
interface Watched {
	readonly sender: string;
	readonly text: string;
	readonly publishedSeconds: number;
	readonly deliveredSeconds: Map<string, number>;
}

/** Watches the ways of messages that have a section of this kind. */
class Ways {
	private readonly messages = new Array<Watched>();

	constructor(arena: Arena, kind: string) {
		const { world } = arena;
		const { messages } = this;
		const byId = new Map<number, Watched>();
		world.SetWatcher({
			Published(id, sender, _topic, message) {
				if (!typeIs(message, "string")) return;
				const frame = readFrame(message, 0);
				if (isDropReason(frame) || !frame.sections.some((section) => section.kind === kind)) return;
				const watched = {
					sender,
					text: message,
					publishedSeconds: world.Now(),
					deliveredSeconds: new Map<string, number>(),
				};
				byId.set(id, watched);
				messages.push(watched);
			},
			Delivered(id, receiver) {
				byId.get(id)?.deliveredSeconds.set(receiver, world.Now());
			},
			Lost() {},
		});
	}

	/** How long the first message of `sender` since then with these words was on its way to `receiver`; undefined if it got lost. */
	public wayOf(sender: string, receiver: string, sinceSeconds: number, words = ""): number | undefined {
		for (const message of this.messages) {
			if (message.sender !== sender || message.publishedSeconds < sinceSeconds) continue;
			if (message.text.find(words, 1, true)[0] === undefined) continue;
			const delivered = message.deliveredSeconds.get(receiver);
			return delivered === undefined ? undefined : delivered - message.publishedSeconds;
		}
		return undefined;
	}

	public forget(): void {
		this.messages.clear();
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
			const there = ways.wayOf(caller.ServerId, host.ServerId, start);
			const back = ways.wayOf(host.ServerId, caller.ServerId, start);
			ways.forget();
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
	let lost = 0;
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
			const revision = string.format("%.0f", arena.systems(setter).directory.indexes.get("arena")!.revision);
			arena.world.Run(REMAPS_APART_SECONDS + (index % 7) / 10);
			for (const server of arena.servers) {
				if (server === setter) continue;
				const told = toldSeconds.get(server.ServerId);
				const way = ways.wayOf(setter.ServerId, server.ServerId, start, revision);
				if (told === undefined) continue;
				if (way === undefined) lost += 1;
				else beyond.push(told - start - way);
				totals.push(told - start);
			}
			ways.forget();
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
		notes: [
			`remaps in all: ${describeTimes(totals)}`,
			`beyond the message: p50 ${decimals(percentile(all, 0.5), 3)}, p90 ${decimals(percentile(all, 0.9), 3)}; ${describeTimes(beyond)}; ${lost} messages got lost`,
		],
	};
}

export const LATENCY_JOBS: ReadonlyArray<Job> = [
	{ name: "systems call latency", contenders: [OURS], machineCode: true, run: measureCalls },
	{ name: "systems remap latency", contenders: [OURS], machineCode: true, run: measureRemaps },
];
