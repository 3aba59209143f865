import { Appointment } from "../../cluster/agenda";
import { sometimes } from "../../diagnostics/situations";
import { PAYLOAD_BYTES_MOST } from "../../wire/payload";
import { HEAD } from "../data/keys";
import { Edit } from "../edits";
import { SpaceLeader } from "../leader";
import type { Space } from "../space";
import { Addressee, Courier, wordBytes } from "./courier";
import { Desk, Enact } from "./desk";
import { Validator } from "./judge";
import {
	Answer,
	answerPayload,
	EDITS_MOST,
	motionPayload,
	motionsOf,
	Proposal,
	readAnswer,
	readMotion,
} from "./motion";

/** A motion without an answer is sent again after this. */
const AGAIN_SECONDS = 5;
/** An answer's edits are shown as accepted for so long, though their contribution has not come. */
const UNSEEN_SECONDS = 30;
/** Room for what goes around a motion in a payload. */
const MOTION_BYTES_MOST = PAYLOAD_BYTES_MOST - 200;

interface Proposed {
	readonly edits: Edit[];
	readonly proposals: Proposal[];
	readonly atSeconds: number;
	/** Whom it was sent to last, and when it is sent again. */
	sentTo: string | undefined;
	againSeconds: number;
	wasSent: boolean;
	/** Its answer has come; what it was about has not. */
	isAccepted: boolean;
	/** It has been counted as undecided. */
	isOverdue: boolean;
}

/** The game's own check of edits, on the space's leader: this server proposes what it edits, and judges what others propose while it leads. */
export class Authority implements Addressee {
	public undecided = 0;
	public unreadable = 0;
	private proposed = new Array<Proposed>();
	private readonly desk: Desk;
	private readonly courier: Courier;
	private readonly timer: Appointment;

	constructor(
		private readonly space: Space,
		private readonly leader: SpaceLeader,
		validator: Validator,
		private readonly verdictSeconds: number,
		private readonly noVerdict: "revert" | "keep",
		enact: Enact,
	) {
		this.desk = new Desk(space, validator, enact);
		const { cluster } = space;
		this.courier = courierOf(space);
		this.courier.open(space.Name, this);
		this.timer = cluster.agenda.add(() => this.tick());
		const election = leader.election();
		election.LeaderChanged.Connect(() => this.leaderChanged());
		election.Elected.Connect(() => this.leaderChanged());
		cluster.ServerLeft.Connect(({ ServerId }) => this.desk.forget(ServerId));
	}

	// -- what this server wants --------------------------------------------------------------------------------------------------------------

	/** Has a batch's edits judged. */
	public propose(edits: ReadonlyArray<Edit>): void {
		const born = new Set<unknown>();
		for (const { cell, value } of edits) if (cell.key === HEAD && value !== undefined) born.add(cell.entity);
		for (const motion of motionsOf(edits, ({ cell }) => born.has(cell.entity))) {
			const proposals = motion.map(({ seq, cell, value }) => ({ seq, id: cell.entity.Id, key: cell.key, value }));
			const problem = sizeProblem(proposals);
			if (problem !== undefined) {
				this.space.settlement.reject(motion, problem);
				continue;
			}
			this.proposed.push({
				edits: motion,
				proposals,
				atSeconds: motion[0]!.atSeconds,
				sentTo: undefined,
				againSeconds: 0,
				wasSent: false,
				isAccepted: false,
				isOverdue: false,
			});
		}
		this.send();
	}

	/** Sends what has no answer to whoever leads now; what this server judges itself is judged at once. */
	private send(): void {
		const { space, leader } = this;
		const now = space.now();
		const election = leader.election();
		if (election.IsLeader()) {
			for (const motion of [...this.proposed]) this.judgeOwn(motion);
		} else {
			const to = election.GetLeader();
			const words = new Array<defined>();
			for (const motion of this.proposed) {
				if (to === undefined || motion.isAccepted || (motion.sentTo === to && now < motion.againSeconds))
					continue;
				if (motion.wasSent) sometimes("an edit proposed again");
				words.push(motionPayload(motion.proposals, motion.wasSent, now - motion.atSeconds));
				motion.sentTo = to;
				motion.againSeconds = now + AGAIN_SECONDS;
				motion.wasSent = true;
			}
			if (to !== undefined && !words.isEmpty() && !space.cluster.hasLeft())
				this.courier.send(to, space.Name, "m", words);
		}
		if (!this.proposed.isEmpty()) this.timer.by(now + 1);
	}

