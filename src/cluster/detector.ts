import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { writeProbe } from "../wire/section-writers";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { isOlder, Member } from "./membership";
import { IDLE_CAST_SECONDS, turnsBefore } from "./regime";
import { Roster } from "./roster";
import { Sender } from "./sender";

const CHECK_SECONDS = 0.75;
/** A promised sign of life may take so much longer: the way, and the time until the budget allows it. */
const PROMISE_SLACK_SECONDS = 4;
/** The hub comes first with the limits. */
const HUB_SLACK_SECONDS = 2.5;
/** A server that hears nothing, itself included, for so long after its own next sign of life was due, is deaf. */
const DEAF_AFTER_SECONDS = 3;
const PROBE_INTERVAL_SECONDS = 0.75;
/** Where nothing at all comes in, it tries whether it can hear after this part of its silence so far: ever more rarely. */
const TRIES_OF_SILENCE = 0.125;
/** So often where the hub is silent and others come first to find out why. */
const HEARING_SECONDS = 4;
/** Who never hears itself cannot find out that way; when everybody is silent for so long beyond what was promised, they are gone. */
const SILENCE_OF_ALL_SECONDS = 60;
/** A probe and its answer take two deliveries. */
const LAST_PROBE_SECONDS = 4;
/** While too little was heard to know, this much is taken to get lost. */
const UNKNOWN_LOSS = 0.05;
/** Two servers look after each; should they be gone as well, others step in, one after the other. */
const WATCHERS = 2;
const NEXT_WATCHER_SECONDS = 8;
/** Where a hub broadcasts for all, the oldest other server looks after it, then the next one, and so on. */
const NEXT_HEIR_SECONDS = 5;
/** When others begin to be looked after, they have so long to be heard of. */
const ANEW_SECONDS = 25;
/** A frontier that lags so far behind this server's own, for so long, holds everybody's tombstones; its server has missed something and must resync. */
const FRONTIER_STALL_SECONDS = 60;
const FRONTIER_PATIENCE_SECONDS = 30;
/** A server that is to resync is told so again after this. */
const TOLD_AGAIN_SECONDS = 10;

/**
 * Tells who is gone: any traffic is a sign of life, each promises the next; silence leads to suspicion, suspicion to probes, and only unanswered probes to death.
 * A server that hears nothing at all, not even itself, suspects itself and accuses nobody.
 */
