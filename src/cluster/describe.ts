import { grouped } from "../diagnostics/errors";
import { ClusterStatistics, ServerInfo } from "./cluster";
import { describeHealth, Health } from "./health";

/** More servers than these are only counted. */
const MOST_NAMED = 12;

/** What there is to tell, for {@link describe}. */
export interface Described {
	readonly serverId: string;
	readonly servers: ReadonlyArray<ServerInfo>;
	readonly statistics: ClusterStatistics;
	readonly health: Health;
	readonly budgetShare: number;
	/** What the parts above tell of themselves: leaders, spaces, systems. */
	readonly lines: ReadonlyArray<string>;
	readonly unixSeconds: number;
}

function inPercent(fraction: number): string {
	return `${math.round(fraction * 100)} %`;
}

function aged(seconds: number): string {
	if (seconds < 120) return `${math.max(0, math.round(seconds))} s`;
	if (seconds < 7200) return `${math.round(seconds / 60)} min`;
	return `${math.round(seconds / 3600)} h`;
}

/** The state of a cluster as text of several lines, for people. */
export function describe(described: Described): string {
	const { statistics, health, servers } = described;
	const { Budget, Sent, Received, Repair } = statistics;
	const lines = [
		`server ${described.serverId}: ${statistics.Phase}, ${describeHealth(health)}`,
		`servers: ${grouped(servers.size())} (oldest first)`,
	];
	servers.forEach((server, index) => {
		if (index >= MOST_NAMED) return;
		const mark = server.IsSelf ? ", this one" : "";
		const hub = server.ServerId === statistics.Hub ? ", the hub" : "";
		const age = aged(described.unixSeconds - server.StartedAt);
		lines.push(`  ${server.ServerId}: place version ${server.PlaceVersion}, started ${age} ago${mark}${hub}`);
	});
	if (servers.size() > MOST_NAMED) lines.push(`  and ${grouped(servers.size() - MOST_NAMED)} more`);
	lines.push(
		statistics.Hub === undefined
			? "regime: direct, each server broadcasts for itself"
			: `regime: hub ${statistics.Hub} broadcasts for all (epoch ${statistics.Epoch})`,
		`pools: ${statistics.Pools}, records: ${grouped(statistics.Records)} of ${grouped(statistics.StoredBytes)} bytes, removals kept: ${grouped(statistics.Tombstones)}`,
		`queue: ${grouped(statistics.QueueDepth)} changes, oldest unsent ${math.round(statistics.OldestQueuedSeconds * 10) / 10} s`,
		`budget: ${grouped(math.round(Budget.DeliveriesPerMinute))} deliveries in the last minute of ${grouped(math.round(Budget.CapPerMinute))} allowed and ${grouped(math.round(Budget.DocumentedPerMinute))} documented (share ${inPercent(described.budgetShare)}), slowed to ${inPercent(Budget.CongestionFactor)}`,
		`sent: ${grouped(Sent.Broadcasts)} broadcasts, ${grouped(Sent.Unicasts)} to single servers, ${grouped(Sent.Records)} records, ${grouped(Sent.Failures)} failures`,
		`received: ${grouped(Received.Messages)} messages, ${grouped(Received.RecordsApplied)} records applied; loss ${inPercent(statistics.Loss)}, lag ${math.round(statistics.LagSeconds * 10) / 10} s, missing ${grouped(Repair.Missing)}, resyncs ${grouped(Repair.Resyncs)}`,
		`dropped: ${droppedBy(statistics.Dropped)}`,
	);
	for (const line of described.lines) lines.push(line);
	return lines.join("\n");
}

function droppedBy(dropped: ClusterStatistics["Dropped"]): string {
	const words = new Array<string>();
	for (const [reason, count] of pairs(dropped)) if (count > 0) words.push(`${reason} ${grouped(count)}`);
	words.sort();
	return words.isEmpty() ? "nothing" : words.join(", ");
}
