import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { Stream } from "../replication/stream";
import { Identity, ShortId } from "../wire/frame";
import { censusOf } from "./census-hash";

/** A server that is not heard of for so long is forgotten: no copy of its messages is on its way any more. */
const FORGET_SECONDS = 30 * 60;
/** Whoever knows more of what a lost server said last has told so by then. */
const LAST_WORDS_TOLD_SECONDS = 12;
/** Whatever is still missing of them then has been asked for in vain. */
const LAST_WORDS_WAITED_SECONDS = 60;

/** Another live server, as this one sees it. In a large game most of this never changes for most servers: then the class has it. */
export class Member {
	public lastHeardSeconds!: number;
	/** It promised to be heard of by then; 0 while another server looks after it. */
	public promisedBySeconds!: number;
	/** Everything with a stamp up to here has been applied there. */
	public frontier!: number;
	/** Since when its frontier lags far behind this server's own. */
	public laggingSinceSeconds: number | undefined;
	public toldToResyncAtSeconds!: number;
	/** What it says it loses of others' messages, 0 to 1; undefined while it does not know. Set by {@link Membership.noteLoss}. */
	public loss: number | undefined;
	/** Since when this server suspects it. */
	public suspectedAtSeconds: number | undefined;
	public probesSent!: number;
	public lastProbeSeconds!: number;
	/** Its digest does not agree though nothing is missing: since when, and this server's clock then. */
	public differs: { readonly sinceSeconds: number; readonly stamp: number } | undefined;
	/** It said that its stream ends before what is here of it: how far that was, and this server's clock, when it did first. */
	public behind: { readonly highest: number; readonly stamp: number; readonly sinceSeconds: number } | undefined;
	/** Its frontier lags so far behind that it no longer holds up the others; it has to resync. */
	public fenced!: boolean;

	constructor(
		public readonly shortId: ShortId,
		public readonly identity: Identity,
		public stream: Stream,
		public readonly admittedAtSeconds: number,
	) {}
}

