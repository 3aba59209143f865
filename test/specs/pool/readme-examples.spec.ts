/// <reference types="@rbxts/testez/globals" />
import { HttpService } from "@rbxts/services";
import { GeneralPool, StringPool } from "../../../src/pool/pools";
import { VirtualServer } from "../../../src/testing";
import { inWorld } from "../support/world";

interface LeaderboardEntry {
	username: string;
	points: number;
}

/** The list of all players: a game's script, as it would be written, with the server's own player events. */
function playerList(server: VirtualServer) {
	return server.Do(() => {
		const playerPool = StringPool("Players");
		for (const name of server.GetPlayers()) playerPool.ReplaceContribution(name);
		return {
			join: (name: string) => server.Do(() => playerPool.ReplaceContribution(name)),
			leave: (name: string) => server.Do(() => playerPool.RemoveContribution(name)),
			all: () => playerPool.GetAllContributions(),
		};
	});
}

/** The leaderboard. */
function leaderboard(server: VirtualServer) {
	return server.Do(() => {
		const pool = GeneralPool<LeaderboardEntry>(
			"Leaderboard",
			(entry) => entry.username,
			(entry) => HttpService.JSONEncode(entry),
			(text) => HttpService.JSONDecode(text) as LeaderboardEntry,
		);
		const getPoints = (username: string): number | undefined => pool.GetContribution(username)?.points;
		return {
			pool,
			getPoints,
			awardPoints: (username: string, points: number) =>
				server.Do(() => pool.ReplaceContribution({ username, points: (getPoints(username) ?? 0) + points })),
		};
	});
}

export = () => {
	describe("the list of all players", () => {
		it("is the same on every server, while players come and go, and servers end", () => {
			inWorld({ seed: 1, loss: 0.05 }, (world) => {
				const servers = [1, 2, 3].map(() => world.emulated.AddServer());
				const lists = servers.map((server) => playerList(server));
				lists[0]!.join("Ann");
				lists[1]!.join("Bob");
				lists[2]!.join("Cid");
				world.run(20);
				for (const list of lists) expect(list.all().join()).to.equal("Ann, Bob, Cid");
				lists[1]!.leave("Bob");
				lists[0]!.join("Bob");
				lists[0]!.leave("Ann");
				world.run(20);
				for (const list of lists) expect(list.all().join()).to.equal("Bob, Cid");
				servers[2]!.Close();
				world.run(20);
				expect(lists[0]!.all().join()).to.equal("Bob");
				servers[0]!.Crash();
				world.run(60);
				expect(lists[1]!.all().join()).to.equal("");
			});
		});

		it("keeps a player who moved, whose former server removes the name late", () => {
			inWorld({ seed: 2 }, (world) => {
				const servers = [1, 2, 3].map(() => world.emulated.AddServer());
				const lists = servers.map((server) => playerList(server));
				lists[0]!.join("Ann");
				world.run(20);
				lists[1]!.join("Ann");
				world.run(0.4);
				lists[0]!.leave("Ann");
				world.run(20);
				for (const list of lists) expect(list.all().join()).to.equal("Ann");
			});
		});
	});

	describe("the leaderboard", () => {
		it("adds up points that several servers award, one after the other", () => {
			inWorld({ seed: 3, loss: 0.05 }, (world) => {
				const servers = [1, 2, 3].map(() => world.emulated.AddServer());
				const boards = servers.map((server) => leaderboard(server));
				world.run(10);
				boards[0]!.awardPoints("Ann", 10);
				boards[0]!.awardPoints("Ann", 5);
				boards[1]!.awardPoints("Bob", 7);
				world.run(15);
				boards[2]!.awardPoints("Ann", 1);
				world.run(15);
				for (const board of boards) {
					expect(board.getPoints("Ann")).to.equal(16);
					expect(board.getPoints("Bob")).to.equal(7);
					expect(board.getPoints("Nobody")).to.equal(undefined);
				}
				expect(boards[0]!.pool.GetOwner("Ann")).to.equal(servers[2]!.ServerId);
			});
		});
	});

	describe("a ban list beside a data store", () => {
		it("reaches every server within seconds", () => {
			inWorld({ seed: 4, loss: 0.05 }, (world) => {
				const servers = [1, 2, 3, 4].map(() => world.emulated.AddServer());
				const kicked = new Array<number>();
				for (const server of servers) {
					server.Do(() =>
						StringPool("BannedUsers").ContributionAdded.Connect((name) => {
							if (server.GetPlayers().includes(name)) kicked.push(server.Number);
						}),
					);
				}
				servers[3]!.AddPlayer("Mallory");
				world.run(15);
				servers[0]!.Do(() => StringPool("BannedUsers").ReplaceContribution("Mallory"));
				world.run(10);
				expect(kicked.join()).to.equal("4");
				for (const server of servers) {
					expect(server.Do(() => StringPool("BannedUsers").GetContribution("Mallory"))).to.equal("Mallory");
				}
			});
		});
	});
};
