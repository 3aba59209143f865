import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { OwnerGonePolicy, RecordsSection, WireRecord } from "../wire/frame";
import { Assembled, addPart, startAssembly } from "./assembly";
import { hashKey, hashRecord } from "./digest";
import { isGivable } from "./outgoing";
import { HybridClock } from "./hybrid-clock";
import { Recents } from "./recent";
import { isVisible, orderStamp, PoolState, Register, supersedes } from "./register";
import { MOST_VERSIONS_AHEAD, Stream } from "./stream";

/** Values of which only some parts have come, per stream; more are refused and asked for again later. */
const MOST_ASSEMBLIES = 64;

/**
 * By so much a contribution's stamp is above the one that others know of the same key, where the clock has not gone on. What they adopt of a server that they
 * take for gone is one above; what that server contributed since must be newer, also where others adopt after each other.
 */
export const CLAIM_STEP_MILLISECONDS = 16;

/** What the game sees happen to one key. */
export interface Change {
	readonly kind: "added" | "updated" | "removed" | "ownershipLost";
	readonly register: Register;
	readonly value: string | undefined;
	readonly previous: string | undefined;
	/** The owner of the value, or for a loss of ownership the new one. */
	readonly owner: Stream;
}

export type Outcome = "applied" | "stale" | "duplicate" | "unresolved" | "implausible";

/** How often each came of a record. */
export class Counters {
	public applied!: number;
	public stale!: number;
	public duplicate!: number;
	public unresolved!: number;
	public implausible!: number;
}

beginWith(Counters, { applied: 0, stale: 0, duplicate: 0, unresolved: 0, implausible: 0 });

/**
 * One server's copy of every pool. Applying a record is commutative, associative and idempotent; what the game has to be told is collected in `changes`.
 * Pure: stamps and times come from the caller.
 */
export class Replica {
	public readonly pools = new Map<string, PoolState>();
	public readonly counters = new Counters();
	/** Registers that are new to this server or changed, for the list of recent records. */
	public fresh = new Array<Register>();
	public readonly recents = new Recents();
	private changes = new Array<Change>();
	private tombstones = new Array<Register>();
	/** What the game was shown of the register that is being changed, and whose it was. */
	private former: string | undefined;
	private formerOwner: Stream | undefined;
	/** All registers, tombstones included. */
	public registerCount = 0;

	constructor(public own: Stream) {}

	public pool(name: string): PoolState {
		let pool = this.pools.get(name);
		if (!pool) {
			pool = new PoolState(name);
			this.pools.set(name, pool);
		}
		return pool;
	}

	/** What has happened since the last call, in order. */
	public takeChanges(): Change[] {
		const changes = this.changes;
		if (!changes.isEmpty()) this.changes = [];
		return changes;
	}

	public takeFresh(): Register[] {
		const fresh = this.fresh;
		if (!fresh.isEmpty()) this.fresh = [];
		return fresh;
	}

	/** Own claim or update of a key. `now` is the clock's present; the record's stamp is at least `step` above everything seen for the key. */
	public contribute(
		poolName: string,
		policy: OwnerGonePolicy,
		key: string,
		value: string,
		now: number,
		step = CLAIM_STEP_MILLISECONDS,
	): Register {
		const pool = this.pool(poolName);
		pool.policy = policy;
		let register = pool.registers.get(key);
		if (!register) {
			register = this.createRegister(pool, key, this.own, now, value, undefined);
			register.knownElsewhere = false;
		} else {
			// What nobody has heard of may be replaced at its stamp; a removal that waits has that of a value others know, as long as the clock stands still.
			const unsent = register.stream === this.own && register.version === 0 && register.value !== undefined;
			const stamp = math.max(now, unsent ? register.stamp : register.stamp + step);
			assert(unsent || stamp > orderStamp(register), "a claim is above what it replaces");
			const continues = register.stream === this.own && register.value !== undefined;
			this.leaveOwner(register);
			register.stream = this.own;
			register.stamp = stamp;
			register.value = value;
			register.setWithdrawn(undefined);
			register.version = 0;
			register.setParts(undefined);
			if (!continues) register.reference = 0;
			else if (register.reference !== 0) this.own.refer(register.reference, register);
			this.own.digest = bit32.bxor(this.own.digest, hashRecord(register.keyHash, stamp));
		}
		this.refresh(register);
		return register;
	}

