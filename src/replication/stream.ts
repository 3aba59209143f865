import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { ShortId } from "../wire/frame";
import { Assembly } from "./assembly";
import { Register } from "./register";

/** More gaps than this are merged: the bound on what a stream remembers. */
const MOST_GAPS = 64;
/** Statements of a floor that are remembered until they hold. */
const MOST_FLOORS = 16;
/** No message lives longer. */
export const MESSAGES_LIVE_SECONDS = 300;
/** A frame that claims more unseen versions than this at once is not believed. */
export const MOST_VERSIONS_AHEAD = 1_000_000;

/** Versions `after < v <= upTo`. */
export interface Gap {
	after: number;
	upTo: number;
}

/** What nearly all streams have, of thousands in one Luau VM: shared, and replaced when there is something to keep. */
const NO_GAPS = table.freeze(new Array<Gap>()) as Gap[];
const NO_FLOORS = table.freeze(new Array<number>()) as number[];
const NO_REFERENCES = table.freeze(new Map<number, Register>()) as Map<number, Register>;
const NO_ASSEMBLIES = table.freeze(new Map<number, Assembly>()) as Map<number, Assembly>;

/**
 * What one server knows of one stream: which of its versions it has, and up to which stamp it has everything.
 * Invariant: gaps are disjoint, ascending, not empty and below `highest`; the watermark decreases only when an audit reopens the stream.
 */
export class Stream {
	/** The highest version known to exist. */
	public highest!: number;
	/** Missing versions, ascending. */
	public gaps!: Gap[];
	/** Everything its sequencer stamped up to here has been applied. */
	public appliedFloor!: number;
	/** XOR of the hashes of the values this stream owns; see `digest.ts`. */
	public digest!: number;
	/** The registers this stream owns, by the reference it calls them by. Invariant: `references.get(r) === x` only if `x.stream === this`. */
	public references!: Map<number, Register>;
	/** Values of which some parts have arrived, by reference. */
	public assemblies!: Map<number, Assembly>;
	public assemblyCount!: number;
	/** A live stream's contributions are visible; a departed one's only where a pool adopts them. */
	public live!: boolean;

	/** It shows what its owner's former stream had, until the owner has said everything anew. */
	public inherited!: boolean;

	/** The least version of a record that this server cannot give on, as its author can, or of one that it has given up looking for. */
	public notGivable!: number;

	/** Versions up to here came as state, which has no messages in it, and when. */
	public stateUpTo!: number;
	private stateAtSeconds!: number;
	/** Of the versions up to here that are missing, only messages are wanted: everything else came as state. */
	public messagesUpTo!: number;
	/** Its server may have published messages before it was known here. Undefined: if this is not its first stream. */
	public hasUnknownPast: boolean | undefined;

	/** How often any server has told the others that versions up to `highest` exist. */
	public told!: number;
	/** When `highest` grew last. */
	public advancedAtSeconds!: number;

	/** What versions up to here are about counts as applied, missing or not: it came as state, or before the stream was taken for missing. */
	private assured!: number;
	/** What the sequencer said of its floor and does not hold here yet, ascending: (version, stamp) in turn. */
	private floors!: number[];

	public readonly incarnation!: number;

	constructor(
		public readonly shortId: ShortId,
		incarnation: number,
	) {
		if (incarnation !== 0) this.incarnation = incarnation;
	}

	/** Every version up to here has been received. */
	public watermark(): number {
		const first = this.gaps[0];
		return first ? first.after : this.highest;
	}

	/** Every current record with a version up to here can be given on: not those of which only parts have arrived, or that are too large. */
	public givableUpTo(): number {
		let upTo = math.min(this.watermark(), this.notGivable - 1);
		for (const [, assembly] of this.assemblies) {
			for (const [, version] of assembly.versions) upTo = math.min(upTo, version - 1);
		}
		return upTo;
	}

	/** Everything up to here has come as state. */
	public adopt(upTo: number, nowSeconds: number): void {
		if (upTo <= 0) return;
		this.close(0, upTo);
		this.stateUpTo = math.max(this.stateUpTo, upTo);
		this.stateAtSeconds = nowSeconds;
	}

	/** Everything up to here has come as state, but for the messages: they are looked for, and nothing else waits for them. */
	public adoptButMessages(upTo: number): void {
		if (upTo <= 0) return;
		this.extend(upTo);
		this.messagesUpTo = math.max(this.messagesUpTo, upTo);
		this.assured = math.max(this.assured, upTo);
		this.advanceFloor();
	}

	/** Whether what is not here of (after, upTo] is nowhere any more, so that nobody has to look for it: messages that were not in the state may still live. */
	public isWhole(after: number, upTo: number, nowSeconds: number): boolean {
		if (this.givableUpTo() < upTo) return false;
		return after >= this.stateUpTo || nowSeconds - this.stateAtSeconds > MESSAGES_LIVE_SECONDS;
	}

	/** Whether a version has been received. */
	public has(version: number): boolean {
		if (version > this.highest) return false;
		for (const gap of this.gaps) {
			if (version <= gap.after) return true;
			if (version <= gap.upTo) return false;
		}
		return true;
	}

	/** Whether every version in (after, upTo] has been received. */
	public hasAll(after: number, upTo: number): boolean {
		if (upTo > this.highest) return upTo <= after;
		for (const gap of this.gaps) if (gap.after < upTo && gap.upTo > after) return false;
		return true;
	}

