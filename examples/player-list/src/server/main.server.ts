import { PlayerPool } from "./player-list";
import { findServer, ServerPool } from "./server-browser";

const LIST_SECONDS = 5;

PlayerPool.ContributionAdded.Connect((name) => print(`[players] ${name} plays`));
PlayerPool.ContributionRemoved.Connect((name) => print(`[players] ${name} left`));

task.spawn(() => {
	while (true) {
		task.wait(LIST_SECONDS);
		const entries = ServerPool.GetAllContributions();
		print(`[browser] ${entries.size()} servers, ${PlayerPool.Size()} players`);
		print(`[browser] ${PlayerPool.GetAllContributions().join(" ")}`);
		print(`[browser] join ${findServer()?.serverId ?? "a new server"}`);
	}
});