export class Detector {
	private readonly checking: Appointment;
	/** When anything at all came in last, own broadcasts included. */
	private lastInboundSeconds = 0;
	/** Own broadcasts come back. */
	private hearsItself!: boolean;
	private lastTrySeconds!: number;
	/** When something of another server came in. */
	public lastOtherSeconds!: number;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		private readonly roster: Roster,
		private readonly onFrontier: () => void,
		agenda: Agenda,
	) {
		this.checking = agenda.add(() => this.check());
	}

	public start(): void {
		const { membership, regime } = this.context;
		const hub = regime.role() === "leaf" ? membership.get(regime.hub!.shortId) : undefined;
		if (hub) hub.promisedBySeconds = math.max(hub.promisedBySeconds, this.context.now() + IDLE_CAST_SECONDS);
		this.checking.by(this.context.now() + CHECK_SECONDS);
	}

	public noteInbound(): void {
		const now = this.context.now();
		if (now - this.lastInboundSeconds > this.context.beatSeconds() + DEAF_AFTER_SECONDS) this.hearAgain(now);
		this.lastInboundSeconds = now;
	}

	/** What this server has said came back to it. */
	public noteOwn(): void {
		this.hearsItself = true;
		this.context.echoes.restartUnreturned();
		this.noteInbound();
	}

	/** While nothing at all came in, nobody's sign of life could, nor an answer: all of them get their time anew, and what was missed tells nothing of what gets lost otherwise. */
	private hearAgain(now: number): void {
		const { loss } = this.context;
		loss.restart();
		for (const member of this.watched()) {
			if (member.suspectedAtSeconds !== undefined) sometimes("the server was deaf");
			member.promisedBySeconds = math.max(member.promisedBySeconds, now);
			member.suspectedAtSeconds = undefined;
			if (member.probesSent > 0) member.probesSent = 0;
		}
	}

	/** Those that this server looks after: as a leaf the hub alone. */
	private watched(): ReadonlyArray<Member> {
		const { membership, regime } = this.context;
		if (regime.role() !== "leaf") return membership.all();
		const hub = membership.get(regime.hub!.shortId);
		return hub ? [hub] : [];
	}

	public noteHeard(member: Member): void {
		if (member.suspectedAtSeconds !== undefined) sometimes("a suspicion refuted");
		member.lastHeardSeconds = this.context.now();
		this.lastOtherSeconds = member.lastHeardSeconds;
		member.suspectedAtSeconds = undefined;
		member.probesSent = 0;
		const isHub = member.shortId === this.context.regime.hub?.shortId;
		const promised = member.lastHeardSeconds + (isHub ? IDLE_CAST_SECONDS : this.context.beatSeconds());
		if (member.promisedBySeconds < promised) member.promisedBySeconds = promised;
	}

	/** This server was held up: what others sent meanwhile is still on its way to it. */
	public excuse(lateSeconds: number): void {
		for (const member of this.watched()) {
			member.promisedBySeconds += lateSeconds;
			member.suspectedAtSeconds = undefined;
			if (member.probesSent > 0) member.probesSent = 0;
		}
	}

	private check(): void {
		const { context } = this;
		if (!context.isActive() && context.phase !== "local") return;
		const now = context.now();
		this.checking.at(now + CHECK_SECONDS);
		// The hub looks after the others, and the oldest of them after the hub.
		if (context.regime.role() === "leaf") {
			const hub = context.membership.get(context.regime.hub!.shortId);
			if (hub) {
				// Without the hub nothing comes in: who waits for its turn to look after it must not take itself for deaf all that time.
				if (now - hub.promisedBySeconds >= HUB_SLACK_SECONDS)
					this.tryHearing(this.trySpacing(HEARING_SECONDS, now));
				this.checkOverdue(hub, now, HUB_SLACK_SECONDS);
			}
			for (const member of context.doubts.doubtful()) this.checkOverdue(member, now, PROMISE_SLACK_SECONDS, 0);
		} else {
			for (const member of context.membership.all()) this.checkOverdue(member, now, PROMISE_SLACK_SECONDS);
			this.checkFrontiers(now);
		}
		this.onFrontier();
	}

	private checkOverdue(
		member: Member,
		now: number,
		slackSeconds: number,
		turnSeconds = this.turnSeconds(member),
	): void {
		const { context } = this;
		const overdueSeconds = now - member.promisedBySeconds - slackSeconds;
		if (overdueSeconds < 0 || overdueSeconds < turnSeconds) return;
		if (member.suspectedAtSeconds === undefined) {
			member.suspectedAtSeconds = now;
			if (member.probesSent > 0) member.probesSent = 0;
		}
		const suspectedFor = now - member.suspectedAtSeconds;
		const heardSince = this.lastInboundSeconds >= member.suspectedAtSeconds;
		// Whoever hears nothing has to find out first whether it can hear: by its own next broadcast.
		if (!heardSince && suspectedFor > 2) {
			this.tryHearing(this.trySpacing(2, now));
		}
		const loss = context.loss.isKnown() ? context.observedLoss() : UNKNOWN_LOSS;
		const probes = probesFor(math.max(loss, member.loss ?? UNKNOWN_LOSS));
		if (member.probesSent < probes) {
			if (suspectedFor >= member.probesSent * PROBE_INTERVAL_SECONDS) this.probe(member);
			return;
		}
		const silenceCounts =
			heardSince || (!this.hearsItself && now - member.promisedBySeconds >= SILENCE_OF_ALL_SECONDS);
		if (silenceCounts && now - member.lastProbeSeconds >= LAST_PROBE_SECONDS) this.lose(member);
	}

	private trySpacing(leastSeconds: number, now: number): number {
		return math.max(leastSeconds, TRIES_OF_SILENCE * (now - this.lastInboundSeconds));
	}

	/** Says something that has to come back here, unless it did so within the last seconds. What goes to the hub does not come back as it is. */
	private tryHearing(spacingSeconds: number): void {
		const { context } = this;
		if (context.regime.role() !== "leaf") {
			this.sender.beatSoon(spacingSeconds);
			return;
		}
		const now = context.now();
		if (now - this.lastTrySeconds < spacingSeconds) return;
		this.lastTrySeconds = now;
		const probe = { nonce: 0, presumedDead: false, incarnation: context.incarnation };
		this.sender.addressed.sendTo(context.selfId, "probe", [writeProbe(probe)]);
	}

	/** How long ago the latest sign of life was due that any other server has promised; negative while one is still to come. */
	public overdueSeconds(): number {
		const now = this.context.now();
		let latest = -math.huge;
		for (const { promisedBySeconds } of this.watched()) latest = math.max(latest, promisedBySeconds);
		return latest === -math.huge ? -math.huge : now - latest;
	}

	/** Whether own broadcasts ever came back: where they do not, that says nothing. */
	public hasHeardItself(): boolean {
		return this.hearsItself;
	}

	/** When anything at all came in last. */
	public lastInbound(): number {
		return this.lastInboundSeconds;
	}

	/** How long this server leaves it to others to look after a member. */
	private turnSeconds(member: Member): number {
		const { membership, regime } = this.context;
		const role = regime.role();
		if (role === "hub") return 0;
		if (role === "leaf") return turnsBefore(membership.rankBut(member.shortId)) * NEXT_HEIR_SECONDS;
		return turnsBefore(math.max(0, membership.watcherRank(member.shortId) - WATCHERS + 1)) * NEXT_WATCHER_SECONDS;
	}

	/** Others look after the members from now on, or this server does: everybody has time to say that it lives. */
	public beginAnew(): void {
		const now = this.context.now();
		if (!this.hearsItself) this.tryHearing(0);
		const hubId = this.context.regime.hub?.shortId;
		for (const member of this.watched()) {
			// The hub has just been heard, and was given more time than it needs while it was none.
			if (member.shortId === hubId) member.promisedBySeconds = now + IDLE_CAST_SECONDS;
			else member.promisedBySeconds = math.max(member.promisedBySeconds, now + ANEW_SECONDS);
			member.laggingSinceSeconds = undefined;
			member.suspectedAtSeconds = undefined;
			if (member.probesSent > 0) member.probesSent = 0;
		}
	}

	/** Asks a member for a sign of life. What waits for the budget has not been asked: only what was sent counts. */
	private probe(member: Member): void {
		const { context } = this;
		const nonce = math.floor(context.platform.random() * 4294967296);
		const probe = { nonce, presumedDead: false, incarnation: member.stream.incarnation };
		const { suspectedAtSeconds } = member;
		this.sender.addressed.sendTo(member.shortId, "probe", [writeProbe(probe)], context.nowStamp(), () => {
			context.traffic.probes += 1;
			// One that waited longer than the suspicion lasted says nothing about the next.
			if (member.suspectedAtSeconds !== suspectedAtSeconds) return;
			member.probesSent += 1;
			member.lastProbeSeconds = context.now();
		});
	}

	private lose(member: Member): void {
		sometimes("a server lost");
		const { shortId, stream } = member;
		const silentSeconds = this.context.now() - math.max(member.lastHeardSeconds, member.admittedAtSeconds);
		this.context.log.info(
			`server ${member.identity.serverId} is lost: silent for ${math.round(silentSeconds)} s, ${member.probesSent} probes unanswered`,
		);
		const name = { shortId, incarnation: stream.incarnation };
		this.roster.depart(name, "lost", undefined, stream.highest);
		this.sender.losses.announceLost({ ...name, reason: "lost", upTo: stream.highest });
	}

	/**
	 * Finds servers that are live but no longer get everything: the oldest one that keeps up tells them to resync; until then nobody waits for them.
	 * They are measured by this server's own frontier: what it waits for itself, such as a server that is coming back, is no fault of theirs.
	 * What the hub has not cast yet is none either.
	 */
	private checkFrontiers(now: number): void {
		const { context } = this;
		const { membership } = context;
		const { hub } = context.regime;
		const frontier = math.min(context.frontier(), hub ? hub.log.casts.appliedFloor : math.huge);
		const beatSeconds = context.beatSeconds();
		const behind = frontier - 1000 * math.max(FRONTIER_STALL_SECONDS, 4 * beatSeconds);
		const patience = math.max(FRONTIER_PATIENCE_SECONDS, 2 * beatSeconds);
		let oldest = true;
		for (const member of membership.all()) {
			if (member.frontier >= behind) {
				member.laggingSinceSeconds = undefined;
				// Removals that nobody waited for it with are forgotten: it has to have applied them too.
				if (member.frontier >= context.collectedUpTo) member.fenced = false;
				const isBefore = isOlder(member.shortId, member.identity, context.selfId, context.identity);
				if (isBefore && context.regime.role() === "direct") oldest = false;
				continue;
			}
			member.laggingSinceSeconds ??= now;
			if (now - member.laggingSinceSeconds < patience) continue;
			if (!member.fenced) sometimes("a member fenced");
			member.fenced = true;
		}
		if (oldest)
			for (const member of membership.all()) {
				if (member.fenced && member.laggingSinceSeconds !== undefined) this.tellToResync(member, frontier, now);
			}
	}

	private tellToResync(member: Member, frontier: number, now: number): void {
		const { context } = this;
		if (now - member.toldToResyncAtSeconds < TOLD_AGAIN_SECONDS) return;
		member.toldToResyncAtSeconds = now;
		const lagSeconds = math.round((frontier - member.frontier) / 1000);
		context.log.info(`server ${member.identity.serverId} lags ${lagSeconds} s behind; it is told to resync`);
		context.traffic.probes += 1;
		const nonce = math.floor(context.platform.random() * 4294967296);
		const probe = { nonce, presumedDead: true, incarnation: member.stream.incarnation };
		this.sender.addressed.sendTo(member.shortId, "probe", [writeProbe(probe)]);
	}
}

beginWith(Detector, {
	hearsItself: false,
	lastTrySeconds: -math.huge,
	lastOtherSeconds: 0,
});

/** How many unanswered probes make a death: enough that loss alone kills hardly anybody. */
function probesFor(loss: number): number {
	if (loss < 0.03) return 4;
	if (loss < 0.08) return 5;
	return loss < 0.15 ? 7 : 9;
}
