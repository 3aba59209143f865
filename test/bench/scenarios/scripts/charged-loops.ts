import { chargedFile, useMeter } from "../../../../src/entity/charge";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, percentText, Row, row } from "../../row";
import { LOOPS as BARE } from "./loops";
import { LOOPS as CHARGED } from "./loops.charged";

// Short trials, so that many of them are over before anything else runs on the same processor.
const ROUNDS = 20_000;
const TRIALS = 1000;
const QUICK_TRIALS = 300;
const NANOSECONDS = 1e9;
const HIGHEST_SHARE = 0.15;

function listOf(length: number): number[] {
	const list = new Array<number>();
	for (const index of $range(1, length)) list.push(index);
	return list;
}

/** The fastest of many trials is what the loop takes when nothing else runs. Bare and charged by turns, so that both meet the same machine. */
function fastest({ host, quick }: RunOptions, index: number): [bare: number, charged: number] {
	const times: [number, number] = [math.huge, math.huge];
	const runs = [BARE[index]![1], CHARGED[index]![1]];
	const list = listOf(ROUNDS);
	for (const _ of $range(1, quick ? QUICK_TRIALS : TRIALS)) {
		for (const side of [0, 1]) {
			const startedAt = host.clock();
			runs[side]!(ROUNDS, list);
			times[side] = math.min(times[side]!, ((host.clock() - startedAt) / ROUNDS) * NANOSECONDS);
		}
	}
	return times;
}

function measure(options: RunOptions): Outcome {
	const rows = new Array<Row>();
	let points = 0;
	// As dear as the least that a meter does: it adds up, and looks at the clock.
	const limitAt = options.host.clock() + 3600;
	useMeter((more) => {
		points += more;
		assert(options.host.clock() < limitAt, "nothing here takes an hour");
	});
	for (const index of $range(0, BARE.size() - 1)) {
		const [kind, run] = CHARGED[index]!;
		assert(chargedFile(run) !== undefined, "the transformer has charged the loops");
		const before = points;
		run(ROUNDS, listOf(ROUNDS));
		const isExact = math.abs(points - before - ROUNDS - 1) <= 256;
		const [bare, charged] = fastest(options, index);
		const share = charged / bare - 1;
		rows.push(
			row(
				OURS,
				`overhead of charged loop: ${kind}, bare beside charged (real time, interpreted)`,
				"≤ 15 %, exact to ±256 points",
				`${percentText(share)} (${decimals(bare, 1)} ns beside ${decimals(charged, 1)} ns)${isExact ? "" : ", not exact"}`,
				share <= HIGHEST_SHARE && isExact,
			),
		);
	}
	useMeter(undefined);
	return { rows, notes: rows.map(({ what, measured }) => `${what}: ${measured}`) };
}

export const CHARGED_LOOP_JOBS: ReadonlyArray<Job> = [
	{ name: "scripts charged loops", contenders: [OURS], run: measure },
];
