import { sometimes } from "../diagnostics/situations";
import { Stream } from "../replication/stream";
import { Identity, ShortId } from "../wire/frame";

/** A server that is not heard of for so long is forgotten: no copy of its messages is on its way any more. */
const FORGET_SECONDS = 30 * 60;
/** Whoever knows more of what a lost server said last has told so by then. */
const LAST_WORDS_TOLD_SECONDS = 12;
/** Whatever is still missing of them then has been asked for in vain. */
const LAST_WORDS_WAITED_SECONDS = 60;

/** Another live server, as this one sees it. */
export interface Member {
	readonly shortId: ShortId;
	readonly identity: Identity;
	stream: Stream;
	readonly admittedAtSeconds: number;
	lastHeardSeconds: number;
	/** It promised to be heard of by then. */
	promisedBySeconds: number;
	/** Everything with a stamp up to here has been applied there. */
	frontier: number;
	/** Since when its frontier lags far behind this server's own. */
	laggingSinceSeconds: number | undefined;
	toldToResyncAtSeconds: number;
	/** What it says it loses of others' messages, 0 to 1; undefined while it does not know. */
	loss: number | undefined;
	/** Since when this server suspects it. */
	suspectedAtSeconds: number | undefined;
	probesSent: number;
	lastProbeSeconds: number;
	/** Its digest does not agree though nothing is missing: since when, and this server's clock then. */
	differs: { readonly sinceSeconds: number; readonly stamp: number } | undefined;
	/** It said that its stream ends before what is here of it: how far that was, and this server's clock, when it did first. */
	behind: { readonly highest: number; readonly stamp: number; readonly sinceSeconds: number } | undefined;
	/** Its frontier lags so far behind that it no longer holds up the others; it has to resync. */
	fenced: boolean;
}

/** A server that closed or was lost. */
export interface Departed {
	readonly shortId: ShortId;
	readonly identity: Identity | undefined;
	readonly stream: Stream;
	readonly reason: "closed" | "lost";
	readonly departedAtSeconds: number;
	readonly departedAtStamp: number;
	/** Who said that it has more of its last words than we. */
	source: ShortId | undefined;
	purged: boolean;
}

/** Lists of the departed begin as this one, and are replaced when they change. */
const NOBODY = table.freeze(new Array<Departed>()) as Departed[];

/** Who is live, and who was. Kept in the order of age, then short id, which is the same on every server. */
export class Membership {
	private readonly byShortId = new Map<ShortId, Member>();
	private readonly departedByShortId = new Map<ShortId, Departed>();
	private members = new Array<Member>();
	private departedList = NOBODY;
	/** Those of which something may still be missing here. */
	private unsettledList = NOBODY;

	constructor(
		public readonly selfId: ShortId,
		public readonly selfIdentity: Identity,
	) {}

	public get(shortId: ShortId): Member | undefined {
		return this.byShortId.get(shortId);
	}

	/** The other live servers, oldest first. */
	public all(): ReadonlyArray<Member> {
		return this.members;
	}

	/** How many servers are live, this one included. */
	public serverCount(): number {
		return this.members.size() + 1;
	}

	public departed(shortId: ShortId): Departed | undefined {
		return this.departedByShortId.get(shortId);
	}

	public allDeparted(): ReadonlyArray<Departed> {
		return this.departedList;
	}

