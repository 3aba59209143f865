import { sometimes } from "../diagnostics/situations";
import { ElectionEntry, ShortId } from "../wire/frame";
import { checksum } from "../wire/checksum";
import { Contest } from "./contest";
import type { Scope } from "./scope";
import { nextBullyTerm } from "./term";

/** In games of so few servers a majority is soon found, be it by chance: the leader is asked before it is given up. */
const ASKED_SERVERS_MOST = 4;
const ASK_AGAIN_SECONDS = 1.1;
/** A vote counts for so long, and is said again after this while nothing comes of it. */
const VOTE_SECONDS = 12;
const VOTE_AGAIN_SECONDS = 4.4;
/** More than half have to vote; those further down than this part, and what gets lost of it, do so only when nothing came of that. */
const VOTERS_SHARE = 0.55;
/** The new term is shown once in this time: a leader that repeats itself to all has not heard of it yet. */
const SEEN_AGAIN_SECONDS = 3.5;
/** Candidates further down wait no longer than this one, and at random. */
const LAST_TURN = 8;
const CROWD_SECONDS = 0.05;
/** An answer takes two ways and a moment. */
const MOMENT_SECONDS = 0.3;
const NEWCOMER_SECONDS = 1;
const FOUNDER_SECONDS = 0.8;
/** When a new leader says again that it leads, where messages get lost or it does not know. */
const REPEATS_SECONDS = [1, 2.2];
const LOSSY = 0.015;
/** After that it tells those that have not shown the new term. */
const UNSEEN_SECONDS = 2.5;
const UNSEEN_MOST_SECONDS = 20;
const UNSEEN_SHARE = 0.25;
/** A leader of the past is told so often that there is another one. */
const CORRECTED_SECONDS = 1;

/**
 * The election of the design papers: who finds the leader gone asks all with a higher rank, and leads if none of them answers. Made sound by terms, by timeouts that
 * fit the messages' ways, and by letting the best candidates go first, so that hardly ever more than one has anything to say.
 */
export class Bully implements Contest {
	public dueSeconds = math.huge;
	private readonly validity = { untilSeconds: -math.huge };
	/** Where there is no leader: what this server does about it. */
	private stage: "resting" | "waitingForTurn" | "waitingForAnswers" | "waitingForCoordinator" = "resting";
	private stageUntilSeconds = math.huge;
	/** Of a leader that is suspected: */
	private voteAgainSeconds = -math.huge;
	private votesSaid = 0;
	private asked = 0;
	private firstAskedSeconds = math.huge;
	private lastAskedSeconds = -math.huge;
	private readonly votes = new Map<ShortId, number>();
	private seenSaidSeconds = -math.huge;
	private electionSaidSeconds = -math.huge;
	/** While this server leads: those that have not shown that they know. */
	private unseen = new Set<ShortId>();
	private repeatAtSeconds = math.huge;
	private repeats = 0;
	private ledSinceSeconds = -math.huge;
	private readonly correctedAt = new Map<ShortId, number>();
	private readonly self: number;

	constructor(private readonly scope: Scope) {
		this.self = checksum(scope.elections.context.identity.serverId, scope.hash);
	}

	public begin(): void {
		if (this.scope.elections.isReady()) this.synced();
	}

	/** A newcomer has the time to hear of the leader that there is. */
	public synced(): void {
		const { scope } = this;
		if (scope.known || scope.tenure) return;
		const { context } = scope.elections;
		// Who found nobody with the state is the first; of two such one may hear of the other yet.
		const isFirst = !context.hasMetCluster || context.phase === "local";
		const others = context.expectedServers > 1 || context.membership.serverCount() > 1;
		const firstSeconds = others ? FOUNDER_SECONDS : 0;
		this.startTurn(isFirst ? firstSeconds : context.latency.mostSeconds() + NEWCOMER_SECONDS);
	}

	public rest(): void {
		if (!this.scope.known) this.startTurn(this.answerSeconds());
	}

	public release(_term: number, done: () => void): void {
		done();
	}

	public tick(now: number): void {
		const { scope } = this;
		// Whoever does not know the others yet will be woken.
		if (!scope.elections.isReady()) return;
		if (scope.tenure) {
			if (!scope.isEnding) this.lead(now);
		} else if (scope.known) this.follow(now);
		else this.run(now);
	}

	// -- leading -----------------------------------------------------------------------------------------------------------------------------

