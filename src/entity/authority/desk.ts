import { sometimes } from "../../diagnostics/situations";
import { HEAD } from "../data/keys";
import type { Space } from "../space";
import { judge, Passed, Validator } from "./judge";
import { Answer, Motion, Proposal } from "./motion";

/** A leader remembers so many answers for each server. */
const ANSWERS_MOST = 500;
/** Of how many cells a leader remembers each server's latest edit. */
const LATEST_MOST = 20_000;

/** What a leader knows of one server's motions. */
interface Docket {
	readonly answers: Map<number, Answer>;
	/** Numbers of the motions, the oldest first. */
	readonly order: number[];
	/** The latest edit of each cell, so that one that was overtaken on its way does not undo it. */
	readonly latest: Map<string, number>;
	latestCount: number;
}

/** Makes what was accepted so, and returns where that stands among the confirmed values. */
export type Enact = (passed: ReadonlyArray<Passed>) => number[];

/** Where a leader judges what is proposed: each motion once, in the order in which its server made the edits. */
export class Desk {
	private readonly dockets = new Map<string, Docket>();

	constructor(
		private readonly space: Space,
		private readonly validator: Validator,
		private readonly enact: Enact,
	) {}

	/** A server is gone. */
	public forget(server: string): void {
		this.dockets.delete(server);
	}

	/** The answer to a motion of another server; the same again if it comes again. */
	public answer(motion: Motion, sender: string): Answer {
		const docket = this.docketOf(sender);
		const { seq } = motion.proposals[0]!;
		let answer = docket.answers.get(seq);
		if (answer) return answer;
		answer = this.decide(motion, sender);
		docket.answers.set(seq, answer);
		docket.order.push(seq);
		if (docket.order.size() > ANSWERS_MOST) docket.answers.delete(docket.order.shift()!);
		return answer;
	}

	private docketOf(sender: string): Docket {
		let docket = this.dockets.get(sender);
		if (!docket) {
			docket = { answers: new Map(), order: [], latest: new Map(), latestCount: 0 };
			this.dockets.set(sender, docket);
		}
		return docket;
	}

	public decide({ proposals, isAgain, ageSeconds }: Motion, sender: string): Answer {
		const { space } = this;
		const { seq } = proposals[0]!;
		if (isAgain && this.isDone(proposals)) return { seq, reason: undefined, accepted: this.places(proposals) };
		const passed = judge(space, this.validator, proposals, sender);
		if (typeIs(passed, "string")) {
			for (const { id } of proposals) {
				const entity = space.directory.find(id);
				if (entity) space.forgetIfGone(entity);
			}
			return { seq, reason: passed, accepted: [] };
		}
		const docket = this.docketOf(sender);
		const madeAt = space.cluster.context.nowStamp() - ageSeconds * 1000;
		const current = passed.filter(({ cell, seq: number }) => {
			const name = cell.entity.Id + cell.key;
			const isOvertaken = (docket.latest.get(name) ?? 0) > number;
			this.remember(docket, name, number);
			// Said to a former leader, others may have edited on since.
			const isOutdated = isAgain && cell.confirmedAt > madeAt;
			if (isOvertaken || isOutdated) sometimes("an edit overtaken on its way");
			return !isOvertaken && !isOutdated;
		});
		const at = this.enact(current);
		const places = new Map<Passed["cell"], number>();
		current.forEach(({ cell }, index) => places.set(cell, at[index]!));
		const accepted = proposals.map(({ id, key }) => {
			const entity = space.directory.find(id);
			const cell = entity?.cells.get(key);
			const place = (cell && places.get(cell)) ?? cell?.confirmedAt ?? 0;
			const own = passed.find((entry) => entry.cell === cell);
			return own?.isModified ? { at: place, modified: { value: own.value } } : { at: place };
		});
		return { seq, reason: undefined, accepted };
	}

	private remember(docket: Docket, name: string, number: number): void {
		const { latest } = docket;
		const former = latest.get(name);
		if (former === undefined) {
			if (docket.latestCount >= LATEST_MOST) {
				latest.clear();
				docket.latestCount = 0;
			}
			docket.latestCount += 1;
		}
		latest.set(name, math.max(former ?? 0, number));
	}

	/** Whether a former leader has made it so already: what was to be created is there. */
	private isDone(proposals: ReadonlyArray<Proposal>): boolean {
		return proposals.some(
			({ id, key, value }) =>
				key === HEAD && value !== undefined && this.space.directory.find(id)?.head.confirmed !== undefined,
		);
	}

	private places(proposals: ReadonlyArray<Proposal>): Answer["accepted"] {
		return proposals.map(({ id, key }) => ({
			at: this.space.directory.find(id)?.cells.get(key)?.confirmedAt ?? 0,
		}));
	}
}
