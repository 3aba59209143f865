import { GeneralPool, StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { Contender, Member, OURS, Sharing, Shown } from "../contender";
import { keyOf } from "../values";
import { PLAYERS_PER_SERVER } from "../world";

function same(text: string): string {
	return text;
}

/** This package: a pool on each server. */
export const ours: Contender = {
	name: OURS,
	join: (world: VirtualGame, sharing: Sharing, shown: Shown): Member => {
		const server = world.AddServer({ players: PLAYERS_PER_SERVER });
		const pool = server.Do(() =>
			sharing === "values" ? GeneralPool<string>("bench", keyOf, same, same) : StringPool("bench"),
		);
		pool.ContributionAdded.Connect((value, key) => shown(key, value));
		pool.ContributionUpdated.Connect((value, _previous, key) => shown(key, value));
		pool.ContributionRemoved.Connect((_previous, key) => shown(key, undefined));
		return {
			server,
			contribute: (value) => server.Do(() => pool.ReplaceContribution(value)),
			size: () => pool.Size(),
			isReady: () => pool.IsSynced(),
		};
	},
};
