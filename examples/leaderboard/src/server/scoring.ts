import { Players } from "@rbxts/services";
import { AwardPoints } from "./leaderboard";

/** The attribute in which the rest of the game counts what a player has collected on this server. */
const COINS = "Coins";

function awardCoins(player: Player) {
	let awarded = 0;
	player.GetAttributeChangedSignal(COINS).Connect(() => {
		const coins = player.GetAttribute(COINS) as number;
		AwardPoints(player, coins - awarded);
		awarded = coins;
	});
}

Players.PlayerAdded.Connect(awardCoins);
Players.GetPlayers().forEach(awardCoins);
