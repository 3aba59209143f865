import { sometimes } from "../diagnostics/situations";
import { ElectionEntry, ShortId } from "../wire/frame";
import { checksum } from "../wire/checksum";
import { shortIdOf } from "../wire/short-id";
import { Contest } from "./contest";
import { LeaseRecord, readRecord, writeRecord } from "./lease-record";
import type { Scope } from "./scope";
import { burySession, isLiveSession, Session, SessionKeeper } from "./session";
import { nextLeaseTerm } from "./term";

/** The store remembers a scope for so long: whoever leads writes it again much sooner. */
const REMEMBER_SECONDS = 40 * 86400;
const REFRESH_SECONDS = 86400;
/** A heartbeat may come so much later than expected before its leader is looked after. */
const SLACK_SECONDS = 2;
/** A lease that is watched is read so often, unless it was renewed since: then it cannot end for a while. */
const WATCH_SECONDS = 0.9;
/** Candidates look after the leader one after the other. */
const TURN_SECONDS = 1.2;
const LAST_TURN = 5;
const CROWD_SECONDS = 0.05;
/** Many that start together do not ask the store at one moment. */
const START_SECONDS = 0.15;
/** Who was named to come next has so long before the others. */
const SUCCESSOR_SECONDS = 3;
/** Where the store remembers nothing, a new server listens for so long whether there are older ones. */
const LISTEN_SECONDS = 2.1;
/** After a call that failed, doubling up to the last. */
const FAILED_SECONDS = 0.5;
const FAILED_MOST_SECONDS = 2;
/** Somebody else was faster. */
const LOST_SECONDS = 1;
/** A leader that hears of a later one asks the store at most so often. */
const CHALLENGED_SECONDS = 2;

/**
 * The leader is whom the store names, as long as that server's session lives there. A session is made once and only ever renewed, so once it is gone it stays gone,
 * and whoever finds it gone may take the scope by compare-and-set. A leader stops by its own clock before its session can be gone. Messages only tell where to look.
 */
export class Lease implements Contest {
	public dueSeconds = math.huge;
	public readonly keeper: SessionKeeper;
	private readonly key: string;
	/** A call is on its way, and what it brings decides what is next. */
	private busy = false;
	private session: Session | undefined;
	/** The record as it was seen last, and as text. */
	private record: LeaseRecord | undefined;
	private sawRecord = false;
	private watched: { readonly session: string; readonly text: string; readonly atSeconds: number } | undefined;
	/** What was taken is not to be used before: somebody whom the store has forgotten may still lead. */
	private settling: { readonly untilSeconds: number; readonly term: number } | undefined;
	private beganSeconds = 0;
	private failures = 0;
	private wantsNow = false;
	private refreshSeconds = math.huge;
	private challengedSeconds = -math.huge;
	private vacantSeconds: number | undefined;
	private notBeforeSeconds = -math.huge;

	constructor(private readonly scope: Scope) {
		this.keeper = scope.elections.keeper(scope.options.timing);
		this.key = `l/${scope.Scope}`;
	}

	public begin(): void {
		const { context } = this.scope.elections;
		this.beganSeconds = context.now();
		this.scope.due(this.beganSeconds + context.platform.random() * START_SECONDS);
	}

	/** Whether the session is in use here. */
	public needsSession(): boolean {
		return this.busy || this.settling !== undefined || this.scope.tenure !== undefined;
	}

	public lostSession(session: Session): void {
		if (this.session !== session) return;
		this.session = undefined;
		this.settling = undefined;
		const { scope } = this;
		if (scope.tenure && !scope.isEnding) scope.vacate("expired");
		else this.again(LOST_SECONDS);
	}

	public synced(): void {}

	public rest(): void {
		this.again(LOST_SECONDS);
	}

	public tick(now: number): void {
		const { scope } = this;
		if (scope.elections.isClosing || this.busy) return;
		if (scope.tenure) {
			if (!scope.isEnding) this.lead(now);
			return;
		}
		const { settling } = this;
		if (settling) {
			if (now >= settling.untilSeconds) this.begun(settling.term);
			else scope.due(settling.untilSeconds);
			return;
		}
		if (!scope.isEligible() || scope.isBarred(scope.elections.context.selfId)) {
			scope.due(now + 1);
			return;
		}
		const turn = this.turnSeconds();
		if (now < turn) scope.due(turn);
		else this.look();
	}

