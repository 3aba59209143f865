import { StringPool } from "@rbxts/net-server-sync";
import { Players as PlayerService } from "@rbxts/services";

export const PlayerPool = StringPool("Players");

PlayerService.PlayerAdded.Connect((p) => {
	PlayerPool.ReplaceContribution(p.Name);
});
PlayerService.PlayerRemoving.Connect((p) => {
	PlayerPool.RemoveContribution(p.Name);
});

// Catch up with any players who joined before this script
// set up event hooks
PlayerService.GetPlayers().forEach((player) => {
	PlayerPool.ReplaceContribution(player.Name);
});