	private announceVictory(): void {
		const { scope } = this;
		if (!scope.isEligible()) return;
		const { context } = scope.elections;
		const now = context.now();
		this.stage = "resting";
		this.forgetSuspicion();
		this.validity.untilSeconds = now + this.patienceSeconds();
		const unixSeconds = context.nowStamp().idiv(1000);
		this.unseen = new Set(scope.elections.ranking(scope, context.selfId));
		this.repeats = 0;
		this.ledSinceSeconds = now;
		this.repeatAtSeconds = now + REPEATS_SECONDS[0]!;
		scope.isAnnouncing = true;
		scope.messagesSent += 1;
		scope.lead(nextBullyTerm(scope.highestTerm, unixSeconds, this.self), this.validity);
		scope.due(now + 1);
	}

	private lead(now: number): void {
		const { scope } = this;
		if (now >= this.validity.untilSeconds) {
			sometimes("a leader that stood still");
			scope.vacate("expired");
			return;
		}
		this.validity.untilSeconds = now + this.patienceSeconds();
		if (now >= this.repeatAtSeconds) this.announceAgain(now);
		scope.due(math.min(now + scope.options.heartbeatSeconds, this.repeatAtSeconds));
	}

	/** Until every live candidate has shown the new term: at first to all, then to those that have not. */
	private announceAgain(now: number): void {
		const { scope } = this;
		const { context, facts } = scope.elections;
		for (const server of [...this.unseen]) {
			if (!context.membership.get(server) || facts.rankOf(server, scope.hash) === undefined)
				this.unseen.delete(server);
		}
		const missing = this.unseen.size();
		if (missing === 0) {
			this.repeatAtSeconds = math.huge;
			return;
		}
		const term = scope.tenure!.Term;
		this.repeats += 1;
		const following = REPEATS_SECONDS[this.repeats];
		if (following !== undefined || this.repeats === REPEATS_SECONDS.size()) {
			// Who has shown the term by then is not known yet.
			const isLossy = !context.loss.isKnown() || context.observedLoss() >= LOSSY;
			if (isLossy && missing > 1) this.announceToAll();
			this.repeatAtSeconds = following !== undefined ? this.ledSinceSeconds + following : now + UNSEEN_SECONDS;
			return;
		}
		if (missing > 4 && missing > UNSEEN_SHARE * context.membership.serverCount()) this.announceToAll();
		else for (const server of this.unseen) scope.send(server, "coordinator", term);
		const rounds = this.repeats - REPEATS_SECONDS.size();
		this.repeatAtSeconds = now + math.min(UNSEEN_MOST_SECONDS, UNSEEN_SECONDS * 2 ** (rounds - 1));
	}

	private announceToAll(): void {
		const { scope } = this;
		scope.isAnnouncing = true;
		scope.messagesSent += 1;
		scope.elections.speakSoon();
	}

	// -- following ---------------------------------------------------------------------------------------------------------------------------

	public learned(leader: ShortId, term: number, isAnnounced: boolean): void {
		const { scope } = this;
		const isNew = this.stage !== "resting" || scope.heardTerm !== term;
		scope.heardTerm = term;
		this.stage = "resting";
		this.forgetSuspicion();
		const now = scope.elections.context.now();
		if (isNew || (isAnnounced && now >= this.seenSaidSeconds + SEEN_AGAIN_SECONDS)) {
			this.seenSaidSeconds = now;
			scope.send(leader, "seen", term);
		}
		scope.due(now + 1);
	}

	public vanished(successor: ShortId | undefined): void {
		const { scope } = this;
		if (scope.tenure) return;
		scope.forget();
		this.forgetSuspicion();
		if (successor === scope.elections.context.selfId) this.announceVictory();
		else this.startTurn(successor !== undefined ? this.answerSeconds() : 0);
	}

	/** That is one server's view; more than half have to share it. */
	public doubted(): void {
		this.scope.due(this.scope.elections.context.now());
	}

	/** When the leader was heard of last, whatever it said. */
	private heardSeconds(): number {
		const { scope } = this;
		const member = scope.elections.context.membership.get(scope.known!.leader);
		return math.max(scope.heardSeconds, member?.lastHeardSeconds ?? -math.huge);
	}