	// -- leading -----------------------------------------------------------------------------------------------------------------------------

	private lead(now: number): void {
		const { scope } = this;
		if (!scope.IsLeader()) {
			sometimes("a lease that ran out");
			scope.vacate("expired");
			return;
		}
		if (now >= this.refreshSeconds) this.refresh(now);
		scope.due(math.min(this.session!.untilSeconds, this.refreshSeconds, now + 5));
	}

	/** So that the store does not forget a scope that is led for long. */
	private refresh(now: number): void {
		const own = writeRecord(this.record!);
		this.refreshSeconds = now + REFRESH_SECONDS;
		const { store } = this.scope.elections;
		store.update(
			this.key,
			(text) => (text === own ? own : undefined),
			REMEMBER_SECONDS,
			() => {},
		);
	}

	/** Somebody says that it leads with a later term. Only the store knows. */
	private challenge(now: number): void {
		if (this.busy || now - this.challengedSeconds < CHALLENGED_SECONDS) return;
		this.challengedSeconds = now;
		const { scope } = this;
		const { tenure } = scope;
		scope.elections.store.read(this.key, (success, text) => {
			const record = readRecord(text);
			if (!success || !tenure || scope.tenure !== tenure || scope.isEnding) return;
			if (!record || record.term <= tenure.Term) return;
			// Where the store keeps its word nobody could: what it lost before its time it has given to another.
			scope.vacate("superseded");
		});
	}

	public release(term: number, done: () => void): void {
		const { elections } = this.scope;
		const { record, session } = this;
		this.session = undefined;
		this.busy = true;
		let waiting = 1;
		const settle = (): void => {
			waiting -= 1;
			if (waiting > 0) return;
			this.busy = false;
			done();
		};
		if (elections.isClosing && session) {
			// It ends all that depends on it.
			waiting += 1;
			this.keeper.kill(settle);
		}
		if (!record || record.term !== term) {
			settle();
			return;
		}
		const own = writeRecord(record);
		const released = { ...record, session: "" };
		const tryRelease = (attempts: number): void => {
			elections.store.update(
				this.key,
				(text) => (text === own ? writeRecord(released) : undefined),
				REMEMBER_SECONDS,
				(outcome) => {
					if (outcome === "failed" && attempts > 1) tryRelease(attempts - 1);
					else settle();
				},
			);
		};
		tryRelease(2);
	}

	// -- following ---------------------------------------------------------------------------------------------------------------------------

	public learned(leader: ShortId, _term: number): void {
		const { scope } = this;
		if (scope.tenure) {
			this.challenge(scope.elections.context.now());
			return;
		}
		if (scope.known?.leader === leader) this.vacantSeconds = undefined;
		scope.due(this.turnSeconds());
	}

	public vanished(successor: ShortId | undefined): void {
		const { scope } = this;
		const { context } = scope.elections;
		if (scope.tenure) return;
		if (successor !== undefined) {
			scope.forget();
			this.wantsNow = successor === context.selfId;
			this.vacantSeconds = context.now() + (this.wantsNow ? 0 : SUCCESSOR_SECONDS);
		} else {
			// Whoever is not heard of may lead all the same: the store tells.
			scope.heardSeconds = -math.huge;
			this.vacantSeconds ??= context.now();
		}
		this.watched = undefined;
		scope.due(context.now());
	}

	public doubted(): void {
		this.vanished(undefined);
	}

	/** When it is this server's turn to look after the lease. */
	private turnSeconds(): number {
		const { scope } = this;
		const { elections, options } = scope;
		if (this.wantsNow) return -math.huge;
		let base = this.beganSeconds;
		if (scope.known)
			base = math.max(scope.heardSeconds + options.heartbeatSeconds + SLACK_SECONDS, this.vacantSeconds ?? 0);
		else if (this.vacantSeconds !== undefined) base = this.vacantSeconds;
		const ranking = elections.ranking(scope, scope.known?.leader);
		const rank = math.max(0, ranking.indexOf(elections.context.selfId));
		let turn = base + math.min(rank, LAST_TURN) * TURN_SECONDS;
		if (rank > LAST_TURN) turn += CROWD_SECONDS * (rank - LAST_TURN);
		return math.max(turn, this.notBeforeSeconds);
	}