	private judgeOwn(motion: Proposed): void {
		this.proposed = this.proposed.filter((other) => other !== motion);
		const { proposals } = motion;
		this.settle(
			motion,
			this.desk.decide(
				{ proposals, isAgain: motion.wasSent, ageSeconds: this.space.now() - motion.atSeconds },
				this.space.cluster.ServerId,
			),
		);
	}

	/** @internal */
	public hearAnswer(said: unknown, _sender: string): void {
		const answer = readAnswer(said);
		if (!answer) {
			this.unreadable += 1;
			return;
		}
		const motion = this.proposed.find(({ proposals }) => proposals[0]!.seq === answer.seq);
		// Answers come twice where motions did.
		if (!motion || motion.isAccepted) return;
		if (answer.reason === undefined && answer.accepted.size() !== motion.edits.size()) {
			this.unreadable += 1;
			return;
		}
		this.settle(motion, answer);
		if (answer.reason === undefined) {
			// What was accepted is shown on top until it comes, or is lost with its leader.
			motion.isAccepted = true;
			motion.againSeconds = this.space.now() + UNSEEN_SECONDS;
			this.clear();
		} else this.proposed = this.proposed.filter((other) => other !== motion);
	}

	private settle({ edits }: Proposed, { reason, accepted }: Answer): void {
		const { settlement } = this.space;
		if (reason !== undefined) settlement.reject(edits, reason);
		else edits.forEach((edit, index) => settlement.accept(edit, accepted[index]!.at, accepted[index]!.modified));
	}

	/** Forgets what is no longer pending. */
	private clear(): void {
		this.proposed = this.proposed.filter(
			({ edits, isAccepted }) => !isAccepted || edits.some(({ cell, seq }) => cell.find(seq) !== undefined),
		);
	}

	private tick(): void {
		const now = this.space.now();
		this.clear();
		for (const motion of [...this.proposed]) {
			if (motion.isAccepted) {
				if (now < motion.againSeconds) continue;
				// What came instead is what counts.
				sometimes("an accepted edit that never came");
				this.proposed = this.proposed.filter((other) => other !== motion);
				for (const { cell, seq } of motion.edits) if (cell.drop(seq)) this.space.settled(cell);
			} else if (now - motion.atSeconds >= this.verdictSeconds) this.giveUp(motion);
		}
		this.send();
	}

	/** Nobody has judged a motion in time. */
	private giveUp(motion: Proposed): void {
		const text = `nobody judged the edit within ${this.verdictSeconds} s`;
		if (this.noVerdict === "keep") {
			this.space.cluster.context.log.warnOnce(
				`undecided ${this.space.Name}`,
				`${this.space.label()}: ${text}; it is kept and proposed on, as noVerdict: "keep" says. Is there a leader?`,
			);
			if (!motion.isOverdue) this.undecided += motion.edits.size();
			motion.isOverdue = true;
			return;
		}
		this.undecided += motion.edits.size();
		this.proposed = this.proposed.filter((other) => other !== motion);
		this.space.settlement.reject(motion.edits, text);
	}

	private leaderChanged(): void {
		for (const motion of this.proposed) {
			if (!motion.isAccepted) continue;
			// Its contribution may be lost with the leader that accepted it.
			motion.isAccepted = false;
			motion.sentTo = undefined;
			for (const { cell } of motion.edits) cell.unaccept();
		}
		this.send();
	}

	// -- what others want --------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public hearMotion(said: unknown, sender: string): void {
		const motion = readMotion(said);
		if (!motion) {
			this.unreadable += 1;
			return;
		}
		// Whoever sent it learns of the leader, and sends it there.
		if (!this.leader.election().IsLeader()) return;
		this.courier.send(sender, this.space.Name, "v", [answerPayload(this.desk.answer(motion, sender))]);
	}
}

/** What is wrong with the size of a motion, if anything. */
function sizeProblem(proposals: ReadonlyArray<Proposal>): string | undefined {
	if (proposals.size() > EDITS_MOST)
		return `${proposals.size()} edits are to be judged together, the most is ${EDITS_MOST}`;
	const bytes = wordBytes(motionPayload(proposals, true, 99999));
	return bytes <= MOTION_BYTES_MOST
		? undefined
		: `the edits that are to be judged together are more than ${MOTION_BYTES_MOST} bytes`;
}

function courierOf({ cluster }: Space): Courier {
	const attachments = cluster.context.platform.attachments as { editCourier?: Courier };
	return (attachments.editCourier ??= new Courier(cluster));
}
