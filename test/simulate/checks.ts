import { Stream } from "../../src/replication/stream";
import { orderStamp, Register } from "../../src/replication/register";
import { VirtualServer } from "../../src/testing";
import { Actor } from "./actor";
import { Calm } from "./calm";
import { Knowledge } from "./knowledge";
import { PoolName } from "./plan";
import { Removals } from "./removals";
import type { Stage } from "./stage";

/** What a server keeps at most, whatever happens to it. */
const MOST_GAPS = 64;
const MOST_ASSEMBLIES = 64;

/** What was seen of one stream at one server, last. */
interface Seen {
	readonly stream: Stream;
	watermark: number;
	highest: number;
	floor: number;
}

/** What was seen of one server, last. */
interface Memory {
	incarnation: number;
	upTo: number;
	resyncs: number;
	streams: Map<string, Seen>;
	orders: Map<Register, { order: number; owner: string; incarnation: number }>;
	readonly removals: Removals;
}

/** What has to hold at any time, looked at from outside. */
export class Checks {
	private readonly memories = new Map<string, Memory>();
	private errorsSeen = 0;
	private overLimits = 0;

	private readonly knowledge: Knowledge;
	private readonly calm: Calm;

	constructor(private readonly stage: Stage) {
		this.knowledge = new Knowledge(stage);
		this.calm = new Calm(stage);
	}

	/** A server has started. */
	public watch(actor: Actor): void {
		this.calm.watch(actor);
	}

	/** Hot: after each piece of code of a server. Only what takes no time to look at. */
	public afterEvent(server: VirtualServer): void {
		const { stage } = this;
		if (stage.emulated.Errors.size() > this.errorsSeen) {
			const failure = stage.emulated.Errors[this.errorsSeen]!;
			this.errorsSeen += 1;
			stage.accuse(`error: ${failure.text}`, [stage.numberOf(failure.serverId)]);
		}
		const actor = stage.actorOf(server.ServerId);
		if (!actor) return;
		const { context } = actor;
		const memory = this.memoryOf(actor);
		const { incarnation } = context;
		if (incarnation < memory.incarnation) this.blame(actor, "its incarnation went back");
		const upTo = context.sequencer.upTo();
		if (incarnation === memory.incarnation && upTo < memory.upTo) this.blame(actor, "its stream became shorter");
		memory.incarnation = incarnation;
		memory.upTo = upTo;
		if (context.outbox.size() > context.replica.registerCount) this.blame(actor, "more waits than there are keys");
	}

	/** Every few seconds: everything. */
	public audit(): void {
		for (const actor of this.stage.live()) {
			actor.pools.State.audit();
			actor.pools.Kept.audit();
			this.auditStreams(actor);
			this.auditRegisters(actor);
		}
		this.knowledge.audit();
		this.calm.audit();
		this.auditLimits();
	}

	private memoryOf(actor: Actor): Memory {
		const id = actor.server.ServerId;
		let memory = this.memories.get(id);
		if (!memory) {
			memory = {
				incarnation: 0,
				upTo: 0,
				resyncs: 0,
				streams: new Map(),
				orders: new Map(),
				removals: new Removals(),
			};
			this.memories.set(id, memory);
		}
		return memory;
	}

	private blame(actor: Actor, problem: string, others: number[] = []): void {
		this.stage.accuse(`server ${actor.number}: ${problem}`, [actor.number, ...others]);
	}

	private auditStreams(actor: Actor): void {
		const { context } = actor;
		const memory = this.memoryOf(actor);
		const { resyncs } = context.traffic;
		const audited = resyncs !== memory.resyncs;
		memory.resyncs = resyncs;
		const streams = new Map<string, Seen>();
		for (const member of context.membership.all()) {
			const { stream, shortId } = member;
			const number = this.stage.numberOf(member.identity.serverId);
			const other = this.stage.actorOf(member.identity.serverId);
			if (shortId === context.selfId) this.blame(actor, "is a member of its own view");
			if (other && stream.incarnation > other.context.incarnation) {
				this.blame(actor, `knows an incarnation of server ${number} that never was`, [number]);
			}
			const watermark = stream.watermark();
			const seen = memory.streams.get(shortId);
			if (seen && seen.stream === stream && !audited) {
				if (watermark < seen.watermark) this.blame(actor, `forgot what it has of server ${number}`, [number]);
				if (stream.highest < seen.highest)
					this.blame(actor, `forgot what there is of server ${number}`, [number]);
				if (stream.appliedFloor < seen.floor) this.blame(actor, `the floor of server ${number} fell`, [number]);
			}
			if (stream.gaps.size() > MOST_GAPS) this.blame(actor, "remembers too many gaps");
			if (stream.assemblyCount > MOST_ASSEMBLIES) this.blame(actor, "keeps too many parts");
			streams.set(shortId, { stream, watermark, highest: stream.highest, floor: stream.appliedFloor });
			if (other && other.isLive() && !member.fenced) this.auditFloor(actor, other, stream);
		}
		memory.streams = streams;
	}

