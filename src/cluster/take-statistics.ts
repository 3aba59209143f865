import { ClusterStatistics } from "./cluster";
import { Context } from "./context";

/** Everything a game may want to know of how its cluster does, read off at one moment. */
export function takeStatistics(context: Context): ClusterStatistics {
	const { traffic, replica, outbox, membership, memoryUse } = context;
	const now = context.now();
	const { hub } = context.regime;
	const use = context.budget.use(now);
	let missing = 0;
	for (const member of membership.all()) {
		for (const gap of member.stream.gaps) missing += gap.upTo - gap.after;
	}
	const { counters } = replica;
	return {
		Phase: context.phase,
		Regime: hub ? "hub" : "direct",
		Hub: hub && context.serverIdOf(hub.shortId),
		Epoch: hub ? hub.epoch : 0,
		Servers: membership.serverCount(),
		Pools: replica.pools.size(),
		Records: replica.registerCount - replica.tombstoneCount(),
		Tombstones: replica.tombstoneCount(),
		StoredBytes: replica.storedBytes(),
		QueueDepth: outbox.size(),
		OldestQueuedSeconds: outbox.oldestAgeSeconds(now),
		Budget: {
			DeliveriesPerMinute: use.deliveries,
			OwnDeliveriesPerMinute: use.ownDeliveries,
			CapPerMinute: use.deliveriesCap,
			DocumentedPerMinute: use.deliveriesDocumented,
			CongestionFactor: context.congestion.factor(),
		},
		Sent: {
			Broadcasts: traffic.broadcasts,
			Unicasts: traffic.unicasts,
			Bytes: traffic.bytesSent,
			Beats: traffic.beatBroadcasts,
			Echoes: traffic.echoBroadcasts,
			Records: traffic.recordsSent,
			Repeated: traffic.recordsRepeated,
			Failures: traffic.publishFailures,
		},
		Received: {
			Messages: traffic.received,
			RecordsApplied: counters.applied,
			RecordsDuplicate: counters.duplicate,
			RecordsStale: counters.stale,
			RecordsRefused: counters.implausible + counters.unresolved,
			DeserializeFailures: traffic.deserializeFailures,
			UnknownSections: traffic.unknownSections,
		},
		Dropped: traffic.dropped(),
		Repair: {
			Requested: traffic.repairsRequested,
			Served: traffic.repairsServed,
			SnapshotsServed: traffic.snapshotsServed,
			Probes: traffic.probes,
			Resyncs: traffic.resyncs,
			Missing: missing,
		},
		MemoryStore: {
			Joined: memoryUse.joined,
			Reads: memoryUse.reads,
			Writes: memoryUse.writes,
			Units: memoryUse.units,
			MostUnitsPerMinute: memoryUse.mostUnitsPerMinute,
			Failures: memoryUse.failures,
			Generations: memoryUse.generations,
			Renewals: memoryUse.renewals,
			Skipped: memoryUse.skipped,
			Bytes: memoryUse.bytes,
		},
		Loss: context.observedLoss(),
		LagSeconds: context.isActive() ? context.lagSeconds() : 0,
	};
}
