import { OURS } from "../../../contender";
import { Job, RunOptions } from "../../../job";
import { percentile, sorted } from "../../../measure/percentiles";
import { decimals, Outcome, percentText, Row, row, secondsText } from "../../../row";
import { serversOf } from "../sizes";
import { RelayGame } from "./game";
import { modelOf } from "./model";

const SIZES = [500, 2000, 5000, 20_000];
const QUICK_SIZES = [500, 2000];
/** From so many servers on relays are modelled too. */
const RELAYS_FROM = 2000;
const GROUP_SIZE = 150;
const UPDATES_PER_SECOND = 5;
const LOSSES = [0.01, 0.05];
const SECONDS = 120;
const GOALS = { p50: 8, p99: { few: 11, many: 13 }, crash: 40, share: 0.5 };

/** Games with and without relays, as a model; `docs/relays.md` says what follows from it. */
function measure(options: RunOptions): Outcome {
	const rows = new Array<Row>();
	const notes = new Array<string>();
	const { name } = options.contender;
	for (const servers of serversOf(options, SIZES, QUICK_SIZES)) {
		for (const groupSize of servers < RELAYS_FROM ? [0] : [0, GROUP_SIZE]) {
			for (const loss of LOSSES) {
				const relayGame: RelayGame = {
					seed: options.seeds[0]!,
					servers,
					groupSize,
					updatesPerSecond: UPDATES_PER_SECOND,
					loss,
					seconds: SECONDS,
				};
				const how = groupSize === 0 ? "one hub" : `relays of ${groupSize}`;
				const what = `model of ${servers} servers, ${how}, ${percentText(loss)} loss, ${UPDATES_PER_SECOND} updates/s`;
				const figures = modelOf(relayGame);
				const updates = sorted(figures.updateSeconds);
				const crashes = sorted(figures.crashSeconds);
				const [p50, p99] = [percentile(updates, 0.5), percentile(updates, 0.99)];
				const crash99 = percentile(crashes, 0.99);
				const goal99 = loss < 0.02 ? GOALS.p99.few : GOALS.p99.many;
				const counts = groupSize > 0;
				rows.push(
					row(
						name,
						`${what}: update everywhere, p50 / p99; crash of a leaf known everywhere, p99; share of the limits`,
						counts ? `<= ${GOALS.p50} s / ${goal99} s; ${GOALS.crash} s; ${percentText(GOALS.share)}` : "-",
						`${secondsText(p50)} / ${secondsText(p99)}; ${secondsText(crash99)}; ${percentText(figures.shareOfLimit)}`,
						counts
							? p50 <= GOALS.p50 &&
									p99 <= goal99 &&
									crash99 <= GOALS.crash &&
									figures.shareOfLimit <= GOALS.share
							: undefined,
					),
				);
				notes.push(
					`${what}: ${secondsText(p50)} / ${secondsText(p99)}; crash p50 ${secondsText(percentile(crashes, 0.5))}, p99 ${secondsText(crash99)}; ` +
						`${percentText(figures.shareOfLimit)} of the limit; beats every ${decimals(figures.beatSeconds, 0)} s; casts/min ${decimals(figures.castsPerMinute, 0)}; ` +
						`the hub hears ${decimals(figures.hubHearsPerSecond, 1)}/s, a relay ${decimals(figures.relayHearsPerSecond, 1)}/s and sends ${decimals(figures.relaySendsPerMinute, 1)}/min`,
				);
			}
		}
	}
	return { rows, notes };
}

export const RELAY_JOBS: ReadonlyArray<Job> = [
	{ name: "hub relays", contenders: [OURS], machineCode: true, run: measure },
];
