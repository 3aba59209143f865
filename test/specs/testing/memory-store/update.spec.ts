/* eslint-disable roblox-ts/no-user-defined-lua-tuple -- transform functions of sorted maps return two values */
/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture, statusOf } from "./memory-fixture";

function increment(value: unknown): number {
	return ((value as number | undefined) ?? 0) + 1;
}

export = () => {
	describe("an update", () => {
		it("transforms what is there, or nothing, and returns what it wrote", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			expect(fixture.call(() => map.UpdateAsync("a", increment, 60))).to.equal(1);
			expect(fixture.call(() => map.UpdateAsync("a", increment, 60))).to.equal(2);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(2);
		});

		it("transforms value and sort key of a sorted map, and returns both", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => map.SetAsync("a", 1, 60, 5));
			const seen = new Array<defined>();
			const transform = (...former: unknown[]): unknown => {
				for (const part of former) seen.push(part as defined);
				return $tuple(2, "six");
			};
			const returned = fixture.call(() => {
				const [value, sortKey] = map.UpdateAsync("a", transform, 60) as LuaTuple<defined[]>;
				return `${value} ${sortKey}`;
			});
			expect(seen.join(" ")).to.equal("1 5");
			expect(returned).to.equal("2 six");
			expect(fixture.call(() => map.GetAsync("a")[1])).to.equal("six");
		});

		it("takes the sort key away if the transform returns none", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => {
				map.SetAsync("a", 1, 60, 5);
				map.UpdateAsync("a", increment, 60);
			});
			expect(fixture.call(() => map.GetAsync("a")[1])).to.equal(undefined);
		});

		it("replaces the expiration", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				map.SetAsync("a", 1, 10);
				map.UpdateAsync("a", increment, 100);
			});
			fixture.run(50);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(2);
		});

		it("is aborted by nil: nothing is thrown, returned or changed, not even the expiration", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			for (const map of [service.GetHashMap("m"), service.GetSortedMap("m") as unknown as MemoryStoreHashMap]) {
				fixture.call(() => map.SetAsync("a", 1, 10));
				expect(fixture.call(() => map.UpdateAsync("a", () => undefined, 100))).to.equal(undefined);
				expect(fixture.call(() => map.GetAsync("a"))).to.equal(1);
				fixture.run(10);
				expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
			}
		});

		it("runs again with the new value when somebody wrote in between", () => {
			const fixture = new MemoryFixture({ memorySeconds: [0.1, 0.1] });
			const [here, there] = [fixture.service().GetHashMap("m"), fixture.service().GetHashMap("m")];
			fixture.call(() => here.SetAsync("a", 10, 60));
			const seen = new Array<number>();
			const update = fixture.start(() =>
				here.UpdateAsync(
					"a",
					(value: number) => {
						seen.push(value);
						return value + 1;
					},
					60,
				),
			);
			const set = fixture.start(() => there.SetAsync("a", 20, 60));
			fixture.run(0.1);
			fixture.start(() => there.SetAsync("a", 30, 60));
			fixture.run(2);
			expect(set.done && update.done).to.equal(true);
			expect(seen.join(" ")).to.equal("10 30");
			expect(update.result).to.equal(31);
			expect(fixture.count("DataUpdateConflict")).to.equal(1);
			expect(fixture.cloud.getStatistics().reruns).to.equal(1);
		});

		it("runs again when the key was removed, or came, in between", () => {
			const fixture = new MemoryFixture({ memorySeconds: [0.1, 0.1] });
			const [here, there] = [fixture.service().GetSortedMap("m"), fixture.service().GetSortedMap("m")];
			fixture.call(() => here.SetAsync("a", 10, 60));
			const removed = fixture.start(() => here.UpdateAsync("a", increment, 60));
			const came = fixture.start(() => here.UpdateAsync("b", increment, 60));
			fixture.run(0.06);
			fixture.start(() => there.RemoveAsync("a"));
			fixture.start(() => there.SetAsync("b", 5, 60));
			fixture.run(2);
			expect(removed.result).to.equal(1);
			expect(came.result).to.equal(6);
		});

		it("runs again when the item expired in between", () => {
			const fixture = new MemoryFixture({ memorySeconds: [1, 1] });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 10, 2));
			fixture.run(0.5);
			expect(fixture.call(() => map.UpdateAsync("a", increment, 60))).to.equal(1);
			expect(fixture.count("DataUpdateConflict")).to.equal(1);
		});

		it("loses no increment of many servers at once", () => {
			const fixture = new MemoryFixture({ memorySeconds: [0.02, 0.2], memoryUpdateRetries: 100 });
			const ended = [1, 2, 3, 4, 5, 6].map(() => {
				const map = fixture.service().GetHashMap("m");
				return fixture.start(() => {
					for (const _ of $range(1, 10)) map.UpdateAsync("a", increment, 600);
				});
			});
			fixture.run(120);
			for (const { done, failure } of ended) {
				expect(done).to.equal(true);
				expect(failure).to.equal(undefined);
			}
			expect(fixture.call(() => fixture.service().GetHashMap("m").GetAsync("a"))).to.equal(60);
			expect(fixture.cloud.getStatistics().reruns > 10).to.equal(true);
		});

		it("gives up with UpdateConflict after as many retries as the option says", () => {
			for (const retries of [0, 1, 5, 20]) {
				const fixture = new MemoryFixture({ memoryConflicts: 1, memoryUpdateRetries: retries });
				const map = fixture.service().GetHashMap("m");
				let runs = 0;
				const ended = fixture.start(() =>
					map.UpdateAsync(
						"a",
						() => {
							runs += 1;
							return 1;
						},
						60,
					),
				);
				fixture.run(1);
				expect(ended.failure).to.equal("MemoryStoreService: UpdateConflict. API: HashMap.Update");
				expect(runs).to.equal(retries + 1);
				expect(fixture.count("DataUpdateConflict")).to.equal(retries + 1);
			}
		});

		it("may be aborted after a conflict", () => {
			const fixture = new MemoryFixture({ memoryConflicts: 1 });
			const map = fixture.service().GetHashMap("m");
			let runs = 0;
			const transform = (): number | undefined => {
				runs += 1;
				return runs < 3 ? 1 : undefined;
			};
			expect(fixture.status(() => map.UpdateAsync("a", transform, 60))).to.equal("Success");
			expect(runs).to.equal(3);
		});

		it("fails with TransformCallbackFailed if the transform throws or yields, and changes nothing", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 60));
			const throwing = () => fixture.call(() => map.UpdateAsync("a", () => error("oh"), 60));
			const [, thrown] = pcall(throwing);
			expect(thrown).to.equal("MemoryStoreService: TransformCallbackFailed. API: HashMap.Update");
			const yielding = (): number => {
				coroutine.yield();
				return 5;
			};
			expect(fixture.status(() => map.UpdateAsync("a", yielding, 60))).to.equal("TransformCallbackFailed");
			const nested = (): unknown => map.GetAsync("a");
			expect(fixture.status(() => map.UpdateAsync("a", nested, 60))).to.equal("TransformCallbackFailed");
			const none = undefined as never;
			expect(fixture.status(() => map.UpdateAsync("a", none, 60))).to.equal("TransformCallbackFailed");
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(1);
		});

		it("fails with InvalidRequest if the transform returns what JSON cannot carry, or a bad sort key", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const cyclic = new Map<string, unknown>();
			cyclic.set("self", cyclic);
			const map = service.GetHashMap("m");
			expect(fixture.status(() => map.UpdateAsync("a", () => cyclic, 60))).to.equal("InvalidRequest");
			const sorted = service.GetSortedMap("m");
			const badSortKey = (): unknown => $tuple(1, true);
			expect(fixture.status(() => sorted.UpdateAsync("a", badSortKey, 60))).to.equal("InvalidRequest");
		});

		it("gives the transform a copy: what it does to it is not stored", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				map.SetAsync("a", { n: 1 }, 60);
				map.UpdateAsync(
					"a",
					(value: { n: number }) => {
						value.n = 2;
						return undefined;
					},
					60,
				);
			});
			expect(fixture.call(() => (map.GetAsync("a") as { n: number }).n)).to.equal(1);
		});

		it("on a missing key of a sorted map meets NoItemFound, which the caller does not see", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetSortedMap("m");
			expect(fixture.call(() => map.UpdateAsync("a", increment, 60))).to.equal(1);
			expect(fixture.count("NoItemFound")).to.equal(1);
		});

		it("of a key written with an expiration of 1 s fails within that second, where the option says so", () => {
			const fixture = new MemoryFixture({ memoryShortLivedErrors: 1 });
			const map = fixture.service().GetHashMap("m");
			const update = (): string => fixture.status(() => map.UpdateAsync("a", increment, 30));
			for (const _ of $range(1, 3)) expect(update()).to.equal("Success");
			fixture.call(() => map.SetAsync("a", 1, 1));
			expect(update()).to.equal("InternalError");
			fixture.run(2);
			expect(update()).to.equal("Success");
		});

		it("of a key written with an expiration of 1 s succeeds otherwise", () => {
			const fixture = new MemoryFixture({ memoryShortLivedErrors: 0 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 1));
			expect(fixture.call(() => map.UpdateAsync("a", increment, 30))).to.equal(2);
		});
	});

	describe("the texts of errors", () => {
		it("name the status and the call", () => {
			const fixture = new MemoryFixture({ memoryErrors: 1 });
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			const calls: [string, () => unknown][] = [
				["HashMap.Get", () => map.GetAsync("a")],
				["HashMap.Set", () => map.SetAsync("a", 1, 1)],
				["HashMap.Remove", () => map.RemoveAsync("a")],
				["HashMap.Update", () => map.UpdateAsync("a", increment, 1)],
				["HashMap.ListItems", () => map.ListItemsAsync(1)],
				["SortedMap.Get", () => sorted.GetAsync("a")],
				["SortedMap.Set", () => sorted.SetAsync("a", 1, 1)],
				["SortedMap.Remove", () => sorted.RemoveAsync("a")],
				["SortedMap.Update", () => sorted.UpdateAsync("a", increment, 1)],
				["SortedMap.GetRange", () => sorted.GetRangeAsync("Ascending", 1)],
				["SortedMap.GetSize", () => sorted.GetSizeAsync()],
				["Queue.Add", () => queue.AddAsync("a", 1)],
				["Queue.Read", () => queue.ReadAsync(1)],
				["Queue.Remove", () => queue.RemoveAsync("a")],
				["Queue.GetSize", () => queue.GetSizeAsync()],
			];
			for (const [api, call] of calls) {
				const [, thrown] = pcall(() => fixture.call(call));
				expect(thrown).to.equal(`MemoryStoreService: InternalError. API: ${api}`);
				expect(statusOf(thrown)).to.equal("InternalError");
			}
		});
	});
};