beginWith(Member, {
	lastHeardSeconds: -math.huge,
	promisedBySeconds: 0,
	frontier: 0,
	toldToResyncAtSeconds: -math.huge,
	probesSent: 0,
	lastProbeSeconds: 0,
	fenced: false,
});

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
	/** All members' parts, as {@link census} has them. */
	private hash = 0;
	/** This server's place among them, until they change. */
	private knownRank: number | undefined;
	/** Those that say what they lose; where a hub broadcasts for all, only it hears of many. */
	private reporting = new Array<Member>();
	private departedList = NOBODY;
	/** Those of which something may still be missing here. */
	private unsettledList = NOBODY;
	/** What {@link byPrefix} has found; empty for none. */
	private prefixes: Map<string, ShortId> | undefined;

	constructor(
		public readonly selfId: ShortId,
		public readonly selfIdentity: Identity,
	) {}

	public get(shortId: ShortId): Member | undefined {
		return this.byShortId.get(shortId);
	}

	/**
	 * The only server known here, live or departed, whose short id begins so; undefined if there is none, or several.
	 * Found anew after every change of who is known: few are named, and often.
	 */
	public byPrefix(prefix: string): ShortId | undefined {
		const prefixes = (this.prefixes ??= new Map<string, ShortId>());
		let found = prefixes.get(prefix);
		if (found === undefined) {
			found = this.findPrefix(prefix);
			prefixes.set(prefix, found);
		}
		return found === "" ? undefined : found;
	}

	/** Empty if it is not exactly one. */
	private findPrefix(prefix: string): ShortId {
		let found = "";
		const take = (shortId: ShortId): boolean => {
			if (!hasPrefix(shortId, prefix)) return true;
			const isFirst = found === "";
			found = isFirst ? shortId : "";
			return isFirst;
		};
		take(this.selfId);
		for (const { shortId } of this.members) if (!take(shortId)) return "";
		for (const { shortId } of this.departedList) if (!take(shortId)) return "";
		return found;
	}

	/** Of a live server, this one included. */
	public identityOf(shortId: ShortId): Identity | undefined {
		return shortId === this.selfId ? this.selfIdentity : this.byShortId.get(shortId)?.identity;
	}

	/** The other live servers, oldest first. */
	public all(): ReadonlyArray<Member> {
		return this.members;
	}

	/** The other live servers that say what they lose of others' messages. */
	public allReporting(): ReadonlyArray<Member> {
		return this.reporting;
	}

	/** A server has said which part it loses, or that it does not know. */
	public noteLoss(member: Member, loss: number | undefined): void {
		if ((member.loss === undefined) !== (loss === undefined)) {
			if (loss !== undefined) this.reporting.push(member);
			else this.reporting = this.reporting.filter((other) => other !== member);
		}
		member.loss = loss;
	}

	/** A hash of the other live servers and their incarnations. */
	public census(): number {
		return this.hash;
	}

	/** A live server begins a new stream. */
	public renew(member: Member, stream: Stream): void {
		this.flip(member);
		member.stream = stream;
		this.flip(member);
	}

	/** A member counts in the hash from now on, or does no more. */
	private flip({ shortId, stream }: Member): void {
		this.hash = bit32.bxor(this.hash, censusOf(shortId, stream.incarnation));
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

	/** `beatSeconds`: within which a server of this game is heard of; undefined where another server looks after it. */
	public admit(
		shortId: ShortId,
		identity: Identity,
		stream: Stream,
		nowSeconds: number,
		beatSeconds: number | undefined,
	): Member {
		assert(shortId !== this.selfId && !this.byShortId.has(shortId), "a server is admitted once");
		if (this.departedByShortId.delete(shortId)) {
			this.departedList = this.departedList.filter((departed) => departed.shortId !== shortId);
			this.unsettledList = this.unsettledList.filter((departed) => departed.shortId !== shortId);
		}
		const member = new Member(shortId, identity, stream, nowSeconds);
		if (beatSeconds !== undefined) member.promisedBySeconds = nowSeconds + math.max(20, 1.1 * beatSeconds);
		this.byShortId.set(shortId, member);
		this.flip(member);
		this.knownRank = undefined;
		this.prefixes = undefined;
		this.members.insert(this.countOlder(shortId, identity), member);
		return member;
	}

	/** Takes a member, or a server only heard of, off the live ones. */
	public depart(departed: Departed): void {
		assert(departed.shortId !== this.selfId, "no server is gone in its own view");
		const member = this.byShortId.get(departed.shortId);
		if (member) {
			this.byShortId.delete(departed.shortId);
			this.flip(member);
			this.knownRank = undefined;
			this.members = this.members.filter((other) => other !== member);
			this.reporting = this.reporting.filter((other) => other !== member);
		}
		this.prefixes = undefined;
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
		this.prefixes = undefined;
		for (const { shortId } of forgotten) this.departedByShortId.delete(shortId);
		this.departedList = this.departedList.filter((departed) => !forgotten.includes(departed));
		return forgotten;
	}

	/** This server's place among the live ones by age: 0 is the oldest. */
	public rank(): number {
		this.knownRank ??= this.countOlder(this.selfId, this.selfIdentity);
		return this.knownRank;
	}

	/** How many of the other live servers are older than this one. */
	private countOlder(shortId: ShortId, identity: Identity): number {
		const { members } = this;
		let [least, most] = [0, members.size()];
		while (least < most) {
			const middle = (least + most).idiv(2);
			const other = members[middle]!;
			if (isOlder(other.shortId, other.identity, shortId, identity)) least = middle + 1;
			else most = middle;
		}
		return least;
	}

	/** This server's place among the live ones but `shortId` by age: 0 is the oldest. */
	public rankBut(shortId: ShortId): number {
		const other = this.byShortId.get(shortId);
		const isBefore = other !== undefined && isOlder(shortId, other.identity, this.selfId, this.selfIdentity);
		return this.rank() - (isBefore ? 1 : 0);
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

function hasPrefix(shortId: ShortId, prefix: string): boolean {
	return string.sub(shortId, 1, prefix.size()) === prefix;
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
