import { Idle, IDLE_SECONDS } from "./idle";
import { Judge } from "./judge";
import { LastOne } from "./last-one";
import { Plan } from "./plan";
import { Stage, StoryLine, Violation } from "./stage";

/** How often everything is looked at, in virtual seconds. */
const AUDIT_SECONDS = 5;
/**
 * All servers agree so many seconds after the last fault has ended and the last late message has come, whatever it was. Nearly always it is less than 20: what
 * takes longer is a backlog of large values, since budgets recover slowly from congestion, and what a gone server left, which is kept for a minute.
 */
export const AGREEMENT_SECONDS = 180;

/** What came of one run. */
export interface Outcome {
	/** Of everything that went over the wire, and of what the servers see in the end. */
	readonly hash: string;
	readonly violation: Violation | undefined;
	readonly story: readonly StoryLine[];
	/** Sum over all servers of the virtual seconds they lived. */
	readonly serverSeconds: number;
	/** How many took part. */
	readonly servers: number;
	readonly deliveries: number;
	readonly publishes: number;
	/** liveness: how long after the last fault all servers agreed. */
	readonly agreedAfterSeconds: number | undefined;
}

/** Told of a run as it goes, for pictures of it. */
export interface RunObserver {
	readonly begin?: (stage: Stage) => void;
	/** Before the game is taken down. */
	readonly finish?: (stage: Stage, outcome: Outcome) => void;
}

/** Runs a plan from its beginning to its end, or to the first thing that must never happen. */
export function runPlan(plan: Plan, observer?: RunObserver): Outcome {
	const stage = new Stage(plan);
	const { emulated } = stage;
	const judge = new Judge(stage);
	let serverSeconds = 0;
	let agreedAfterSeconds: number | undefined;
	observer?.begin?.(stage);

	const advance = (untilSeconds: number, between: () => void): void => {
		while (emulated.Now() < untilSeconds && !stage.violation) {
			const seconds = math.min(AUDIT_SECONDS, untilSeconds - emulated.Now());
			serverSeconds += seconds * stage.live().size();
			// What is called for the game's scripts throws in their place.
			const [success, failure] = pcall(() => {
				emulated.Run(seconds);
				stage.audit();
			});
			if (!success) stage.accuse(`error: ${failure}`, []);
			between();
		}
	};

	advance(plan.seconds, () => {});
	if (plan.mode === "liveness" && !stage.violation) {
		stage.heal();
		const lastFaultSeconds = math.max(emulated.Now(), stage.lateUntilSeconds);
		// Calls that hang have returned by then.
		emulated.Schedule(plan.quietSeconds - AUDIT_SECONDS, () => stage.checkTallies());
		const compare = (): void => {
			const agreed = judge.isAgreed();
			if (agreed) agreedAfterSeconds ??= math.max(0, emulated.Now() - lastFaultSeconds);
			else agreedAfterSeconds = undefined;
		};
		advance(plan.seconds + plan.quietSeconds - IDLE_SECONDS, compare);
		const idle = new Idle(stage);
		advance(plan.seconds + plan.quietSeconds, compare);
		if (!stage.violation) {
			const problem = judge.problem() ?? idle.problem();
			if (problem) stage.accuse(problem.text, problem.servers);
			else if (agreedAfterSeconds! > AGREEMENT_SECONDS) {
				stage.accuse(`servers agreed only ${agreedAfterSeconds} s after the last fault`, []);
			}
		}
	}
	const lastOne = plan.mode === "liveness" && !stage.violation ? LastOne.of(stage) : undefined;
	if (lastOne) {
		advance(emulated.Now() + lastOne.seconds, () => {});
		if (!stage.violation) lastOne.check();
	}
	const counted = emulated.GetStatistics();
	const outcome: Outcome = {
		hash: emulated.GetTraceHash(),
		violation: stage.violation,
		story: stage.story,
		serverSeconds,
		servers: stage.actors.size(),
		deliveries: counted.deliveries,
		publishes: counted.publishes,
		agreedAfterSeconds,
	};
	observer?.finish?.(stage, outcome);
	emulated.Destroy();
	return outcome;
}