	private follow(now: number): void {
		const { scope } = this;
		const { elections } = scope;
		const { leader, term } = scope.known!;
		const silentAt = this.heardSeconds() + this.patienceSeconds();
		const askAt = silentAt - this.answerSeconds();
		if (now < askAt && this.votes.isEmpty() && this.votesSaid === 0) {
			scope.due(askAt);
			return;
		}
		const survivors = elections.ranking(scope, leader);
		const isBest = survivors[0] === elections.context.selfId;
		const isSmall = survivors.size() + 1 <= ASKED_SERVERS_MOST;
		const isVoted = this.isMajority(survivors, now);
		if (isBest && isSmall && (now >= askAt || isVoted)) {
			if (this.asked < 3 && now >= this.lastAskedSeconds + ASK_AGAIN_SECONDS) {
				if (this.asked === 0) this.firstAskedSeconds = now;
				this.asked += 1;
				this.lastAskedSeconds = now;
				scope.send(leader, "probe", term);
			}
		}
		if (now < silentAt) {
			if (this.votesSaid > 0) this.forgetSuspicion();
			if (!isVoted) {
				scope.due(isBest && isSmall && now < askAt ? askAt : math.min(silentAt, now + ASK_AGAIN_SECONDS));
				return;
			}
		} else this.vote(survivors, leader, term, now);
		if (this.isMajority(survivors, now)) {
			const isAsked = !isSmall || !isBest || now >= this.firstAskedSeconds + this.answerSeconds();
			if (isAsked) {
				sometimes("a leader voted lost");
				scope.bar(leader);
				scope.forget();
				this.announceVictory();
				return;
			}
		}
		scope.due(now + 0.5);
	}

	/** Says that the leader is lost: to the best of the others, and to one more each time that nothing comes of it. */
	private vote(survivors: ReadonlyArray<ShortId>, leader: ShortId, term: number, now: number): void {
		const { scope } = this;
		const { context } = scope.elections;
		const { selfId } = context;
		if (now < this.voteAgainSeconds) return;
		if (this.votesSaid === 0 && this.voteAgainSeconds === -math.huge && survivors.size() > ASKED_SERVERS_MOST) {
			const loss = context.loss.isKnown() ? context.observedLoss() : LOSSY;
			const enough = (VOTERS_SHARE / math.max(0.5, 1 - loss)) * survivors.size();
			if (survivors.indexOf(selfId) > enough + 1) {
				this.voteAgainSeconds = now + VOTE_AGAIN_SECONDS;
				return;
			}
		}
		this.voteAgainSeconds = now + VOTE_AGAIN_SECONDS;
		const reach = math.min(this.votesSaid, survivors.size() - 1);
		this.votesSaid += 1;
		for (const index of $range(0, reach)) {
			const collector = survivors[index]!;
			if (collector === selfId) this.votes.set(selfId, now);
			else scope.send(collector, "lost", term, { about: leader });
		}
	}

	/** Whether more than half of the live candidates other than the leader say that it is lost, and this server was told. */
	private isMajority(survivors: ReadonlyArray<ShortId>, now: number): boolean {
		let count = 0;
		for (const server of survivors) {
			const atSeconds = this.votes.get(server);
			if (atSeconds !== undefined && now - atSeconds <= VOTE_SECONDS) count += 1;
		}
		return count * 2 > survivors.size();
	}

	private forgetSuspicion(): void {
		this.votes.clear();
		this.votesSaid = 0;
		this.voteAgainSeconds = -math.huge;
		this.asked = 0;
		this.firstAskedSeconds = math.huge;
		this.lastAskedSeconds = -math.huge;
	}

	// -- without a leader --------------------------------------------------------------------------------------------------------------------

	/** The best candidate begins at once, the next ones when those before them had the time to. */
	private startTurn(afterSeconds: number): void {
		const { scope } = this;
		const { context } = scope.elections;
		this.stage = "waitingForTurn";
		this.stageUntilSeconds = context.now() + afterSeconds;
		scope.due(this.stageUntilSeconds);
	}

	private run(now: number): void {
		const { scope } = this;
		const { elections } = scope;
		const { selfId, platform } = elections.context;
		if (!scope.isEligible()) return;
		const ranking = elections.ranking(scope, undefined);
		const rank = ranking.indexOf(selfId);
		if (this.stage === "resting") this.startTurn(0);
		if (rank < 0) {
			// It has just given up: others first, unless there are none.
			scope.due(now + 1);
			return;
		}
		if (this.stage === "waitingForTurn") {
			let turn = this.stageUntilSeconds;
			if (rank > 0) {
				turn += math.min(rank, LAST_TURN) * this.answerSeconds();
				if (rank > LAST_TURN) turn += CROWD_SECONDS * ranking.size() * this.spread(selfId);
			}
			if (now < turn) {
				// Ranks change when servers leave.
				scope.due(math.min(turn, now + 1));
				return;
			}
			if (rank === 0) {
				this.announceVictory();
				return;
			}
			for (const index of $range(0, rank - 1)) scope.send(ranking[index]!, "election", scope.highestTerm);
			this.electionSaidSeconds = now;
			this.stage = "waitingForAnswers";
			this.stageUntilSeconds = now + this.answerSeconds() + platform.random() * MOMENT_SECONDS;
		} else if (now >= this.stageUntilSeconds) {
			if (this.stage === "waitingForAnswers") {
				sometimes("nobody better answers");
				this.announceVictory();
				return;
			}
			sometimes("an answer, but no coordinator");
			this.startTurn(0);
		}
		scope.due(math.max(this.stageUntilSeconds, now + 0.05));
	}

