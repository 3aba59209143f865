import { Signal } from "@rbxts/beacon";
import { HttpService, MessagingService, Players, RunService } from "@rbxts/services";

/** The text of what `body` fails with; fails if it doesn't. */
function failureOf(body: () => void): string {
	const [success, problem] = pcall(body);
	assert(!success, "nothing was thrown");
	return tostring(problem);
}

function encode(value: unknown): string {
	return HttpService.JSONEncode(value);
}

export = () => {
	describe("time", () => {
		it("passes without waiting, on frames", () => {
			const before = os.clock();
			const waited = task.wait(100);
			expect(os.clock() - before).to.be.near(waited, 1e-6);
			expect(waited).to.be.near(100, 1 / 60 + 1e-6);
			expect(waited >= 100 - 1e-6).to.equal(true);
		});

		it("is the same for every clock", () => {
			const unix = DateTime.now().UnixTimestampMillis;
			const seconds = os.time();
			task.wait(10);
			expect(DateTime.now().UnixTimestampMillis - unix).to.be.near(10_000, 20);
			expect(os.time() - seconds).to.be.near(10, 1);
		});

		it("runs delayed threads in the order they are due, then in the order they were asked for", () => {
			const ran = new Array<string>();
			task.delay(2, () => ran.push("late"));
			task.delay(1, (name: string) => ran.push(name), "first");
			task.delay(1, () => ran.push("second"));
			task.defer(() => ran.push("deferred"));
			task.spawn(() => ran.push("spawned"));
			task.wait(3);
			expect(ran.join(",")).to.equal("spawned,deferred,first,second,late");
		});

		it("never runs what was cancelled", () => {
			let ran = false;
			const delayed = task.delay(1, () => (ran = true));
			const waiting = task.spawn(() => {
				task.wait(1);
				ran = true;
			});
			task.cancel(delayed);
			task.cancel(waiting);
			task.wait(2);
			expect(ran).to.equal(false);
		});

		it("beats while something listens", () => {
			let beats = 0;
			const connection = RunService.Heartbeat.Connect(() => beats++);
			task.wait(1);
			connection.Disconnect();
			const heard = beats;
			task.wait(1);
			expect(heard).to.be.near(60, 1);
			expect(beats).to.equal(heard);
		});
	});

	describe("errors", () => {
		it("keep their value across threads and coroutines", () => {
			const thrown = { kind: "thrown" };
			const body = coroutine.create(() => {
				coroutine.yield("yielded");
				error(thrown);
			});
			expect(coroutine.resume(body)[1]).to.equal("yielded");
			const [success, problem] = coroutine.resume(body);
			expect(success).to.equal(false);
			expect(problem).to.equal(thrown);
		});

		it("of a thread leave the one that started it alone", () => {
			task.spawn(() => error("expected by this spec"));
			task.defer(() => error("expected by this spec"));
			task.wait();
		});
	});

	describe("Promise", () => {
		it("delays on virtual time", () => {
			const before = os.clock();
			Promise.delay(30).expect();
			expect(os.clock() - before).to.be.near(30, 0.1);
		});

		it("times out, and cancels what it waited for", () => {
			let cancelled = false;
			const never = new Promise<void>((_resolve, _reject, onCancel) => {
				onCancel(() => (cancelled = true));
			});
			const [status] = never.timeout(5).awaitStatus();
			expect(status).to.equal(Promise.Status.Rejected);
			expect(cancelled).to.equal(true);
		});

		it("rejects with the value thrown", () => {
			const thrown = { kind: "thrown" };
			let caught: unknown;
			Promise.try(() => error(thrown))
				.catch((problem: unknown) => (caught = problem))
				.await();
			expect(caught).to.equal(thrown);
		});

		it("takes async functions", () => {
			const double = async (value: number) => {
				await Promise.delay(1);
				return value * 2;
			};
			expect(double(21).expect()).to.equal(42);
		});

		it("resolves long chains that never wait", () => {
			let chain = Promise.resolve(0);
			for (let link = 0; link < 500; link++) chain = chain.andThen((value) => value + 1);
			expect(chain.expect()).to.equal(500);
		});
	});

	describe("JSON", () => {
		it("writes an empty table as an array", () => {
			expect(encode({})).to.equal("[]");
		});

		it("writes the array of a mixed table and drops the rest", () => {
			const mixed = [1, 2] as unknown as { name: string };
			mixed.name = "dropped";
			expect(encode(mixed)).to.equal("[1,2]");
		});

		it("ends an array at its first hole", () => {
			expect(encode([1, undefined, 3])).to.equal("[1]");
		});

		it("accepts what JSON has no numbers for", () => {
			expect(encode([0 / 0, math.huge, -math.huge])).to.equal("[nan,inf,-inf]");
		});

		it("refuses cycles and accepts a table twice", () => {
			const shared = { value: 1 };
			expect(encode([shared, shared])).to.equal('[{"value":1},{"value":1}]');
			const cyclic: { self?: unknown } = {};
			cyclic.self = cyclic;
			expect(failureOf(() => encode(cyclic)).find("cyclic")[0] !== undefined).to.equal(true);
		});

		it("escapes control characters, quotes and backslashes only", () => {
			expect(encode('a"b\\c\n\t\x01/é')).to.equal('"a\\"b\\\\c\\n\\t\\u0001/é"');
		});

		it("refuses strings that are no UTF-8", () => {
			expect(failureOf(() => encode(string.char(0xff))).find("UTF%-8")[0] !== undefined).to.equal(true);
		});

		it("brings back what it wrote", () => {
			const value = { text: 'a"b\\\n\x01é', list: [1, -2.5, 1e21, 0.1], flag: false, nested: { empty: [] } };
			expect(encode(HttpService.JSONDecode(encode(value)))).to.equal(encode(value));
		});

		it("reads escapes, blanks and null", () => {
			const value = HttpService.JSONDecode(' { "a" : "\\u00e9\\ud83d\\ude00\\/" , "b" : null } ') as {
				a: string;
				b?: unknown;
			};
			expect(value.a).to.equal("é😀/");
			expect(value.b).to.equal(undefined);
		});

		it("refuses what is no JSON", () => {
			for (const text of ["", "{", "[1,]", '{"a"}', '"\n"', "[1] 2", "tru", "-", '"\\x"', '"\\ud83d"']) {
				expect(pcall(() => HttpService.JSONDecode(text))[0]).to.equal(false);
			}
		});
	});

	describe("services", () => {
		it("are those of a server in Studio", () => {
			expect(RunService.IsStudio()).to.equal(true);
			expect(RunService.IsServer()).to.equal(true);
			expect(RunService.IsClient()).to.equal(false);
			expect(RunService.IsRunning()).to.equal(true);
			expect(Players.GetPlayers().size()).to.equal(0);
			expect(game.JobId).to.equal("");
		});

		it("make version 4 GUIDs", () => {
			const guid = HttpService.GenerateGUID(false);
			const pattern = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$";
			expect(guid.match(pattern)[0]).to.equal(guid);
			expect(HttpService.GenerateGUID(false)).never.to.equal(guid);
			expect(HttpService.GenerateGUID().sub(1, 1)).to.equal("{");
		});

		it("can be named, but not used, where they are not emulated", () => {
			expect(typeOf(MessagingService)).to.equal("Instance");
			expect(pcall(() => MessagingService.PublishAsync("topic", "text"))[0]).to.equal(false);
		});
	});

	describe("Random", () => {
		it("repeats itself for a seed", () => {
			const first = new Random(5);
			const second = new Random(5);
			for (let draw = 0; draw < 10; draw++) expect(first.NextNumber()).to.equal(second.NextNumber());
			expect(new Random(6).NextNumber()).never.to.equal(new Random(5).NextNumber());
		});

		it("spreads evenly over its range", () => {
			const random = new Random(1);
			const counts = [0, 0, 0, 0];
			for (let draw = 0; draw < 4000; draw++) {
				const face = random.NextInteger(1, 4);
				counts[face - 1] = (counts[face - 1] ?? 0) + 1;
			}
			for (const count of counts) expect(count).to.be.near(1000, 120);
		});
	});

	// What this library relies on in @rbxts/beacon.
	describe("beacon", () => {
		it("runs the other handlers when one throws or yields", () => {
			const signal = new Signal<[value: number]>();
			const heard = new Array<string>();
			signal.Connect((value) => heard.push(`a${value}`));
			signal.Connect(() => error("expected by this spec"));
			signal.Connect((value) => {
				task.wait(1);
				heard.push(`slow${value}`);
			});
			signal.Connect((value) => heard.push(`b${value}`));
			signal.Fire(1);
			expect(heard.join(",")).to.equal("b1,a1");
			task.wait(2);
			expect(heard.join(",")).to.equal("b1,a1,slow1");
		});

		it("goes on when handlers disconnect themselves and others while it fires", () => {
			const signal = new Signal<[]>();
			const heard = new Array<string>();
			signal.Connect(() => heard.push("oldest"));
			const middle = signal.Connect(() => heard.push("middle"));
			const newest = signal.Connect(() => {
				heard.push("newest");
				newest.Disconnect();
				middle.Disconnect();
			});
			signal.Fire();
			signal.Fire();
			expect(heard.join(",")).to.equal("newest,oldest,oldest");
		});

		it("fires Once once, even if its handler fires again", () => {
			const signal = new Signal<[]>();
			let calls = 0;
			signal.Once(() => {
				calls++;
				signal.Fire();
			});
			signal.Fire();
			expect(calls).to.equal(1);
		});

		it("passes undefined before a value, and hands it to Wait", () => {
			const signal = new Signal<[leader: string | undefined, term: number]>();
			task.delay(1, () => signal.Fire(undefined, 7));
			const [leader, term] = signal.Wait();
			expect(leader).to.equal(undefined);
			expect(term).to.equal(7);
		});
	});
};
