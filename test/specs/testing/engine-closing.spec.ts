import { EngineFixture, SIGNAL_BEHAVIORS } from "./engine-fixture";

export = () => {
	describe("DataModel.JobId", () => {
		it("is the server's id, and empty in Studio", () => {
			const fixture = new EngineFixture();
			expect(fixture.addServer({ serverId: "S" }).engine.DataModel.JobId).to.equal("S");
			expect(fixture.addServer({ serverId: "T", environment: "studio" }).engine.DataModel.JobId).to.equal("");
			expect(fixture.addServer({ placeVersion: 9 }).engine.DataModel.PlaceVersion).to.equal(9);
		});
	});

	for (const behavior of SIGNAL_BEHAVIORS) {
		describe(`DataModel.BindToClose with ${behavior} signals`, () => {
			it("runs all that is bound at once, each with the reason, and waits for the last", () => {
				const fixture = new EngineFixture(behavior);
				const server = fixture.addServer();
				const { DataModel, task } = server.engine;
				for (const seconds of [2, 5]) {
					DataModel.BindToClose((reason) => {
						fixture.note(`begins: ${reason.Name}`);
						task.wait(seconds);
						fixture.note("ends");
					});
				}
				server.close(Enum.CloseReason.ServerEmpty);
				fixture.run(4.9);
				expect(server.getState()).to.equal("closing");
				fixture.run(0.2);
				expect(server.getState()).to.equal("closed");
				const begins = "begins: ServerEmpty 0";
				expect(fixture.takeNotes()).to.equal(`${begins}, ${begins}, ends 2, ends 5`);
			});

			it("lets the server go after 30 s in total, in the middle of a call", () => {
				const fixture = new EngineFixture(behavior, { publishHangs: 1, publishHangSeconds: 100 });
				const server = fixture.addServer();
				const { DataModel, MessagingService, task } = server.engine;
				DataModel.BindToClose(() => {
					for (const second of $range(1, 60)) {
						task.wait(1);
						if (second % 10 === 0) fixture.note("alive");
					}
				});
				DataModel.BindToClose(() => {
					MessagingService.PublishAsync("t", "m");
					fixture.note("published");
				});
				server.close(undefined);
				fixture.run(29.9);
				expect(server.getState()).to.equal("closing");
				fixture.run(200);
				expect(server.getState()).to.equal("closed");
				expect(string.find(fixture.takeNotes(), "30", 1, true)[0] ?? 0).to.equal(0);
			});

			it("lets the others go on when one of the handlers fails", () => {
				const fixture = new EngineFixture(behavior);
				const server = fixture.addServer();
				const { DataModel, task } = server.engine;
				DataModel.BindToClose(() => error("oh dear"));
				DataModel.BindToClose(() => {
					task.wait(3);
					fixture.note("done");
				});
				server.close(undefined);
				fixture.run(10);
				expect(fixture.takeNotes()).to.equal("done 3");
				expect(fixture.failures.size()).to.equal(1);
			});

			it("says that the reason is unknown where none was given", () => {
				const fixture = new EngineFixture(behavior);
				const server = fixture.addServer();
				server.engine.DataModel.BindToClose((reason) => fixture.note(reason.Name));
				server.close(undefined);
				fixture.run(1);
				expect(fixture.takeNotes()).to.equal("Unknown 0");
			});
		});
	}

	describe("a crash", () => {
		it("runs nothing of what is bound to closing", () => {
			const fixture = new EngineFixture();
			const server = fixture.addServer();
			const { DataModel, Players } = server.engine;
			Players.add("Ann");
			DataModel.BindToClose(() => fixture.note("closing"));
			Players.PlayerRemoving.Connect(() => fixture.note("leaving"));
			server.crash();
			fixture.run(40);
			expect(fixture.takeNotes()).to.equal("");
		});
	});
};