	/** A number from 0 to 1 of this server's own, so that its turn does not move while it waits. */
	private spread(selfId: ShortId): number {
		return (checksum(selfId, this.scope.hash) % 1024) / 1024;
	}

	// -- what others say ---------------------------------------------------------------------------------------------------------------------

	public hear({ word, term, about }: ElectionEntry, from: ShortId): void {
		const { scope } = this;
		const { context } = scope.elections;
		const now = context.now();
		if (word === "beat" || word === "coordinator") {
			if (!scope.learn(from, term, word === "coordinator")) this.correct(from, term, now);
		} else if (word === "election") this.hearElection(from, now);
		else if (word === "answer") {
			context.latency.note(math.max(0, now - this.electionSaidSeconds) / 2);
			if (this.stage !== "waitingForAnswers") return;
			this.stage = "waitingForCoordinator";
			this.stageUntilSeconds = now + this.answerSeconds() + context.latency.mostSeconds();
			scope.due(this.stageUntilSeconds);
		} else if (word === "lost") {
			// Who has voted for this very election hears of its end anyway.
			if (about === context.selfId || now - this.ledSinceSeconds > VOTE_AGAIN_SECONDS)
				this.correct(from, term, now);
			if (term < scope.highestTerm) return;
			if (scope.known?.leader === about) {
				this.votes.set(from, now);
				scope.due(now);
			}
		} else if (word === "probe") scope.send(from, "alive", this.isLeading() ? scope.tenure!.Term : 0);
		else if (word === "alive") this.hearAlive(from, term, now);
		else if (word === "seen" && term === scope.tenure?.Term) this.unseen.delete(from);
	}

	private hearAlive(from: ShortId, term: number, now: number): void {
		const { scope } = this;
		if (scope.known?.leader !== from || this.asked === 0) return;
		scope.elections.context.latency.note((now - this.firstAskedSeconds) / 2);
		if (term >= scope.known.term) {
			scope.heardSeconds = now;
			this.forgetSuspicion();
		} else {
			sometimes("a leader that does not know that it leads");
			this.vanished(undefined);
		}
	}

	private hearElection(from: ShortId, now: number): void {
		const { scope } = this;
		const { elections } = scope;
		if (this.isLeading()) {
			scope.send(from, "coordinator", scope.tenure!.Term);
			return;
		}
		const ranking = elections.ranking(scope, undefined);
		const own = ranking.indexOf(elections.context.selfId);
		const other = ranking.indexOf(from);
		// Who is not known as a candidate yet comes last.
		if (own < 0 || (other >= 0 && other < own)) return;
		scope.send(from, "answer", scope.highestTerm);
		const isLed = scope.known !== undefined && now < this.heardSeconds() + this.patienceSeconds();
		if (isLed || this.stage === "waitingForAnswers" || this.stage === "waitingForCoordinator") return;
		scope.loseSight();
		this.stage = "waitingForTurn";
		this.stageUntilSeconds = math.min(this.stageUntilSeconds, now);
		scope.due(now);
	}

	/** Tells a leader of the past, or one who asks for it, who leads. */
	private correct(from: ShortId, term: number, now: number): void {
		const { scope } = this;
		if (!this.isLeading() || scope.tenure!.Term < term) return;
		const last = this.correctedAt.get(from);
		if (last !== undefined && now - last < CORRECTED_SECONDS) return;
		if (this.correctedAt.size() > 200) this.correctedAt.clear();
		this.correctedAt.set(from, now);
		scope.send(from, "coordinator", scope.tenure!.Term);
	}

	private isLeading(): boolean {
		return this.scope.tenure !== undefined && !this.scope.isEnding;
	}

	/** A leader is suspected that was not heard of for so long. */
	private patienceSeconds(): number {
		const { heartbeatSeconds, missedHeartbeats } = this.scope.options;
		return heartbeatSeconds * missedHeartbeats;
	}

	/** Within which an answer comes. */
	private answerSeconds(): number {
		return 2 * this.scope.elections.context.latency.mostSeconds() + MOMENT_SECONDS;
	}
}
