import { Plan, PlanItem, serversOf } from "./plan";
import { AGREEMENT_SECONDS, runPlan } from "./run";
import { simplerItems, withoutServer } from "./simpler";
import { Violation } from "./stage";

/** Told of each step that left a smaller plan which still fails. */
export type Progress = (items: number, runs: number) => void;

/** What a run goes on for after its problem was seen: it must not be the end that is the problem. */
const SPARE_SECONDS = 10;

/** What does not fail may have been lucky: so many more seeds are tried before that is believed, in the end. */
const OTHER_SEEDS = 6;

/** What kind of problem this is: its text without what is of this run only, such as names, numbers, values and places in code. */
export function kindOf(problem: string): string {
	const [firstLine] = string.match(problem, "^[^\n]*");
	const [unquoted] = string.gsub(firstLine as string, '"[^"]*"', "…");
	const words = string.split(unquoted, " ").filter((word) => {
		const [names] = string.find(word, "[%d=]");
		const [path] = string.find(word, "%w[.]%w");
		return names === undefined && path === undefined;
	});
	return words.join(" ");
}

/** Makes a failing plan smaller as long as it fails in the same way: shorter, fewer servers, fewer items, simpler ones. */
class Shrinker {
	private runs = 0;
	/** With how many more seeds for the cloud's draws each plan is tried. */
	private otherSeeds = 0;
	private readonly kind: string;

	constructor(
		private plan: Plan,
		violation: Violation,
		private readonly progress: Progress,
		private readonly mostRuns: number,
	) {
		this.kind = kindOf(violation.problem);
		this.endSoonAfter(violation);
	}

	public shrink(): Plan {
		this.shorten();
		while (this.runs < this.mostRuns) {
			const before = this.plan;
			this.leaveOut();
			this.simplify();
			this.shorten();
			if (this.plan !== before) continue;
			// What is left may be there for its effect on chance only.
			this.otherSeeds = OTHER_SEEDS;
			this.leaveOut();
			this.otherSeeds = 0;
			if (this.plan === before) break;
		}
		return this.plan;
	}

	/** Takes this plan instead if it still fails so. */
	private try(plan: Plan): boolean {
		for (const other of $range(0, this.otherSeeds)) {
			if (this.runs >= this.mostRuns) return false;
			this.runs += 1;
			const candidate = { ...plan, seed: plan.seed + other };
			const { violation } = runPlan(candidate);
			if (!violation || kindOf(violation.problem) !== this.kind) continue;
			this.plan = candidate;
			this.endSoonAfter(violation);
			this.progress(this.plan.items.size(), this.runs);
			return true;
		}
		return false;
	}

	private leaveOut(): void {
		this.leaveOutServers();
		this.leaveOutAlike((item) => (item.kind === "put" || item.kind === "remove" ? item.key : item.kind));
		this.leaveOutGroups();
	}

	private tryItems(items: readonly PlanItem[]): boolean {
		return items.size() < this.plan.items.size() && this.try({ ...this.plan, items });
	}

	/** What happens up to a problem does not depend on what comes after it, unless that is the end of all faults. */
	private endSoonAfter({ atSeconds }: Violation): void {
		const { plan } = this;
		const items = plan.items.filter((item) => item.atSeconds <= atSeconds);
		if (atSeconds >= plan.seconds) this.plan = { ...plan, items };
		else {
			const seconds = math.min(plan.seconds, math.ceil(atSeconds) + SPARE_SECONDS);
			this.plan = { ...plan, items, mode: "safety", seconds, quietSeconds: 0 };
		}
	}

	/** Less virtual time to look at. */
	private shorten(): void {
		if (this.plan.mode === "safety") return;
		const quietSeconds = AGREEMENT_SECONDS + 50;
		if (this.plan.quietSeconds > quietSeconds) this.try({ ...this.plan, quietSeconds });
		for (const part of [0.25, 0.5, 0.75]) {
			const seconds = math.ceil(this.plan.seconds * part);
			const items = this.plan.items.filter((item) => item.atSeconds <= seconds);
			if (this.try({ ...this.plan, seconds, items })) return;
		}
	}

	private leaveOutServers(): void {
		const servers = new Set<number>();
		for (const item of this.plan.items) for (const server of serversOf(item)) servers.add(server);
		const numbers = [...servers];
		numbers.sort((left, right) => left > right);
		let size = math.max(1, numbers.size().idiv(2));
		while (true) {
			for (let from = 0; from < numbers.size(); from += size) {
				let items = this.plan.items;
				for (const index of $range(from, math.min(from + size, numbers.size()) - 1)) {
					items = withoutServer(items, numbers[index]!);
				}
				this.tryItems(items);
			}
			if (size === 1) return;
			size = size.idiv(2);
		}
	}

	/** All items of one name at once. */
	private leaveOutAlike(nameOf: (item: PlanItem) => string): void {
		const names = new Set<string>();
		for (const item of this.plan.items) names.add(nameOf(item));
		const sorted = [...names];
		sorted.sort((left, right) => left < right);
		for (const name of sorted) this.tryItems(this.plan.items.filter((item) => nameOf(item) !== name));
	}

	private leaveOutGroups(): void {
		let size = math.max(1, this.plan.items.size().idiv(2));
		while (true) {
			let from = 0;
			while (from < this.plan.items.size()) {
				const start = from;
				const kept = this.plan.items.filter((_, index) => index < start || index >= start + size);
				if (!this.tryItems(kept)) from += size;
			}
			if (size === 1) return;
			size = math.max(1, size.idiv(2));
		}
	}

	/** Makes each item do less: shorter, fewer times, without what is special about it. */
	private simplify(): void {
		let index = 0;
		while (index < this.plan.items.size()) {
			const present = this.plan.items[index]!;
			const isSimpler = simplerItems(present).some((simpler) => {
				const items = [...this.plan.items];
				items[index] = simpler;
				return this.try({ ...this.plan, items });
			});
			if (!isSimpler) index += 1;
		}
	}
}

/** The smallest plan found, in that many runs, that still fails in the same way. */
export function shrinkPlan(plan: Plan, progress: Progress, mostRuns = 1000): Plan {
	const { violation } = runPlan(plan);
	assert(violation, "this plan does not fail");
	return new Shrinker(plan, violation, progress, mostRuns).shrink();
}
