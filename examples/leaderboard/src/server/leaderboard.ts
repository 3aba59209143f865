import { GeneralPool } from "@rbxts/net-server-sync";
import { Players as PlayerService } from "@rbxts/services";
import { LeaderboardEntry } from "shared/leaderboard-entry";

const HTTPService = game.GetService("HttpService");

export const LeaderboardPool = GeneralPool<LeaderboardEntry>(
	"Leaderboard",
	// A leaderboard entry hashes to just its username, which is the unique key for a single
	// entry. I.e. if a new entry is added to the pool with the same username, it overwrites
	// any old entry with the same username.
	(e) => e.username,
	// A leaderboard entry can be serialized with JSONEncode
	(e) => HTTPService.JSONEncode(e),
	// ... and deserialized with JSONDecode
	(s) => <LeaderboardEntry>HTTPService.JSONDecode(s),
);

const InitialisePlayerInPool = (p: Player) => {
	LeaderboardPool.ReplaceContribution({
		username: p.Name,
		points: 0,
	});
};

PlayerService.PlayerAdded.Connect(InitialisePlayerInPool);
PlayerService.PlayerRemoving.Connect((p) => {
	// You remove from a pool by the hashed key, so we only use their username
	LeaderboardPool.RemoveContribution(p.Name);
});

// Catch up with any existing players
PlayerService.GetPlayers().forEach(InitialisePlayerInPool);

function GetPoints(name: string): number | undefined {
	return LeaderboardPool.GetContribution(name)?.points;
}

export function AwardPoints(player: Player, points: number) {
	LeaderboardPool.ReplaceContribution({
		username: player.Name,
		points: (GetPoints(player.Name) ?? 0) + points,
	});
}
