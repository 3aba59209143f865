import { sometimes } from "../diagnostics/situations";
import { writeProbe } from "../wire/section-writers";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { isOlder, Member } from "./membership";
import { Roster } from "./roster";
import { Sender } from "./sender";

const CHECK_SECONDS = 0.75;
/** A promised sign of life may take so much longer: the way, and the time until the budget allows it. */
const PROMISE_SLACK_SECONDS = 4;
/** A server that hears nothing, itself included, for so long after its own next sign of life was due, is deaf. */
const DEAF_AFTER_SECONDS = 3;
const PROBE_INTERVAL_SECONDS = 0.75;
/** Where nothing at all comes in, it tries whether it can hear after this part of its silence so far: ever more rarely. */
const TRIES_OF_SILENCE = 0.125;
/** Who never hears itself cannot find out that way; when everybody is silent for so long beyond what was promised, they are gone. */
const SILENCE_OF_ALL_SECONDS = 60;
/** A probe and its answer take two deliveries. */
const LAST_PROBE_SECONDS = 4;
/** While too little was heard to know, this much is taken to get lost. */
const UNKNOWN_LOSS = 0.05;
/** Two servers look after each; should they be gone as well, others step in, one after the other. */
const WATCHERS = 2;
const NEXT_WATCHER_SECONDS = 8;
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
	private hearsItself = false;

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
		this.checking.by(this.context.now() + CHECK_SECONDS);
	}

	public noteInbound(): void {
		const now = this.context.now();
		if (now - this.lastInboundSeconds > this.context.beatSeconds() + DEAF_AFTER_SECONDS) this.hearAgain(now);
		this.lastInboundSeconds = now;
	}

	/** An own broadcast came back. */
	public noteOwn(): void {
		this.hearsItself = true;
		this.noteInbound();
	}

	/** While nothing at all came in, nobody's sign of life could, nor an answer: all of them get their time anew, and what was missed tells nothing of what gets lost otherwise. */
	private hearAgain(now: number): void {
		const { membership, loss } = this.context;
		loss.restart();
		for (const member of membership.all()) {
			if (member.suspectedAtSeconds !== undefined) sometimes("the server was deaf");
			member.promisedBySeconds = math.max(member.promisedBySeconds, now);
			member.suspectedAtSeconds = undefined;
			member.probesSent = 0;
		}
	}

	public noteHeard(member: Member): void {
		if (member.suspectedAtSeconds !== undefined) sometimes("a suspicion refuted");
		member.lastHeardSeconds = this.context.now();
		member.suspectedAtSeconds = undefined;
		member.probesSent = 0;
		const promised = member.lastHeardSeconds + this.context.beatSeconds();
		if (member.promisedBySeconds < promised) member.promisedBySeconds = promised;
	}

	/** This server was held up: what others sent meanwhile is still on its way to it. */
	public excuse(lateSeconds: number): void {
		for (const member of this.context.membership.all()) {
			member.promisedBySeconds += lateSeconds;
			member.suspectedAtSeconds = undefined;
			member.probesSent = 0;
		}
	}

	private check(): void {
		const { context } = this;
		if (!context.isActive() && context.phase !== "local") return;
		const now = context.now();
		this.checking.at(now + CHECK_SECONDS);
		for (const member of context.membership.all()) {
			if (now >= member.promisedBySeconds + PROMISE_SLACK_SECONDS) this.checkOverdue(member, now);
		}
		this.checkFrontiers(now);
		this.onFrontier();
	}

	private checkOverdue(member: Member, now: number): void {
		const { context } = this;
		const rank = context.membership.watcherRank(member.shortId);
		const turn = math.max(0, rank - WATCHERS + 1) * NEXT_WATCHER_SECONDS;
		if (now < member.promisedBySeconds + PROMISE_SLACK_SECONDS + turn) return;
		if (member.suspectedAtSeconds === undefined) {
			member.suspectedAtSeconds = now;
			member.probesSent = 0;
		}
		const suspectedFor = now - member.suspectedAtSeconds;
		const heardSince = this.lastInboundSeconds >= member.suspectedAtSeconds;
		// Whoever hears nothing has to find out first whether it can hear: by its own next broadcast.
		if (!heardSince && suspectedFor > 2) {
			this.sender.beatSoon(math.max(2, TRIES_OF_SILENCE * (now - this.lastInboundSeconds)));
		}
		const loss = context.loss.isKnown() ? context.observedLoss() : UNKNOWN_LOSS;
		const probes = probesFor(math.max(loss, member.loss ?? UNKNOWN_LOSS));
		if (member.probesSent < probes) {
			if (suspectedFor >= member.probesSent * PROBE_INTERVAL_SECONDS) this.probe(member);
			return;
		}
		const silenceCounts = heardSince || (!this.hearsItself && suspectedFor >= SILENCE_OF_ALL_SECONDS);
		if (silenceCounts && now - member.lastProbeSeconds >= LAST_PROBE_SECONDS) this.lose(member);
	}

	/** Asks a member for a sign of life. What waits for the budget has not been asked: only what was sent counts. */
	private probe(member: Member): void {
		const { context } = this;
		const nonce = math.floor(context.platform.random() * 4294967296);
		const probe = { nonce, presumedDead: false, incarnation: member.stream.incarnation };
		this.sender.sendTo(member.shortId, "probe", [writeProbe(probe)], context.nowStamp(), () => {
			context.traffic.probes += 1;
			member.probesSent += 1;
			member.lastProbeSeconds = context.now();
		});
	}

	private lose(member: Member): void {
		sometimes("a server lost");
		const { shortId, stream } = member;
		const silentSeconds = this.context.now() - member.lastHeardSeconds;
		this.context.log.info(
			`server ${member.identity.serverId} is lost: silent for ${math.round(silentSeconds)} s, ${member.probesSent} probes unanswered`,
		);
		const name = { shortId, incarnation: stream.incarnation };
		this.roster.depart(name, "lost", undefined, stream.highest);
		this.sender.announceLost({ ...name, reason: "lost", upTo: stream.highest });
	}

	/**
	 * Finds servers that are live but no longer get everything: the oldest one that keeps up tells them to resync; until then nobody waits for them.
	 * They are measured by this server's own frontier: what it waits for itself, such as a server that is coming back, is no fault of theirs.
	 */
	private checkFrontiers(now: number): void {
		const { context } = this;
		const { membership } = context;
		const frontier = context.frontier();
		const beatSeconds = context.beatSeconds();
		const behind = frontier - 1000 * math.max(FRONTIER_STALL_SECONDS, 4 * beatSeconds);
		const patience = math.max(FRONTIER_PATIENCE_SECONDS, 2 * beatSeconds);
		let oldest = true;
		for (const member of membership.all()) {
			if (member.frontier >= behind) {
				member.laggingSinceSeconds = undefined;
				// Removals that nobody waited for it with are forgotten: it has to have applied them too.
				if (member.frontier >= context.collectedUpTo) member.fenced = false;
				if (isOlder(member.shortId, member.identity, context.selfId, context.identity)) oldest = false;
				continue;
			}
			member.laggingSinceSeconds ??= now;
			if (now - member.laggingSinceSeconds < patience) continue;
			if (!member.fenced) sometimes("a member fenced");
			member.fenced = true;
		}
		if (!oldest) return;
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
		this.sender.sendTo(member.shortId, "probe", [writeProbe(probe)]);
	}
}

/** How many unanswered probes make a death: enough that loss alone kills hardly anybody. */
function probesFor(loss: number): number {
	if (loss < 0.03) return 4;
	if (loss < 0.08) return 5;
	return loss < 0.15 ? 7 : 9;
}
