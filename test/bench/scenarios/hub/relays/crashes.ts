import { Chance } from "./chance";
import {
	BEAT_SECONDS,
	beatSeconds,
	CAST_SECONDS,
	CHECK_SECONDS,
	LAST_PROBE_SECONDS,
	PATIENCE_SECONDS,
	PROBE_SECONDS,
	probesFor,
	RelayGame,
	SLACK_SECONDS,
} from "./game";

const CRASHES = 1000;

/** After which times the crash of a leaf is known everywhere. `spreadSeconds`: how long some casts took to be everywhere. */
export function crashTimes(relayGame: RelayGame, spreadSeconds: ReadonlyArray<number>): number[] {
	const chance = new Chance(relayGame.seed, "crashes", relayGame.loss);
	const interval = beatSeconds(relayGame);
	const promised = math.ceil(interval);
	const times = new Array<number>();
	for (const _ of $range(1, CRASHES)) {
		// The latest sign of life that arrived was made at some time before the crash.
		let heardAt = -chance.part() * interval;
		let hop = chance.hop();
		while (hop === math.huge) {
			heardAt -= interval;
			hop = chance.hop();
		}
		const suspectedAt = heardAt + hop + promised + SLACK_SECONDS + chance.part() * CHECK_SECONDS;
		let lostAt = suspectedAt + (probesFor(relayGame.loss) - 1) * PROBE_SECONDS + LAST_PROBE_SECONDS + CHECK_SECONDS;
		lostAt = math.max(lostAt, 0);
		// A relay tells the hub, and again with its next sign of life where that gets lost.
		if (relayGame.groupSize > 0) {
			let toHub = chance.hop();
			while (toHub === math.huge) {
				lostAt += BEAT_SECONDS;
				toHub = chance.hop();
			}
			lostAt += PATIENCE_SECONDS + toHub;
		}
		const spread = spreadSeconds[math.floor(chance.part() * spreadSeconds.size())]!;
		times.push(lostAt + chance.part() * CAST_SECONDS + spread);
	}
	return times;
}
