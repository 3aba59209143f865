import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { Snapshot, takeSnapshot } from "../replication/snapshot";
import { Part, WHOLE } from "../replication/state-parts";
import { STATE_PARTS_MOST, TURN_SECONDS_MOST } from "../wire/bounds";
import { JoinSection, MemberEntry, PartSection, ShortId } from "../wire/frame";
import { writeCast, writePage, writeParity, writeTurn } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { drawGivers } from "./givers";
import { Sender } from "./sender";

/** A snapshot is kept for repeats of its pages, and holds the frontier back, for so long after the last of them was sent. */
export const SNAPSHOT_KEPT_SECONDS = 20;
/** While its pages wait for the budget, the frontier is held back anew this often. */
const PIN_AGAIN_SECONDS = 5;
/** Pages that were sent so lately are still on their way. */
const SERVED_AGAIN_SECONDS = 2.2;
/** A state that was taken so lately is given to others too. */
const STATE_SHARED_SECONDS = 0.7;
/** A server that gives the state to so many already leaves others to others. */
const MOST_SERVED = 50;
/** So many pages at a time are handed over to be sent. */
const CHUNK_PAGES = 10;
/** A larger state is given by several servers, a part each. */
const PART_PAGES = 150;
/** How large the state is does not change much in this time. */
const SIZE_KNOWN_SECONDS = 20;
/** Page sections, and what a parity page needs more than the pages it is made of. */
const PAGE_RESERVE_BYTES = 40;
/** With so many before it, a joiner does better to ask another; with any, if it has not chosen this server. */
const MANY_TURNS = 3;
/** Who waits longer than this for its turn is told. */
const TOLD_WAIT_SECONDS = 1;

/** Whoever has asked for the state, and how. */
export interface Asked {
	readonly join: JoinSection;
	readonly part: PartSection | undefined;
	readonly requester: ShortId;
}

interface State {
	readonly part: Part;
	readonly snapshot: Snapshot;
	/** What had been applied everywhere when it was taken. */
	readonly frontier: number;
	readonly takenAtSeconds: number;
}

/** One conversation. */
interface Served {
	readonly nonce: number;
	readonly requester: ShortId;
	readonly part: Part;
	/** Taken when it is its turn. */
	state: State | undefined;
	/** Indices of pages that have to be sent. */
	unsent: number[];
	lastSentSeconds: number;
}

const NOBODY_SERVED = table.freeze(new Array<Served>()) as Served[];
const NOTHING_TAKEN = table.freeze(new Array<State>()) as State[];

/**
 * How a server gives the state to those that ask: one after the other, in the order in which they ask, as the budget allows. Who has to wait is told;
 * where there is a hub, who asks a server that is busy, or asks for much, is sent to several.
 */
