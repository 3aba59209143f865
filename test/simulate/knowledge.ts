import { queueKey } from "../../src/cluster/sender";
import { Register } from "../../src/replication/register";
import { Stream } from "../../src/replication/stream";
import { Actor } from "./actor";
import type { Stage } from "./stage";

/** Whether a register may stand where another server's record was received: that record, or one that wins over it. Said here once more, not asked of the library. */
function isAtLeast(present: Register, record: Register): boolean {
	const [order, other] = [present.withdrawn ?? present.stamp, record.withdrawn ?? record.stamp];
	if (order !== other) return order > other;
	const [owner, otherOwner] = [present.stream.shortId, record.stream.shortId];
	if (owner !== otherOwner) return owner > otherOwner;
	return record.withdrawn === undefined || present.withdrawn !== undefined;
}

/** Servers that have just met may lack each other's past: digests find that out in time. */
const ACQUAINTED_SECONDS = 60;

/** What servers say they have of each other, compared with what the others have: nobody else could know. */
export class Knowledge {
	constructor(private readonly stage: Stage) {}

	public audit(): void {
		// Who is lied to believes what is not so, until it compares.
		if (this.stage.deceived) return;
		const live = this.stage.live().filter((actor) => !actor.isMending());
		for (const owner of live) {
			for (const reader of live) {
				if (reader === owner) continue;
				const stream = this.streamAt(reader, owner);
				if (!stream) continue;
				this.auditReceived(reader, owner, stream, live);
				if (this.streamAt(owner, reader)) this.auditKept(reader, owner, stream);
			}
		}
	}

	/** The stream of a server that takes part, as another that takes part has it. */
	private streamAt(reader: Actor, owner: Actor): Stream | undefined {
		const { context } = owner;
		if (reader.context.phase !== "synced" || context.phase !== "synced") return undefined;
		const member = reader.context.membership.get(context.selfId);
		if (!member || member.fenced || member.stream.incarnation !== context.incarnation) return undefined;
		const isSettled = reader.context.now() - member.admittedAtSeconds >= ACQUAINTED_SECONDS;
		return isSettled ? member.stream : undefined;
	}

	/** What counts as received was applied. */
	private auditReceived(reader: Actor, owner: Actor, stream: Stream, live: ReadonlyArray<Actor>): void {
		const { own } = owner.context.replica;
		const watermark = stream.watermark();
		const floor = math.max(stream.appliedFloor, this.castFloor(reader, owner, live));
		for (const [, register] of own.references) {
			const { version, pool, key } = register;
			// What is adopted has a stamp just above what it replaces, however old that is.
			const isBelowFloor = register.stamp <= floor && pool.policy !== "adopt";
			if (version === 0 || (version > watermark && !isBelowFloor)) continue;
			// Of a large value the first parts may have been sent.
			if (register.partVersions && owner.context.outbox.get(queueKey(register))) continue;
			const present = reader.context.replica.pools.get(pool.name)?.registers.get(key);
			if (present && isAtLeast(present, register)) continue;
			// What won over the record may have gone with its owner, and a removal may have been forgotten already.
			const last = this.stage.oracle.lastOf(pool.name, key);
			if (!last || last.actor !== owner) continue;
			if (!present && (last.value === undefined || pool.name === "Kept" || this.stage.skewed)) continue;
			if (this.hasLost(register, live)) continue;
			const text = `server ${reader.number} believes to have all of server ${owner.number} up to ${watermark}, and all with stamps up to ${floor}, but lacks`;
			this.stage.accuse(`${text} ${pool.name}.${key}`, [reader.number, owner.number]);
		}
	}

	/** Where a hub broadcasts for all, a floor of its own holds for all whom it knows. */
	private castFloor({ context }: Actor, owner: Actor, live: ReadonlyArray<Actor>): number {
		const followed = context.regime.role() === "leaf" ? context.regime.hub?.shortId : undefined;
		const hub = live.find((actor) => actor.context.selfId === followed);
		return hub && (hub === owner || this.streamAt(hub, owner)) ? context.ownFrontier() : 0;
	}

	/**
	 * Whether a record has lost to another server's, somewhere. Who gave the range on after that had nothing of it any more, and said that this is all of it:
	 * the winner comes in its own stream, in which it counts as missing until then, and is looked for there.
	 */
	private hasLost(record: Register, live: ReadonlyArray<Actor>): boolean {
		return live.some(({ context }) => {
			const held = context.replica.pools.get(record.pool.name)?.registers.get(record.key);
			return held !== undefined && held.stream.shortId !== record.stream.shortId && isAtLeast(held, record);
		});
	}

	/** Nobody forgets a removal while others whom it reckons with have what was removed. */
	private auditKept(reader: Actor, owner: Actor, stream: Stream): void {
		for (const [, register] of stream.references) {
			const { version, value, pool, key } = register;
			if (version === 0 || value === undefined) continue;
			if (owner.context.replica.pools.get(pool.name)?.registers.has(key)) continue;
			const last = this.stage.oracle.lastOf(pool.name, key);
			if (!last || last.actor !== owner || last.value !== undefined) continue;
			const text = `server ${owner.number} knows nothing any more of what server ${reader.number} has of it as`;
			this.stage.accuse(`${text} ${pool.name}.${key}`, [reader.number, owner.number]);
		}
	}
}
