import { Appointment } from "../cluster/agenda";
import { Context } from "../cluster/context";
import { isOlder } from "../cluster/membership";
import { Rider } from "../cluster/rider";
import { ServerCluster } from "../cluster/server-cluster";
import { sometimes } from "../diagnostics/situations";
import { ElectionEntry, ElectionSection, ShortId } from "../wire/frame";
import { writeElection } from "../wire/section-writers";
import { Facts } from "./facts";
import { SettledOptions, SettledTiming } from "./options";
import { Scope } from "./scope";
import { SessionKeeper } from "./session";
import { ElectionStore } from "./store";
import { Lease } from "./lease";

/** A heartbeat rides along in what is broadcast anyway, from this part of its interval on. */
const EARLY = 0.6;
/** A resignation is said twice, so far apart. */
const TWICE_SECONDS = 0.5;
/** However handing over goes, a closing server waits no longer for it. */
const CLOSING_SECONDS = 6.5;

interface Farewell {
	readonly entry: ElectionEntry;
	readonly successor: ShortId | undefined;
	left: number;
	nextSeconds: number;
	/** When the successor is told next: what all are told may have to wait for its turn. */
	tellSeconds: number;
	readonly done: () => void;
}

/** All elections of one server: what they share of messages, timers, facts and leases, so that many cost as much as one. */
export class Elections implements Rider {
	public readonly context: Context;
	public readonly store: ElectionStore;
	public readonly facts: Facts;
	public isClosing = false;
	/** What was said of scopes that this server does not have. */
	public unknown = 0;
	private readonly waking: Appointment;
	private scopes = new Array<Scope>();
	private readonly byHash = new Map<number, Scope>();
	private readonly keepers = new Map<string, SessionKeeper>();
	private keeperList = new Array<SessionKeeper>();
	private outgoing = new Array<{ readonly to: ShortId; readonly entries: ElectionEntry[] }>();
	private farewells = new Array<Farewell>();
	/** Of more scopes than fit into a broadcast, the first that goes into the next. */
	private nextScope = 0;

	constructor(public readonly cluster: ServerCluster) {
		this.context = cluster.context;
		this.store = new ElectionStore(this.context);
		this.waking = cluster.agenda.add(() => this.tick());
		this.facts = new Facts(
			cluster,
			(hash, term, leader, serverId) => this.byHash.get(hash)?.learn(leader, term, false, serverId),
			(hash, leader) => {
				const scope = this.byHash.get(hash);
				if (scope?.known?.leader !== leader) return;
				// What a lost server showed is gone with it, and says nothing of itself.
				if (this.context.membership.get(leader)) scope.contest.vanished(undefined);
				else scope.contest.doubted();
			},
			(hash, term) => this.byHash.get(hash)?.displaced(term),
		);
		this.context.rider = this;
		cluster.describeWith(() => this.scopes.map((scope) => this.told(scope)));
	}

	// -- scopes ------------------------------------------------------------------------------------------------------------------------------

	public get(hash: number): Scope | undefined {
		return this.byHash.get(hash);
	}

	public find(name: string): Scope | undefined {
		return this.scopes.find((scope) => scope.Scope === name);
	}

	public add(name: string, hash: number, options: SettledOptions): Scope {
		const scope = new Scope(name, hash, options, this);
		this.scopes.push(scope);
		this.byHash.set(hash, scope);
		this.showCandidacies();
		// What others have shown before.
		this.facts.tellLeader(hash);
		scope.contest.begin();
		return scope;
	}

	public remove(scope: Scope): void {
		this.scopes = this.scopes.filter((other) => other !== scope);
		this.byHash.delete(scope.hash);
		this.showCandidacies();
	}

	private told(scope: Scope): string {
		const leader = scope.GetLeader();
		const mine = scope.IsLeader() ? ", this one" : "";
		return `leader of "${scope.Scope}" (${scope.options.mode}): ${leader === undefined ? "none" : `${leader}${mine}`}, term ${scope.GetTerm()}`;
	}

	private showCandidacies(): void {
		const shown = this.scopes.filter(({ options }) => options.mode !== "local");
		this.facts.showCandidacies(shown.map(({ hash, options }) => [hash, options.rank] as const));
	}

