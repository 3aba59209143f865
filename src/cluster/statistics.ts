import { DropReason } from "../wire/frame";

/** Why something that arrived was not applied: what the wire's reader found, or what the cluster did. */
export type Dropped = DropReason | "addressee" | "own" | "stale" | "departed" | "unknown" | "unsynced" | "overflow";

const DROPPED: ReadonlyArray<Dropped> = [
	"type",
	"size",
	"version",
	"checksum",
	"malformed",
	"addressee",
	"own",
	"stale",
	"departed",
	"unknown",
	"unsynced",
	"overflow",
];

/** Plain counts of what went over the wire; they only grow. */
export class TrafficCounters {
	public broadcasts = 0;
	public unicasts = 0;
	public bytesSent = 0;
	public received = 0;
	public publishFailures = 0;
	public echoBroadcasts = 0;
	public beatBroadcasts = 0;
	public recordsSent = 0;
	public recordsRepeated = 0;
	public repairsRequested = 0;
	public repairsServed = 0;
	public snapshotsServed = 0;
	public probes = 0;
	public deserializeFailures = 0;
	public unknownSections = 0;
	public resyncs = 0;
	private readonly droppedBy = new Map<Dropped, number>();

	public drop(reason: Dropped): void {
		this.droppedBy.set(reason, (this.droppedBy.get(reason) ?? 0) + 1);
	}

	public dropped(): { [reason in Dropped]: number } {
		const dropped = {} as { [reason in Dropped]: number };
		for (const reason of DROPPED) dropped[reason] = this.droppedBy.get(reason) ?? 0;
		return dropped;
	}
}
