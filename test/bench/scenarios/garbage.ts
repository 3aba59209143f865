import { GeneralPool } from "../../../src/pool/pools";
import { RandomStream, VirtualGame, VirtualServer } from "../../../src/testing";
import { broadcastTopic, BROADCAST_TOPICS, inboxTopic } from "../../../src/cluster/topics";
import { WORD_BYTES, encodeWord } from "../../../src/wire/base85";
import { checksum } from "../../../src/wire/checksum";
import { shortIdOf } from "../../../src/wire/short-id";
import { startServers } from "../cluster-of";
import { OURS } from "../contender";
import { Host } from "../host";
import { Job, RunOptions } from "../job";
import { decimals, Outcome, row } from "../row";
import { CloudWatch } from "../measure/cloud-watch";
import { keyName, keyOf, valueOf } from "../values";

const SERVERS = 3;
const KEYS_PER_SERVER = 20;
const VALUE_BYTES = 30;
const SAMPLES_SECONDS = 60;
const FRAMES = 100_000;
const QUICK_FRAMES = 20_000;
const FRAMES_AT_A_TIME = 500;
/** All of them have arrived after this. */
const ARRIVAL_SECONDS = 2.5;
/** Warm-up of whatever is allocated once, before memory is compared. */
const WARM_UP_FRAMES = 5_000;
const MEMORY_GROWTH_KILOBYTES = 200;
const LONGEST_CHARACTERS = 1000;

const PRINTABLE_FROM = 32;
const PRINTABLE_COUNT = 95;
/** Random texts are cut out of a longer one. */
const RANDOM_CHARACTERS = 20_000;

function randomCharacter(random: RandomStream): string {
	return string.char(PRINTABLE_FROM + math.floor(random.next() * PRINTABLE_COUNT));
}

/** A message with some of its characters changed, lost, or doubled. */
function mutated(random: RandomStream, message: string): string {
	let text = message;
	for (const _ of $range(0, math.floor(random.next() * 4))) {
		const position = 1 + math.floor(random.next() * text.size());
		const way = random.next();
		const before = string.sub(text, 1, position - 1);
		const after = string.sub(text, position + 1);
		if (way < 0.5) text = before + randomCharacter(random) + after;
		else if (way < 0.7) text = before + after;
		else if (way < 0.9) text = before + string.sub(text, position, position) + string.sub(text, position);
		else text = before;
	}
	return text === message ? `${text}!` : text;
}

/** With a checksum that is right: only for what a forger who knows the format could do. */
function sealed(message: string): string {
	const covered = string.sub(message, WORD_BYTES + 1);
	return encodeWord(checksum(covered, 0)) + covered;
}

/** What a server shows and knows, as text. */
function stateOf(server: VirtualServer): string {
	return server.Do(() => {
		const pool = GeneralPool<string>(
			"bench",
			keyOf,
			(text) => text,
			(text) => text,
		);
		const { Servers, Records, Tombstones, Pools } = server.Cluster.GetStatistics();
		return [pool.GetAllContributions().join(","), Servers, Records, Tombstones, Pools].join(" ");
	});
}

class Garbage {
	private readonly topics = new Array<string>();
	private readonly randomText: string;

	constructor(
		private readonly world: VirtualGame,
		private readonly samples: ReadonlyArray<string>,
		private readonly random: RandomStream,
		servers: ReadonlyArray<VirtualServer>,
	) {
		const characters = new Array<string>();
		for (const _ of $range(1, RANDOM_CHARACTERS)) characters.push(randomCharacter(random));
		this.randomText = characters.join("");
		for (const index of $range(0, BROADCAST_TOPICS - 1)) this.topics.push(broadcastTopic(index));
		for (const server of servers) this.topics.push(inboxTopic(shortIdOf(server.ServerId)));
	}