	/** The live candidates of a scope but one, the best first: by rank, then by age. */
	public ranking(scope: Scope, but: ShortId | undefined): ShortId[] {
		const { context, facts } = this;
		const { membership, selfId } = context;
		const ranked = new Array<{ readonly server: ShortId; readonly rank: number }>();
		const consider = (server: ShortId): void => {
			if (server === but || scope.isBarred(server)) return;
			const rank = server === selfId ? scope.options.rank : facts.rankOf(server, scope.hash);
			if (rank !== undefined) ranked.push({ server, rank });
		};
		consider(selfId);
		for (const { shortId } of membership.all()) consider(shortId);
		ranked.sort((left, right) => {
			if (left.rank !== right.rank) return left.rank > right.rank;
			const [leftIdentity, rightIdentity] = [
				membership.identityOf(left.server)!,
				membership.identityOf(right.server)!,
			];
			return isOlder(left.server, leftIdentity, right.server, rightIdentity);
		});
		return ranked.map(({ server }) => server);
	}

	/** Whether this server leads anywhere. */
	public leads(): boolean {
		return this.scopes.some((scope) => scope.IsLeader());
	}

	/** The keeper of this server's session of a timing. */
	public keeper(timing: SettledTiming): SessionKeeper {
		const name = `${timing.leaseSeconds} ${timing.renewSeconds} ${timing.marginSeconds}`;
		let keeper = this.keepers.get(name);
		if (!keeper) {
			const users = (): Lease[] => {
				const leases = new Array<Lease>();
				for (const { contest } of this.scopes)
					if (contest instanceof Lease && contest.keeper === keeper) leases.push(contest);
				return leases;
			};
			keeper = new SessionKeeper(
				this.context,
				this.store,
				timing,
				() => users().some((lease) => lease.needsSession()),
				(session) => users().forEach((lease) => lease.lostSession(session)),
				() => this.wakeBy(keeper!.dueSeconds),
			);
			this.keepers.set(name, keeper);
			this.keeperList.push(keeper);
		}
		return keeper;
	}

	// -- messages ----------------------------------------------------------------------------------------------------------------------------

	/** Says something to one server. What is said to it at the same time goes into one message. */
	public sendTo(to: ShortId, entry: ElectionEntry): void {
		const waiting = this.outgoing.find((message) => message.to === to);
		if (waiting) waiting.entries.push(entry);
		else this.outgoing.push({ to, entries: [entry] });
		this.wakeBy(this.context.now());
	}

	/** Has this server say to all as soon as may be where it leads. */
	public speakSoon(): void {
		this.wakeBy(this.context.now());
	}

	/** Says to all, and to the successor itself, that this server has given something up; then `done`. */
	public sayTwice(entry: ElectionEntry, successor: ShortId | undefined, done: () => void): void {
		const now = this.context.now();
		this.farewells.push({ entry, successor, left: 2, nextSeconds: now, tellSeconds: now, done });
		this.wakeBy(now);
	}

	/** @internal */
	public takeSections(roomBytes: number): string {
		const now = this.context.now();
		const entries = new Array<ElectionEntry>();
		for (const { entry } of this.farewells) entries.push(entry);
		const led = this.scopes.filter((scope) => scope.IsLeader() && scope.options.mode !== "local");
		// One is due, all are said: they share the message.
		const isDue = led.some(
			(scope) => now - scope.lastBeatSeconds >= EARLY * scope.options.heartbeatSeconds || scope.isAnnouncing,
		);
		const said = new Array<Scope>();
		if (isDue) {
			const count = led.size();
			for (const step of $range(0, count - 1)) said.push(led[(this.nextScope + step) % count]!);
			for (const scope of said) {
				const word = scope.isAnnouncing ? "coordinator" : "beat";
				entries.push({ word, scope: scope.hash, term: scope.tenure!.Term });
			}
		}
		if (entries.isEmpty()) return "";
		const { text, count } = writeElection(entries, roomBytes);
		const farewellCount = this.farewells.size();
		for (const index of $range(0, math.min(count, farewellCount) - 1)) {
			const farewell = this.farewells[index]!;
			farewell.left -= 1;
			farewell.nextSeconds = now + TWICE_SECONDS;
		}
		for (const index of $range(farewellCount, count - 1)) {
			const scope = said[index - farewellCount]!;
			scope.lastBeatSeconds = now;
			scope.isAnnouncing = false;
			scope.heartbeats += 1;
		}
		if (!said.isEmpty()) this.nextScope = (this.nextScope + math.max(0, count - farewellCount)) % led.size();
		return text;
	}

