import { GameRecorder } from "./game-recorder";
import { grouped, milliseconds, tenth } from "./rounding";
import { Campaign, Figure, Goal, RunRecord, Verdict } from "./run-record";

/** What the program that runs the game knows. */
export interface RecordHead {
	readonly title: string;
	readonly summary: string;
	readonly commit: string;
	readonly seed: number;
	readonly mode: string;
	readonly hash: string;
	readonly command?: string;
	/** Without a problem here, the run passes if the figures of the first way do. */
	readonly problem?: string;
	/** Besides those that the recorder has. */
	readonly figures?: readonly Figure[];
	readonly campaign?: Campaign;
}

/** A server that starts does not know the others at once. */
const START_SECONDS = 10;

export function meets(value: number, goal: Goal): boolean {
	if (goal.relation === "exactly") return value === goal.value;
	if (goal.relation === "at least") return value >= goal.value;
	return value >= 0 && value <= goal.value;
}

/** A figure with its verdict. */
export function judge(figure: Omit<Figure, "passed" | "goal">, goal: Goal | undefined): Figure {
	if (!goal) return { ...figure, passed: true };
	return { ...figure, goal, passed: meets(figure.value, goal) };
}

function atMost(value: number | undefined): Goal | undefined {
	return value === undefined ? undefined : { relation: value === 0 ? "exactly" : "at most", value };
}

/** The figures of one game. */
export function figuresOf(recorder: GameRecorder): Figure[] {
	const { lag, goals, name: way, samples } = recorder;
	const counts = recorder.counts();
	const figures = new Array<Figure>();
	const add = (figure: Omit<Figure, "passed" | "goal" | "way" | "detail">, goal?: number, detail = ""): void => {
		figures.push(judge({ ...figure, way, detail }, atMost(goal)));
	};
	const [p50, p95, p99, slowest] = recorder.lagPercentiles([0.5, 0.95, 0.99, 1]);
	const measured = `of ${grouped(lag.arrived() + recorder.missing())} changes`;
	const lagName = (share: string): string => `Change on every server, ${share}`;
	add({ chart: "lag", name: lagName("half of them within"), value: p50!, unit: "s" }, goals.lagP50Seconds);
	add({ chart: "lag", name: lagName("95 % within"), value: p95!, unit: "s" }, goals.lagP95Seconds);
	add({ chart: "lag", name: lagName("99 % within"), value: p99!, unit: "s" }, goals.lagP99Seconds);
	add({ chart: "lag", name: lagName("slowest"), value: slowest!, unit: "s" }, goals.lagMostSeconds, measured);
	const missing = recorder.missing();
	const goal = goals.missingChanges;
	add(
		{ chart: "lag", name: "Changes that never got everywhere", value: missing, unit: "" },
		goal,
		`of ${grouped(lag.total)}`,
	);

	for (const [limitName, name] of [
		["received by the game", "Received by the whole game, worst minute"],
		["received on a topic", "Received on the busiest topic, worst minute"],
		["sends of a server", "Sent by the busiest server, worst minute"],
	] as const) {
		const use = counts.limits.find((candidate) => candidate.name === limitName);
		if (!use) continue;
		const detail = `${grouped(use.most)} of ${grouped(use.limit)}`;
		add(
			{ chart: "limits", name, value: tenth(use.share * 100), unit: "% of the limit" },
			goals.limitPercent,
			detail,
		);
	}
	const asked = tenth(recorder.mostAskedShare() * 100);
	add({ chart: "limits", name: "Asked of the whole game, worst minute", value: asked, unit: "% of the limit" });
	const drops = counts.limiterDrops;
	add({ chart: "limits", name: "Messages dropped for a limit", value: drops, unit: "" }, goals.messagesOverLimit);

	const lost = counts.droppedByLoss + counts.droppedByFilter + counts.droppedByDeafness;
	const share = tenth((lost * 100) / math.max(1, lost + counts.deliveries));
	add({ chart: "traffic", name: "Messages published", value: counts.publishes, unit: "" });
	add({ chart: "traffic", name: "Copies delivered", value: counts.deliveries, unit: "" });
	add({ chart: "traffic", name: "Copies lost", value: lost, unit: "" }, undefined, `${share} %`);
	add({ chart: "traffic", name: "Copies delivered twice", value: counts.duplicates, unit: "" });
	let repairs = 0;
	for (const count of samples.column("repairs")) repairs += count;
	add({ chart: "traffic", name: "Repairs asked for and given", value: repairs, unit: "" });

	const wrong = milliseconds(recorder.lanes.longestWrongSeconds(START_SECONDS));
	add(
		{ chart: "servers", name: "Longest wrong list of servers", value: wrong, unit: "s" },
		goals.wrongServersSeconds,
	);
	if (!recorder.reigns.list.isEmpty()) {
		const { vacantSeconds, doubleSeconds } = recorder.reigns.totals(recorder.endSeconds());
		const times = recorder.reigns.list.size() + recorder.reigns.leftOut;
		add(
			{ chart: "leadership", name: "Longest time without a leader", value: vacantSeconds, unit: "s" },
			goals.vacantSeconds,
			"since there was the first",
		);
		add(
			{ chart: "leadership", name: "Time with more than one leader", value: doubleSeconds, unit: "s" },
			goals.twoLeadersSeconds,
		);
		add({ chart: "leadership", name: "Times that somebody began to lead", value: times, unit: "" });
	}
	const sampleCount = samples.atSeconds.size();
	const [least, most] = [samples.column("shownLeast")[sampleCount - 1], samples.column("shownMost")[sampleCount - 1]];
	if (least !== undefined && most !== undefined && least >= 0) {
		const name = "Contributions by which servers differ at the end";
		const detail = least === most ? `${grouped(most)} on each` : `${grouped(least)} to ${grouped(most)}`;
		add({ chart: "contributions", name, value: most - least, unit: "" }, goals.differingContributions, detail);
	}
	return figures;
}

/** The record of a run: of one game, or of several ways of doing the same. The first is the one that is judged. */
export function composeRecord(head: RecordHead, recorders: readonly GameRecorder[]): RunRecord {
	const judged = recorders[0]!;
	const figures = [...(head.figures ?? [])];
	for (const recorder of recorders) for (const figure of figuresOf(recorder)) figures.push(figure);
	const diagram = judged.diagramRecord();
	if (diagram) {
		let lost = 0;
		for (const { losses } of diagram.messages) lost += losses.size();
		const base = { chart: "diagram", way: "", unit: "", detail: "" } as const;
		figures.push(judge({ ...base, name: "Messages in this window", value: diagram.messages.size() }, undefined));
		figures.push(judge({ ...base, name: "Copies of them that were lost", value: lost }, undefined));
	}
	const failed = figures.find(({ passed, way }) => !passed && (way === "" || way === judged.name));
	const problem = head.problem ?? (failed && `${failed.name}: not as it should be`);
	const verdict: Verdict = problem === undefined ? { passed: true } : { passed: false, problem };
	return {
		title: head.title,
		summary: head.summary,
		commit: head.commit,
		seed: head.seed,
		mode: head.mode,
		seconds: judged.endSeconds(),
		hash: head.hash,
		verdict,
		command: head.command ?? "",
		plan: judged.events,
		figures,
		ways: recorders.map((recorder) => recorder.wayRecord()),
		...(diagram ? { diagram } : {}),
		...(head.campaign ? { campaign: head.campaign } : {}),
	};
}