	/** Nothing that a server has still to send is older than what others know to be complete of it. */
	private auditFloor(actor: Actor, other: Actor, stream: Stream): void {
		if (other.context.incarnation !== stream.incarnation || stream.appliedFloor === 0) return;
		for (const [name, pool] of other.context.replica.pools) {
			// What is adopted has a stamp just above what it replaces.
			if (pool.policy === "adopt") continue;
			for (const [key, register] of pool.registers) {
				if (register.stream !== other.context.replica.own || register.version !== 0) continue;
				if (register.stamp > stream.appliedFloor) continue;
				const text = `believes to have all of server ${other.number} up to a stamp that ${name}.${key} is below, which is not sent yet`;
				this.blame(actor, text, [other.number]);
			}
		}
	}

	private auditRegisters(actor: Actor): void {
		const { replica } = actor.context;
		const memory = this.memoryOf(actor);
		const orders = new Map<Register, { order: number; owner: string; incarnation: number }>();
		let count = 0;
		for (const [name, pool] of replica.pools) {
			let inPool = 0;
			let visible = 0;
			for (const [key, register] of pool.registers) {
				inPool += 1;
				if (register.shown() !== undefined) visible += 1;
				const order = orderStamp(register);
				const owner = register.stream.shortId;
				const { incarnation } = register.stream;
				const before = memory.orders.get(register);
				if (before && (order < before.order || (order === before.order && owner < before.owner))) {
					this.blame(actor, `${name}.${key} went back to an older record`);
				}
				const undone = memory.removals.look(name, register, (found) => this.isStillOwn(found));
				if (undone !== undefined) this.blame(actor, undone);
				if (register.dropped) this.blame(actor, `${name}.${key} is kept though it was dropped`);
				const named = register.stream.references.get(register.reference);
				if (register.reference !== 0 && named !== register) {
					this.blame(actor, `${name}.${key} has a reference that its stream does not know`);
				}
				orders.set(register, { order, owner, incarnation });
			}
			if (inPool !== pool.registerCount) this.blame(actor, `${name} counts its registers wrongly`);
			if (visible !== pool.visibleCount) this.blame(actor, `${name} counts its contributions wrongly`);
			count += inPool;
		}
		if (count !== replica.registerCount) this.blame(actor, "counts its registers wrongly");
		memory.orders = orders;
	}

	/**
	 * Whether a live server still calls its own what a register has, and did when the key was removed: it was away, and nobody has removed that.
	 * Others that took it for gone may have adopted it since.
	 */
	private isStillOwn({ pool, key, stamp, value }: Register): boolean {
		const { stage } = this;
		const removedAt = stage.oracle.lastRemovalAt(pool.name, key);
		const text = string.sub(value!, key.size() + 2);
		return stage.live().some(({ context, pools }) => {
			const actorPool = pools[pool.name as PoolName];
			if (!actorPool.held(key, text, removedAt)) return false;
			if (actorPool.hasJustLost(key, text)) return true;
			const own = context.replica.pools.get(pool.name)?.registers.get(key);
			if (own?.stream !== context.replica.own) return false;
			// What it has replaced since may still be on its way.
			return own.value === value ? own.stamp <= stamp : own.stamp >= stamp;
		});
	}

	/** What the cloud refused or dropped because of a documented limit. */
	private auditLimits(): void {
		const { stage } = this;
		const counted = stage.emulated.GetStatistics();
		const refused = counted.refusedSize + counted.refusedTopic + counted.refusedText;
		if (refused > stage.refusedInjections) stage.accuse("a message was refused for its size, topic or text", []);
		if (counted.subscribesRefusedByLimit > 0) stage.accuse("a subscription was refused: too many", []);
		const over = counted.limiterDrops + counted.refusedSendLimit + counted.refusedReceiveLimit;
		if (over > this.overLimits && stage.now() > stage.excusedUntilSeconds) {
			stage.accuse(
				`${over - this.overLimits} deliveries over a documented limit, though all went as it should`,
				[],
			);
		}
		this.overLimits = over;
	}
}
