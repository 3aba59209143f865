import { Contender, Member, OURS } from "../contender";
import { ClusterStatistics } from "../../../src/cluster";

/** What this package's servers count, by the word used for it in notes. */
const COUNTS: ReadonlyArray<readonly [name: string, read: (statistics: ClusterStatistics) => number]> = [
	["broadcasts", ({ Sent }) => Sent.Broadcasts],
	["echoes", ({ Sent }) => Sent.Echoes],
	["beats", ({ Sent }) => Sent.Beats],
	["addressed", ({ Sent }) => Sent.Unicasts],
	["NACKs", ({ Repair }) => Repair.Requested],
	["repairs served", ({ Repair }) => Repair.Served],
	["snapshots", ({ Repair }) => Repair.SnapshotsServed],
	["probes", ({ Repair }) => Repair.Probes],
	["resyncs", ({ Repair }) => Repair.Resyncs],
	["new records", ({ Sent }) => Sent.Records],
	["repeated records", ({ Sent }) => Sent.Repeated],
];

/** Sums over all servers, in the order of {@link COUNTS}. */
export type ServerTotals = ReadonlyArray<number>;

/** The totals of this package's servers; other contenders keep none. */
export function serverTotals(contender: Contender, members: ReadonlyArray<Member>): ServerTotals {
	if (contender.name !== OURS) return [];
	const all = members.map((member) => member.server.Cluster.GetStatistics());
	return COUNTS.map(([, read]) => {
		let sum = 0;
		for (const statistics of all) sum += read(statistics);
		return sum;
	});
}

export function totalsSince(after: ServerTotals, before: ServerTotals): ServerTotals {
	return after.map((value, index) => value - before[index]!);
}

/** Per minute, of several runs that took `minutes` together; undefined where there is nothing to tell. */
export function describeTotals(runs: ReadonlyArray<ServerTotals>, minutes: number): string | undefined {
	if (runs.every((run) => run.isEmpty())) return undefined;
	const parts = COUNTS.map(([name], index) => {
		let sum = 0;
		for (const run of runs) sum += run[index] ?? 0;
		return `${name} ${string.format("%.1f", sum / minutes)}`;
	});
	return `by the servers' own counters, per minute: ${parts.join(", ")}`;
}
