import { GeneralPool, GetCluster } from "@rbxts/net-server-sync";
import { HttpService, Players } from "@rbxts/services";

export interface ServerEntry {
	readonly serverId: string;
	readonly players: number;
	readonly mostPlayers: number;
}

/** One entry a server: what a list of servers to join would show. It goes when its server does. */
export const ServerPool = GeneralPool<ServerEntry>(
	"Servers",
	(entry) => entry.serverId,
	(entry) => HttpService.JSONEncode(entry),
	(text) => HttpService.JSONDecode(text) as ServerEntry,
);

function contribute() {
	const { ServerId: serverId } = GetCluster();
	ServerPool.ReplaceContribution({
		serverId,
		players: Players.GetPlayers().size(),
		mostPlayers: Players.MaxPlayers,
	});
}

Players.PlayerAdded.Connect(contribute);
// The player who leaves is still there while this fires.
Players.PlayerRemoving.Connect(() => task.defer(contribute));
contribute();

/** The fullest server that still has room, where friends end up together. */
export function findServer(): ServerEntry | undefined {
	let best: ServerEntry | undefined;
	for (const entry of ServerPool.GetAllContributions()) {
		if (entry.players < entry.mostPlayers && (best === undefined || entry.players > best.players)) best = entry;
	}
	return best;
}
