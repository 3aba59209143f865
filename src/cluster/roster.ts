import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { hashKey } from "../replication/digest";
import { Register } from "../replication/register";
import { MOST_VERSIONS_AHEAD, Stream } from "../replication/stream";
import { Identity, ShortId, StreamName } from "../wire/frame";
import { Context } from "./context";
import { Departed, Member } from "./membership";

/** What a gone server left is kept, hidden, until every live server has passed its departure, and for so long: late last words find their match. */
const PURGE_AFTER_SECONDS = 60;

/** A server that asked for the state and is not heard of within this time gave up. */
const NEWCOMER_SECONDS = 20;
const MOST_NEWCOMERS = 100;
/** Gone servers that are remembered, whoever names them. */
const MOST_DEPARTED = 2000;

interface Newcomer {
	readonly shortId: ShortId;
	readonly untilSeconds: number;
}

const NO_NEWCOMERS: ReadonlyArray<Newcomer> = [];

/** The changes of membership, and what follows from each for the state. */
export class Roster {
	private newcomers!: ReadonlyArray<Newcomer>;
	/** Whether the budget knows who takes part, and whether that was with a hub. */
	private shared!: boolean;
	private sharedWithHub!: boolean;

	constructor(
		private readonly context: Context,
		/** Sends an own register. */
		private readonly enqueue: (register: Register) => void,
	) {}

	/** A server takes part from now on. */
	public admit(name: StreamName, identity: Identity): Member {
		const { context } = this;
		const stream = new Stream(name.shortId, name.incarnation);
		const former = context.membership.departed(name.shortId);
		const beatSeconds = context.regime.role() === "leaf" ? undefined : context.beatSeconds();
		const member = context.membership.admit(name.shortId, identity, stream, context.now(), beatSeconds);
		if (former) {
			// Of a server that it never met, only the short id was known. What is shown from now on is shown with the name.
			if (!former.identity) context.replica.nameOwner(name.shortId);
			this.purge(former);
			// What pools keep of it stays until it has said what it has now, as that of a live server that begins a new stream.
			context.replica.inherit(former.stream, stream);
		}
		this.membersChanged();
		context.events.joined(member);
		return member;
	}

	/** A live server starts a new stream: what it had stays until it has said what it has now. */
	public renew(member: Member, incarnation: number): void {
		const { context } = this;
		sometimes("a member begins a new stream");
		const former = member.stream;
		context.membership.renew(member, new Stream(member.shortId, incarnation));
		member.frontier = 0;
		member.laggingSinceSeconds = undefined;
		member.fenced = false;
		member.differs = undefined;
		member.behind = undefined;
		context.replica.inherit(former, member.stream);
		context.events.renewed(member);
	}

	/** How much more this server has of a gone server's last words than somebody says: the version they go to, or undefined if it is not more. */
	public knowsMore(name: StreamName, upTo: number): number | undefined {
		const departed = this.context.membership.departed(name.shortId);
		if (!departed || departed.stream.incarnation !== name.incarnation) return undefined;
		const known = departed.stream.givableUpTo();
		return known > upTo ? known : undefined;
	}

	/** A server is gone. What it owned disappears, or is adopted. */
	public depart(name: StreamName, reason: "closed" | "lost", source: ShortId | undefined, upTo: number): void {
		const { context } = this;
		const { membership } = context;
		const member = membership.get(name.shortId);
		const known = membership.departed(name.shortId);
		if (upTo > ((member ?? known)?.stream.highest ?? 0) + MOST_VERSIONS_AHEAD) return;
		if (!member) {
			// Never met: remembered all the same, so that a late copy of its messages does not bring it in.
			if (!known) {
				sometimes("a gone server that was never met");
				if (membership.allDeparted().size() < MOST_DEPARTED) this.remember(name, undefined, reason);
			} else if (known.stream.incarnation === name.incarnation && !known.purged && upTo > known.stream.highest) {
				sometimes("last words that another has");
				known.stream.extend(upTo);
				known.source = source;
			}
			return;
		}
		if (member.stream.incarnation > name.incarnation) return;
		const { stream } = member;
		if (stream.incarnation === name.incarnation && upTo > stream.highest) stream.extend(upTo);
		const departed = this.departed(name, member.identity, stream, reason, source);
		membership.depart(departed);
		context.replica.setLive(stream, false);
		context.loss.forget(name.shortId);
		context.congestion.forget(name.shortId);
		this.membersChanged();
		this.adoptOrphans();
		context.events.departed(departed, member.identity);
	}

