import { OutgoingRecord } from "../wire/records-writer";
import { outgoing, outgoingPart } from "./outgoing";
import { Register } from "./register";
import { Stream } from "./stream";

/** So long after a key was first sent with its reference, every receiver is taken to know the reference. */
export const REFERENCE_KNOWN_AFTER_SECONDS = 10;

interface LogEntry {
	readonly version: number;
	readonly register: Register;
	/** For a value in parts: which one; -1 for a whole record. */
	readonly partIndex: number;
	readonly sentAtSeconds: number;
}

/** Gives the records of the own stream their numbers, at the moment they are sent, and finds them again by number. */
export class Sequencer {
	private log = new Array<LogEntry>();
	private nextReference = 1;
	private compactAtSize = 64;

	constructor(private stream: Stream) {}

	/** Starts a new stream: numbers and references begin again. */
	public restart(stream: Stream): void {
		this.stream = stream;
		this.log = [];
		this.nextReference = 1;
	}

	/** The highest version given. */
	public upTo(): number {
		return this.stream.highest;
	}

	/** What the next message would say of a waiting register, with the version it would get. */
	public preview(register: Register, nowSeconds: number, ahead: number): OutgoingRecord {
		return outgoing(
			register,
			this.stream.highest + ahead,
			register.reference !== 0 ? register.reference : this.nextReference,
			!isReferenceKnown(register, nowSeconds),
		);
	}

	/** Takes note that a register was sent whole, with the version its preview had. */
	public sent(register: Register, nowSeconds: number): void {
		this.define(register, nowSeconds);
		register.setParts(undefined);
		register.version = this.number(register, -1, nowSeconds);
	}

	/** Takes note that one part of a register's value was sent: of its present value, or of the one of `stamp` that it had before. */
	public sentPart(register: Register, partIndex: number, stamp: number, nowSeconds: number): void {
		this.define(register, nowSeconds);
		const version = this.number(register, partIndex, nowSeconds);
		// A part of a former value is not to be found again: who misses it waits for the present value.
		if (stamp !== register.stamp) return;
		if (!register.partVersions || partIndex === 0) register.partVersions = [];
		assert(register.partVersions.size() === partIndex, "parts are sent in order");
		register.partVersions[partIndex] = version;
		register.version = version;
	}

	private define(register: Register, nowSeconds: number): void {
		register.noteKnownElsewhere();
		if (register.reference !== 0) {
			if (register.definedAtSeconds === math.huge) register.definedAtSeconds = nowSeconds;
			return;
		}
		assert(!this.stream.references.has(this.nextReference), "a reference is given once");
		register.reference = this.nextReference;
		this.nextReference += 1;
		register.definedAtSeconds = nowSeconds;
		this.stream.refer(register.reference, register);
	}

	private number(register: Register, partIndex: number, sentAtSeconds: number): number {
		assert(register.stream === this.stream && !register.dropped, "only what this server owns is sent as its own");
		// Before the entry: until its register has the version, it would pass for overwritten.
		if (this.log.size() >= this.compactAtSize) this.compact();
		const version = this.stream.highest + 1;
		this.stream.close(version - 1, version);
		assert(this.stream.highest === version && this.stream.gaps.isEmpty(), "own versions follow each other");
		this.log.push({ version, register, partIndex, sentAtSeconds });
		return version;
	}

	/** The current records with a version in (after, upTo], ascending. */
	public range(after: number, upTo: number): OutgoingRecord[] {
		const records = new Array<OutgoingRecord>();
		for (const index of $range(this.indexAbove(after), this.log.size() - 1)) {
			const entry = this.log[index]!;
			if (entry.version > upTo) break;
			if (!this.isCurrent(entry)) continue;
			if (entry.partIndex >= 0) records.push(outgoingPart(entry.register, entry.partIndex, entry.version));
			else records.push(outgoing(entry.register, entry.version, entry.register.reference, true));
		}
		return records;
	}

	/**
	 * The newest current records up to a version, sent since `sinceSeconds`, ascending, as many as `fits` accepts (asked newest first),
	 * with the version above which they are all there are. Values in parts end the list: they are repaired on request.
	 */
	public tail(
		nowSeconds: number,
		sinceSeconds: number,
		upTo: number,
		fits: (record: OutgoingRecord) => boolean,
	): { after: number; records: OutgoingRecord[] } {
		const records = new Array<OutgoingRecord>();
		let after = 0;
		for (let index = this.log.size() - 1; index >= 0; index--) {
			const entry = this.log[index]!;
			if (entry.version > upTo || !this.isCurrent(entry)) continue;
			after = entry.version;
			if (entry.sentAtSeconds < sinceSeconds || entry.partIndex >= 0) break;
			const { register } = entry;
			const defining = !isReferenceKnown(register, nowSeconds);
			const record = outgoing(register, entry.version, register.reference, defining);
			if (!fits(record)) break;
			records.push(record);
			after = 0;
		}
		const ascending = new Array<OutgoingRecord>();
		for (let index = records.size() - 1; index >= 0; index--) ascending.push(records[index]!);
		return { after, records: ascending };
	}

	private isCurrent(entry: LogEntry): boolean {
		const register = entry.register;
		if (register.dropped || register.stream !== this.stream) return false;
		if (entry.partIndex >= 0) return register.partVersions?.[entry.partIndex] === entry.version;
		return register.version === entry.version;
	}

	/** The index of the first entry with a version above `after`. */
	private indexAbove(after: number): number {
		let low = 0;
		let high = this.log.size();
		while (low < high) {
			const middle = (low + high).idiv(2);
			if (this.log[middle]!.version <= after) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	private compact(): void {
		const current = new Array<LogEntry>();
		for (const entry of this.log) if (this.isCurrent(entry)) current.push(entry);
		this.log = current;
		this.compactAtSize = math.max(64, 2 * current.size());
	}
}

/** Whether every receiver can be taken to know what an own register's reference stands for. */
function isReferenceKnown(register: Register, nowSeconds: number): boolean {
	return register.reference !== 0 && nowSeconds - register.definedAtSeconds >= REFERENCE_KNOWN_AFTER_SECONDS;
}
