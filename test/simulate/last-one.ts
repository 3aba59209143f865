import { Actor } from "./actor";
import type { Stage } from "./stage";

/** The others have to be given up, each after the one that would have noticed it before, and then the last one has its turn. */
const LAST_SECONDS = 120;
const EACH_SECONDS = 8;

/** L12: whoever is left is a candidate still, and leads, whatever it led and lost before. */
export class LastOne {
	private constructor(
		private readonly stage: Stage,
		private readonly actor: Actor,
		public readonly seconds: number,
	) {}

	/** Has all servers crash but the one that would come last. Undefined where nobody takes part in an election. */
	public static of(stage: Stage): LastOne | undefined {
		const candidates = stage.live().filter((actor) => !actor.candidates.isEmpty());
		const last = candidates[candidates.size() - 1];
		if (!last) return undefined;
		stage.trouble = "any";
		const live = stage.live();
		const seconds = LAST_SECONDS + EACH_SECONDS * live.size();
		// The limits fall with the servers, and the last one cannot know before it has asked them all whether they live.
		stage.excusedUntilSeconds = math.max(stage.excusedUntilSeconds, stage.now() + seconds);
		for (const actor of live) {
			if (actor === last) continue;
			actor.goneAtSeconds = stage.now();
			actor.server.Crash();
		}
		stage.tell(`all but server ${last.number} crash`);
		return new LastOne(stage, last, seconds);
	}

	public check(): void {
		for (const candidate of this.actor.candidates) {
			if (candidate.isLeading()) continue;
			const text = `server ${this.actor.number} is the only one, and does not lead after ${this.seconds} s`;
			this.stage.thrones.blame(candidate.scope, text, this.actor);
		}
	}
}