	/** Takes note of a server that was gone before this one knew it. */
	public remember(name: StreamName, identity: Identity | undefined, reason: "closed" | "lost"): Departed {
		const stream = new Stream(name.shortId, name.incarnation);
		stream.live = false;
		const departed = this.departed(name, identity, stream, reason, undefined);
		this.context.membership.depart(departed);
		return departed;
	}

	private departed(
		name: StreamName,
		identity: Identity | undefined,
		stream: Stream,
		reason: "closed" | "lost",
		source: ShortId | undefined,
	): Departed {
		return {
			shortId: name.shortId,
			identity,
			stream,
			reason,
			departedAtSeconds: this.context.now(),
			departedAtStamp: this.context.nowStamp(),
			source,
			purged: false,
		};
	}

	/** Claims what gone servers left in pools that keep it, where this server is the one to do so. Others choose the same one. */
	public adoptOrphans(): void {
		const { context } = this;
		if (!context.isActive() && context.phase !== "local") return;
		for (const register of context.replica.sortedRegisters()) {
			if (register.stream.live || register.value === undefined || register.pool.policy !== "adopt") continue;
			if (!this.isAdopter(register)) continue;
			sometimes("an orphan adopted");
			this.adopt(register, register.value);
		}
	}

	private adopt({ pool, key }: Register, value: string): void {
		// Only just above what is adopted: whatever was contributed since, by the gone server too, is newer.
		this.enqueue(this.context.replica.contribute(pool.name, pool.policy, key, value, 0, 1));
	}

	private isAdopter(register: Register): boolean {
		const { context } = this;
		const own = hashKey(context.selfId, register.key);
		for (const member of context.membership.all()) {
			const weight = hashKey(member.shortId, register.key);
			if (weight > own || (weight === own && member.shortId > context.selfId)) return false;
		}
		return true;
	}

	/** Lets go of what gone servers left once no live server can bring it up any more, and of the servers themselves later. */
	public collect(frontier: number): void {
		const { context } = this;
		context.collectedUpTo = math.max(context.collectedUpTo, frontier);
		context.replica.collect(frontier);
		for (const departed of context.membership.allDeparted()) {
			if (departed.purged || frontier <= departed.departedAtStamp) continue;
			if (context.now() - departed.departedAtSeconds < PURGE_AFTER_SECONDS) continue;
			this.purge(departed);
			// Whoever was to adopt these never got them, so whoever has them does.
			context.replica.forEachOwned(departed.stream, (register) => {
				if (register.value === undefined) return;
				sometimes("an orphan adopted by whoever has it");
				this.adopt(register, register.value);
			});
		}
		context.membership.forget(context.now());
	}

	private purge(departed: Departed): void {
		if (departed.purged) return;
		departed.purged = true;
		const { replica } = this.context;
		replica.forEachOwned(departed.stream, (register) => {
			if (register.pool.policy !== "adopt" || register.value === undefined) replica.drop(register);
		});
	}

	/** A server asks for the state: it will take part soon, and shares the budget as if it did already. */
	public noteNewcomer(shortId: ShortId): void {
		const now = this.context.now();
		const newcomers = this.newcomers.filter((other) => other.shortId !== shortId && other.untilSeconds > now);
		this.newcomers = newcomers;
		if (newcomers.size() >= MOST_NEWCOMERS || shortId === this.context.selfId) return;
		newcomers.push({ shortId, untilSeconds: now + NEWCOMER_SECONDS });
		this.membersChanged();
	}

	private membersChanged(): void {
		this.shared = false;
	}

	/** Divides the budget anew if members have changed since the last time: many may at once. */
	public shareBudget(): void {
		const { context } = this;
		const withHub = context.regime.hub !== undefined;
		if (this.shared && withHub === this.sharedWithHub) return;
		this.shared = true;
		this.sharedWithHub = withHub;
		const now = context.now();
		const newcomers = new Array<ShortId>();
		for (const { shortId, untilSeconds } of this.newcomers) {
			if (untilSeconds > now && !context.membership.get(shortId)) newcomers.push(shortId);
		}
		context.expectedServers = newcomers.size() + context.membership.serverCount();
		if (withHub) {
			context.budget.setServers(context.expectedServers, now);
			return;
		}
		for (const member of context.membership.all()) newcomers.push(member.shortId);
		context.budget.setMembers(newcomers, now);
	}
}

beginWith(Roster, { newcomers: NO_NEWCOMERS, shared: false, sharedWithHub: false });
