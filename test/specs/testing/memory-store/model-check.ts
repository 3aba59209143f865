import { MemoryLink } from "../../../../src/testing/memory-store/memory-link";
import { MemoryCloudRules, MemoryFaults } from "../../../../src/testing/memory-store/memory-options";
import { RandomStream } from "../../../../src/testing/random";
import { MemoryFixture } from "./memory-fixture";

/** Something that a server does at a certain time. */
export interface Command {
	readonly id: number;
	readonly server: number;
	readonly atSeconds: number;
	/** Nothing that it writes expires. */
	readonly lasting: boolean;
	/** What is called, and with what; readable. */
	readonly text: string;
}

/** What a server is told: how the call failed, or what it returned, as text. */
export type Told = (failure: string | undefined, result: string) => void;

/** One kind of structure: what may be done to it, how that is done, and a plain model of what comes of it. */
export interface Subject<C extends Command, S> {
	readonly generate: (random: RandomStream, base: Command) => C;
	/** Prepares one run; what it returns issues a command, or returns false if that makes no sense. */
	readonly open: (fixture: MemoryFixture, links: readonly MemoryLink[]) => (command: C, told: Told) => boolean;
	readonly initial: S;
	/** What the state becomes, which is a new one, and what the call returns, as text. */
	readonly apply: (state: S, command: C, nowSeconds: number) => { readonly state: S; readonly result: string };
	/** The same for equal states. */
	readonly describe: (state: S) => string;
}

/** A command that was issued, and its end; failed ones may have taken effect or not. */
interface Event<C> {
	readonly command: C;
	endedAtSeconds: number;
	failure: string | undefined;
	result: string;
}

const SERVERS = 3;
/** Times are multiples of this, so that sums of them are exact. */
const TICK_SECONDS = 2 ** -20;

/** A whole number below `bound`. */
export function below(random: RandomStream, bound: number): number {
	return math.floor(random.next() * bound);
}

export function oneOf<T extends defined>(random: RandomStream, choices: readonly T[]): T {
	return choices[below(random, choices.size())]!;
}

function generate<C extends Command, S>(
	subject: Subject<C, S>,
	random: RandomStream,
	mostCommands: number,
	withinSeconds: number,
	lasting: boolean,
): C[] {
	const commands = new Array<C>();
	for (const id of $range(1, 2 + below(random, mostCommands - 1))) {
		const atSeconds = below(random, withinSeconds / TICK_SECONDS) * TICK_SECONDS;
		const base: Command = { id, server: below(random, SERVERS), atSeconds, lasting, text: "" };
		commands.push(subject.generate(random, base));
	}
	return commands.sort((left, right) => left.atSeconds < right.atSeconds);
}

function execute<C extends Command, S>(
	subject: Subject<C, S>,
	commands: readonly C[],
	options: MemoryFaults & MemoryCloudRules,
	seed: number,
): Event<C>[] {
	const fixture = new MemoryFixture({ countedUsers: 100000, ...options }, seed);
	const links = [0, 1, 2].map(() => fixture.attach());
	const issue = subject.open(fixture, links);
	const { scheduler } = fixture;
	const events = new Array<Event<C>>();
	for (const command of commands) {
		scheduler.runUntil(command.atSeconds);
		const event: Event<C> = { command, endedAtSeconds: math.huge, failure: "unanswered", result: "" };
		const issued = issue(command, (failure, result) => {
			event.endedAtSeconds = scheduler.now();
			event.failure = failure;
			event.result = result;
		});
		if (issued) events.push(event);
	}
	scheduler.runUntil(1000);
	return events;
}

/** Where every call takes effect half of the latency before its end: whether the model does the same in that order. */
function explainInOrder<C extends Command, S>(
	subject: Subject<C, S>,
	events: readonly Event<C>[],
	latencySeconds: number,
): string | undefined {
	const ordered = [...events].sort((left, right) => left.endedAtSeconds < right.endedAtSeconds);
	let { initial: state } = subject;
	for (const { command, endedAtSeconds, failure, result } of ordered) {
		if (failure !== undefined) return `${command.text} failed: ${failure}`;
		const expected = subject.apply(state, command, endedAtSeconds - latencySeconds / 2);
		if (expected.result !== result) return `${command.text} returned ${result} instead of ${expected.result}`;
		state = expected.state;
	}
	return undefined;
}

