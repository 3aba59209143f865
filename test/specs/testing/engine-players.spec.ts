import { VirtualGame } from "../../../src/testing";
import { EngineFixture, SIGNAL_BEHAVIORS } from "./engine-fixture";

export = () => {
	for (const behavior of SIGNAL_BEHAVIORS) {
		describe(`Players with ${behavior} signals`, () => {
			it("may be there before anybody connects, and then fire nothing", () => {
				const world = VirtualGame({ signalBehavior: behavior });
				const { Engine } = world.AddServer({ players: 2 });
				let fired = 0;
				Engine.Players.PlayerAdded.Connect(() => (fired += 1));
				world.Run(1);
				expect(fired).to.equal(0);
				const names = Engine.Players.GetPlayers().map((player) => player.Name);
				expect(names.join(",")).to.equal("Player1,Player2");
				world.Destroy();
			});

			it("come and go as the server is told, each with an event", () => {
				const world = VirtualGame({ signalBehavior: behavior });
				const server = world.AddServer();
				const events = new Array<string>();
				const { Players } = server.Engine;
				Players.PlayerAdded.Connect((player) => events.push(`+${player.Name}`));
				Players.PlayerRemoving.Connect((player) => events.push(`-${player.Name}`));
				server.AddPlayer("Ann");
				server.AddPlayer("Ben");
				world.Run(1);
				server.RemovePlayer("Ann");
				world.Run(1);
				expect(events.join(",")).to.equal("+Ann,+Ben,-Ann");
				expect(server.GetPlayers().join(",")).to.equal("Ben");
				world.Destroy();
			});

			it("leave when they are kicked, and when the server closes, but not when it crashes", () => {
				const fixture = new EngineFixture(behavior);
				const [closing, crashing] = [fixture.addServer(), fixture.addServer({ serverId: "B" })];
				for (const server of [closing, crashing]) {
					const { Players } = server.engine;
					for (const name of ["Ann", "Ben", "Cy"]) Players.add(name);
					Players.PlayerRemoving.Connect((player) => fixture.note(player.Name));
				}
				closing.engine.Players.GetPlayers()[1]!.Kick("why");
				fixture.run(0);
				expect(fixture.takeNotes()).to.equal("Ben 0");
				crashing.crash();
				closing.onClosing((done) => {
					closing.schedule(1, done);
				});
				closing.close(undefined);
				fixture.run(2);
				expect(fixture.takeNotes()).to.equal("Ann 0, Cy 0");
				expect(closing.playerCount()).to.equal(0);
			});

			it("are the same object while they are there", () => {
				const { Players } = new EngineFixture(behavior).addServer().engine;
				Players.add("Ann");
				const [ann] = Players.GetPlayers();
				expect(Players.GetPlayers()[0]).to.equal(ann);
				expect(Players.GetPlayerByUserId(ann!.UserId)).to.equal(ann);
				expect(Players.GetPlayerByUserId(-1)).to.equal(undefined);
			});
		});
	}

	describe("Players.PlayerRemoving", () => {
		it("fires before the player is gone, with the reason that was given", () => {
			const fixture = new EngineFixture("immediate");
			const server = fixture.addServer();
			const { Players } = server.engine;
			Players.add("Ann");
			const reason = Enum.CloseReason.Unknown as unknown as Enum.PlayerExitReason;
			const seen = new Array<defined>();
			Players.PlayerRemoving.Connect((player, why) => {
				seen.push(Players.GetPlayers().includes(player), server.playerCount(), why === reason);
				player.Kick();
			});
			Players.remove("Ann", reason);
			expect(seen.join(",")).to.equal("true,1,true");
			expect(server.playerCount()).to.equal(0);
		});
	});
};
