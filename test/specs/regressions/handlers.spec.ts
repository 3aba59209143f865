/// <reference types="@rbxts/testez/globals" />
import { ConfigureCluster } from "../../../src/cluster";
import { GeneralPool, StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";

export = () => {
	describe("the game's functions", () => {
		it("a logger that throws does not cut a pool off from the rest of a message", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer({
				setup: () =>
					ConfigureCluster({
						logger: () => error("the logger is broken"),
					}),
			});
			const make = (throwing: boolean) =>
				GeneralPool<string>(
					"P",
					(v) => v,
					(v) => v,
					(t) => {
						if (throwing && t === "a") error("no");
						return t;
					},
				);
			const here = first.Do(() => make(false));
			const there = second.Do(() => make(true));
			world.Run(15);
			first.Do(() => {
				for (const key of ["a", "b", "c", "d"]) here.ReplaceContribution(key);
			});
			world.Run(60);
			const size = there.Size();
			world.Destroy();
			expect(size).to.equal(3);
		});

		it("a logger that throws does not keep a crashed server alive", () => {
			const world = VirtualGame({ seed: 1 });
			const setup = () => ConfigureCluster({ logger: () => error("the logger is broken") });
			const first = world.AddServer({ setup });
			const second = world.AddServer({ setup });
			second.Do(() => StringPool("P").ReplaceContribution("x"));
			const pool = first.Do(() => StringPool("P"));
			world.Run(20);
			expect(pool.Size()).to.equal(1);
			second.Crash();
			world.Run(120);
			const size = pool.Size();
			world.Destroy();
			expect(size).to.equal(0);
		});

		it("a deserialize that yields for ever costs no other contribution of its message", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer();
			const make = (yielding: boolean) =>
				GeneralPool<string>(
					"P",
					(v) => v,
					(v) => v,
					(t) => {
						if (yielding && t === "a") coroutine.yield();
						return t;
					},
				);
			const here = first.Do(() => make(false));
			const there = second.Do(() => make(true));
			world.Run(15);
			first.Do(() => {
				for (const key of ["a", "b", "c", "d"]) here.ReplaceContribution(key);
			});
			world.Run(120);
			const size = there.Size();
			world.Destroy();
			expect(size).to.equal(3);
		});

		it("a deserialize that yields when its server adopts does not stop all its timers", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer();
			let waits = false;
			const make = () =>
				GeneralPool<string>(
					"P",
					(v) => v,
					(v) => v,
					(t) => {
						if (waits) coroutine.yield();
						return t;
					},
					{ onOwnerGone: "adopt" },
				);
			const here = first.Do(make);
			second.Do(make);
			world.Run(15);
			first.Do(() => here.ReplaceContribution("a"));
			world.Run(15);
			waits = true;
			first.Crash();
			world.Run(60);
			const third = world.AddServer();
			world.Run(120);
			const sees = third.Cluster.GetServers().size();
			world.Destroy();
			expect(sees).to.equal(2);
		});

		it("a deserialize that waits a little does not put an older value above a newer one", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer();
			let resume: (() => void) | undefined;
			const make = (yielding: boolean) =>
				GeneralPool<string>(
					"P",
					() => "key",
					(v) => v,
					(t) => {
						if (yielding && t === "old") {
							const thread = coroutine.running();
							resume = () => task.spawn(thread);
							coroutine.yield();
						}
						return t;
					},
				);
			const here = first.Do(() => make(false));
			const there = second.Do(() => make(true));
			world.Run(15);
			first.Do(() => here.ReplaceContribution("old"));
			world.Run(10);
			first.Do(() => here.ReplaceContribution("new"));
			world.Run(10);
			if (resume) resume();
			world.Run(60);
			const value = there.GetContribution("key");
			world.Destroy();
			expect(value).to.equal("new");
		});

		it("a handler that contributes again while its pool is destroyed leaves nothing behind", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer();
			const here = first.Do(() => StringPool("P"));
			const there = second.Do(() => StringPool("P"));
			world.Run(15);
			first.Do(() => {
				here.ReplaceContribution("x");
				here.ContributionRemoved.Connect((value) => {
					pcall(() => here.ReplaceContribution(value));
				});
			});
			world.Run(10);
			first.Do(() => here.Destroy());
			world.Run(120);
			const size = there.Size();
			world.Destroy();
			expect(size).to.equal(0);
		});

		it("a new pool of the same name, made in a handler while the old one is destroyed, goes on", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const second = world.AddServer();
			const here = first.Do(() => StringPool("P"));
			const there = second.Do(() => StringPool("P"));
			world.Run(15);
			let again = here;
			first.Do(() => {
				here.ReplaceContribution("x");
				here.ContributionRemoved.Connect(() => {
					here.Destroy();
					again = StringPool("P");
				});
				here.Destroy();
			});
			world.Run(1);
			second.Do(() => there.ReplaceContribution("y"));
			world.Run(30);
			const isNew = again !== here;
			const size = again.Size();
			world.Destroy();
			expect(isNew).to.equal(true);
			expect(size).to.equal(1);
		});
	});

	describe("closing", () => {
		it("WaitUntilSynced settles, and IsSynced is false, where the cluster was left before it was synced", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			const pool = first.Do(() => StringPool("P"));
			let settled = false;
			first.Do(() => pool.WaitUntilSynced()).then(() => (settled = true));
			world.Run(0.5);
			first.Do(() => first.Cluster.Close());
			world.Run(30);
			const synced = pool.IsSynced();
			world.Destroy();
			expect(`${settled} ${synced}`).to.equal("true false");
		});
	});

	describe("arguments", () => {
		it("ConfigureCluster is refused on a client", () => {
			const world = VirtualGame({ seed: 1 });
			const client = world.AddServer({ environment: "client" });
			const [success] = pcall(() => client.Do(() => ConfigureCluster({ budgetShare: 0.4 })));
			world.Destroy();
			expect(success).to.equal(false);
		});

		it("other options for a pool that exists are refused or warned of", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer();
			first.Do(() => StringPool("P"));
			const [success] = pcall(() => first.Do(() => StringPool("P", { onOwnerGone: "adopt", priority: 5 })));
			const lines = first.GetOutput().size();
			world.Destroy();
			expect(!success || lines > 0).to.equal(true);
		});
	});
};
