import { Identity, ShortId } from "../wire/frame";
import { isOlder } from "./membership";

const MOST_CANDIDATES = 50;

export interface Candidate {
	readonly shortId: ShortId;
	readonly identity: Identity | undefined;
	/** Whether it has the state; otherwise it looks for it as well. */
	readonly synced: boolean;
}

/** What a server has that does not ask: shared, and replaced when there is something to keep. */
const NOBODY = table.freeze(new Set<ShortId>()) as Set<ShortId>;

/** The servers that a joiner can ask for the state, the best first. */
export class Candidates {
	private list = new Array<Candidate>();
	/** Who has said goodbye since this server began to look. */
	private gone = NOBODY;

	public isEmpty(): boolean {
		return this.list.isEmpty();
	}

	/** Whether anybody is known who has the state. */
	public hasSynced(): boolean {
		return this.list[0]?.synced === true;
	}

	public hasGone(shortId: ShortId): boolean {
		return this.gone.has(shortId);
	}

	/** The best to ask, if possible none of those that are asked for something else already. */
	public best(asked: ReadonlySet<ShortId>): ShortId | undefined {
		const idle = this.list.find(({ shortId, synced }) => synced && !asked.has(shortId));
		return (idle ?? this.list[0])?.shortId;
	}

	/** Whether this one is known to have the state. */
	public hasSyncedOne(shortId: ShortId): boolean {
		return this.list.some((candidate) => candidate.synced && candidate.shortId === shortId);
	}

	/** Whether any other is. */
	public hasSyncedBut(shortId: ShortId): boolean {
		return this.list.some((candidate) => candidate.synced && candidate.shortId !== shortId);
	}

	/** A server was heard. Returns whether it is one to ask that was not known as such. */
	public note(candidate: Candidate): boolean {
		const { shortId, synced } = candidate;
		if (this.list.some((other) => other.shortId === shortId && other.synced === synced)) return false;
		this.remove(shortId);
		if (this.list.size() >= MOST_CANDIDATES) return false;
		this.list.push(candidate);
		this.list.sort((left, right) => isBetter(left, right));
		return true;
	}

	/** Servers that are known to have the state, in the order given, before all others. */
	public prefer(shortIds: ReadonlyArray<ShortId>): void {
		const preferred = new Array<Candidate>();
		for (const shortId of shortIds) {
			if (this.gone.has(shortId)) continue;
			this.remove(shortId);
			preferred.push({ shortId, identity: undefined, synced: true });
		}
		for (const other of this.list) if (preferred.size() < MOST_CANDIDATES) preferred.push(other);
		this.list = preferred;
	}

	/** The same, but in any order, and after the one that is being asked already. */
	public mix(shortIds: ReadonlyArray<ShortId>, random: () => number): void {
		const least = this.hasSynced() ? 1 : 0;
		for (const shortId of shortIds) {
			if (this.list.size() >= MOST_CANDIDATES) break;
			const isKnown = this.list.some((other) => other.shortId === shortId && other.synced);
			if (isKnown || this.gone.has(shortId)) continue;
			const at = least + math.floor(random() * (this.list.size() - least + 1));
			this.list.insert(math.min(at, this.list.size()), { shortId, identity: undefined, synced: true });
		}
	}

	public remove(shortId: ShortId): void {
		this.list = this.list.filter((candidate) => candidate.shortId !== shortId);
	}

	/** Who closes answers nobody any more. */
	public noteGone(shortId: ShortId): void {
		if (this.gone === NOBODY) this.gone = new Set();
		this.gone.add(shortId);
		this.remove(shortId);
	}
}

function isBetter(left: Candidate, right: Candidate): boolean {
	if (left.synced !== right.synced) return left.synced;
	if (left.identity && right.identity) return isOlder(left.shortId, left.identity, right.shortId, right.identity);
	if ((left.identity === undefined) !== (right.identity === undefined)) return left.identity !== undefined;
	return left.shortId < right.shortId;
}