	/** Asks the store who leads, and takes over where nobody does. */
	private look(): void {
		const { scope } = this;
		const { elections } = scope;
		this.busy = true;
		this.wantsNow = false;
		elections.store.read(this.key, (success, text) => {
			this.busy = false;
			if (!success) {
				this.failed();
				return;
			}
			this.failures = 0;
			if (!scope.isEligible()) return;
			const record = readRecord(text);
			this.record = record;
			if (!record) this.takeForgotten(text);
			else {
				this.sawRecord = true;
				if (record.session === "") this.takeReleased(text!, record);
				else this.watch(text!, record);
			}
		});
	}

	/** The store knows of nobody: this is the first leader, or the store has forgotten one. */
	private takeForgotten(text: string | undefined): void {
		const { context } = this.scope.elections;
		const now = context.now();
		const listenedUntil = this.beganSeconds + LISTEN_SECONDS;
		const isNew = this.ageSeconds() < this.scope.options.timing.leaseSeconds;
		if (isNew && !context.isSynced() && !context.hasMetCluster && now < listenedUntil) {
			this.again(listenedUntil - now + context.platform.random() * START_SECONDS);
			return;
		}
		this.take(text, undefined, !this.isGameYoung());
	}

	private ageSeconds(): number {
		const { platform } = this.scope.elections.context;
		return platform.unixMilliseconds() / 1000 - platform.startedAtSeconds;
	}

	/** Whether the whole game is younger than one lease, so that nobody can have led before. */
	private isGameYoung(): boolean {
		const { scope } = this;
		const { context } = scope.elections;
		const { leaseSeconds } = scope.options.timing;
		if (this.sawRecord || scope.highestTerm > 0 || this.ageSeconds() >= leaseSeconds) return false;
		if (!context.isSynced()) return !context.hasMetCluster;
		const oldest = context.platform.unixMilliseconds() / 1000 - leaseSeconds;
		const { membership } = context;
		const isYoung = (startedAtSeconds: number | undefined): boolean =>
			startedAtSeconds !== undefined && startedAtSeconds > oldest;
		for (const { identity } of membership.all()) if (!isYoung(identity.startedAtSeconds)) return false;
		for (const { identity } of membership.allDeparted()) if (!isYoung(identity?.startedAtSeconds)) return false;
		return true;
	}

	private takeReleased(text: string, record: LeaseRecord): void {
		const { scope } = this;
		const { context } = scope.elections;
		const now = context.now();
		scope.forget();
		if (record.successor !== undefined && record.successor !== context.selfId) {
			this.vacantSeconds ??= now + SUCCESSOR_SECONDS;
			if (now < this.vacantSeconds) {
				this.again(this.vacantSeconds - now);
				return;
			}
		}
		this.take(text, record, false);
	}

	/** Looks whether the session of the one who has the scope is alive. */
	private watch(text: string, record: LeaseRecord): void {
		const { scope } = this;
		const { store } = scope.elections;
		this.busy = true;
		store.read(record.session, (success, found) => {
			this.busy = false;
			if (!success) this.failed();
			else if (isLiveSession(found)) this.noteAlive(record, found!);
			else {
				this.busy = true;
				burySession(store, record.session, record.leaseSeconds, (state) => {
					this.busy = false;
					if (state === undefined) this.failed();
					else if (state === "live") this.again(WATCH_SECONDS);
					else if (scope.isEligible()) this.take(text, record, false);
				});
			}
		});
	}

	private noteAlive(record: LeaseRecord, found: string): void {
		const { scope } = this;
		const { context } = scope.elections;
		const { watched } = this;
		const isRenewed = watched !== undefined && watched.session === record.session && watched.text !== found;
		const now = context.now();
		this.watched = { session: record.session, text: found, atSeconds: now };
		if (record.holder === context.identity.serverId) {
			// What this server had before it lost sight of it.
			this.again(WATCH_SECONDS);
			return;
		}
		const { heardSeconds } = scope;
		const isNews = scope.known?.serverId !== record.holder || scope.known.term !== record.term;
		scope.learn(shortIdOf(record.holder), record.term, false, record.holder);
		// That was no message: who is silent is watched on.
		if (!isNews) scope.heardSeconds = heardSeconds;
		else this.vacantSeconds = undefined;
		// It was renewed after it was seen last, and lasts as long from then at least.
		const leastUntil = isRenewed ? watched.atSeconds + record.leaseSeconds : -math.huge;
		this.again(math.max(WATCH_SECONDS, leastUntil - now));
	}