	/** Sends so many messages that make no sense: half of them random, half of them real ones with changes. */
	public send(count: number, withChecksum: boolean): void {
		const { random, world, topics, samples } = this;
		for (const index of $range(1, count)) {
			const sample = samples[math.floor(random.next() * samples.size())]!;
			let text = "";
			if (withChecksum) text = sealed(mutated(random, sample));
			else if (index % 2 === 0) text = mutated(random, sample);
			else {
				const from = 1 + math.floor(random.next() * (RANDOM_CHARACTERS - LONGEST_CHARACTERS));
				text = string.sub(this.randomText, from, from + math.floor(random.next() * LONGEST_CHARACTERS));
			}
			world.Inject(topics[math.floor(random.next() * topics.size())]!, text);
			if (index % FRAMES_AT_A_TIME === 0) world.Run(ARRIVAL_SECONDS);
		}
		world.Run(ARRIVAL_SECONDS);
	}
}

function runOnce(seed: number, { contender, quick, host }: RunOptions & { host: Host }) {
	// What comes from outside counts against the limits as well; here everything is to arrive.
	const world = VirtualGame({ seed, overLimit: "allow" });
	const texts = new RandomStream(seed, "values");
	const members = startServers(
		world,
		contender,
		"values",
		SERVERS,
		() => {},
		(member, server) => {
			for (const index of $range(0, KEYS_PER_SERVER - 1)) {
				member.contribute(valueOf(keyName(server + 1, index), 1, VALUE_BYTES, texts));
			}
		},
	);
	const samples = new Array<string>();
	const watch = new CloudWatch(world, SERVERS, (seen) => samples.push(seen.message));
	for (const index of $range(0, KEYS_PER_SERVER - 1)) {
		members[0]!.contribute(valueOf(keyName(1, index), 2, VALUE_BYTES, texts));
		world.Run(SAMPLES_SECONDS / KEYS_PER_SERVER);
	}
	watch.finish();

	const servers = members.map((member) => member.server);
	const garbage = new Garbage(world, samples, new RandomStream(seed, "garbage"), servers);
	garbage.send(WARM_UP_FRAMES, false);
	const stateBefore = servers.map(stateOf).join("\n");
	const memoryBefore = host.memory();
	const receivedBefore = servers[0]!.Cluster.GetStatistics().Received.Messages;
	garbage.send(quick ? QUICK_FRAMES : FRAMES, false);
	const memoryAfter = host.memory();
	const stateAfter = servers.map(stateOf).join("\n");
	const received = servers[0]!.Cluster.GetStatistics().Received.Messages - receivedBefore;
	const errors = world.Errors.size();
	garbage.send(quick ? QUICK_FRAMES : FRAMES, true);
	const forgedErrors = world.Errors.size() - errors;
	const text = world.Errors[0]?.text;
	world.Destroy();
	return {
		errors,
		forgedErrors,
		text,
		changed: stateAfter !== stateBefore,
		grown: memoryAfter - memoryBefore,
		received,
	};
}

function measure(options: RunOptions): Outcome {
	const run = runOnce(options.seeds[0]!, options);
	const frames = options.quick ? QUICK_FRAMES : FRAMES;
	const what = `${frames} random and mutated frames`;
	const { name } = options.contender;
	return {
		rows: [
			row(
				name,
				`${what}: errors; state changes`,
				"0; 0",
				`${run.errors}; ${run.changed ? "some" : "0"}`,
				run.errors === 0 && !run.changed,
			),
			row(
				name,
				`${what}: growth of memory`,
				`< ${MEMORY_GROWTH_KILOBYTES} kB`,
				`${decimals(run.grown, 0)} kB`,
				run.grown < MEMORY_GROWTH_KILOBYTES,
			),
			row(
				name,
				`${frames} mutated frames with a right checksum: errors`,
				"0",
				`${run.forgedErrors}`,
				run.forgedErrors === 0,
			),
		],
		notes: [
			`garbage, ${name}: ${run.received} arrived at one of ${SERVERS} servers, errors ${run.errors}, with a right checksum ${run.forgedErrors}${run.text === undefined ? "" : `: ${run.text}`}`,
		],
	};
}

export const GARBAGE_JOBS: ReadonlyArray<Job> = [{ name: "garbage", contenders: [OURS], run: measure }];
