import { Actor } from "./actor";
import type { Stage } from "./stage";

/** What was sent arrives everywhere within this time. */
const ARRIVES_SECONDS = 20;
/** Who starts has the state, and who says goodbye is gone everywhere, within this time. */
const CHANGE_SECONDS = 20;
/** Who crashed is gone everywhere within this time. */
const LOST_SECONDS = 75;
/** Where a hub broadcasts for all, it says within this time again who lives. */
const COUNTED_SECONDS = 60;
/** For each of those that go about the same time there is one less to notice, and the next one steps in so much later. */
const NEXT_NOTICES_SECONDS = 8;

/** How far a stream went at some time. */
interface Mark {
	readonly atSeconds: number;
	readonly incarnation: number;
	readonly upTo: number;
}

/** What is promised as long as nothing has gone wrong, however much there is to do: how soon things happen, and what does not. */
export class Calm {
	private readonly marks = new Map<Actor, Mark[]>();
	private readonly adopters = new Map<string, Actor>();

	constructor(private readonly stage: Stage) {}

	/** Watches what a new server is told of others. */
	public watch(actor: Actor): void {
		const { stage } = this;
		const { Cluster } = actor.server;
		Cluster.ServerLeft.Connect(({ ServerId }, reason) => {
			const other = stage.actorOf(ServerId);
			if (!other || reason === "closed" || stage.trouble !== "none") return;
			if (other.isLive()) this.blame(actor, other, `gave up server ${other.number}, which nothing had silenced`);
			else if (other.closedAtSeconds !== undefined) {
				this.blame(actor, other, `gave up server ${other.number}, which had said goodbye`);
			}
		});
		actor.onAdopted = (contribution) => this.noteAdopted(actor, contribution);
		Cluster.ServerJoined.Connect(({ ServerId }) => {
			const other = stage.actorOf(ServerId);
			if (!other || other.isLive() || stage.skewed) return;
			// While nothing gets through, nobody can know.
			if (stage.trouble === "any" && stage.now() <= stage.excusedUntilSeconds) return;
			const goneSeconds = stage.now() - other.goneAtSeconds!;
			if (goneSeconds < this.lostSeconds(other)) return;
			this.blame(actor, other, `welcomed server ${other.number}, gone for ${goneSeconds} s`);
		});
	}

	public audit(): void {
		const { stage } = this;
		const now = stage.now();
		const live = stage.live();
		for (const actor of live) this.mark(actor, now);
		if (stage.trouble === "any") return;
		const isLed = now - stage.leaderlessUntilSeconds >= ARRIVES_SECONDS;
		for (const reader of live) {
			for (const owner of stage.actors) if (!owner.isLive()) this.lookForGone(reader, owner, now);
			if (!isLed || stage.trouble === "late copies" || now - reader.startedAtSeconds < CHANGE_SECONDS) continue;
			if (reader.syncedAtSeconds === math.huge) {
				this.blame(reader, reader, `has no state though nothing keeps it from it`);
				continue;
			}
			if (now - reader.syncedAtSeconds < ARRIVES_SECONDS || reader.isMending()) continue;
			for (const owner of live) if (owner !== reader) this.compare(reader, owner, now);
		}
	}

	/** Of those that live, one adopts. Who has just started may be known to some and not to others. */
	private noteAdopted(actor: Actor, contribution: string): void {
		const { stage } = this;
		const former = this.adopters.get(contribution);
		this.adopters.set(contribution, actor);
		if (!former || former === actor || !former.isLive() || stage.trouble !== "none") return;
		const now = stage.now();
		for (const other of stage.live()) if (now - other.syncedAtSeconds < CHANGE_SECONDS) return;
		this.blame(actor, former, `adopted ${contribution}, as server ${former.number} did`);
	}

	private mark(actor: Actor, now: number): void {
		let marks = this.marks.get(actor);
		if (!marks) {
			marks = [];
			this.marks.set(actor, marks);
		}
		const { context } = actor;
		marks.push({ atSeconds: now, incarnation: context.incarnation, upTo: context.sequencer.upTo() });
		while (marks.size() > 1 && marks[1]!.atSeconds <= now - ARRIVES_SECONDS) marks.remove(0);
	}

	private lookForGone(reader: Actor, owner: Actor, now: number): void {
		const saidSo = owner.closedAtSeconds !== undefined && this.stage.trouble === "none";
		// Whoever gets every word of it late finds out when the hub does not count that server any more.
		const isLate = this.stage.trouble === "late copies" && reader.context.regime.hub !== undefined;
		const seconds = (saidSo ? CHANGE_SECONDS : this.lostSeconds(owner)) + (isLate ? COUNTED_SECONDS : 0);
		if (now - owner.goneAtSeconds! < seconds) return;
		if (!reader.context.membership.get(owner.context.selfId)) return;
		this.blame(reader, owner, `still sees server ${owner.number}, which is gone`);
	}

	/** How long it may take until a crashed server is gone everywhere. */
	private lostSeconds(owner: Actor): number {
		let seconds = LOST_SECONDS;
		for (const other of this.stage.actors) {
			if (other === owner || other.goneAtSeconds === undefined) continue;
			if (math.abs(other.goneAtSeconds - owner.goneAtSeconds!) < LOST_SECONDS) seconds += NEXT_NOTICES_SECONDS;
		}
		return seconds;
	}

	private compare(reader: Actor, owner: Actor, now: number): void {
		const member = reader.context.membership.get(owner.context.selfId);
		if (now - owner.syncedAtSeconds < CHANGE_SECONDS) return;
		if (!member) {
			this.blame(reader, owner, `does not see server ${owner.number}`);
			return;
		}
		const mark = this.marks.get(owner)![0]!;
		if (mark.atSeconds > now - ARRIVES_SECONDS || mark.incarnation !== owner.context.incarnation) return;
		if (member.stream.incarnation === mark.incarnation && member.stream.watermark() >= mark.upTo) return;
		this.blame(reader, owner, `lacks what server ${owner.number} sent ${ARRIVES_SECONDS} s ago`);
	}

	private blame(actor: Actor, other: Actor, problem: string): void {
		this.stage.accuse(`server ${actor.number}, without a reason: ${problem}`, [actor.number, other.number]);
	}
}
