import { jsonBytes, RandomStream, VirtualGame } from "../../../src/testing";
import { Kind } from "../../../src/wire/layout";
import { startServers } from "../cluster-of";
import { Contender, OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch, Seen } from "../measure/cloud-watch";
import { frameOf, ownRecords, sectionCharacters } from "../measure/frames";
import { fitLine } from "../measure/line";
import { mean, percentile, sorted } from "../measure/percentiles";
import { decimals, Outcome, row } from "../row";
import { keyName, valueOf } from "../values";

const SERVERS = 2;
const KEYS = 100;
const VALUE_BYTES = 30;
const SETTLING_SECONDS = 60;
/** Long enough that nothing of the last change is repeated with the next. */
const QUIET_SECONDS = 40;
const MOST_PER_MESSAGE = 20;
const OVERHEAD_GOAL = 6;
const MESSAGE_GOAL = 40;
const UPDATES_GOAL = 25;

interface Measured {
	/** Updates in a message, and its bytes but for the beat. */
	readonly points: Array<readonly [updates: number, bytes: number]>;
	readonly beats: number[];
	/** Updates in each full message of a burst of all keys. */
	readonly full: number[];
}

/** Updates in a message, those of the measured server. */
function updatesIn(contender: Contender, seen: Seen): number {
	return contender.name === OURS ? ownRecords(frameOf(seen.message)) : 1;
}

function runOnce({ contender }: RunOptions, seed: number): Measured {
	// How much of it gets through is not the matter here.
	const world = VirtualGame({ seed, overLimit: "allow" });
	const texts = new RandomStream(seed, "values");
	const members = startServers(
		world,
		contender,
		"values",
		SERVERS,
		() => {},
		() => {},
	);
	const sender = members[0]!;
	let updates = 0;
	const change = (count: number): void => {
		for (const index of $range(0, count - 1)) {
			updates += 1;
			sender.contribute(valueOf(keyName(1, index), updates, VALUE_BYTES, texts));
		}
	};
	change(KEYS);
	world.Run(SETTLING_SECONDS);

	let seen = new Array<Seen>();
	const watch = new CloudWatch(world, SERVERS, (message) => {
		if (message.sender === sender.server.ServerId && message.receivers > 1) seen.push(message);
	});
	const points = new Array<readonly [number, number]>();
	const beats = new Array<number>();
	for (const count of $range(1, MOST_PER_MESSAGE)) {
		seen = [];
		const changedAt = world.Now();
		change(count);
		world.Run(QUIET_SECONDS);
		watch.flush();
		const first = seen.find((message) => message.atSeconds >= changedAt && updatesIn(contender, message) > 0);
		assert(first, "a change is sent");
		const beat = contender.name === OURS ? sectionCharacters(first.message, Kind.Beat) : 0;
		if (beat > 0) beats.push(beat);
		points.push([updatesIn(contender, first), jsonBytes(first.message) - beat]);
	}
	seen = [];
	change(KEYS);
	world.Run(QUIET_SECONDS);
	watch.finish();
	const counts = sorted(seen.map((message) => updatesIn(contender, message)));
	// The burst's last message takes what is left; echoes hold fewer.
	const most = percentile(counts, 1);
	world.Destroy();
	return { points, beats, full: counts.filter((count) => count > most - 3) };
}

function measure(options: RunOptions): Outcome {
	const points = new Array<readonly [number, number]>();
	const full = new Array<number>();
	const beats = new Array<number>();
	for (const seed of options.seeds) {
		const measured = runOnce(options, seed);
		for (const point of measured.points) points.push(point);
		for (const count of measured.full) full.push(count);
		for (const beat of measured.beats) beats.push(beat);
	}
	const { name } = options.contender;
	let perUpdate = 0;
	let perMessage = 0;
	if (name === OURS) {
		const { base, slope } = fitLine(points);
		perUpdate = slope - VALUE_BYTES;
		perMessage = base;
	} else {
		// One update a message: no telling what is whose.
		perMessage = mean(points.map(([, bytes]) => bytes)) - VALUE_BYTES;
	}
	const updates = mean(full);
	return {
		rows: [
			row(
				name,
				`bytes more than the value, for each update of ${VALUE_BYTES} bytes whose key is known`,
				`<= ${OVERHEAD_GOAL}`,
				decimals(perUpdate, 1),
				perUpdate <= OVERHEAD_GOAL,
			),
			row(
				name,
				"characters of each message besides (beat, where there is one)",
				`<= ${MESSAGE_GOAL}`,
				`${decimals(perMessage, 1)} (${decimals(mean(beats), 1)})`,
				perMessage <= MESSAGE_GOAL,
			),
			row(
				name,
				"such updates in a full message",
				`>= ${UPDATES_GOAL}`,
				decimals(updates, 1),
				updates >= UPDATES_GOAL,
			),
		],
		notes: [
			`overhead, ${name}: ${decimals(perUpdate, 2)} bytes an update, ${decimals(perMessage, 2)} a message, beat ${decimals(mean(beats), 1)}, full messages hold ${full.join(", ")}`,
		],
	};
}

export const OVERHEAD_JOBS: ReadonlyArray<Job> = [
	{ name: "overhead", contenders: [OURS, PLAIN, RBX_NET], run: measure },
];
