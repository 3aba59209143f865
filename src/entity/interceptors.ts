import { Log } from "../diagnostics/logger";
import { callWithoutYield } from "../diagnostics/call";
import { EntityAction } from "./types";

/** Lets an action pass (nil), denies it (false), or returns the one that is done in its place. */
export type Interceptor = (action: EntityAction) => EntityAction | false | undefined;

/** What looks at every action before it is done. */
export class Interceptors {
	private list = new Array<Interceptor>();
	public denied = 0;

	constructor(
		private readonly log: Log,
		private readonly label: string,
	) {}

	public add(interceptor: Interceptor): () => void {
		this.list.push(interceptor);
		return () => {
			this.list = this.list.filter((other) => other !== interceptor);
		};
	}

	/** What is left of some actions. One that fails lets the action pass. */
	public pass(actions: EntityAction[]): EntityAction[] {
		if (this.list.isEmpty() || actions.isEmpty()) return actions;
		const passed = new Array<EntityAction>();
		for (const action of actions) {
			const left = this.intercept(action);
			if (left) passed.push(left);
			else this.denied += 1;
		}
		return passed;
	}

	private intercept(action: EntityAction): EntityAction | undefined {
		let present = action;
		for (const interceptor of this.list) {
			const { outcome, result } = callWithoutYield(interceptor, present);
			if (outcome !== "returned") {
				const reason = outcome === "yielded" ? "it yielded" : tostring(result);
				this.log.warnOnce(
					`interceptor ${this.label}`,
					`${this.label}: an interceptor of actions failed (${reason}); the action is done all the same`,
				);
			} else if (result === false) return undefined;
			else if (typeIs(result, "table")) present = result as unknown as EntityAction;
		}
		return present;
	}
}
