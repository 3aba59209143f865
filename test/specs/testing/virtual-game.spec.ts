/// <reference types="@rbxts/testez/globals" />
import { currentPlatform } from "../../../src/platform/current";
import { VirtualGame } from "../../../src/testing";

function contains(text: unknown, part: string): boolean {
	return string.find(tostring(text), part, 1, true)[0] !== undefined;
}

/** The error that `body` throws. */
function failureOf(body: () => unknown): unknown {
	const [success, failure] = pcall(body);
	assert(!success, "nothing was thrown");
	return failure;
}

export = () => {
	describe("VirtualGame", () => {
		it("refuses unknown options by name, at the caller's line", () => {
			const wrong = { lost: 0.1 } as object;
			const failure = failureOf(() => VirtualGame(wrong));
			expect(contains(failure, 'VirtualGame: there is no option "lost"')).to.equal(true);
			expect(contains(failure, "duplication")).to.equal(true);
			expect(contains(failure, "virtual-game.spec:")).to.equal(true);
			const world = VirtualGame();
			expect(
				contains(
					failureOf(() => world.AddServer({ gamers: 3 } as object)),
					'"gamers"',
				),
			).to.equal(true);
			expect(
				contains(
					failureOf(() => world.SetFaults({ seed: 3 } as object)),
					'"seed"',
				),
			).to.equal(true);
		});

		it("refuses values that make no sense, with the value and what it has to be", () => {
			const failure = failureOf(() => VirtualGame({ loss: 1.5 }));
			expect(contains(failure, "loss is 1.5; it has to be a probability from 0 to 1")).to.equal(true);
			expect(contains(failure, "virtual-game.spec:")).to.equal(true);
			failureOf(() => VirtualGame({ delaySeconds: [2, 1] }));
			failureOf(() => VirtualGame({ seed: 0.5 }));
			failureOf(() => VirtualGame({ reading: "guesses" as never }));
			failureOf(() => VirtualGame().AddServer({ players: -1 }));
		});

		it("advances time without yielding", () => {
			const world = VirtualGame();
			expect(world.Now()).to.equal(0);
			world.Run(2.5);
			world.Run(0);
			expect(world.Now()).to.equal(2.5);
			failureOf(() => world.Run(-1));
			failureOf(() => world.Run(0 / 0));
		});

		it("runs until a condition holds, or to the limit", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			let ready = false;
			server.Schedule(3, () => (ready = true));
			expect(world.RunUntil(() => ready, 10)).to.equal(true);
			expect(world.Now()).to.be.near(3, 0.05);
			expect(world.RunUntil(() => false, 10)).to.equal(false);
			expect(world.Now()).to.be.near(13, 0.05);
			expect(world.RunUntil(() => true, 0)).to.equal(true);
		});

		it("gives a settled promise's value, and throws its rejection unchanged", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			const later = server.Do(
				() =>
					new Promise<string>((resolve) => {
						server.Schedule(5, () => resolve("done"));
					}),
			);
			expect(world.Settle(later)).to.equal("done");
			expect(world.Now()).to.be.near(5, 0.05);
			const reason = { kind: "broken" };
			const rejected = new Promise((_, reject) => {
				server.Schedule(1, () => reject(reason));
			});
			expect(failureOf(() => world.Settle(rejected))).to.equal(reason);
		});

		it("throws when a promise does not settle in time", () => {
			const world = VirtualGame();
			const failure = failureOf(() => world.Settle(new Promise(() => {}), 7));
			expect(contains(failure, "did not settle in 7 s")).to.equal(true);
			expect(contains(failure, "virtual-game.spec:")).to.equal(true);
			expect(world.Now()).to.equal(7);
		});

		it("throws when a promise is cancelled", () => {
			const world = VirtualGame();
			const promise = new Promise(() => {});
			world.Schedule(1, () => promise.cancel());
			expect(
				contains(
					failureOf(() => world.Settle(promise)),
					"was cancelled",
				),
			).to.equal(true);
		});

		it("collects errors that servers do not catch, and goes on", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			server.Schedule(2, () => error("broken on purpose"));
			world.Run(10);
			expect(world.Errors.size()).to.equal(1);
			expect(contains(world.Errors[0]!.text, "broken on purpose")).to.equal(true);
			expect(world.Errors[0]!.serverId).to.equal(server.ServerId);
			expect(world.Errors[0]!.atSeconds).to.be.near(2, 0.05);
		});

		it("refuses to advance time from within", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			server.Schedule(1, () => world.Run(1));
			world.Run(5);
			expect(contains(world.Errors[0]!.text, "called by code that the game is running")).to.equal(true);
			expect(world.Now()).to.equal(5);
		});

		it("knows the servers that are not gone", () => {
			const world = VirtualGame();
			const [a, b, c] = [world.AddServer(), world.AddServer(), world.AddServer()];
			expect(world.GetServers().size()).to.equal(3);
			b.Crash();
			c.Close();
			world.Run(31);
			expect(world.GetServers().size()).to.equal(1);
			expect(world.GetServers()[0]).to.equal(a);
			expect(world.AddServer().Number).to.equal(4);
		});

		it("never gives a ServerId twice, and the same ones in each run of a seed", () => {
			const [one, two, other] = [VirtualGame({ seed: 5 }), VirtualGame({ seed: 5 }), VirtualGame({ seed: 6 })];
			const seen = new Set<string>();
			for (const _ of $range(1, 50)) {
				const { ServerId } = one.AddServer();
				expect(two.AddServer({ players: 3 }).ServerId).to.equal(ServerId);
				expect(seen.has(ServerId)).to.equal(false);
				seen.add(ServerId);
			}
			expect(seen.has(other.AddServer().ServerId)).to.equal(false);
		});

		it("does nothing more once destroyed", () => {
			const world = VirtualGame();
			let ran = false;
			const server = world.AddServer();
			server.Schedule(1, () => (ran = true));
			world.Destroy();
			expect(server.GetState()).to.equal("crashed");
			failureOf(() => world.Run(5));
			failureOf(() => world.AddServer());
			expect(ran).to.equal(false);
		});
	});

	describe("VirtualServer.Do", () => {
		it("runs its body as that server, also inside another's, and returns what it returns", () => {
			const world = VirtualGame();
			const [a, b] = [world.AddServer(), world.AddServer()];
			const seen = a.Do(() => {
				const before = currentPlatform().serverId;
				const inside = b.Do(() => currentPlatform().serverId);
				return [before, inside, currentPlatform().serverId];
			});
			expect(seen.join()).to.equal([a.ServerId, b.ServerId, a.ServerId].join());
		});

		it("rethrows its body's errors unchanged", () => {
			const server = VirtualGame().AddServer();
			const reason = { kind: "broken" };
			expect(failureOf(() => server.Do(() => error(reason)))).to.equal(reason);
			expect(
				contains(
					failureOf(() => server.Do(() => error("as it was", 0))),
					"as it was",
				),
			).to.equal(true);
		});

		it("refuses a body that yields, at the caller's line", () => {
			const world = VirtualGame();
			const [a, b] = [world.AddServer(), world.AddServer()];
			const failure = failureOf(() => a.Do(() => coroutine.yield()));
			expect(contains(failure, "the body yielded")).to.equal(true);
			expect(contains(failure, "Settle")).to.equal(true);
			expect(contains(failure, "virtual-game.spec:")).to.equal(true);
			expect(b.Do(() => currentPlatform().serverId)).to.equal(b.ServerId);
		});

		it("refuses a server that cannot run", () => {
			const world = VirtualGame();
			const [frozen, crashed] = [world.AddServer(), world.AddServer()];
			frozen.Freeze(10);
			crashed.Crash();
			expect(
				contains(
					failureOf(() => frozen.Do(() => {})),
					"server 1 is frozen",
				),
			).to.equal(true);
			expect(
				contains(
					failureOf(() => crashed.Do(() => {})),
					"server 2 is crashed",
				),
			).to.equal(true);
		});
	});

	describe("VirtualServer", () => {
		it("has the players it was given and those that came, without those that left", () => {
			const server = VirtualGame().AddServer({ players: 2 });
			server.AddPlayer("Ada");
			server.RemovePlayer("Player1");
			expect(server.GetPlayers().join()).to.equal("Player2, Ada");
			expect(server.Do(() => currentPlatform().playerCount())).to.equal(2);
			failureOf(() => server.AddPlayer("Ada"));
			failureOf(() => server.RemovePlayer("nobody"));
		});

		it("has clocks as the game's options say, or its own", () => {
			const world = VirtualGame({ clockSkewSeconds: [-5, 5], clockDrift: [0.001, 0.001] });
			const skews = new Set<number>();
			for (const _ of $range(1, 10)) {
				const unix = world.AddServer().Do(() => currentPlatform().unixMilliseconds());
				const exact = world.AddServer({ clockSkewSeconds: 0 }).Do(() => currentPlatform().unixMilliseconds());
				expect(math.abs(unix - exact) <= 5001).to.equal(true);
				skews.add(unix - exact);
			}
			expect(skews.size() > 5).to.equal(true);
			const server = world.AddServer();
			const read = (): number => server.Do(() => currentPlatform().clock());
			const before = read();
			world.Run(1000);
			expect(read() - before).to.be.near(1001, 1e-6);
		});

		it("is in the environment it was given, and runs its setup first", () => {
			let environment: string | undefined;
			const world = VirtualGame();
			world.AddServer({ environment: "studio", setup: () => (environment = currentPlatform().environment) });
			expect(environment).to.equal("studio");
		});

		it("crashes when its setup fails, with the error for the caller", () => {
			const world = VirtualGame();
			const failure = failureOf(() => world.AddServer({ setup: () => error("no setup") }));
			expect(contains(failure, "no setup")).to.equal(true);
			expect(world.GetServers().size()).to.equal(0);
		});

		it("keeps what it wrote to the output", () => {
			const server = VirtualGame().AddServer();
			server.Do(() => currentPlatform().warn("careful"));
			const lines = server.GetOutput();
			expect(lines[lines.size() - 1]!.text).to.equal("careful");
		});
	});
};