	// -- taking over -------------------------------------------------------------------------------------------------------------------------

	/** Takes the scope, if the store still says what it said. */
	private take(seen: string | undefined, former: LeaseRecord | undefined, isForgotten: boolean): void {
		const { scope } = this;
		const { elections, options } = scope;
		const { context, store } = elections;
		this.busy = true;
		this.keeper.acquire((session) => {
			if (!session || !scope.isEligible()) {
				this.busy = false;
				this.failed();
				return;
			}
			// Not this machine's clock alone: nobody's that was heard of is ahead of it.
			const { leaseSeconds } = options.timing;
			// Where a lease is waited out, by the time of its end: above a term that was forgotten, by clocks up to a lease ahead.
			const usedAt = context.nowStamp() + (isForgotten ? leaseSeconds * 1000 : 0);
			const salt = checksum(context.identity.serverId, scope.hash);
			const record: LeaseRecord = {
				term: nextLeaseTerm(scope.highestTerm, former ? former.term : 0, usedAt, salt),
				session: session.key,
				leaseSeconds,
				holder: context.identity.serverId,
				successor: undefined,
			};
			const own = writeRecord(record);
			store.update(
				this.key,
				(text) => (text === seen ? own : undefined),
				REMEMBER_SECONDS,
				(outcome) => {
					this.busy = false;
					if (outcome === "written") this.taken(record, session, isForgotten);
					else if (outcome === "left") {
						sometimes("another was faster to take the lease");
						this.again(LOST_SECONDS);
					} else this.findOut(own, record, session, isForgotten);
				},
			);
		});
	}

	/** What came of the attempt is not known: not leader until it is. */
	private findOut(own: string, record: LeaseRecord, session: Session, isForgotten: boolean): void {
		const { scope } = this;
		sometimes("a lease perhaps taken");
		this.busy = true;
		scope.elections.store.read(this.key, (success, text) => {
			this.busy = false;
			if (success && text === own) this.taken(record, session, isForgotten);
			else this.failed();
		});
	}

	private taken(record: LeaseRecord, session: Session, isForgotten: boolean): void {
		const { scope } = this;
		const now = scope.elections.context.now();
		this.record = record;
		if (!scope.isEligible() || now >= session.untilSeconds || this.keeper.session !== session) {
			// It took too long: what was taken ends with its session.
			this.again(LOST_SECONDS);
			return;
		}
		this.session = session;
		if (isForgotten) {
			sometimes("a lease waited out");
			this.settling = { untilSeconds: now + scope.options.timing.leaseSeconds, term: record.term };
			scope.due(this.settling.untilSeconds);
		} else this.begun(record.term);
	}

	private begun(term: number): void {
		const { scope } = this;
		const { session } = this;
		this.settling = undefined;
		const now = scope.elections.context.now();
		if (!session || now >= session.untilSeconds || !scope.isEligible() || term <= scope.highestTerm) {
			this.again(LOST_SECONDS);
			return;
		}
		this.vacantSeconds = undefined;
		this.watched = undefined;
		this.notBeforeSeconds = -math.huge;
		this.refreshSeconds = now + REFRESH_SECONDS;
		scope.lead(term, session);
		scope.due(session.untilSeconds);
	}

	private failed(): void {
		this.failures += 1;
		this.again(math.min(FAILED_MOST_SECONDS, FAILED_SECONDS * 2 ** (this.failures - 1)));
	}

	/** Looks again after a time, with a spread. */
	private again(seconds: number): void {
		const { context } = this.scope.elections;
		this.notBeforeSeconds = context.now() + seconds * (0.9 + 0.2 * context.platform.random());
		this.scope.due(math.max(this.turnSeconds(), this.notBeforeSeconds));
	}

	public hear({ word, term }: ElectionEntry, from: ShortId): void {
		const { scope } = this;
		if (word === "beat" || word === "coordinator") scope.learn(from, term, false);
		else if (word === "probe") scope.send(from, "alive", scope.IsLeader() ? scope.tenure!.Term : 0);
	}
}
