import { GetCluster } from "@rbxts/net-server-sync";
import { Players } from "@rbxts/services";

const News = GetCluster().Channel<string>("News");

/** The owner of the game tells all servers something by chat: "/say text". */
function obey(player: Player) {
	if (player.UserId !== game.CreatorId) return;
	player.Chatted.Connect((message) => {
		const [text] = string.match(message, "^/say (.+)$");
		if (text !== undefined) News.Publish(text as string);
	});
}

News.Received.Connect((text, sender) => print(`[news] ${text}, from ${sender}`));
Players.PlayerAdded.Connect(obey);
Players.GetPlayers().forEach(obey);
