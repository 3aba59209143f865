import { Contest } from "./contest";
import type { Scope } from "./scope";

const ALWAYS = { untilSeconds: math.huge };

/** Every server leads for itself, at once. */
export class Local implements Contest {
	public dueSeconds = math.huge;

	constructor(private readonly scope: Scope) {}

	public begin(): void {
		this.scope.due(this.scope.elections.context.now());
	}

	public tick(): void {
		const { scope } = this;
		if (scope.isEligible() && !scope.isBarred(scope.elections.context.selfId))
			scope.lead(scope.highestTerm + 1, ALWAYS);
	}

	public synced(): void {}

	public hear(): void {}

	public learned(): void {}

	public vanished(): void {}

	public doubted(): void {}

	public release(_term: number, done: () => void): void {
		done();
	}

	public rest(): void {
		this.scope.due(this.scope.elections.context.now() + 10);
	}
}
