import { GetCluster } from "@rbxts/net-server-sync";
import { topEntries } from "shared/leaderboard-entry";
import { describeBoss } from "./boss";
import { LeaderboardPool } from "./leaderboard";
import { PlayerPool } from "./player-list";

/** How often the screen in the lobby is drawn anew; in a large game, where it has much to show, half as often. */
const SCREEN_SECONDS = 5;
const LARGE_SCREEN_SECONDS = 10;
const LARGE_GAME_SERVERS = 50;

PlayerPool.ContributionAdded.Connect((name) => print(`[players] ${name} plays`));
PlayerPool.ContributionRemoved.Connect((name) => print(`[players] ${name} left`));

LeaderboardPool.ContributionAdded.Connect((entry) => print(`[points] ${entry.username} ${entry.points}`));
LeaderboardPool.ContributionUpdated.Connect((entry) => print(`[points] ${entry.username} ${entry.points}`));
LeaderboardPool.ContributionRemoved.Connect((entry) => print(`[points] ${entry.username} -`));

const announceServers = () => print(`[servers] ${GetCluster().GetServers().size()}`);
GetCluster().ServerJoined.Connect(announceServers);
GetCluster().ServerLeft.Connect(announceServers);

function drawScreen() {
	const players = PlayerPool.GetAllContributions();
	const entries = topEntries(LeaderboardPool.GetAllContributions(), math.huge);
	print(`[screen] ${GetCluster().GetServers().size()} servers`);
	print(`[screen] ${players.size()} players: ${players.join(" ")}`);
	print(`[screen] boss ${describeBoss()}`);
	print(`[screen] points: ${entries.map((entry) => `${entry.username}=${entry.points}`).join(" ")}`);
}

task.spawn(() => {
	while (true) {
		drawScreen();
		const isLarge = GetCluster().GetServers().size() >= LARGE_GAME_SERVERS;
		task.wait(isLarge ? LARGE_SCREEN_SECONDS : SCREEN_SECONDS);
	}
});
