// Attaches a recorder to a VirtualGame.
import { Cluster } from "../../src/cluster";
import { LeaderElection } from "../../src/election";
import { Pool } from "../../src/pool/pool";
import { VirtualGame, VirtualServer } from "../../src/testing";
import { GameRecorder } from "./game-recorder";
import { Sight } from "./server-lanes";
import { ObservedServer, Stage, Standing } from "./stage";

interface Sized {
	Size(): number;
	GetOwnContributions(): unknown[];
}

/** Which pools are watched, by the server's id. */
const watchedPools = new WeakMap<VirtualServer, Sized[]>();

function sightOf(cluster: Cluster, standing: (id: string) => Standing, liveCount: number): Sight {
	const seen = cluster.GetServers();
	let [live, gone] = [0, 0];
	for (const { ServerId } of seen) {
		const found = standing(ServerId);
		if (found === "live") live += 1;
		else if (found === "gone") gone += 1;
	}
	return { seen: seen.size(), missing: liveCount - live, gone };
}

function repairsOf(cluster: Cluster): number {
	const { Repair } = cluster.GetStatistics();
	return Repair.Requested + Repair.Served + Repair.SnapshotsServed;
}

function observed(server: VirtualServer, number: number): ObservedServer {
	return {
		number,
		id: server.ServerId,
		players: () => server.GetPlayers().size(),
		crashed: () => server.GetState() === "crashed",
		leaving: () => server.GetState() === "closing",
		sight: (standing, liveCount) =>
			server.GetState() === "running" ? sightOf(server.Cluster, standing, liveCount) : undefined,
		pools: () => {
			const pools = watchedPools.get(server);
			if (!pools || server.GetState() !== "running") return undefined;
			let [shown, owned] = [0, 0];
			for (const pool of pools) {
				shown += pool.Size();
				owned += pool.GetOwnContributions().size();
			}
			return { shown, owned };
		},
		repairs: () => repairsOf(server.Cluster),
	};
}

/** A virtual game as a recorder sees it. Servers go by their `Number`, or by what `numberOf` calls them. */
export function stageOf(world: VirtualGame, numberOf?: (server: VirtualServer) => number): Stage {
	const known = new WeakMap<VirtualServer, ObservedServer>();
	return {
		now: () => world.Now(),
		statistics: () => world.GetStatistics(),
		servers: () =>
			world.GetServers().map((server) => {
				let found = known.get(server);
				if (!found) {
					found = observed(server, numberOf ? numberOf(server) : server.Number);
					known.set(server, found);
				}
				return found;
			}),
	};
}

/** Records from now on: watches the cloud, and takes samples. Returns what ends that, with a last sample. */
export function record(world: VirtualGame, recorder: GameRecorder): () => void {
	world.SetWatcher(recorder);
	let cancel = (): void => {};
	const sample = (): void => {
		cancel = world.Schedule(recorder.sample(), sample);
	};
	sample();
	return () => {
		cancel();
		world.SetWatcher(undefined);
		recorder.sample();
	};
}

/** Measures how soon a server shows changes of this pool. `textOf` makes of a value what `noteChange` is told of it. */
export function watchPool<T extends defined>(
	recorder: GameRecorder,
	server: VirtualServer,
	pool: Pool<T>,
	textOf: (value: T) => string,
	number = server.Number,
): void {
	const pools = watchedPools.get(server) ?? [];
	pools.push(pool);
	watchedPools.set(server, pools);
	recorder.noteView(number, pool.Name);
	const show = (key: string, value: string): void => recorder.noteShown(pool.Name, key, value, number);
	pool.ContributionAdded.Connect((value, key) => show(key, textOf(value)));
	pool.ContributionUpdated.Connect((value, _previous, key) => show(key, textOf(value)));
	pool.ContributionRemoved.Connect((_previous, key) => show(key, ""));
}

/** Shows when a server leads: by its own clock, whether it was told or not. */
export function watchElection(
	recorder: GameRecorder,
	server: VirtualServer,
	election: LeaderElection,
	number = server.Number,
): void {
	const { Scope } = election;
	election.Elected.Connect((leadership) =>
		recorder.noteElected(Scope, number, leadership.Term, () => leadership.IsValid()),
	);
	election.Vacated.Connect((_term, reason) => recorder.noteVacated(Scope, number, reason));
}
