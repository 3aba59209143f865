import { StreamRange } from "../replication/cast-log";
import { Stream } from "../replication/stream";
import { CastSection, ShortId } from "../wire/frame";
import { MESSAGE_BYTES } from "../wire/frame-writer";
import { Agenda, Appointment } from "./agenda";
import { Caster } from "./caster";
import { Composer } from "./composer";
import { Context } from "./context";
import { Gate } from "./gate";
import { LossAnnouncer } from "./loss-announcer";
import { Hub, IDLE_CAST_SECONDS } from "./regime";
import { Transmitter } from "./transmitter";
import { UplinkPace } from "./uplink-pace";

/** Casts are so far apart while there is something to cast, and wait so long for more to come. */
const CAST_SECONDS = 0.75;
const CAST_PATIENCE_SECONDS = 0.1;
/** Where more waits than fits. */
const FULL_CAST_SECONDS = 0.4;
/** After the last news, what was cast is repeated at these intervals. */
const CAST_REPEATS_SECONDS: ReadonlyArray<number> = [0.9, 1.6, 3];
/** That there is no hub any more is said so often. */
const DISSOLVING_CASTS = 4;
/** A new hub says who it is so often; later whenever it has not cast for a while. */
const IDENTITY_CASTS = 4;
const IDENTITY_AFTER_SECONDS = 3;

/** While this server is the hub: what it broadcasts for all, and when. */
export class CastSender {
	private readonly casting: Appointment;
	private caster: Caster | undefined;
	private hub: Hub | undefined;
	private pace = new UplinkPace();
	private lastCastSeconds = -math.huge;
	/** Repeats that are still to be sent after the latest news. */
	private repeatsOwed = 0;
	private identityOwed = 0;
	/** The hub's last words: that there is none any more. */
	private dissolving = 0;

	constructor(
		private readonly context: Context,
		private readonly gate: Gate,
		private readonly transmitter: Transmitter,
		private readonly composer: Composer,
		private readonly losses: LossAnnouncer,
		/** A cast is on its way. */
		private readonly onCast: (counter: number) => void,
		/** All has been said that a hub that stops has to say. */
		private readonly onDissolved: () => void,
		agenda: Agenda,
	) {
		this.casting = agenda.add(() => this.cast());
	}

	/** This server broadcasts for all from now on. `again` is what the former hub cast lately. */
	public lead(hub: Hub, again: ReadonlyArray<StreamRange>): void {
		this.composer.countAsSent();
		this.hub = hub;
		this.pace = new UplinkPace();
		this.caster = new Caster(this.context, hub, again);
		this.repeatsOwed = CAST_REPEATS_SECONDS.size();
		this.identityOwed = IDENTITY_CASTS;
		this.dissolving = 0;
		this.casting.by(this.context.now());
	}

	/** This server is not the hub any more, if it was. */
	public stop(): void {
		this.caster = undefined;
		this.dissolving = 0;
		this.casting.clear();
	}

	/** This server is to stop being the hub: it says so, then each broadcasts for itself. */
	public dissolve(): void {
		if (!this.caster || this.dissolving > 0) return;
		this.dissolving = DISSOLVING_CASTS;
		this.casting.by(this.context.now());
	}

	/** Word of a server that is new, or has begun a new stream. */
	public announceMember(shortId: ShortId): void {
		if (!this.caster) return;
		this.caster.announce(shortId);
		this.castSoon();
	}

	/** An own cast came back. */
	public noteReturned({ epoch, seq }: CastSection): void {
		if (this.caster && epoch === this.hub?.epoch) this.caster.noteReturned(seq);
	}

	/** Another server has sent so many bytes of changes, and has kept `waiting` more. */
	public noteUplink(shortId: ShortId, bytes: number, waiting: number): void {
		this.pace.note(shortId, bytes, MESSAGE_BYTES, waiting, this.context.now());
	}

	/** More of a stream may be cast. */
	public noteAdvanced(stream: Stream): void {
		if (!this.caster) return;
		this.caster.noteAdvanced(stream);
		this.castSoon();
	}

	/** Whether all could broadcast for themselves what they send the hub now. */
	public fitsDirect(now: number): boolean {
		const { budget, membership } = this.context;
		return this.pace.fitsDirect(now, membership.serverCount(), budget.capPerMinute());
	}

	/** There may be something to cast. */
	public castSoon(): void {
		if (!this.caster) return;
		this.casting.by(math.max(this.context.now() + CAST_PATIENCE_SECONDS, this.lastCastSeconds + CAST_SECONDS));
	}

	private cast(): void {
		const { context, caster, gate } = this;
		if (!caster || !context.isActive()) return;
		const now = context.now();
		if (!gate.may(now, "data")) {
			this.casting.at(gate.nextAt(now, "data"));
			return;
		}
		this.takeOwn(now);
		const identity = this.identityOwed > 0 || now - this.lastCastSeconds > IDENTITY_AFTER_SECONDS;
		this.identityOwed = math.max(0, this.identityOwed - 1);
		const hasMissing = caster.findMissing(now);
		const dissolved = this.dissolving > 0;
		const counter = this.composer.takeCounter();
		const departures = this.losses.take(now);
		const cast = caster.compose(counter, identity, departures, IDLE_CAST_SECONDS, dissolved);
		this.transmitter.broadcast(cast.text, context.budget.pickCastTopic(now));
		this.lastCastSeconds = now;
		this.onCast(counter);
		if (dissolved) {
			this.dissolving -= 1;
			if (this.dissolving > 0) this.casting.at(now + CAST_SECONDS);
			else this.onDissolved();
			return;
		}
		this.paceUplinks(this.hub!, caster.oldestWaitSeconds(), now);
		if (cast.isNews) this.repeatsOwed = CAST_REPEATS_SECONDS.size();
		if (cast.isFull) this.casting.at(now + this.fullCastSeconds(now));
		else if (hasMissing || caster.hasNews() || context.outbox.size() > 0) this.casting.at(now + CAST_SECONDS);
		else if (this.repeatsOwed > 0) {
			this.casting.at(now + CAST_REPEATS_SECONDS[CAST_REPEATS_SECONDS.size() - this.repeatsOwed]!);
			if (!cast.isNews) this.repeatsOwed -= 1;
		} else this.casting.at(now + IDLE_CAST_SECONDS);
	}

	/** What this server itself has to say waits in its outbox like that of anybody else while more waits than can be cast. */
	private takeOwn(now: number): void {
		const { gate } = this;
		const hub = this.hub!;
		const room = gate.ownRoom(hub, now);
		if (room > 0) gate.spend(hub, now, this.composer.countAsSent(room));
	}

	/** How far apart full casts are: evenly, as the cap allows, or they would use up the minute and then wait together. */
	private fullCastSeconds(now: number): number {
		return math.max(FULL_CAST_SECONDS, 60 / this.context.budget.castsPerMinute(now));
	}

	/** Where more comes than can be cast, it waits at the leaves, which send the latest of each key: the hub lets them speak less. */
	private paceUplinks(hub: Hub, oldestWaitSeconds: number, now: number): void {
		const { pace } = this;
		const { budget } = this.context;
		pace.decide(now, {
			castsPerMinute: 60 / this.fullCastSeconds(now),
			capPerMinute: budget.capPerMinute(),
			oldestWaitSeconds,
		});
		hub.uplinkSeconds = pace.spacingSeconds;
		hub.messageSeconds = pace.messageSeconds;
	}
}
