import { DefineScript, EntitySpace } from "../../../../src/entity";
import { DEFAULT_ENERGY } from "../../../../src/entity/runtime/energy";
import { Runtime } from "../../../../src/entity/runtime/runtime";
import { VirtualGame } from "../../../../src/testing";
import { Host } from "../../host";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, row } from "../../row";
import { PLAYERS_PER_SERVER } from "../../world";

const ENTITIES = 100_000;
const LISTENERS = 10_000;
const ROUNDS = 40;
const QUICK_ROUNDS = 15;
const CALLS = 10_000;
/** So few at a time that some rounds have the machine for themselves. */
const MESSAGES = 500;
const MESSAGE_ROUNDS = 20;
const MICROSECONDS = 1e6;
const MOST_IDLE_MICROSECONDS = 5;
const MOST_OVER_PCALL = 3;
const MOST_MESSAGE_MICROSECONDS = 2;
const SETTLING_SECONDS = 40;

/** A clock as live servers have it. */
class RealTime {
	constructor(private readonly host: Host) {}

	public clock(): number {
		return this.host.clock();
	}

	public schedule(): () => void {
		return () => {};
	}
}

/** The least of some rounds: what comes on top in the others is the machine's. */
function least(host: Host, rounds: number, body: () => void): number {
	let best = math.huge;
	for (const _ of $range(1, rounds)) {
		const startedAt = host.clock();
		body();
		best = math.min(best, host.clock() - startedAt);
	}
	return best;
}

function idOf(index: number): string {
	return string.format("%06x", index);
}

function unheard({ contender, host, quick }: RunOptions): Outcome {
	const runtime = new Runtime(new RealTime(host), DEFAULT_ENERGY, undefined);
	for (const index of $range(1, ENTITIES)) {
		const owner = runtime.createOwner(idOf(index), "entity", "script");
		runtime.on(owner, "shout another", () => {});
	}
	const seconds = least(host, quick ? QUICK_ROUNDS : ROUNDS, () => {
		for (const _ of $range(1, CALLS)) runtime.shout("shout nobody listens", undefined, undefined);
	});
	const microseconds = (seconds / CALLS) * MICROSECONDS;
	return {
		rows: [
			row(
				contender.name,
				`scripts: a shout that nobody listens to, among ${ENTITIES} entities`,
				`<= ${MOST_IDLE_MICROSECONDS} µs`,
				`${decimals(microseconds, 2)} µs`,
				microseconds <= MOST_IDLE_MICROSECONDS,
			),
		],
		notes: [],
	};
}

function trivial({ contender, host, quick }: RunOptions): Outcome {
	const runtime = new Runtime(new RealTime(host), DEFAULT_ENERGY, undefined);
	const functions = new Array<(argument: unknown) => unknown>();
	for (const index of $range(1, LISTENERS)) {
		const trivialHandler = (): number => index;
		functions.push(trivialHandler);
		runtime.on(runtime.createOwner(idOf(index), "entity", "script"), "shout go", trivialHandler);
	}
	const rounds = quick ? QUICK_ROUNDS : ROUNDS;
	let [bare, ours] = [math.huge, math.huge];
	let answered = 0;
	// By turns, so that what the machine does otherwise meets both.
	for (const _ of $range(1, rounds)) {
		bare = math.min(
			bare,
			least(host, 1, () => {
				const results = table.create<defined>(LISTENERS);
				for (const index of $range(0, LISTENERS - 1)) {
					const [success, result] = pcall(functions[index]!, 1);
					if (success) results[index] = result as defined;
				}
			}),
		);
		ours = math.min(
			ours,
			least(host, 1, () => {
				answered = runtime.shout("shout go", 1, undefined).Count;
			}),
		);
	}
	assert(answered === LISTENERS, "all have answered");
	const factor = ours / bare;
	return {
		rows: [
			row(
				contender.name,
				`scripts: a shout to ${LISTENERS} trivial listeners, over a bare loop that calls them in pcall`,
				`<= ${MOST_OVER_PCALL}`,
				decimals(factor, 2),
				factor <= MOST_OVER_PCALL,
			),
		],
		notes: [`bare ${decimals(bare * 1000, 2)} ms, shout ${decimals(ours * 1000, 2)} ms`],
	};
}

const receiver = DefineScript<object, { ping: number }>(
	"bench receiver",
	{ messages: { ping: (value): value is number => typeIs(value, "number") } },
	(context) => {
		context.OnMessage("ping", handlePing);
	},
);
let received = 0;
function handlePing(payload: number): void {
	received += payload;
}

function message({ contender, host, quick, seeds }: RunOptions): Outcome {
	const world = VirtualGame({ seed: seeds[0]! });
	const server = world.AddServer({ players: PLAYERS_PER_SERVER });
	const space = server.Do(() => EntitySpace("Bench", { election: "local" }));
	const entity = server.Do(() => space.CreateEntity("receiver", receiver, {}));
	world.Run(SETTLING_SECONDS);
	const attached = entity.GetScript();
	// The emulated clock costs more than the engine's.
	const { platform } = (space as unknown as { cluster: { context: { platform: object } } }).cluster.context;
	const rounds = MESSAGE_ROUNDS * (quick ? QUICK_ROUNDS : ROUNDS);
	let [direct, posted] = [math.huge, math.huge];
	received = 0;
	for (const _ of $range(1, rounds)) {
		direct = math.min(
			direct,
			least(host, 1, () => {
				for (const __ of $range(1, MESSAGES)) handlePing(1);
			}),
		);
		server.Do(() => {
			const replaced = platform as { clock: unknown };
			const former = replaced.clock;
			replaced.clock = host.clock;
			posted = math.min(
				posted,
				least(host, 1, () => {
					for (const __ of $range(1, MESSAGES)) attached.PostMessage("ping", 1);
				}),
			);
			replaced.clock = former;
		});
	}
	assert(received === 2 * rounds * MESSAGES, "all have arrived");
	world.Destroy();
	const microseconds = ((posted - direct) / MESSAGES) * MICROSECONDS;
	return {
		rows: [
			row(
				contender.name,
				"scripts: a message to another entity on the same server, over calling its handler",
				`<= ${MOST_MESSAGE_MICROSECONDS} µs`,
				`${decimals(microseconds, 2)} µs`,
				microseconds <= MOST_MESSAGE_MICROSECONDS,
			),
		],
		notes: [`${MESSAGES} direct calls ${decimals(direct * 1000, 3)} ms, messages ${decimals(posted * 1000, 2)} ms`],
	};
}

export const SHOUT_JOBS: ReadonlyArray<Job> = [
	{ name: "scripts shout unheard", contenders: [OURS], run: unheard },
	{ name: "scripts shout trivial", contenders: [OURS], run: trivial },
	{ name: "scripts message local", contenders: [OURS], run: message },
];