/** Whether a call that failed has certainly changed nothing. */
function isWithoutEffect(failure: string): boolean {
	return string.find(failure, "UpdateConflict", 1, true)[0] !== undefined;
}

/**
 * Whether there is an order in which the model does the same: each call somewhere between its beginning and its end, a failed one any time
 * after its beginning or never. Nothing expires here, so the time of an effect does not matter.
 */
function explainInSomeOrder<C extends Command, S>(
	subject: Subject<C, S>,
	events: readonly Event<C>[],
): string | undefined {
	const pending = events.filter(({ failure }) => failure === undefined || !isWithoutEffect(failure));
	const refuted = new Set<string>();
	const taken = pending.map(() => false);
	const search = (state: S): boolean => {
		let earliestEnd = math.huge;
		let open = false;
		pending.forEach(({ failure, endedAtSeconds }, index) => {
			if (taken[index] || failure !== undefined) return;
			open = true;
			earliestEnd = math.min(earliestEnd, endedAtSeconds);
		});
		if (!open) return true;
		const here = taken.map((done) => (done ? "1" : "0")).join("") + subject.describe(state);
		if (refuted.has(here)) return false;
		for (const index of $range(0, pending.size() - 1)) {
			const { command, failure, result } = pending[index]!;
			// Whatever begins after the end of another that is still to come cannot be next.
			if (taken[index] || command.atSeconds > earliestEnd) continue;
			const following = subject.apply(state, command, 0);
			if (failure === undefined && following.result !== result) continue;
			taken[index] = true;
			if (search(following.state)) return true;
			taken[index] = false;
		}
		refuted.add(here);
		return false;
	};
	return search(subject.initial) ? undefined : "no order of the calls explains what they returned";
}

/** Leaves out commands as long as what is left still fails. */
function minimise<C extends Command>(commands: readonly C[], fails: (commands: readonly C[]) => boolean): readonly C[] {
	let left = commands;
	let position = 0;
	while (position < left.size()) {
		const fewer = left.filter((_, index) => index !== position);
		if (fails(fewer)) {
			left = fewer;
			position = 0;
		} else position += 1;
	}
	return left;
}

function checkAll<C extends Command, S>(
	subject: Subject<C, S>,
	sequences: number,
	generateFrom: (random: RandomStream) => C[],
	options: MemoryFaults & MemoryCloudRules,
	explain: (events: readonly Event<C>[]) => string | undefined,
): void {
	for (const seed of $range(1, sequences)) {
		const commands = generateFrom(new RandomStream(seed, "commands"));
		const check = (some: readonly C[]): string | undefined => explain(execute(subject, some, options, seed));
		if (check(commands) === undefined) continue;
		const fewest = minimise(commands, (some) => check(some) !== undefined);
		const lines = execute(subject, fewest, options, seed).map(({ command, failure, result, endedAtSeconds }) => {
			const ended = string.format("%.3f", endedAtSeconds);
			return `\tserver ${command.server} at ${command.atSeconds}: ${command.text} -> ${failure ?? result} at ${ended}`;
		});
		error(`seed ${seed}: ${check(fewest)}\n${lines.join("\n")}`, 0);
	}
}

/** Compares with the model what comes of random commands of several servers, with time passing, and nothing going wrong. */
export function checkWithoutFaults<C extends Command, S>(
	subject: Subject<C, S>,
	sequences: number,
	options: MemoryFaults & MemoryCloudRules = {},
): void {
	const latencySeconds = 0.125;
	checkAll(
		subject,
		sequences,
		(random) => generate(subject, random, 18, 6, false),
		{ memorySeconds: [latencySeconds, latencySeconds], ...options },
		(events) => explainInOrder(subject, events, latencySeconds),
	);
}

/** Looks for an explanation of what comes of random commands that overtake each other, conflict and fail, some of them after they took effect. */
export function checkWithFaults<C extends Command, S>(
	subject: Subject<C, S>,
	sequences: number,
	more: MemoryFaults = {},
): void {
	const faults: MemoryFaults = {
		memorySeconds: [0, 0.5],
		memoryErrors: 0.15,
		memoryHangs: 0.05,
		memoryHangSeconds: 2,
		memoryConflicts: 0.2,
		...more,
	};
	checkAll(
		subject,
		sequences,
		(random) => generate(subject, random, 9, 1, true),
		faults,
		(events) => explainInSomeOrder(subject, events),
	);
}