	/** Takes note that versions up to `upTo` exist. */
	public extend(upTo: number): void {
		if (upTo <= this.highest) return;
		const last = this.gaps[this.gaps.size() - 1];
		assert(!last || last.upTo <= this.highest, "gaps are below the highest version");
		if (last && last.upTo === this.highest) last.upTo = upTo;
		else if (last) this.gaps.push({ after: this.highest, upTo });
		else this.gaps = [{ after: this.highest, upTo }];
		this.highest = upTo;
		this.limitGaps();
	}

	/** Takes note that every current record in (after, upTo] has been received. */
	public close(after: number, upTo: number): void {
		assert(after <= upTo, "a range does not end before it begins");
		const former = this.watermark();
		if (upTo > this.highest) {
			if (after > this.highest) this.extend(after);
			this.highest = upTo;
		}
		if (after === upTo) return;
		for (let index = this.gaps.size() - 1; index >= 0; index--) {
			const gap = this.gaps[index]!;
			if (gap.upTo <= after) break;
			if (gap.after >= upTo) continue;
			if (gap.after >= after && gap.upTo <= upTo) this.gaps.remove(index);
			else if (gap.after >= after) gap.after = upTo;
			else if (gap.upTo <= upTo) gap.upTo = after;
			else {
				this.gaps.insert(index + 1, { after: upTo, upTo: gap.upTo });
				gap.upTo = after;
			}
		}
		this.limitGaps();
		assert(this.watermark() >= former, "what was received stays received");
		this.advanceFloor();
	}

	/** What is missing does not come any more, as far as this server can tell. It waits for it no longer, and does not say to others that it has it: the stream may live for them. */
	public giveUpGaps(): void {
		const first = this.gaps[0];
		if (!first) return;
		this.notGivable = math.min(this.notGivable, first.after + 1);
		this.close(0, this.highest);
	}

	/** Takes note of what the sequencer said of its floor; it holds here once everything up to `upTo` has been received. */
	public noteFloor(upTo: number, floor: number): void {
		const { floors } = this;
		const count = floors.size();
		if (floor > (count > 0 ? floors[count - 1]! : this.appliedFloor)) {
			// Beyond the bound the newest statement gives way to a newer one: the older ones come true sooner.
			if (count >= 2 * MOST_FLOORS) {
				sometimes("more floors said than are remembered");
				floors[count - 2] = math.max(upTo, floors[count - 2]!);
				floors[count - 1] = floor;
			} else if (count > 0) floors.push(math.max(upTo, floors[count - 2]!), floor);
			else this.floors = [upTo, floor];
		}
		this.advanceFloor();
	}

	/** Takes everything for missing, because what is here does not agree with what the owner says it has: versions up to `upTo`. */
	public reopen(upTo: number): void {
		this.assured = math.min(this.appliedUpTo(), upTo);
		this.messagesUpTo = 0;
		this.highest = math.min(this.highest, upTo);
		this.gaps = this.highest > 0 ? [{ after: 0, upTo: this.highest }] : NO_GAPS;
	}

	/** What this stream calls `reference` is this register. */
	public refer(reference: number, register: Register): void {
		if (this.references === NO_REFERENCES) this.references = new Map();
		this.references.set(reference, register);
	}

	/** The first part of a value has arrived, but not all of them. */
	public addAssembly(reference: number, assembly: Assembly): void {
		if (this.assemblies === NO_ASSEMBLIES) this.assemblies = new Map();
		this.assemblies.set(reference, assembly);
		this.assemblyCount += 1;
	}

	public forgetAssembly(reference: number): void {
		if (!this.assemblies.has(reference)) return;
		this.assemblies.delete(reference);
		this.assemblyCount -= 1;
		assert(this.assemblyCount >= 0, "values in parts are counted");
	}

	/** Forgets parts whose others will not come: everything of the stream that is current has been received. */
	public forgetAssemblies(): void {
		this.assemblies = NO_ASSEMBLIES;
		this.assemblyCount = 0;
	}

	/** The same as the watermark, as if the stream had not been reopened. */
	private appliedUpTo(): number {
		for (const gap of this.gaps) if (gap.upTo > this.assured) return math.max(gap.after, this.assured);
		return this.highest;
	}

	private advanceFloor(): void {
		const { floors } = this;
		const applied = this.appliedUpTo();
		assert(floors.size() <= 2 * MOST_FLOORS, "statements of floors are bounded");
		while (!floors.isEmpty() && floors[0]! <= applied) {
			this.appliedFloor = math.max(this.appliedFloor, floors[1]!);
			floors.remove(0);
			floors.remove(0);
			if (floors.isEmpty()) this.floors = NO_FLOORS;
		}
	}

	private limitGaps(): void {
		while (this.gaps.size() > MOST_GAPS) {
			// What lies between the last two is asked for again: more than needed, never less.
			sometimes("gaps folded into one");
			const last = this.gaps.pop()!;
			const former = this.gaps[this.gaps.size() - 1]!;
			assert(former.after < former.upTo && former.upTo < last.after, "gaps are apart, and ascending");
			former.upTo = last.upTo;
		}
	}
}

beginWith(Stream, {
	incarnation: 0,
	highest: 0,
	gaps: NO_GAPS,
	appliedFloor: 0,
	digest: 0,
	references: NO_REFERENCES,
	assemblies: NO_ASSEMBLIES,
	assemblyCount: 0,
	live: true,
	inherited: false,
	notGivable: math.huge,
	stateUpTo: 0,
	stateAtSeconds: 0,
	messagesUpTo: 0,
	told: 0,
	advancedAtSeconds: 0,
	assured: 0,
	floors: NO_FLOORS,
});
