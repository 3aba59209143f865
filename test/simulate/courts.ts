import { Actor } from "./actor";
import type { Stage } from "./stage";
import { SCOPES, ScopeName } from "./thrones";

/**
 * As long as nothing goes wrong, everybody follows one leader so long after servers came or went, and where one crashed after the time that takes to be noticed:
 * a lease that has to run out, three heartbeats that are missed, and all that by messages that have much else to carry.
 */
const AGREED_SECONDS = 60;

/** What holds of leaders and those who follow them, looked at from outside. */
export class Courts {
	private readonly agreedAt = new Map<ScopeName, number>();
	private census = "";
	private changedAtSeconds = 0;

	constructor(private readonly stage: Stage) {}

	public audit(): void {
		const { stage } = this;
		const now = stage.now();
		for (const actor of stage.live()) {
			if (!actor.server.IsFrozen()) continue;
			for (const candidate of actor.candidates) candidate.lookFrozen(now - actor.frozenAtSeconds);
		}
		if (stage.trouble === "any") return;
		const census = stage
			.live()
			.map(({ number }) => number)
			.join();
		if (census !== this.census) this.changedAtSeconds = now;
		this.census = census;
		for (const scope of SCOPES) this.lookCalm(scope, now);
	}

	/** L7 and L9, while all goes well. */
	private lookCalm(scope: ScopeName, now: number): void {
		const { stage } = this;
		const wrong = disagreement(stage, scope);
		const since = math.max(this.agreedAt.get(scope) ?? 0, this.changedAtSeconds, stage.leaderlessUntilSeconds);
		if (wrong === undefined) this.agreedAt.set(scope, now);
		else if (now - since > AGREED_SECONDS) {
			stage.thrones.blame(scope, `without a reason: ${wrong.text}`, ...wrong.actors);
		}
	}
}

export interface Disagreement {
	readonly text: string;
	readonly actors: ReadonlyArray<Actor>;
}

/** Why it is not so that one server leads a scope, and all that take part know it, with its term. */
export function disagreement(stage: Stage, scope: ScopeName): Disagreement | undefined {
	const candidates = new Array<Actor["candidates"][number]>();
	for (const actor of stage.live()) {
		for (const candidate of actor.candidates) if (candidate.scope === scope) candidates.push(candidate);
	}
	if (candidates.isEmpty()) return undefined;
	const leading = candidates.filter((candidate) => candidate.isLeading());
	const leader = leading[0];
	if (leading.size() !== 1) {
		const numbers = leading.map(({ actor }) => actor.number).join(", ");
		const text = leader ? `servers ${numbers} lead` : `none of ${candidates.size()} servers leads`;
		return { text, actors: leading.map(({ actor }) => actor) };
	}
	const term = leader!.election.GetTerm();
	const { ServerId } = leader!.actor.server;
	for (const { actor, election } of candidates) {
		if (election.GetLeader() === ServerId && election.GetTerm() === term) continue;
		const known = election.GetLeader();
		const other = known === undefined ? "nobody" : `server ${stage.nameOf(known)}`;
		const text = `server ${actor.number} follows ${other} with term ${election.GetTerm()}, server ${leader!.actor.number} leads with ${term}`;
		return { text, actors: [actor, leader!.actor] };
	}
	return undefined;
}
