import { EngineFixture } from "./engine-fixture";

const FRAME_SECONDS = 1 / 60;

export = () => {
	describe("task.spawn", () => {
		it("runs its function at once, with the arguments, and returns the thread", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			const sums = new Array<number>();
			const started = task.spawn(
				(a: number, b: number) => {
					sums.push(a + b);
					task.wait(1);
					sums.push(a * b);
				},
				2,
				5,
			);
			expect(sums.join(",")).to.equal("7");
			expect(coroutine.status(started)).to.equal("suspended");
			fixture.run(2);
			expect(sums.join(",")).to.equal("7,10");
			expect(coroutine.status(started)).to.equal("dead");
		});

		it("resumes a thread that waits, with the arguments as what it waited for", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			const got = new Array<defined>();
			const waiting = task.spawn(() => {
				got.push(coroutine.yield()[0] as defined);
			});
			task.spawn(waiting, "answer");
			expect(got.join(",")).to.equal("answer");
		});

		it("keeps the errors of its thread from whoever called it", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			task.spawn(() => error("oh dear"));
			expect(fixture.failures.size()).to.equal(1);
			expect(string.find(fixture.failures[0]!, "oh dear", 1, true)[0]).to.be.ok();
		});

		it("goes deep: a thread starts a thread starts a thread", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			let deepest = 0;
			const dive = (depth: number): void => {
				deepest = depth;
				if (depth < 40) task.spawn(dive, depth + 1);
			};
			task.spawn(dive, 1);
			expect(deepest).to.equal(40);
		});
	});

	describe("task.defer", () => {
		it("runs at the end of the resumption cycle: after all that is due at the moment, in the same frame", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			task.delay(1, () => {
				task.defer(() => fixture.note("deferred"));
				task.spawn(() => fixture.note("spawned"));
				fixture.note("first");
			});
			task.delay(1, () => fixture.note("second"));
			fixture.run(2);
			expect(fixture.takeNotes()).to.equal("spawned 1, first 1, second 1, deferred 1");
		});
	});

	describe("task.delay and task.wait", () => {
		it("resume at the first frame at or after the time, never before", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			for (const seconds of [0.001, 1 / 60 + 0.001, 0.5, 2.72]) {
				const from = fixture.scheduler.now();
				let after: number | undefined;
				task.delay(seconds, () => (after = fixture.scheduler.now() - from));
				fixture.run(5);
				expect(after! >= seconds - 1e-9 && after! < seconds + FRAME_SECONDS + 1e-9).to.equal(true);
				const frames = (from + after!) * 60;
				expect(math.abs(frames - math.round(frames)) < 1e-6).to.equal(true);
			}
		});

		it("resume at the next frame when they are to take no time", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			const frames = new Array<number>();
			task.spawn(() => {
				for (const _ of $range(1, 3)) {
					task.wait();
					frames.push(math.round(fixture.scheduler.now() * 60));
				}
			});
			fixture.run(1);
			expect(frames.join(",")).to.equal("1,2,3");
		});

		it("say how long it really was, by the server's own clock", () => {
			const fixture = new EngineFixture();
			const server = fixture.addServer();
			const { task, os } = server.engine;
			let waited = 0;
			let measured = 0;
			task.spawn(() => {
				const since = os.clock();
				waited = task.wait(2.001);
				measured = os.clock() - since;
			});
			fixture.run(1);
			// A long frame: what is due in it comes late.
			server.freeze(3);
			fixture.run(5);
			expect(waited).to.equal(measured);
			expect(waited).to.be.near(4, 0.001);
		});

		it("can only be waited for by code of the server", () => {
			const { task } = new EngineFixture().addServer().engine;
			const [success, failure] = pcall(() => task.wait(1));
			expect(success).to.equal(false);
			expect(string.find(tostring(failure), "Engine.task.spawn", 1, true)[0]).to.be.ok();
		});
	});

	describe("task.cancel", () => {
		it("keeps a thread from ever running on", () => {
			const fixture = new EngineFixture();
			const { task } = fixture.addServer().engine;
			const delayed = task.delay(1, () => fixture.note("delayed"));
			const deferred = task.defer(() => fixture.note("deferred"));
			const waiting = task.spawn(() => {
				task.wait(1);
				fixture.note("waited");
			});
			for (const thread of [delayed, deferred, waiting]) task.cancel(thread);
			fixture.run(2);
			expect(fixture.takeNotes()).to.equal("");
			expect(fixture.failures.size()).to.equal(0);
		});

		it("does not mind a thread that is dead", () => {
			const { task } = new EngineFixture().addServer().engine;
			const finished = task.spawn(() => {});
			task.cancel(finished);
			task.cancel(finished);
			task.spawn(finished);
		});

		it("throws for a thread that runs, or that has resumed the one that runs", () => {
			const { task } = new EngineFixture().addServer().engine;
			const outcomes = new Array<string>();
			task.spawn(() => {
				const outer = coroutine.running();
				outcomes.push(tostring(pcall(() => task.cancel(outer))[0]));
				task.spawn(() => outcomes.push(tostring(pcall(() => task.cancel(outer))[0])));
			});
			expect(outcomes.join(",")).to.equal("false,false");
		});
	});

	describe("threads of a server", () => {
		it("never run on when it is gone, wherever they wait", () => {
			const fixture = new EngineFixture();
			const server = fixture.addServer();
			const { task, MessagingService } = server.engine;
			task.spawn(() => {
				task.wait(1);
				fixture.note("waited");
			});
			task.spawn(() => {
				MessagingService.PublishAsync("t", "m");
				fixture.note("published");
			});
			task.defer(() => fixture.note("deferred"));
			server.crash();
			task.spawn(() => fixture.note("spawned"));
			fixture.run(40);
			expect(fixture.takeNotes()).to.equal("");
		});
	});
};
