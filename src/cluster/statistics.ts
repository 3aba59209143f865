import { beginWith } from "../diagnostics/begin-with";
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

/** What could not be read counts for so long. */
const UNREADABLE_SECONDS = 30;

/** What became of this server's calls of MemoryStoreService; most servers make none. */
export class MemoryUse {
	public reads!: number;
	public writes!: number;
	public units!: number;
	public mostUnitsPerMinute!: number;
	public failures!: number;
	public failuresInRow!: number;
	public generations!: number;
	public renewals!: number;
	/** States that did not fit, or could not be afforded. */
	public skipped!: number;
	public bytes!: number;
	/** Whether this server got the state from there. */
	public joined!: boolean;
}

beginWith(MemoryUse, {
	reads: 0,
	writes: 0,
	units: 0,
	mostUnitsPerMinute: 0,
	failures: 0,
	failuresInRow: 0,
	generations: 0,
	renewals: 0,
	skipped: 0,
	bytes: 0,
	joined: false,
});

/** Plain counts of what went over the wire; they only grow. Each takes memory from the first time on. */
export class TrafficCounters {
	public broadcasts!: number;
	public unicasts!: number;
	public bytesSent!: number;
	public received!: number;
	public publishFailures!: number;
	public echoBroadcasts!: number;
	public beatBroadcasts!: number;
	public recordsSent!: number;
	public recordsRepeated!: number;
	public repairsRequested!: number;
	public repairsServed!: number;
	public snapshotsServed!: number;
	public probes!: number;
	public deserializeFailures!: number;
	public unknownSections!: number;
	public resyncs!: number;
	/** Publishes that have failed since the last one that did not, and the clock's seconds at the first of them. */
	public publishFailuresInRow!: number;
	public publishFailingSinceSeconds!: number;
	/** When this server was held up last, and for how long. */
	public stoodStillAtSeconds!: number;
	public stoodStillForSeconds!: number;
	/** Of what could not be read: how much of it is from before, and until when it counts. */
	private readBefore!: number;
	private readUntilSeconds!: number;
	private droppedBy: Map<Dropped, number> | undefined;

	public drop(reason: Dropped): void {
		this.droppedBy ??= new Map();
		this.droppedBy.set(reason, (this.droppedBy.get(reason) ?? 0) + 1);
	}

	/** Messages of the last half minute that could not be read; it is asked again and again. */
	public unreadable(nowSeconds: number): number {
		if (!this.droppedBy) return 0;
		const total = this.droppedFor("version") + this.droppedFor("checksum") + this.droppedFor("malformed");
		if (total === this.readBefore) return 0;
		if (this.readUntilSeconds === 0) this.readUntilSeconds = nowSeconds + UNREADABLE_SECONDS;
		if (nowSeconds < this.readUntilSeconds) return total - this.readBefore;
		this.readBefore = total;
		this.readUntilSeconds = 0;
		return 0;
	}

	public droppedFor(reason: Dropped): number {
		return this.droppedBy?.get(reason) ?? 0;
	}

	public noteRefused(nowSeconds: number): void {
		this.publishFailures += 1;
		if (this.publishFailuresInRow === 0) this.publishFailingSinceSeconds = nowSeconds;
		this.publishFailuresInRow += 1;
	}

	public noteTaken(): void {
		if (this.publishFailuresInRow > 0) this.publishFailuresInRow = 0;
	}

	public dropped(): { [reason in Dropped]: number } {
		const dropped = {} as { [reason in Dropped]: number };
		for (const reason of DROPPED) dropped[reason] = this.droppedFor(reason);
		return dropped;
	}
}

beginWith(TrafficCounters, {
	broadcasts: 0,
	unicasts: 0,
	bytesSent: 0,
	received: 0,
	publishFailures: 0,
	echoBroadcasts: 0,
	beatBroadcasts: 0,
	recordsSent: 0,
	recordsRepeated: 0,
	repairsRequested: 0,
	repairsServed: 0,
	snapshotsServed: 0,
	probes: 0,
	deserializeFailures: 0,
	unknownSections: 0,
	resyncs: 0,
	publishFailuresInRow: 0,
	publishFailingSinceSeconds: 0,
	stoodStillAtSeconds: -math.huge,
	stoodStillForSeconds: 0,
	readBefore: 0,
	readUntilSeconds: 0,
});
