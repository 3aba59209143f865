import { beginWith } from "../diagnostics/begin-with";
import { BroadcastKind } from "../outbox/budget";
import { MESSAGE_BYTES } from "../wire/frame-writer";
import { Context } from "./context";
import { Hub, uplinkSpacing } from "./regime";

/** Signs of life and the like wait less for each other than changes do. */
const LEAST_UPLINK_SECONDS = 0.7;
/** Whatever this server has sent, the hub is told that it lives. */
const OVERDUE_UPLINK_SECONDS = 8;
/** How soon the hub asks again whether it may cast. */
const CAST_AGAIN_SECONDS = 0.25;

/** When this server may say something to all: by broadcast, by cast, or by what it sends to the hub. */
export class Gate {
	private lastUplinkSeconds!: number;
	private lastChangesSeconds!: number;
	private closedUntilSeconds!: number;

	constructor(private readonly context: Context) {}

	/** The cloud refuses: nothing is tried until then. */
	public close(untilSeconds: number): void {
		this.closedUntilSeconds = untilSeconds;
	}

	public noteUplink(now: number, newRecords: number): void {
		this.lastUplinkSeconds = now;
		if (newRecords > 0) this.lastChangesSeconds = now;
	}

	/** How many bytes of changes this server may send to the hub now, beside the first one. */
	public changesRoom(hub: Hub, now: number): number {
		const spacing = uplinkSpacing(hub);
		return now >= this.lastChangesSeconds + spacing ? (MESSAGE_BYTES * spacing) / hub.uplinkSeconds : 0;
	}

	public may(now: number, kind: BroadcastKind): boolean {
		if (now < this.closedUntilSeconds) return false;
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.mayBroadcast(now, kind);
		if (regime.role() === "hub") return budget.mayCast(now);
		if (now >= this.lastUplinkSeconds + OVERDUE_UPLINK_SECONDS) return true;
		return now >= this.uplinkAt(hub, kind) && budget.mayAddress(now);
	}

	/** When asking again may make sense. */
	public nextAt(now: number, kind: BroadcastKind): number {
		if (now < this.closedUntilSeconds) return this.closedUntilSeconds;
		const { budget, regime } = this.context;
		const { hub } = regime;
		if (!hub) return budget.nextBroadcastAt(now, kind);
		if (regime.role() === "hub") return now + CAST_AGAIN_SECONDS;
		return math.max(now + 0.1, this.uplinkAt(hub, kind));
	}

	private uplinkAt(hub: Hub, kind: BroadcastKind): number {
		const soonest = this.lastUplinkSeconds + LEAST_UPLINK_SECONDS;
		return kind === "control" ? soonest : math.max(soonest, this.lastChangesSeconds + uplinkSpacing(hub));
	}
}

beginWith(Gate, { lastUplinkSeconds: -math.huge, lastChangesSeconds: -math.huge, closedUntilSeconds: 0 });
