import { StringPool } from "@rbxts/net-server-sync";
import { DataStoreService, Players } from "@rbxts/services";

// The pool tells every server at once, the DataStore tells those that start later. Bans outlive the server they were
// made on, also while the DataStore cannot be reached.
const BannedUsers = StringPool("BannedUsers", { onOwnerGone: "adopt" });

/** Uses the DataStore of bans; undefined where there is none, as in Studio, or when a request fails. */
function withStoredBans<T>(use: (store: DataStore) => T): T | undefined {
	const [success, result] = pcall(() => use(DataStoreService.GetDataStore("BannedUsers")));
	return success ? (result as T) : undefined;
}

function kickIfHere(name: string) {
	for (const player of Players.GetPlayers()) {
		if (player.Name === name) player.Kick("You are banned from this game.");
	}
}

function ban(name: string) {
	BannedUsers.ReplaceContribution(name);
	withStoredBans((store) => store.SetAsync(name, true));
}

/** The owner of the game bans by chat: "/ban name". */
function obey(player: Player) {
	if (player.UserId !== game.CreatorId) return;
	player.Chatted.Connect((message) => {
		const [name] = string.match(message, "^/ban (%S+)$");
		if (name !== undefined) ban(name as string);
	});
}

function greet(player: Player) {
	obey(player);
	const isBanned =
		BannedUsers.GetContribution(player.Name) !== undefined ||
		withStoredBans((store) => store.GetAsync(player.Name)[0]) === true;
	if (isBanned) player.Kick("You are banned from this game.");
}

BannedUsers.ContributionAdded.Connect(kickIfHere);
Players.PlayerAdded.Connect(greet);
Players.GetPlayers().forEach(greet);
