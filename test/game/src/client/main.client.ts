import { topEntries } from "shared/leaderboard-entry";

// Pools are for servers; a client would get this list through a RemoteEvent.
print(`Top players: ${topEntries([], 10).size()}`);