	/** Withdraws an own contribution. Returns whether a tombstone has to be sent: not for what nobody else ever heard of. */
	public withdraw(register: Register, now: number): boolean {
		assert(register.stream === this.own && register.value !== undefined, "only the owner withdraws");
		const reference = register.reference;
		const withdrawn = register.stamp;
		this.leaveOwner(register);
		register.value = undefined;
		register.setWithdrawn(withdrawn);
		register.stamp = math.max(now, withdrawn);
		register.setParts(undefined);
		register.reference = reference;
		this.refresh(register);
		if (!register.knownElsewhere) {
			this.drop(register);
			return false;
		}
		register.version = 0;
		if (reference !== 0) this.own.refer(reference, register);
		this.listTombstone(register);
		return true;
	}

	/** Applies a section of records of `stream`; `clockAccepts` tells implausible stamps. Closes what the section is complete about. */
	public applySection(stream: Stream, section: RecordsSection, clock: HybridClock, unixMilliseconds: number): void {
		assert(stream !== this.own, "what this server contributes it has from nobody else");
		if (section.upTo > stream.highest + MOST_VERSIONS_AHEAD) {
			this.counters.implausible += 1;
			sometimes("an implausible version");
			return;
		}
		let from = section.after;
		for (const record of section.records) {
			const outcome = this.apply(stream, record, clock, unixMilliseconds);
			this.counters[outcome] += 1;
			const missing = outcome === "unresolved" || outcome === "implausible";
			if (section.complete) {
				if (missing) {
					// This one version stays open: it will be asked for, with its key.
					stream.close(from, record.version - 1);
					stream.extend(record.version);
					from = record.version;
				}
			} else if (missing) stream.extend(record.version);
			else if (outcome !== "duplicate") stream.close(record.version - 1, record.version);
		}
		if (section.complete) stream.close(from, section.upTo);
	}

	// Hot: once per received record.
	private apply(stream: Stream, record: WireRecord, clock: HybridClock, unixMilliseconds: number): Outcome {
		if (stream.has(record.version)) {
			this.recents.heardAgain(stream, record.reference, record.version);
			return "duplicate";
		}
		if (!HybridClock.accepts(record.stamp, unixMilliseconds)) {
			sometimes("an implausible stamp");
			return "implausible";
		}
		if (record.partIndex !== undefined) {
			const assembled = this.assemble(stream, record);
			if (assembled === "refused") return "unresolved";
			clock.witness(record.stamp);
			if (!assembled) return "applied";
			return this.applyWhole(stream, record, assembled.value, assembled.partVersions);
		}
		if (record.key === undefined && !stream.references.has(record.reference)) {
			sometimes("a reference that is not known");
			return "unresolved";
		}
		clock.witness(record.stamp);
		return this.applyWhole(stream, record, record.value, undefined);
	}

	private applyWhole(
		stream: Stream,
		record: WireRecord,
		text: string | undefined,
		partVersions: number[] | undefined,
	): Outcome {
		let register: Register | undefined;
		if (record.key !== undefined) {
			const pool = this.pool(record.pool!);
			pool.policy = record.policy!;
			register = pool.registers.get(record.key);
			const value = record.valueIsKey ? record.key : text;
			if (!register) {
				register = this.createRegister(pool, record.key, stream, record.stamp, value, record.withdrawn);
				this.settle(register, record, partVersions);
				return "applied";
			}
		} else {
			register = stream.references.get(record.reference)!;
		}
		register.noteKnownElsewhere();
		const assembly = stream.assemblies.get(record.reference);
		if (assembly && assembly.stamp <= record.stamp) stream.forgetAssembly(record.reference);
		if (!wins(record, stream, register)) {
			// Others may have had that one in between, and no longer know this key by its reference: it is named again.
			if (register.stream === this.own) register.definedAtSeconds = math.huge;
			return "stale";
		}
		const lost = register.stream === this.own && register.value !== undefined && stream !== this.own;
		this.leaveOwner(register);
		register.stream = stream;
		register.stamp = record.stamp;
		register.value = record.valueIsKey ? register.key : text;
		register.setWithdrawn(record.withdrawn);
		if (register.value !== undefined) {
			stream.digest = bit32.bxor(stream.digest, hashRecord(register.keyHash, register.stamp));
		} else this.listTombstone(register);
		this.settle(register, record, partVersions);
		if (lost)
			this.changes.push({
				kind: "ownershipLost",
				register,
				value: undefined,
				previous: undefined,
				owner: stream,
			});
		return "applied";
	}

	private settle(register: Register, record: WireRecord, partVersions: number[] | undefined): void {
		// Of parts, the last one's, in whatever order they came.
		register.version = partVersions ? partVersions[partVersions.size() - 1]! : record.version;
		register.setParts(partVersions);
		if (!isGivable(register)) {
			sometimes("a record that cannot be given on");
			register.stream.notGivable = math.min(register.stream.notGivable, partVersions?.[0] ?? record.version);
		}
		register.reference = record.reference;
		register.stream.refer(record.reference, register);
		this.fresh.push(register);
		this.refresh(register);
	}

