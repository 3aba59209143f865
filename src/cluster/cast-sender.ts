import { StreamRange } from "../replication/cast-log";
import { CastSection, ShortId } from "../wire/frame";
import { Agenda, Appointment } from "./agenda";
import { Caster } from "./caster";
import { Composer } from "./composer";
import { Context } from "./context";
import { Gate } from "./gate";
import { LossAnnouncer } from "./loss-announcer";
import { Hub, IDLE_CAST_SECONDS, UPLINK_SECONDS } from "./regime";
import { Transmitter } from "./transmitter";

/** Casts are so far apart while there is something to cast, and wait so long for more to come. */
const CAST_SECONDS = 0.75;
const CAST_PATIENCE_SECONDS = 0.1;
/** Where more waits than fits. */
const FULL_CAST_SECONDS = 0.6;
/** After the last news, what was cast is repeated at these intervals. */
const CAST_REPEATS_SECONDS: ReadonlyArray<number> = [0.9, 1.6, 3];
/** What waits at the hub for longer than this makes the leaves speak less often, what waits shorter more often again; looked at so often. */
const LONG_WAIT_SECONDS = 2.5;
const SHORT_WAIT_SECONDS = 1;
const ADAPT_SECONDS = 1.5;
/** So do addressed messages when they take so much of the limits. */
const MUCH_ADDRESSED = 0.35;
const LITTLE_ADDRESSED = 0.3;
const MOST_CROWDED_SECONDS = 5;
const MOST_UPLINK_SECONDS = 600;
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
	private adaptedAtSeconds = 0;
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
		this.composer.countAsSent();
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
		this.adaptUplinks(caster, now);
		if (cast.isNews) this.repeatsOwed = CAST_REPEATS_SECONDS.size();
		if (cast.isFull) this.casting.at(now + FULL_CAST_SECONDS);
		else if (hasMissing || caster.hasNews()) this.casting.at(now + CAST_SECONDS);
		else if (this.repeatsOwed > 0) {
			this.casting.at(now + CAST_REPEATS_SECONDS[CAST_REPEATS_SECONDS.size() - this.repeatsOwed]!);
			if (!cast.isNews) this.repeatsOwed -= 1;
		} else this.casting.at(now + IDLE_CAST_SECONDS);
	}

	/** Where more comes than can be cast, it waits at the leaves, which send the latest of each key: the hub lets them speak less often. */
	private adaptUplinks(caster: Caster, now: number): void {
		const hub = this.hub!;
		const elapsed = now - this.adaptedAtSeconds;
		if (elapsed < ADAPT_SECONDS) return;
		this.adaptedAtSeconds = now;
		const wait = caster.oldestWaitSeconds();
		const addressed = this.context.budget.addressedShare(now);
		// Many that speak are no backlog: they speak seldom enough soon.
		const isCrowded = addressed > MUCH_ADDRESSED && hub.uplinkSeconds < MOST_CROWDED_SECONDS;
		if (wait > LONG_WAIT_SECONDS || isCrowded)
			hub.uplinkSeconds = math.min(hub.uplinkSeconds * 1.25, MOST_UPLINK_SECONDS);
		else if (
			wait < SHORT_WAIT_SECONDS &&
			(addressed < LITTLE_ADDRESSED || hub.uplinkSeconds > MOST_CROWDED_SECONDS)
		)
			hub.uplinkSeconds = math.max(hub.uplinkSeconds / 1.1 ** (elapsed / ADAPT_SECONDS), UPLINK_SECONDS);
	}
}
