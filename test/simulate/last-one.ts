import { Actor } from "./actor";
import type { Stage } from "./stage";

/** A lease has to run out, the others have to be given up, and the last one is the last to have its turn. */
const LAST_SECONDS = 150;

/** L12: whoever is left is a candidate still, and leads, whatever it led and lost before. */
export class LastOne {
	public readonly seconds = LAST_SECONDS;

	private constructor(
		private readonly stage: Stage,
		private readonly actor: Actor,
	) {}

	/** Has all servers crash but the one that would come last. Undefined where nobody takes part in an election. */
	public static of(stage: Stage): LastOne | undefined {
		const candidates = stage.live().filter((actor) => !actor.candidates.isEmpty());
		const last = candidates[candidates.size() - 1];
		if (!last) return undefined;
		stage.trouble = "any";
		for (const actor of stage.live()) {
			if (actor === last) continue;
			actor.goneAtSeconds = stage.now();
			actor.server.Crash();
		}
		stage.tell(`all but server ${last.number} crash`);
		return new LastOne(stage, last);
	}

	public check(): void {
		for (const candidate of this.actor.candidates) {
			if (candidate.isLeading()) continue;
			const text = `server ${this.actor.number} is the only one, and does not lead after ${this.seconds} s`;
			this.stage.thrones.blame(candidate.scope, text, this.actor);
		}
	}
}