	private assemble(stream: Stream, record: WireRecord): Assembled | "refused" | undefined {
		const register = this.pools.get(record.pool!)?.registers.get(record.key!);
		// Parts of a value that has been replaced meanwhile are received and of no use; kept, they would wait for the others for ever.
		if (register && !wins(record, stream, register)) {
			register.noteKnownElsewhere();
			sometimes("a part of a replaced value");
			return undefined;
		}
		let assembly = stream.assemblies.get(record.reference);
		if (assembly && (assembly.stamp !== record.stamp || assembly.partCount !== record.partCount)) {
			if (assembly.stamp > record.stamp) return undefined;
			sometimes("a part of a newer value before the older one was whole");
			stream.forgetAssembly(record.reference);
			assembly = undefined;
		}
		if (!assembly) {
			if (stream.assemblyCount >= MOST_ASSEMBLIES) {
				sometimes("too many values in parts");
				return "refused";
			}
			assembly = startAssembly(record);
			stream.addAssembly(record.reference, assembly);
		}
		const assembled = addPart(assembly, record);
		if (assembled) stream.forgetAssembly(record.reference);
		return assembled;
	}

	private createRegister(
		pool: PoolState,
		key: string,
		stream: Stream,
		stamp: number,
		value: string | undefined,
		withdrawn: number | undefined,
	): Register {
		const register = new Register(pool, key, hashKey(pool.name, key), stream, stamp, value);
		register.setWithdrawn(withdrawn);
		this.former = undefined;
		pool.registers.set(key, register);
		pool.registerCount += 1;
		this.registerCount += 1;
		if (value !== undefined) stream.digest = bit32.bxor(stream.digest, hashRecord(register.keyHash, stamp));
		else this.listTombstone(register);
		return register;
	}

	/** Takes the register's present record out of its owner's stream. What the game was shown of it is remembered until {@link refresh}. */
	private leaveOwner(register: Register): void {
		this.former = register.shown();
		this.formerOwner = register.stream;
		if (register.value !== undefined) {
			register.stream.digest = bit32.bxor(register.stream.digest, hashRecord(register.keyHash, register.stamp));
		}
		if (register.reference !== 0 && register.stream.references.get(register.reference) === register) {
			register.stream.references.delete(register.reference);
		}
	}

	/** Compares what the game was told of a register with what it should see, and notes the difference. */
	private refresh(register: Register): void {
		const hidden = register.value !== undefined && !isVisible(register);
		if (register.hidden !== hidden) register.hidden = hidden;
		const visible = register.shown();
		const { former: previous, formerOwner } = this;
		const owner = register.stream;
		if (visible === previous && (visible === undefined || owner.shortId === formerOwner?.shortId)) return;
		if (previous === undefined) {
			register.pool.visibleCount += 1;
			this.changes.push({ kind: "added", register, value: visible, previous, owner });
		} else if (visible === undefined) {
			register.pool.visibleCount -= 1;
			const gone = formerOwner ?? owner;
			this.changes.push({ kind: "removed", register, value: undefined, previous, owner: gone });
		} else this.changes.push({ kind: "updated", register, value: visible, previous, owner });
		assert(register.pool.visibleCount >= 0, "a pool cannot show fewer than no contributions");
	}

	/** Hides or shows what a stream owns after it departed or came back. */
	public setLive(stream: Stream, live: boolean): void {
		if (stream.live === live) return;
		stream.live = live;
		this.forEachOwned(stream, (register) => {
			this.former = register.shown();
			this.formerOwner = stream;
			this.refresh(register);
		});
	}

	/** A server's name has become known: the game is told anew of what it was shown of that server. */
	public nameOwner(shortId: string): void {
		// What waits to be told is told with the name.
		const untold = new Set<Register>();
		for (const { kind, register } of this.changes) if (kind !== "ownershipLost") untold.add(register);
		for (const register of this.sortedRegisters()) {
			const { stream: owner } = register;
			const shown = register.shown();
			if (shown === undefined || owner.shortId !== shortId || untold.has(register)) continue;
			this.changes.push({ kind: "updated", register, value: shown, previous: shown, owner });
		}
	}

	/** Visits the registers a stream owns, in an order that is the same in every process. */
	public forEachOwned(stream: Stream, visit: (register: Register) => void): void {
		for (const register of this.sortedRegisters()) {
			if (register.stream === stream) visit(register);
		}
	}

	/** Every register, by pool and key. */
	public sortedRegisters(): Register[] {
		const names = new Array<string>();
		for (const [name] of this.pools) names.push(name);
		names.sort((left, right) => left < right);
		const registers = new Array<Register>();
		for (const name of names) {
			const keys = new Array<string>();
			const pool = this.pools.get(name)!;
			for (const [key] of pool.registers) keys.push(key);
			keys.sort((left, right) => left < right);
			for (const key of keys) registers.push(pool.registers.get(key)!);
		}
		return registers;
	}

