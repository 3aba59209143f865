import { HttpService } from "@rbxts/services";
import { takeSituations } from "../../src/diagnostics/situations";
import { generatePlan } from "./generate";
import { Mode, Plan } from "./plan";
import { PictureHead, picturePlan } from "./picture";
import { Outcome, runPlan } from "./run";
import { kindOf, shrinkPlan } from "./shrink";
import { MessageTrace } from "./trace";

/** What the program that runs this lends it. */
export interface Host {
	/** Real seconds. */
	readonly clock: () => number;
	/** Passes one line of JSON on at once. */
	readonly emit: (line: string) => void;
}

/** What a process is to do, as JSON. */
type Task =
	| {
			readonly kind: "seeds";
			readonly seeds: readonly number[];
			readonly mode?: Mode;
			/** Whether the first problem ends it. */
			readonly untilProblem?: boolean;
	  }
	| { readonly kind: "generate"; readonly seed: number; readonly mode?: Mode }
	| { readonly kind: "plan"; readonly plan: Plan; readonly traced?: boolean }
	| { readonly kind: "picture"; readonly plan: Plan; readonly head: PictureHead }
	| { readonly kind: "shrink"; readonly plan: Plan; readonly mostRuns?: number };

function summary(plan: Plan, outcome: Outcome, realSeconds: number, trace?: MessageTrace): object {
	const { violation } = outcome;
	const situations = {} as { [name: string]: number };
	for (const [name, count] of takeSituations()) situations[name] = count;
	return {
		seed: plan.seed,
		mode: plan.mode,
		features: plan.features,
		items: plan.items.size(),
		hash: outcome.hash,
		problem: violation?.problem,
		kind: violation && kindOf(violation.problem),
		atSeconds: violation?.atSeconds,
		servers: outcome.servers,
		involved: violation?.servers,
		serverSeconds: outcome.serverSeconds,
		deliveries: outcome.deliveries,
		publishes: outcome.publishes,
		agreedAfterSeconds: outcome.agreedAfterSeconds,
		situations,
		realSeconds,
		plan: violation ? plan : undefined,
		story: violation || trace ? outcome.story : undefined,
		events: violation && trace?.lastOf(violation.servers),
	};
}

/** Does a task; what comes of it is emitted line by line. */
export function main(taskText: string, host: Host): void {
	const task = HttpService.JSONDecode(taskText) as Task;
	const run = (plan: Plan, traced = false): Outcome => {
		const started = host.clock();
		let trace: MessageTrace | undefined;
		const outcome = runPlan(plan, {
			begin: (stage) => {
				if (!traced) return;
				trace = new MessageTrace(stage);
				stage.watch(trace);
			},
		});
		host.emit(HttpService.JSONEncode(summary(plan, outcome, host.clock() - started, trace)));
		return outcome;
	};
	switch (task.kind) {
		case "seeds":
			for (const seed of task.seeds) {
				if (run(generatePlan(seed, task.mode)).violation && task.untilProblem) return;
			}
			return;
		case "generate":
			return host.emit(HttpService.JSONEncode(generatePlan(task.seed, task.mode)));
		case "picture":
			return host.emit(HttpService.JSONEncode(picturePlan(task.plan, task.head)));
		case "plan":
			run(task.plan, task.traced);
			return;
		case "shrink": {
			const progress = (items: number, runs: number): void => host.emit(HttpService.JSONEncode({ items, runs }));
			run(shrinkPlan(task.plan, progress, task.mostRuns));
			return;
		}
	}
}
