import { classifyFrame } from "../report/classify-frame";
import { composeRecord, judge } from "../report/compose";
import { GameRecorder } from "../report/game-recorder";
import { Campaign, RunRecord } from "../report/run-record";
import { stageOf, watchElection, watchPool } from "../report/virtual-stage";
import { Actor } from "./actor";
import { describeItem, Plan, PlanItem, serversOf } from "./plan";
import { AGREEMENT_SECONDS, Outcome, runPlan } from "./run";
import type { Stage } from "./stage";

/** What the command knows of a run that is to be drawn. */
export interface PictureHead {
	readonly title: string;
	readonly summary: string;
	readonly commit: string;
	readonly command: string;
	readonly campaign?: Campaign;
}

/** Words that the report knows for what is done to a game. */
const WORDS: { readonly [kind: string]: string } = { cut: "partition", jump: "clock", players: "players" };
/** Changes are shown by what they lead to. */
const UNTOLD: ReadonlySet<string> = new Set(["put", "remove", "spin", "count", "tell"]);

function tellRecorder(recorder: GameRecorder, item: PlanItem, now: number): void {
	if (UNTOLD.has(item.kind)) return;
	const lasts = item.kind !== "jump" && "seconds" in item;
	recorder.noteEvent({
		kind: WORDS[item.kind] ?? item.kind,
		text: describeItem(item),
		servers: [...new Set(serversOf(item))],
		...(lasts ? { untilSeconds: now + item.seconds } : {}),
	});
}

function attach(stage: Stage, plan: Plan): { readonly recorder: GameRecorder; readonly stop: () => void } {
	const { emulated } = stage;
	const recorder = new GameRecorder({
		name: "net-server-sync",
		stage: stageOf(emulated, (server) => stage.numberOf(server.ServerId)),
		classify: classifyFrame,
		latestWins: !plan.items.some(
			(item) => item.kind === "jump" || (item.kind === "start" && item.skewSeconds !== undefined),
		),
		goals: plan.mode === "liveness" ? { differingContributions: 0 } : {},
	});
	stage.watch(recorder);
	stage.oracle.listener = (pool, key, { value, actor }) => recorder.noteChange(pool, key, value ?? "", actor.number);
	stage.listener = {
		started: (actor: Actor) => {
			for (const { pool } of [actor.pools.State, actor.pools.Kept]) {
				watchPool(recorder, actor.server, pool, (entry) => entry.value, actor.number);
			}
			for (const { election } of actor.candidates) watchElection(recorder, actor.server, election, actor.number);
		},
		happened: (item) => tellRecorder(recorder, item, emulated.Now()),
	};
	let cancel = (): void => {};
	const sample = (): void => {
		cancel = emulated.Schedule(recorder.sample(), sample);
	};
	sample();
	return {
		recorder,
		stop: () => {
			cancel();
			recorder.sample();
		},
	};
}

/** Runs a plan once more, with somebody who draws it. */
export function picturePlan(plan: Plan, head: PictureHead): RunRecord {
	let drawn: RunRecord | undefined;
	let attached: ReturnType<typeof attach> | undefined;
	runPlan(plan, {
		begin: (stage) => {
			attached = attach(stage, plan);
		},
		finish: (_, outcome) => {
			attached!.stop();
			drawn = composeRecord(
				{
					...head,
					seed: plan.seed,
					mode: plan.mode,
					hash: outcome.hash,
					...(outcome.violation ? { problem: outcome.violation.problem } : {}),
					figures: figuresOf(plan, outcome),
				},
				[attached!.recorder],
			);
		},
	});
	return drawn!;
}

function figuresOf(plan: Plan, outcome: Outcome): ReturnType<typeof judge>[] {
	const violations = outcome.violation ? 1 : 0;
	const first = {
		chart: "servers",
		name: "Invariants broken",
		way: "",
		value: violations,
		unit: "",
		detail: "",
	} as const;
	const figures = [judge(first, { relation: "exactly", value: 0 })];
	if (plan.mode === "liveness") {
		const value = outcome.agreedAfterSeconds ?? -1;
		const name = "All servers agree after the last fault, within";
		const agreed = { chart: "servers", name, way: "", value, unit: "s", detail: "" } as const;
		figures.push(judge(agreed, { relation: "at most", value: AGREEMENT_SECONDS }));
	}
	return figures;
}
