import { beginWith } from "../diagnostics/begin-with";
import { BroadcastKind } from "../outbox/budget";
import { MESSAGE_BYTES } from "../wire/frame-writer";
import { Context } from "./context";
import { Hub } from "./regime";

/** Signs of life and the like wait less for each other than changes do. */
const LEAST_UPLINK_SECONDS = 0.7;
/** Whatever this server has sent, the hub is told that it lives. */
export const OVERDUE_UPLINK_SECONDS = 8;
/** What a change takes of a message, about. */
const RECORD_BYTES = 40;
/** While more waits than may be sent, so much of it is gathered for one message; less where that takes longer than this. */
const GATHERED_BYTES = 600;
const GATHERING_SECONDS = 20;
const LEAST_CHANGES_BYTES = 160;
/** How soon the hub asks again whether it may cast. */
const CAST_AGAIN_SECONDS = 0.25;

/** When this server may say something to all: by broadcast, by cast, or by what it sends to the hub. */
export class Gate {
	private lastUplinkSeconds!: number;
	private lastChangesSeconds!: number;
	private closedUntilSeconds!: number;
	/** Bytes of changes that this server might send to the hub, and when that was. */
	private credit!: number;
	private creditAtSeconds!: number;

	constructor(private readonly context: Context) {}

	/** The cloud refuses: nothing is tried until then. */
	public close(untilSeconds: number): void {
		this.closedUntilSeconds = untilSeconds;
	}

	/** A message to the hub with so many bytes of changes is sent. */
	public noteUplink(hub: Hub, now: number, changesBytes: number): void {
		this.lastUplinkSeconds = now;
		if (changesBytes === 0) return;
		this.lastChangesSeconds = now;
		this.spend(hub, now, changesBytes);
	}

	/** How many bytes of its own changes the hub may cast now: as many as anybody else. */
	public ownRoom(hub: Hub, now: number): number {
		return hub.messageSeconds <= 0 ? math.huge : this.creditAt(hub, now);
	}

	public spend(hub: Hub, now: number, changesBytes: number): void {
		this.credit = this.creditAt(hub, now) - changesBytes;
		this.creditAtSeconds = now;
	}

	/** How many bytes of changes this server may send to the hub now; the last of them may be a larger one. */
	public changesRoom(hub: Hub, now: number): number {
		if (now < this.lastChangesSeconds + hub.uplinkSeconds) return 0;
		const credit = this.creditAt(hub, now);
		// What is sent anyway takes along what it may.
		const isOverdue = now >= this.lastUplinkSeconds + OVERDUE_UPLINK_SECONDS;
		return isOverdue || credit >= this.wantedCredit(hub) ? credit : 0;
	}

	/** Where the hub asks for less, what this server may send grows with time, up to one message. */
	private creditAt({ messageSeconds }: Hub, now: number): number {
		if (messageSeconds <= 0) return MESSAGE_BYTES;
		const grown = (MESSAGE_BYTES * (now - this.creditAtSeconds)) / messageSeconds;
		return math.min(this.credit + grown, MESSAGE_BYTES);
	}

	/** Little is sent once all of it may be: many small messages cost the hub more room than few larger ones. */
	private wantedCredit(hub: Hub): number {
		const soon = (MESSAGE_BYTES * GATHERING_SECONDS) / math.max(hub.messageSeconds, GATHERING_SECONDS);
		const gathered = math.max(LEAST_CHANGES_BYTES, math.min(soon, GATHERED_BYTES));
		return math.min(this.context.outbox.size() * RECORD_BYTES, gathered);
	}

	public may(now: number, kind: BroadcastKind): boolean {
		if (now < this.closedUntilSeconds) return false;
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.mayBroadcast(now, kind);
		if (regime.role() === "hub") return budget.mayCast(now);
		if (now >= this.lastUplinkSeconds + OVERDUE_UPLINK_SECONDS) return true;
		return now >= this.uplinkAt(hub, kind) && budget.mayUplink(now);
	}

	/** When asking again may make sense. */
	public nextAt(now: number, kind: BroadcastKind): number {
		if (now < this.closedUntilSeconds) return this.closedUntilSeconds;
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.nextBroadcastAt(now, kind);
		if (regime.role() === "hub") {
			const seldomAt = budget.seldomCastAt();
			return seldomAt > now ? math.min(now + CAST_AGAIN_SECONDS, seldomAt) : now + CAST_AGAIN_SECONDS;
		}
		return math.max(now + 0.1, this.uplinkAt(hub, kind));
	}

	private uplinkAt(hub: Hub, kind: BroadcastKind): number {
		const soonest = this.lastUplinkSeconds + LEAST_UPLINK_SECONDS;
		if (kind === "control") return soonest;
		const spaced = math.max(soonest, this.lastChangesSeconds + hub.uplinkSeconds);
		if (kind === "echo" || hub.messageSeconds <= 0) return spaced;
		const lacking = this.wantedCredit(hub) - this.credit;
		return math.max(spaced, this.creditAtSeconds + (math.max(0, lacking) * hub.messageSeconds) / MESSAGE_BYTES);
	}
}

beginWith(Gate, {
	lastUplinkSeconds: -math.huge,
	lastChangesSeconds: -math.huge,
	closedUntilSeconds: 0,
	credit: MESSAGE_BYTES,
	creditAtSeconds: 0,
});
