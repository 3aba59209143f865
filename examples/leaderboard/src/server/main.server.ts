import { topEntries } from "shared/leaderboard-entry";
import { LeaderboardPool } from "./leaderboard";
import "./scoring";

const BEST = 3;
const SHOW_SECONDS = 5;

task.spawn(() => {
	while (true) {
		task.wait(SHOW_SECONDS);
		const best = topEntries(LeaderboardPool.GetAllContributions(), BEST);
		print(`[best] ${best.map((entry) => `${entry.username}=${entry.points}`).join(" ")}`);
	}
});