	/** @internal */
	public receive(section: ElectionSection, sender: ShortId): void {
		for (const entry of section.entries) {
			const scope = this.byHash.get(entry.scope);
			if (scope) scope.hear(entry, sender);
			else this.unknown += 1;
		}
	}

	/** @internal */
	public departed(shortId: ShortId, reason: "closed" | "lost"): void {
		for (const scope of this.scopes) {
			if (scope.known?.leader !== shortId) continue;
			if (reason === "closed") scope.contest.vanished(undefined);
			else scope.contest.doubted();
		}
	}

	/** @internal */
	public synced(): void {
		const now = this.context.now();
		for (const scope of this.scopes) {
			scope.contest.synced();
			scope.due(now);
		}
		this.wakeBy(now);
	}

	/** Whether this server knows the others. */
	public isReady(): boolean {
		return this.context.isSynced() && !this.isClosing;
	}

	// -- time --------------------------------------------------------------------------------------------------------------------------------

	public wakeBy(seconds: number): void {
		this.waking.by(seconds);
	}

	private tick(): void {
		const now = this.context.now();
		for (const keeper of this.keeperList) if (keeper.dueSeconds <= now) keeper.tick(now);
		for (const scope of [...this.scopes]) scope.tick(now);
		this.speak(now);
		this.flush();
		let due = math.huge;
		for (const keeper of this.keeperList) due = math.min(due, keeper.dueSeconds);
		for (const scope of this.scopes) due = math.min(due, scope.contest.dueSeconds);
		if (due < math.huge) this.wakeBy(due);
	}

	/** Broadcasts what is due and has not ridden along. */
	private speak(now: number): void {
		let isDue = false;
		let following = math.huge;
		for (const scope of this.scopes) {
			if (!scope.tenure || scope.options.mode === "local" || !scope.IsLeader()) continue;
			const due = scope.isAnnouncing ? now : scope.lastBeatSeconds + scope.options.heartbeatSeconds;
			if (due <= now) isDue = true;
			else following = math.min(following, due);
		}
		for (const farewell of [...this.farewells]) {
			if (farewell.left <= 0) {
				this.farewells = this.farewells.filter((other) => other !== farewell);
				farewell.done();
			} else if (farewell.nextSeconds <= now) {
				if (farewell.successor !== undefined && farewell.tellSeconds <= now) {
					farewell.tellSeconds = now + TWICE_SECONDS;
					this.sendTo(farewell.successor, farewell.entry);
				}
				if (this.isAlone()) farewell.left = 0;
				isDue = true;
			}
			following = math.min(following, math.max(farewell.nextSeconds, now + 0.1));
		}
		if (isDue && this.context.isActive()) {
			this.cluster.speakSoon();
			// It may have to wait for its turn.
			following = math.min(following, now + 0.5);
		} else if (isDue && this.isAlone()) following = math.min(following, now + 1);
		if (following < math.huge) this.wakeBy(following);
	}

	private isAlone(): boolean {
		return !this.context.isActive() || this.context.membership.serverCount() === 1;
	}

	private flush(): void {
		const { outgoing } = this;
		if (outgoing.isEmpty()) return;
		this.outgoing = [];
		if (!this.context.isActive()) return;
		for (const { to, entries } of outgoing) this.cluster.sendElection(to, entries);
	}

	// -- closing -----------------------------------------------------------------------------------------------------------------------------

	/** @internal Hands over everything, with a time limit, before the cluster says goodbye. */
	public close(done: () => void): void {
		if (this.isClosing) {
			done();
			return;
		}
		this.isClosing = true;
		let isDone = false;
		const finish = (): void => {
			if (isDone) return;
			isDone = true;
			cancel();
			done();
		};
		const cancel = this.context.platform.schedule(CLOSING_SECONDS, () => {
			sometimes("a hand-over that took too long");
			finish();
		});
		let waiting = 1;
		const settle = (): void => {
			waiting -= 1;
			if (waiting === 0) finish();
		};
		for (const scope of [...this.scopes]) {
			waiting += 1;
			scope.close("closing", settle);
		}
		settle();
	}
}
