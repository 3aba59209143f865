import { EngineFixture, SIGNAL_BEHAVIORS } from "./engine-fixture";

export = () => {
	for (const behavior of SIGNAL_BEHAVIORS) {
		describe(`events with ${behavior} signals`, () => {
			it("run each handler in a thread of its own, whose errors are nobody else's", () => {
				const fixture = new EngineFixture(behavior);
				const { Players, task } = fixture.addServer().engine;
				Players.PlayerAdded.Connect(() => error("oh dear"));
				Players.PlayerAdded.Connect((player) => {
					task.wait(1);
					fixture.note(player.Name);
				});
				Players.add("Ann");
				Players.add("Ben");
				fixture.run(2);
				expect(fixture.takeNotes()).to.equal("Ann 1, Ben 1");
				expect(fixture.failures.size()).to.equal(2);
			});

			it("forget a handler that disconnects, and run one of Once a single time", () => {
				const fixture = new EngineFixture(behavior);
				const { Players } = fixture.addServer().engine;
				const connection = Players.PlayerAdded.Connect((player) => fixture.note(player.Name));
				Players.PlayerAdded.Once((player) => fixture.note(`once ${player.Name}`));
				Players.add("Ann");
				fixture.run(0);
				expect(connection.Connected).to.equal(true);
				connection.Disconnect();
				connection.Disconnect();
				expect(connection.Connected).to.equal(false);
				Players.add("Ben");
				fixture.run(0);
				expect(fixture.takeNotes()).to.equal("Ann 0, once Ann 0");
			});

			it("may be waited for", () => {
				const fixture = new EngineFixture(behavior);
				const { Players, task } = fixture.addServer().engine;
				task.spawn(() => {
					const [player] = Players.PlayerAdded.Wait();
					fixture.note(player.Name);
				});
				fixture.run(1);
				Players.add("Ann");
				Players.add("Ben");
				fixture.run(0);
				expect(fixture.takeNotes()).to.equal("Ann 1");
			});

			it("do not reach a server that is gone, and reach a frozen one late", () => {
				const fixture = new EngineFixture(behavior);
				const server = fixture.addServer();
				const { Players } = server.engine;
				Players.PlayerAdded.Connect((player) => fixture.note(player.Name));
				server.freeze(5);
				Players.add("Ann");
				fixture.run(10);
				expect(fixture.takeNotes()).to.equal("Ann 5");
				server.crash();
				Players.add("Ben");
				fixture.run(10);
				expect(fixture.takeNotes()).to.equal("");
			});

			it("beat each frame while somebody listens, and longer when a frame is long", () => {
				const fixture = new EngineFixture(behavior);
				const server = fixture.addServer();
				const { RunService } = server.engine;
				const deltas = new Array<number>();
				const connection = RunService.Heartbeat.Connect((delta) => deltas.push(delta));
				fixture.run(1.001);
				expect(deltas.size()).to.equal(60);
				server.freeze(2);
				fixture.run(2.1);
				const longest = deltas.reduce((most, delta) => math.max(most, delta), 0);
				expect(longest).to.be.near(2, 0.02);
				connection.Disconnect();
				fixture.run(1);
				expect(fixture.scheduler.pending()).to.equal(0);
			});
		});
	}

	describe("immediate signals", () => {
		it("run their handlers while the event fires", () => {
			const fixture = new EngineFixture("immediate");
			const { Players } = fixture.addServer().engine;
			Players.PlayerAdded.Connect(() => fixture.note("handler"));
			Players.add("Ann");
			fixture.note("after");
			fixture.run(0);
			expect(fixture.takeNotes()).to.equal("handler 0, after 0");
		});

		it("do not call a handler that another one of the same event has disconnected", () => {
			const fixture = new EngineFixture("immediate");
			const { Players } = fixture.addServer().engine;
			const others = new Array<RBXScriptConnection>();
			Players.PlayerAdded.Connect(() => others[0]!.Disconnect());
			others.push(Players.PlayerAdded.Connect(() => fixture.note("second")));
			Players.add("Ann");
			expect(fixture.takeNotes()).to.equal("");
		});
	});

	describe("deferred signals", () => {
		it("run their handlers at the end of the resumption cycle, in the same frame", () => {
			const fixture = new EngineFixture("deferred");
			const { Players, task } = fixture.addServer().engine;
			Players.PlayerAdded.Connect(() => fixture.note("handler"));
			task.delay(1, () => {
				Players.add("Ann");
				fixture.note("after");
			});
			task.delay(1, () => fixture.note("another thread"));
			fixture.run(2);
			expect(fixture.takeNotes()).to.equal("after 1, another thread 1, handler 1");
		});

		it("drop what was fired and has not run when its handler disconnects", () => {
			const fixture = new EngineFixture("deferred");
			const { Players } = fixture.addServer().engine;
			const connection: RBXScriptConnection = Players.PlayerAdded.Connect((player) => {
				fixture.note(player.Name);
				connection.Disconnect();
			});
			for (const name of ["Ann", "Ben", "Cy"]) Players.add(name);
			fixture.run(1);
			expect(fixture.takeNotes()).to.equal("Ann 0");
		});

		it("go ten levels deep and no further, as handlers fire events; a wait begins anew", () => {
			const fixture = new EngineFixture("deferred");
			const { Players, task } = fixture.addServer().engine;
			let added = 0;
			let pausing = false;
			Players.PlayerAdded.Connect(() => {
				added += 1;
				if (pausing) task.wait();
				if (added < 30) Players.add(`Player${added}`);
			});
			Players.add("Ann");
			fixture.run(1);
			expect(added).to.equal(10);
			expect(fixture.failures.size()).to.equal(1);
			expect(string.find(fixture.failures[0]!, "re-entrancy", 1, true)[0]).to.be.ok();
			pausing = true;
			Players.add("Ben");
			fixture.run(2);
			expect(added).to.equal(30);
			expect(fixture.failures.size()).to.equal(1);
		});
	});
};