export class StateGiver {
	private readonly turning: Appointment;
	/** Conversations of which pages have to be sent, and those of which all were sent lately. */
	private turns!: Served[];
	private served!: Served[];
	private latest!: State[];
	/** Pages handed over that have not been sent yet. */
	private pagesOut!: number;
	private wholePages!: number;
	private sizeKnownUntilSeconds!: number;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		agenda: Agenda,
	) {
		this.turning = agenda.add(() => this.turn());
	}

	/** Somebody asks everybody (`attempt`), or this server, for the state. */
	public answer({ join, part, requester }: Asked, addressed: boolean): void {
		const { context } = this;
		if (!addressed && !this.isToAnswer(join.attempt)) return;
		// They hear of it soon.
		if (context.isFounding()) return;
		const now = context.now();
		const known = this.find(join.nonce, requester);
		if (known) {
			this.continueWith(known, join, now);
			return;
		}
		if (part?.parts === 1 && this.sendElsewhere(join, requester, addressed, now)) return;
		// It has begun anew.
		const wanted: Part = part ?? WHOLE;
		const isFormer = (other: Served) => other.requester === requester && other.part.part === wanted.part;
		this.turns = this.turns.filter((other) => !isFormer(other));
		this.served = this.served.filter(
			(other) => !isFormer(other) && now - other.lastSentSeconds < SNAPSHOT_KEPT_SECONDS,
		);
		if (this.turns.size() >= MOST_SERVED) {
			context.traffic.drop("overflow");
			return;
		}
		context.traffic.snapshotsServed += 1;
		this.begin({ nonce: join.nonce, requester, part: wanted, state: undefined, unsent: [], lastSentSeconds: now });
	}

	/** One server answers an announcement: the oldest; a repeated one is answered by the next oldest too. The hub has no messages to spare for that. */
	private isToAnswer(attempt: number): boolean {
		const { membership, regime } = this.context;
		const { hub } = regime;
		if (!hub || membership.serverCount() < 3) return membership.rank() < attempt;
		return hub.shortId !== this.context.selfId && membership.rankBut(hub.shortId) < attempt;
	}

	private find(nonce: number, requester: ShortId): Served | undefined {
		const isIt = (other: Served) => other.nonce === nonce && other.requester === requester;
		return this.turns.find(isIt) ?? this.served.find(isIt);
	}

	/** Pages that it lacks are sent once more; those that wait to be sent are on their way. */
	private continueWith(served: Served, join: JoinSection, now: number): void {
		const { state } = served;
		if (this.turns.includes(served)) {
			this.tellTurn(served);
			return;
		}
		if (now - served.lastSentSeconds < SERVED_AGAIN_SECONDS) return;
		this.served = this.served.filter((other) => other !== served);
		const isKept = state !== undefined && now - served.lastSentSeconds < SNAPSHOT_KEPT_SECONDS;
		if (isKept && !join.held.isEmpty()) {
			const has = new Set<number>();
			for (const index of join.held) has.add(index);
			for (const index of $range(0, state.snapshot.bodies.size() - 1)) {
				if (!has.has(index)) served.unsent.push(index);
			}
		} else served.state = undefined;
		this.begin(served);
	}

	private begin(served: Served): void {
		const { turns } = this;
		if (turns === NOBODY_SERVED) this.turns = [served];
		else turns.push(served);
		this.turn();
		if (this.turns.includes(served)) this.tellTurn(served);
	}

	/** What a large state is, or a busy server cannot give now, several others give. Returns whether they do. */
	private sendElsewhere(join: JoinSection, requester: ShortId, addressed: boolean, now: number): boolean {
		const { regime } = this.context;
		if (!regime.hub) return false;
		// The hub has its messages for casts.
		const isBusy = regime.role() === "hub" || this.turns.size() >= (addressed ? MANY_TURNS : 1);
		if (!isBusy && now >= this.sizeKnownUntilSeconds) this.takeState(WHOLE, now);
		const parts = math.clamp(math.ceil(this.wholePages / PART_PAGES), 1, STATE_PARTS_MOST);
		if (!isBusy && parts === 1) return false;
		const responders = drawGivers(this.context, STATE_PARTS_MOST);
		if (responders.isEmpty()) return false;
		sometimes("a joiner sent to another server");
		const { nonce } = join;
		const turn = writeTurn({ nonce, seconds: 0, parts: math.min(parts, responders.size()), responders });
		this.sender.addressed.sendTo(requester, "turn", [turn]);
		return true;
	}

	/** Says when pages may be expected; without a word, at once. */
	private tellTurn(served: Served): void {
		let ahead = this.pagesOut;
		for (const other of this.turns) {
			if (other === served) break;
			ahead += other.state ? other.unsent.size() : math.ceil(this.wholePages / other.part.parts);
		}
		const seconds = math.ceil((60 * ahead) / this.sender.addressed.pagesPerMinute());
		if (seconds <= TOLD_WAIT_SECONDS) return;
		sometimes("a joiner told to wait");
		const turn = { nonce: served.nonce, seconds: math.min(seconds, TURN_SECONDS_MOST), parts: 1, responders: [] };
		this.sender.addressed.sendTo(served.requester, "turn", [writeTurn(turn)]);
	}

	/** Hands over the next pages, once those before are sent. */
	private turn(): void {
		const { context } = this;
		const now = context.now();
		while (true) {
			const served = this.turns[0];
			if (!served) {
				this.forgetOld(now);
				return;
			}
			this.turning.at(now + PIN_AGAIN_SECONDS);
			if (!served.state) {
				served.state = this.takeState(served.part, now);
				const { bodies, parities } = served.state.snapshot;
				for (const index of $range(0, bodies.size() + parities.size() - 1)) served.unsent.push(index);
			}
			// A large state takes a while in a busy game; for as long as pages wait, the frontier waits.
			context.pinFrontier(served.state.frontier, now + SNAPSHOT_KEPT_SECONDS);
			this.sender.expectListener(now + SNAPSHOT_KEPT_SECONDS);
			if (this.pagesOut > 0) return;
			if (served.unsent.isEmpty()) {
				this.turns.remove(0);
				served.lastSentSeconds = now;
				if (this.served === NOBODY_SERVED) this.served = [served];
				else this.served.push(served);
				continue;
			}
			if (!this.sendPages(served, served.state)) return;
		}
	}

	/** What nobody will ask for any more. */
	private forgetOld(now: number): void {
		this.latest = NOTHING_TAKEN;
		this.served = this.served.filter((other) => now - other.lastSentSeconds < SNAPSHOT_KEPT_SECONDS);
		if (this.served.isEmpty()) this.turning.clear();
		else this.turning.at(now + SNAPSHOT_KEPT_SECONDS);
	}

	/** Returns whether there was nothing to wait for. */
	private sendPages(served: Served, { snapshot }: State): boolean {
		const { bodies, parities, baseStamp } = snapshot;
		const { addressed } = this.sender;
		const room = addressed.roomBytes();
		const pages = bodies.size();
		const { nonce, requester } = served;
		const chunk = new Array<[number, string[]]>();
		let taken = 0;
		while (taken < served.unsent.size() && chunk.size() < CHUNK_PAGES) {
			const index = served.unsent[taken]!;
			taken += 1;
			const head = writePage({ nonce, index, pages, parities: parities.size() });
			if (index < pages) chunk.push([index, [head, bodies[index]!]]);
			else {
				const sections = [head, writeParity(parities[index - pages]!)];
				// Text that is mostly not ASCII makes parity larger than its pages; then a lost page is asked for instead.
				if (jsonBytes(sections.join("")) <= room) chunk.push([index, sections]);
			}
		}
		const rest = new Array<number>();
		for (const index of $range(taken, served.unsent.size() - 1)) rest.push(served.unsent[index]!);
		served.unsent = rest;
		for (const [index, sections] of chunk) {
			const isTaken = addressed.sendTo(requester, "page", sections, baseStamp, () => this.noteSent(served));
			if (isTaken) this.pagesOut += 1;
			else served.unsent.push(index);
		}
		return this.pagesOut === 0 && chunk.isEmpty();
	}

	/** A page has gone out; one that the cloud refused may do so twice. */
	private noteSent(served: Served): void {
		served.lastSentSeconds = this.context.now();
		this.pagesOut = math.max(0, this.pagesOut - 1);
		if (this.pagesOut === 0) this.turning.by(this.context.now());
	}

	/** The state as it is; those that ask about the same time are given the same. */
	private takeState(part: Part, now: number): State {
		const { context } = this;
		this.latest = this.latest.filter(({ takenAtSeconds }) => now - takenAtSeconds < STATE_SHARED_SECONDS);
		const known = this.latest.find((other) => other.part.part === part.part && other.part.parts === part.parts);
		if (known) return known;
		const baseStamp = context.nowStamp();
		const room = this.sender.addressed.roomBytes() - PAGE_RESERVE_BYTES;
		const head = this.hubSection(baseStamp);
		const loss = context.observedLoss();
		const snapshot = takeSnapshot(context.replica, this.memberEntries(), room, baseStamp, loss, head, part);
		const state = { part, snapshot, frontier: context.ownFrontier(), takenAtSeconds: now };
		this.latest.push(state);
		this.wholePages = snapshot.bodies.size() * part.parts;
		this.sizeKnownUntilSeconds = now + SIZE_KNOWN_SECONDS;
		return state;
	}

	/** Which hub there is, and up to which cast everything is in the state: the hub is the one responder that it names. */
	public hubSection(baseStamp: number): string {
		const { regime } = this.context;
		const { hub } = regime;
		if (!hub || !regime.isHeld()) return "";
		const seq = hub.log.casts.watermark();
		const { epoch } = hub;
		const about = {
			epoch,
			seq,
			dissolved: false,
			founding: false,
			uplinkTenths: math.round(hub.uplinkSeconds * 10),
			messageTenths: math.round(hub.messageSeconds * 10),
		};
		const responders = [hub.shortId];
		return writeCast(
			{ ...about, floor: 0, frontier: 0, servers: 0, census: 0, givePercent: 0, responders },
			baseStamp,
		);
	}

	/** Everybody this server knows of, itself first. */
	public memberEntries(): MemberEntry[] {
		const { context } = this;
		const entries = new Array<MemberEntry>();
		entries.push({
			shortId: context.selfId,
			incarnation: context.incarnation,
			...context.identity,
			state: "live",
			applied: context.sequencer.upTo(),
			appliedFloor: context.floor.floor(context.nowStamp()),
		});
		for (const { shortId, stream, identity } of context.membership.all()) {
			const { incarnation } = stream;
			const applied = stream.givableUpTo();
			entries.push({
				shortId,
				incarnation,
				...identity,
				state: "live",
				applied,
				appliedFloor: stream.appliedFloor,
			});
		}
		for (const { shortId, stream, identity, reason, purged } of context.membership.allDeparted()) {
			if (!identity || purged) continue;
			const { incarnation } = stream;
			const applied = stream.givableUpTo();
			entries.push({
				shortId,
				incarnation,
				...identity,
				state: reason,
				applied,
				appliedFloor: stream.appliedFloor,
			});
		}
		return entries;
	}
}

beginWith(StateGiver, {
	turns: NOBODY_SERVED,
	served: NOBODY_SERVED,
	latest: NOTHING_TAKEN,
	pagesOut: 0,
	wholePages: 0,
	sizeKnownUntilSeconds: -math.huge,
});
