import { Contender, ElectionGame, ElectionGameOptions, listen, Said } from "../../../specs/support/election-game";
import { PLAYERS_PER_SERVER } from "../../world";

/** Starting the next server waits so long. */
const APART_SECONDS = 0.5;
const SETTLING_SECONDS = 30;
const JOIN_SECONDS = 20;
const STEP_SECONDS = 0.1;

/** A game that elects one leader, with as many servers all the time. */
export function startTrial(options: ElectionGameOptions, servers: number): ElectionGame {
	const trial = new ElectionGame(options);
	for (const _ of $range(1, servers)) {
		trial.add(1, { players: PLAYERS_PER_SERVER });
		trial.world.Run(APART_SECONDS);
	}
	trial.untilAgreed(120);
	trial.world.Run(SETTLING_SECONDS);
	return trial;
}

/** In place of one that has gone. */
export function replace(trial: ElectionGame): void {
	trial.add(1, { players: PLAYERS_PER_SERVER });
	trial.world.Run(JOIN_SECONDS);
	trial.untilAgreed(120);
}

/** Seconds until the condition holds, `math.huge` if it does not in time. */
export function secondsUntil(trial: ElectionGame, limitSeconds: number, condition: () => boolean): number {
	const start = trial.world.Now();
	while (!condition()) {
		if (trial.world.Now() - start >= limitSeconds) return math.huge;
		trial.world.Run(STEP_SECONDS);
	}
	return trial.world.Now() - start;
}

/** Messages about who leads, heartbeats and messages to the leader aside. */
export function isElectionMessage({ entries }: Said): boolean {
	return entries.some(({ word }) => word !== "beat" && word !== "tell" && word !== "told");
}

export { listen };
export type { Contender };

/** What must not have happened in any trial. */
export function problemsOf(trial: ElectionGame): string[] {
	const problems = [...trial.problems];
	for (const { text } of trial.world.Errors) problems.push(text);
	return problems;
}
