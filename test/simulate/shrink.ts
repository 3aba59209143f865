import { Plan, PlanItem, serversOf } from "./plan";
import { runPlan } from "./run";

/** Told of each step that left a smaller plan which still fails. */
export type Progress = (items: number, runs: number) => void;

/** Makes a failing plan smaller by leaving out items, as long as it fails: all of a server's, then groups of items, then single ones. */
class Shrinker {
	private runs = 0;

	constructor(
		private plan: Plan,
		private readonly progress: Progress,
		private readonly mostRuns: number,
	) {}

	public shrink(): Plan {
		this.forgetWhatComesAfter();
		let before = math.huge;
		while (this.plan.items.size() < before && this.runs < this.mostRuns) {
			before = this.plan.items.size();
			this.leaveOutServers();
			this.leaveOutGroups();
		}
		this.shorten();
		return this.plan;
	}

	private fails(plan: Plan): boolean {
		if (this.runs >= this.mostRuns) return false;
		this.runs += 1;
		return runPlan(plan).violation !== undefined;
	}

	/** Takes these items instead if the plan still fails so. */
	private try(items: readonly PlanItem[]): boolean {
		if (items.size() >= this.plan.items.size()) return false;
		const candidate: Plan = { ...this.plan, items };
		if (!this.fails(candidate)) return false;
		this.plan = candidate;
		this.progress(items.size(), this.runs);
		return true;
	}

	private forgetWhatComesAfter(): void {
		const { violation } = runPlan(this.plan);
		assert(violation, "this plan does not fail");
		this.try(this.plan.items.filter((item) => item.atSeconds <= violation.atSeconds));
	}

	private leaveOutServers(): void {
		const servers = new Set<number>();
		for (const item of this.plan.items) for (const server of serversOf(item)) servers.add(server);
		const numbers = [...servers];
		numbers.sort((left, right) => left > right);
		for (const number of numbers) {
			this.try(this.plan.items.filter((item) => item.kind === "cut" || !serversOf(item).includes(number)));
		}
	}

	private leaveOutGroups(): void {
		let size = math.max(1, this.plan.items.size().idiv(2));
		while (true) {
			let from = 0;
			while (from < this.plan.items.size()) {
				const start = from;
				const kept = this.plan.items.filter((_, index) => index < start || index >= start + size);
				if (!this.try(kept)) from += size;
			}
			if (size === 1) return;
			size = math.max(1, size.idiv(2));
		}
	}

	/** Less virtual time to look at, where that still fails. */
	private shorten(): void {
		let lastSeconds = 0;
		for (const item of this.plan.items) lastSeconds = math.max(lastSeconds, item.atSeconds);
		for (const spareSeconds of [5, 30, 90]) {
			const seconds = math.ceil(lastSeconds) + spareSeconds;
			if (seconds >= this.plan.seconds) return;
			const candidate: Plan = { ...this.plan, seconds };
			if (!this.fails(candidate)) continue;
			this.plan = candidate;
			return;
		}
	}
}

/** The smallest plan found, in that many runs, that still fails. */
export function shrinkPlan(plan: Plan, progress: Progress, mostRuns = 1000): Plan {
	return new Shrinker(plan, progress, mostRuns).shrink();
}