	/** Gives everything this server has contributed and nobody has heard of yet a new stamp. */
	public restampOwn(stamp: number): void {
		this.forEachOwned(this.own, (register) => {
			if (register.version !== 0 || register.value === undefined || register.stamp >= stamp) return;
			this.own.digest = bit32.bxor(
				this.own.digest,
				hashRecord(register.keyHash, register.stamp),
				hashRecord(register.keyHash, stamp),
			);
			register.stamp = stamp;
		});
	}

	/** Moves what `former` owns to `successor`, unconfirmed (version 0), when a live server starts a new incarnation. */
	public inherit(former: Stream, successor: Stream): void {
		successor.inherited = true;
		this.forEachOwned(former, (register) => {
			const value = register.value;
			this.leaveOwner(register);
			register.stream = successor;
			register.version = 0;
			register.reference = 0;
			register.setParts(undefined);
			if (value !== undefined) {
				successor.digest = bit32.bxor(successor.digest, hashRecord(register.keyHash, register.stamp));
			}
			this.refresh(register);
		});
	}

	/**
	 * Drops what a stream owns here though the stream itself no longer has it: versions in (after, upTo] that are not among `kept`,
	 * which has the reference that goes with each version: a forged record may bear the version of a true one.
	 * Only for answers that were asked to be the whole truth; see `docs/protocol.md` section 5.
	 */
	public dropAbsent(stream: Stream, after: number, upTo: number, kept: ReadonlyMap<number, number>): void {
		this.forEachOwned(stream, (register) => {
			if (
				register.version > upTo ||
				register.version <= after ||
				kept.get(register.version) === register.reference
			)
				return;
			sometimes("a record dropped that its owner does not have");
			this.drop(register);
		});
	}

	/** Drops what a stream inherited and has not said again, once it has said everything. */
	public dropUnconfirmed(stream: Stream): void {
		if (!stream.inherited) return;
		stream.inherited = false;
		this.forEachOwned(stream, (register) => {
			if (register.version !== 0) return;
			sometimes("a record dropped that its owner has not said again");
			this.drop(register);
		});
	}

	/** Removes a register for good. */
	public drop(register: Register): void {
		assert(!register.dropped, "a register is dropped once");
		this.leaveOwner(register);
		register.value = undefined;
		this.refresh(register);
		register.dropped = true;
		const { pool } = register;
		const found = pool.registers.delete(register.key);
		assert(found, "a register is its pool's until it is dropped");
		this.registerCount -= 1;
		pool.registerCount -= 1;
		assert(pool.registerCount >= 0 && this.registerCount >= pool.registerCount, "registers are counted");
		// A pool without registers is nothing; it comes back with its next record.
		if (pool.registerCount === 0) this.pools.delete(pool.name);
	}

	/** Collects the tombstones that no live server can contradict any more: those with a stamp up to the stability frontier. */
	public collect(frontier: number): number {
		if (this.tombstones.isEmpty()) return 0;
		const kept = new Array<Register>();
		let collected = 0;
		for (const register of this.tombstones) {
			if (register.dropped || register.value !== undefined) {
				register.listed = false;
				continue;
			}
			// An own removal that is not sent yet must be sent first; its stamp cannot be below the frontier, but assert nothing about the wire.
			if (register.stamp <= frontier && register.version !== 0) {
				this.drop(register);
				collected += 1;
			} else kept.push(register);
		}
		if (collected > 0) sometimes("a tombstone collected");
		if (!kept.isEmpty()) sometimes("a tombstone waits for the frontier");
		this.tombstones = kept;
		return collected;
	}

	/** Bytes of all keys and values. Walks over everything: for statistics, not for decisions. */
	public storedBytes(): number {
		let bytes = 0;
		for (const [, pool] of this.pools) {
			for (const [key, register] of pool.registers) bytes += key.size() + (register.value?.size() ?? 0);
		}
		return bytes;
	}

	public tombstoneCount(): number {
		let count = 0;
		for (const register of this.tombstones) if (!register.dropped && register.value === undefined) count += 1;
		return count;
	}

	private listTombstone(register: Register): void {
		if (register.listed) return;
		register.listed = true;
		this.tombstones.push(register);
	}
}

/** Whether a record replaces what a register has, or says it again in the stream that its owner has begun anew. */
function wins(record: WireRecord, stream: Stream, register: Register): boolean {
	if (register.version === 0 && register.stream === stream && register.stamp === record.stamp) return true;
	return supersedes(record.stamp, record.withdrawn, stream, register);
}
