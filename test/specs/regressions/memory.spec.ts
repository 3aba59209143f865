/// <reference types="@rbxts/testez/globals" />
import { StringPool, GeneralPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { inWorld } from "../support/world";

/** How many kilobytes are in use. */
function collected(): number {
	// Garbage makes the collector go round: once it has, the weak reference is gone, and what is in use is known.
	let least = math.huge;
	for (const _ of $range(1, 3)) {
		const probe = setmetatable([{}], { __mode: "v" }) as Array<object | undefined>;
		while (probe[0]) {
			for (const __ of $range(1, 1000)) assert(table.create(64) !== undefined);
			least = math.min(least, gcinfo());
		}
	}
	return least;
}

export = () => {
	describe("memory", () => {
		it("in Studio without messaging, removals are forgotten", () => {
			const world = VirtualGame({ seed: 1 });
			const server = world.AddServer({ environment: "studio", messaging: false });
			const pool = server.Do(() => StringPool("P"));
			world.Run(10);
			for (const index of $range(1, 300)) {
				server.Do(() => pool.ReplaceContribution(`k${index}`));
				world.Run(1);
				server.Do(() => pool.RemoveContribution(`k${index}`));
			}
			world.Run(120);
			const { Phase, Tombstones, Records } = server.Cluster.GetStatistics();
			world.Destroy();
			expect(`${Phase} ${Tombstones < 10} ${Records}`).to.equal("local true 0");
		});

		it("a key that is removed and contributed again and again is counted once", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(2);
				first!.put("a");
				world.run(10);
				let worst = 0;
				let least = 0;
				for (const _ of $range(1, 100)) {
					first!.remove("a");
					first!.put("a");
					const { Tombstones, Records } = first!.server.Cluster.GetStatistics();
					worst = math.max(worst, Tombstones);
					least = math.min(least, Records);
				}
				expect(`${worst <= 1} ${least}`).to.equal("true 0");
			});
		});

		it("the frontier advances while a server joins every ten seconds", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(3);
				for (const index of $range(1, 60)) {
					first!.put(`k${index}`);
					world.run(5);
					first!.remove(`k${index}`);
					world.add(1);
					world.run(5);
					if (index > 3) world.peers[world.peers.size() - 3]!.server.Close();
				}
				const { LagSeconds } = first!.server.Cluster.GetStatistics();
				expect(LagSeconds < 120).to.equal(true);
			});
		});

		it("in Studio, a subscribe that never comes back ends in local mode or at least a warning", () => {
			const world = VirtualGame({ seed: 1, subscribeSeconds: [100000, 100000] });
			const server = world.AddServer({ environment: "studio" });
			const pool = server.Do(() => StringPool("P"));
			world.Run(600);
			const { Phase } = server.Cluster.GetStatistics();
			const lines = server.GetOutput().size();
			const synced = pool.IsSynced();
			world.Destroy();
			expect(`${Phase} ${lines} ${synced}`).to.equal("local 1 true");
		});

		it("live, a subscribe that never comes back is warned of", () => {
			const world = VirtualGame({ seed: 1, subscribeSeconds: [100000, 100000] });
			const server = world.AddServer();
			server.Do(() => StringPool("P"));
			world.Run(600);
			const lines = server.GetOutput().size();
			world.Destroy();
			expect(lines > 0).to.equal(true);
		});

		it("a thousand idle servers take at most 25 kB each", () => {
			const before = collected();
			const world = VirtualGame({ seed: 1 });
			for (const _ of $range(1, 1000)) world.AddServer({ players: 10 }).Do(() => StringPool("P"));
			const kilobytes = (collected() - before) / 1000;
			world.Destroy();
			if (kilobytes > 25) error(`${kilobytes} kB each`);
		});

		it("games that were destroyed are collected", () => {
			let games = 0;
			const play = () => {
				games += 1;
				for (const seed of $range(1, 6)) {
					const world = VirtualGame({ seed });
					const server = world.AddServer();
					const pool = server.Do(() =>
						GeneralPool<string>(
							"P",
							(v) => string.sub(v, 1, 8),
							(v) => v,
							(t) => t,
						),
					);
					server.Do(() => {
						for (const index of $range(1, 100))
							// Equal strings take memory once, whoever keeps them.
							pool.ReplaceContribution(
								string.format("%08d %d %d ", index, seed, games) + string.rep("x", 5000),
							);
					});
					world.Run(10);
					world.Destroy();
				}
			};
			play();
			const before = collected();
			for (const _ of $range(1, 5)) play();
			const kilobytes = collected() - before;
			// Each of thirty games has contributed 500 kB.
			if (kilobytes > 3000) error(`${kilobytes} kB more`);
		});
	});
};