	/** `beatSeconds`: within which a server of this game is heard of. */
	public admit(
		shortId: ShortId,
		identity: Identity,
		stream: Stream,
		nowSeconds: number,
		beatSeconds: number,
	): Member {
		assert(shortId !== this.selfId && !this.byShortId.has(shortId), "a server is admitted once");
		if (this.departedByShortId.delete(shortId)) {
			this.departedList = this.departedList.filter((departed) => departed.shortId !== shortId);
			this.unsettledList = this.unsettledList.filter((departed) => departed.shortId !== shortId);
		}
		const member: Member = {
			shortId,
			identity,
			stream,
			admittedAtSeconds: nowSeconds,
			lastHeardSeconds: nowSeconds,
			promisedBySeconds: nowSeconds + math.max(20, 1.1 * beatSeconds),
			frontier: 0,
			laggingSinceSeconds: undefined,
			toldToResyncAtSeconds: -math.huge,
			loss: undefined,
			suspectedAtSeconds: undefined,
			probesSent: 0,
			lastProbeSeconds: 0,
			differs: undefined,
			behind: undefined,
			fenced: false,
		};
		this.byShortId.set(shortId, member);
		this.members.push(member);
		this.members.sort((left, right) => isOlder(left.shortId, left.identity, right.shortId, right.identity));
		return member;
	}

	/** Takes a member, or a server only heard of, off the live ones. */
	public depart(departed: Departed): void {
		assert(departed.shortId !== this.selfId, "no server is gone in its own view");
		if (this.byShortId.delete(departed.shortId)) {
			this.members = this.members.filter((member) => member.shortId !== departed.shortId);
		}
		this.departedByShortId.set(departed.shortId, departed);
		this.departedList = this.departedList.filter((other) => other.shortId !== departed.shortId);
		this.departedList.push(departed);
		this.unsettledList = this.unsettledList.filter((other) => other.shortId !== departed.shortId);
		if (departed.identity) this.unsettledList.push(departed);
	}

	/** The gone servers that were members here and of which something may still be missing: until everybody had time to say what they said last, and it is here. */
	public unsettled(nowSeconds: number): ReadonlyArray<Departed> {
		if (this.unsettledList.isEmpty()) return this.unsettledList;
		this.unsettledList = this.unsettledList.filter(({ reason, stream, departedAtSeconds, purged }) => {
			const told = reason === "closed" || nowSeconds - departedAtSeconds >= LAST_WORDS_TOLD_SECONDS;
			const waited = nowSeconds - departedAtSeconds >= LAST_WORDS_WAITED_SECONDS;
			return !purged && !waited && !(told && stream.gaps.isEmpty());
		});
		return this.unsettledList;
	}

	/** Forgets who departed long ago, and returns them. */
	public forget(nowSeconds: number): Departed[] {
		const forgotten = new Array<Departed>();
		for (const departed of this.departedList) {
			if (departed.purged && nowSeconds - departed.departedAtSeconds > FORGET_SECONDS) forgotten.push(departed);
		}
		if (forgotten.isEmpty()) return forgotten;
		sometimes("a gone server forgotten");
		for (const { shortId } of forgotten) this.departedByShortId.delete(shortId);
		this.departedList = this.departedList.filter((departed) => !forgotten.includes(departed));
		return forgotten;
	}

	/** This server's place among the live ones by age: 0 is the oldest. */
	public rank(): number {
		let rank = 0;
		for (const member of this.members) {
			if (isOlder(member.shortId, member.identity, this.selfId, this.selfIdentity)) rank += 1;
		}
		return rank;
	}

	/** How many live servers come before this one in the order in which they look after a member. */
	public watcherRank(shortId: ShortId): number {
		let before = 0;
		for (const member of this.members) {
			if (member.shortId !== shortId && isBetween(shortId, member.shortId, this.selfId)) before += 1;
		}
		return before;
	}
}

/** The order of age: earlier start first, equal starts by short id. */
export function isOlder(leftId: ShortId, left: Identity, rightId: ShortId, right: Identity): boolean {
	if (left.startedAtSeconds !== right.startedAtSeconds) return left.startedAtSeconds < right.startedAtSeconds;
	return leftId < rightId;
}

/** Whether `middle` comes after `from` and before `to` in the ring. */
function isBetween(from: ShortId, middle: ShortId, to: ShortId): boolean {
	if (from < to) return from < middle && middle < to;
	return middle > from || middle < to;
}
