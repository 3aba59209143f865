import { GetCluster } from "@rbxts/net-server-sync";
import { Players } from "@rbxts/services";

interface Line {
	readonly from: string;
	readonly text: string;
}

const isText = (value: unknown): value is string => typeIs(value, "string");

const Chat = GetCluster().Channel<Line>("Chat", {
	// What other versions of the game, or somebody with a key, may send.
	validate: (value): value is Line =>
		typeIs(value, "table") &&
		isText((value as Partial<Line>).from) &&
		isText((value as Partial<Line>).text) &&
		(value as Line).text.size() <= 200,
});

/** What players say on any server, everybody reads; a live game filters it by TextService before it is shown. */
Chat.Received.Connect(({ from, text }) => print(`[chat] ${from}: ${text}`));

function listen(player: Player) {
	player.Chatted.Connect((text) => {
		// Commands are not for others.
		if (text.sub(1, 1) !== "/") Chat.Publish({ from: player.Name, text: text.sub(1, 200) });
	});
}
Players.PlayerAdded.Connect(listen);
Players.GetPlayers().forEach(listen);
