/// <reference types="@rbxts/testez/globals" />
import { candidate, Candidate, choose, keyHash } from "../../../src/system/placement";
import { Systems } from "../../../src/system";
import { Arena, inArena } from "../support/arena";

const KEYS = 1000;

function serversNamed(prefix: string, count: number): Candidate[] {
	const servers = new Array<Candidate>();
	for (const index of $range(1, count)) servers.push(candidate(`${prefix}-${index}-server`, 1));
	return servers;
}

function placed(servers: ReadonlyArray<Candidate>): Map<string, string> {
	const places = new Map<string, string>();
	for (const index of $range(1, KEYS)) places.set(`module ${index}`, choose(keyHash(`module ${index}`), servers)!);
	return places;
}

function counts(places: Map<string, string>): Map<string, number> {
	const perServer = new Map<string, number>();
	for (const [, server] of places) perServer.set(server, (perServer.get(server) ?? 0) + 1);
	return perServer;
}

export = () => {
	describe("the place of a key", () => {
		it("R1: is nowhere where there are no servers", () => {
			expect(choose(keyHash("module"), [])).to.equal(undefined);
		});

		it("R2: does not depend on the order of the servers", () => {
			const servers = serversNamed("a", 10);
			const turned = new Array<Candidate>();
			for (const server of servers) turned.unshift(server);
			const [one, other] = [placed(servers), placed(turned)];
			for (const [key, server] of one) expect(other.get(key)).to.equal(server);
		});

		it("R3: moves only to a server that comes, for about its share of the keys", () => {
			for (const prefix of ["a", "b", "c", "d", "e"]) {
				const servers = serversNamed(prefix, 10);
				const before = placed(servers);
				const after = placed([...servers, candidate("newcomer", 1)]);
				let moved = 0;
				for (const [key, server] of after) {
					if (server === before.get(key)) continue;
					expect(server).to.equal("newcomer");
					moved += 1;
				}
				expect(moved / KEYS <= 0.13).to.equal(true);
				expect(moved > 0).to.equal(true);
			}
		});

		it("R4: moves only from a server that goes", () => {
			const servers = serversNamed("a", 10);
			const before = placed(servers);
			const after = placed(servers.filter(({ serverId }) => serverId !== "a-4-server"));
			for (const [key, server] of before) if (server !== "a-4-server") expect(after.get(key)).to.equal(server);
		});

		it("R5: is spread evenly", () => {
			for (const prefix of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
				const perServer = counts(placed(serversNamed(prefix, 10)));
				let most = 0;
				for (const [, count] of perServer) most = math.max(most, count);
				expect(most / (KEYS / 10) <= 1.35).to.equal(true);
			}
		});

		it("goes by weight, and a changed weight moves keys of that server alone", () => {
			const servers = [...serversNamed("a", 4), candidate("heavy", 2)];
			const before = placed(servers);
			const share = counts(before).get("heavy")! / KEYS;
			expect(math.abs(share - 2 / 6) < 0.06).to.equal(true);
			const after = placed([...serversNamed("a", 4), candidate("heavy", 1)]);
			for (const [key, server] of after)
				if (server !== before.get(key)) expect(before.get(key)).to.equal("heavy");
		});
	});

	describe("a module that belongs to another server", () => {
		const names = (count: number): string[] => {
			const ids = new Array<string>();
			for (const index of $range(1, count)) ids.push(`m${index}`);
			return ids;
		};

		/** How many servers run a module. */
		const hosts = (arena: Arena, id: string): number =>
			arena
				.live()
				.filter((server) => arena.systems(server).hosting.find(id)?.isValid() === true)
				.size();

		it("stops before it starts there, and only what has to moves", () => {
			inArena({ servers: 3, seed: 50 }, (arena) => {
				const ids = names(30);
				arena.setDisplays(arena.servers[0]!, ids);
				arena.untilStable();
				const former = ids.map((id) => arena.mustHost(id).Number);
				arena.story.clear();
				let most = 0;
				arena.world.SetObserver(() => {
					for (const id of ids) most = math.max(most, hosts(arena, id));
				});
				arena.add();
				arena.world.Run(5);
				arena.untilStable();
				expect(most).to.equal(1);
				let moved = 0;
				ids.forEach((id, index) => {
					const host = arena.mustHost(id);
					if (host.Number === former[index]) return;
					moved += 1;
					expect(host.Number).to.equal(4);
					const stopped = arena.story.indexOf(`-${id}`);
					expect(stopped >= 0 && stopped < arena.story.indexOf(`+${id}`)).to.equal(true);
				});
				expect(moved > 0).to.equal(true);
				expect(arena.story.size()).to.equal(2 * moved);
			});
		});

		it("leaves a server of weight 0, and one that closes, before that is gone", () => {
			inArena({ servers: 3, seed: 51 }, (arena) => {
				const ids = names(12);
				arena.setDisplays(arena.servers[0]!, ids);
				arena.untilStable();
				const [, second, third] = arena.servers;
				second!.Do(() => Systems().SetWeight(0));
				arena.world.Run(5);
				arena.untilStable();
				for (const id of ids) expect(arena.mustHost(id) === second).to.equal(false);
				third!.Close();
				arena.world.Run(10);
				arena.untilStable();
				for (const id of ids) expect(arena.mustHost(id)).to.equal(arena.servers[0]!);
			});
		});

		it("starts elsewhere when its server has crashed", () => {
			inArena({ servers: 3, seed: 52 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, names(9));
				arena.untilStable();
				const lost = arena.mustHost("m1");
				lost.Crash();
				arena.until("it runs elsewhere", 60, () => arena.hostOf("m1") !== undefined);
				arena.world.Run(5);
				arena.untilStable();
				for (const id of names(9)) expect(hosts(arena, id)).to.equal(1);
			});
		});

		it("is run by one server alone after a partition, and the one with the later term stays", () => {
			inArena({ servers: 4, seed: 53 }, (arena) => {
				arena.setDisplays(arena.servers[0]!, names(8));
				arena.untilStable();
				const sideOf = (serverId: string): number =>
					arena.servers.findIndex((server) => server.ServerId === serverId) % 2;
				arena.world.SetFilter((sender, receiver) => (sideOf(sender) === sideOf(receiver) ? "deliver" : "drop"));
				arena.world.Run(120);
				arena.world.SetFilter(undefined);
				arena.world.Run(60);
				arena.untilStable();
				for (const id of names(8)) expect(hosts(arena, id)).to.equal(1);
				arena.change("m1", (status) => status.Set("count", 3));
				arena.world.Run(5);
				for (const server of arena.servers) expect(arena.module(server).TryGet("count")).to.equal(3);
			});
		});

		it("that is exclusive never runs twice, through partitions, freezes, crashes and a store that fails", () => {
			for (const seed of $range(60, 63)) {
				inArena({ servers: 3, seed, exclusive: true, loss: 0.05 }, (arena) => {
					const ids = names(6);
					arena.setDisplays(arena.servers[0]!, ids);
					arena.until("all run", 90, () => ids.every((id) => hosts(arena, id) === 1));
					arena.world.SetObserver(() => {
						for (const id of ids) if (hosts(arena, id) > 1) error(`two servers run ${id}`, 0);
					});
					const frozen = arena.mustHost("m1");
					frozen.Freeze(40);
					arena.world.Run(60);
					const cut = arena.mustHost("m2");
					arena.world.SetFilter((sender, receiver) =>
						(sender === cut.ServerId) === (receiver === cut.ServerId) ? "deliver" : "drop",
					);
					arena.world.Run(60);
					arena.world.SetFilter(undefined);
					arena.add();
					arena.world.Run(30);
					arena.mustHost("m3").Crash();
					arena.world.Run(60);
					arena.until("all run again", 90, () => ids.every((id) => hosts(arena, id) === 1));
				});
			}
		});
	});
};
