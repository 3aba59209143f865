/* eslint-disable roblox-ts/no-user-defined-lua-tuple -- two results */
/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

/** What `body` costs. */
function cost(fixture: MemoryFixture, body: () => unknown): number {
	const before = fixture.units();
	fixture.call(body);
	return fixture.units() - before;
}

export = () => {
	describe("request units", () => {
		it("are one for most calls", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			expect(cost(fixture, () => map.SetAsync("a", 1, 60))).to.equal(1);
			expect(cost(fixture, () => map.GetAsync("a"))).to.equal(1);
			expect(cost(fixture, () => map.RemoveAsync("a"))).to.equal(1);
			expect(cost(fixture, () => sorted.SetAsync("a", 1, 60))).to.equal(1);
			expect(cost(fixture, () => sorted.GetAsync("a"))).to.equal(1);
			expect(cost(fixture, () => sorted.UpdateAsync("a", () => 1, 60))).to.equal(1);
			expect(cost(fixture, () => sorted.GetSizeAsync())).to.equal(1);
			expect(cost(fixture, () => sorted.RemoveAsync("a"))).to.equal(1);
			expect(cost(fixture, () => queue.AddAsync(1, 60))).to.equal(1);
			expect(cost(fixture, () => queue.GetSizeAsync())).to.equal(1);
			expect(cost(fixture, () => queue.RemoveAsync("a"))).to.equal(1);
		});

		it("are two for the update of a hash map, written or aborted", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			expect(cost(fixture, () => map.UpdateAsync("a", () => 1, 60))).to.equal(2);
			expect(cost(fixture, () => map.UpdateAsync("a", () => undefined, 60))).to.equal(2);
		});

		it("are spent again when an update runs again", () => {
			const fixture = new MemoryFixture({ memoryConflicts: 1, memoryUpdateRetries: 3 });
			const service = fixture.service();
			fixture.status(() => service.GetHashMap("m").UpdateAsync("a", () => 1, 60));
			expect(fixture.units()).to.equal(8);
			fixture.status(() => service.GetSortedMap("s").UpdateAsync("a", () => 1, 60));
			expect(fixture.units()).to.equal(12);
		});

		it("are spent once for an update where the option says so", () => {
			const fixture = new MemoryFixture({ memoryConflicts: 1, memoryUpdateRetries: 3, memoryRetriesCost: false });
			fixture.status(() =>
				fixture
					.service()
					.GetHashMap("m")
					.UpdateAsync("a", () => 1, 60),
			);
			expect(fixture.units()).to.equal(2);
		});

		it("are the items that a range returns, at least one", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => {
				for (const index of $range(1, 30)) map.SetAsync(`${index}`, 1, 60);
			});
			expect(cost(fixture, () => map.GetRangeAsync("Ascending", 10))).to.equal(10);
			expect(cost(fixture, () => map.GetRangeAsync("Ascending", 200))).to.equal(30);
			expect(cost(fixture, () => map.GetRangeAsync("Ascending", 200, { key: "z" }))).to.equal(1);
		});

		it("are the items that a read returns, at least one, and one more for each two seconds of waiting", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fixture.call(() => {
				for (const index of $range(1, 7)) queue.AddAsync(index, 600);
			});
			expect(cost(fixture, () => queue.ReadAsync(5, false, 0))).to.equal(5);
			expect(cost(fixture, () => queue.ReadAsync(5, true, 0))).to.equal(1);
			expect(cost(fixture, () => queue.ReadAsync(5, false, 0))).to.equal(2);
			expect(cost(fixture, () => queue.ReadAsync(5, false, 0))).to.equal(1);
			expect(cost(fixture, () => queue.ReadAsync(5, false, 10))).to.equal(6);
		});

		it("are the partitions scanned and the items returned of a list, for each page", () => {
			const fixture = new MemoryFixture({ memoryPartitions: 10 });
			const map = fixture.service().GetHashMap("m");
			expect(cost(fixture, () => map.ListItemsAsync(5))).to.equal(10);
			fixture.call(() => {
				for (const index of $range(1, 40)) map.SetAsync(`${index}`, 1, 60);
			});
			expect(cost(fixture, () => map.ListItemsAsync(200))).to.equal(50);
			let pageCount = 1;
			const total = cost(fixture, () => {
				const pages = map.ListItemsAsync(8);
				while (!pages.IsFinished) {
					pages.AdvanceToNextPageAsync();
					pageCount += 1;
				}
			});
			expect(pageCount).to.equal(5);
			// Partitions where a page ends are scanned by the following one again.
			expect(total >= 50 && total <= 54).to.equal(true);
		});

		it("are spent by requests that fail", () => {
			const fixture = new MemoryFixture({ memoryFailuresCost: true });
			const map = fixture.service().GetHashMap("m");
			fixture.status(() => map.GetAsync(""));
			expect(fixture.units()).to.equal(1);
			fixture.cloud.setFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 0 });
			fixture.status(() => map.GetAsync("a"));
			expect(fixture.units()).to.equal(2);
		});

		it("are not where the option says so, unless the request took effect", () => {
			const fixture = new MemoryFixture({ memoryFailuresCost: false });
			const map = fixture.service().GetHashMap("m");
			fixture.status(() => map.GetAsync(""));
			fixture.cloud.setFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 0 });
			fixture.status(() => map.GetAsync("a"));
			expect(fixture.units()).to.equal(0);
			fixture.cloud.setFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 1 });
			fixture.status(() => map.GetAsync("a"));
			expect(fixture.units()).to.equal(1);
		});

		it("are never spent by a server whose access is denied", () => {
			const fixture = new MemoryFixture({ memoryFailuresCost: true });
			const map = fixture.service("denied").GetHashMap("m");
			expect(fixture.status(() => map.GetAsync("a"))).to.equal("AccessDenied");
			expect(fixture.units()).to.equal(0);
		});
	});

	describe("the limit of request units", () => {
		/** Gets a key until that fails; the number of times it did not. */
		const exhaust = (fixture: MemoryFixture, map: MemoryStoreHashMap): LuaTuple<[number, string]> => {
			for (const calls of $range(0, 100000)) {
				const status = fixture.status(() => map.GetAsync("a"));
				if (status !== "Success") return $tuple(calls, status);
			}
			return $tuple(100000, "Success");
		};

		it("is 1000 and 120 for each user now, a minute, of the whole game", () => {
			const fixture = new MemoryFixture();
			const [here, there] = [fixture.service().GetHashMap("m"), fixture.service().GetHashMap("n")];
			fixture.users = 2;
			const [calls, status] = exhaust(fixture, here);
			expect(calls).to.equal(1240);
			expect(status).to.equal("TotalRequestsOverLimit");
			expect(fixture.status(() => there.GetAsync("b"))).to.equal("TotalRequestsOverLimit");
			fixture.users = 3;
			// What failed was paid for, too.
			expect(exhaust(fixture, here)[0]).to.equal(118);
		});

		it("falls at once when users leave", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.users = 1;
			fixture.call(() => {
				for (const _ of $range(1, 1050)) map.GetAsync("a");
			});
			fixture.users = 0;
			expect(fixture.status(() => map.GetAsync("a"))).to.equal("TotalRequestsOverLimit");
		});

		it("counts the users that the option says, whoever is there", () => {
			const fixture = new MemoryFixture({ countedUsers: 1 });
			expect(exhaust(fixture, fixture.service().GetHashMap("m"))[0]).to.equal(1120);
		});

		it("slides: what is a minute old does not count", () => {
			const fixture = new MemoryFixture({ minute: "sliding" });
			const map = fixture.service().GetHashMap("m");
			fixture.run(30);
			exhaust(fixture, map);
			fixture.run(59.9);
			expect(fixture.status(() => map.GetAsync("a"))).to.equal("TotalRequestsOverLimit");
			fixture.run(0.1);
			expect(exhaust(fixture, map)[0]).to.equal(999);
		});

		it("starts anew each minute where the option says so", () => {
			const fixture = new MemoryFixture({ minute: "fixed" });
			const map = fixture.service().GetHashMap("m");
			fixture.run(30);
			exhaust(fixture, map);
			fixture.run(30);
			expect(exhaust(fixture, map)[0]).to.equal(1000);
		});

		it("is shown beside what was used of it", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.users = 5;
			fixture.call(() => {
				for (const _ of $range(1, 16)) map.GetAsync("a");
			});
			const { unitsLastMinute, unitsPerMinute, limits } = fixture.cloud.getStatistics();
			expect(unitsLastMinute).to.equal(16);
			expect(unitsPerMinute).to.equal(1600);
			expect(limits[0]!.name).to.equal("memory request units");
			expect(limits[0]!.share).to.be.near(0.01, 1e-9);
			fixture.run(60);
			expect(fixture.cloud.getStatistics().unitsLastMinute).to.equal(0);
		});
	});

	describe("the limit of one data structure", () => {
		it("is what the option says, in request units", () => {
			const fixture = new MemoryFixture({ memoryStructureUnits: 10 });
			const service = fixture.service();
			const [full, other] = [service.GetSortedMap("s"), service.GetSortedMap("t")];
			fixture.call(() => {
				for (const index of $range(1, 6)) full.SetAsync(`${index}`, 1, 60);
				full.GetRangeAsync("Ascending", 200);
			});
			expect(fixture.status(() => full.GetAsync("1"))).to.equal("DataStructureRequestsOverLimit");
			expect(fixture.status(() => other.GetAsync("1"))).to.equal("Success");
			fixture.run(60);
			expect(fixture.status(() => full.GetAsync("1"))).to.equal("Success");
		});

		it("is 100,000 unless told otherwise", () => {
			const fixture = new MemoryFixture({ countedUsers: 10000 });
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => {
				for (const index of $range(1, 200)) map.SetAsync(`${index}`, 1, 60);
				for (const _ of $range(1, 499)) map.GetRangeAsync("Ascending", 200);
			});
			expect(fixture.units()).to.equal(100000);
			expect(fixture.status(() => map.GetAsync("1"))).to.equal("DataStructureRequestsOverLimit");
		});
	});

	describe("the limit of one partition", () => {
		it("is what the option says, in requests: a sorted map or queue is on one", () => {
			const fixture = new MemoryFixture({ memoryPartitionRequests: 10 });
			const queue = fixture.service().GetQueue("q");
			fixture.call(() => {
				for (const index of $range(1, 9)) queue.AddAsync(index, 60);
				queue.ReadAsync(9, false, 0);
			});
			expect(fixture.status(() => queue.GetSizeAsync())).to.equal("PartitionRequestsOverLimit");
			fixture.run(60);
			expect(fixture.status(() => queue.GetSizeAsync())).to.equal("Success");
		});

		it("holds for one key of a hash map, whose others are elsewhere", () => {
			const fixture = new MemoryFixture({ memoryPartitionRequests: 10, memoryPartitions: 1000 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const _ of $range(1, 10)) map.GetAsync("hot");
				for (const index of $range(1, 50)) map.GetAsync(`cold ${index}`);
			});
			expect(fixture.status(() => map.GetAsync("hot"))).to.equal("PartitionRequestsOverLimit");
		});

		it("holds for everything where there is but one partition", () => {
			const fixture = new MemoryFixture({ memoryPartitionRequests: 10, memoryPartitions: 1 });
			const service = fixture.service();
			fixture.call(() => {
				for (const index of $range(1, 10)) service.GetHashMap("m").GetAsync(`${index}`);
			});
			const status = fixture.status(() => service.GetSortedMap("s").GetAsync("a"));
			expect(status).to.equal("PartitionRequestsOverLimit");
		});

		it("is felt by a list on every partition that it scans", () => {
			const fixture = new MemoryFixture({ memoryPartitionRequests: 3, memoryPartitions: 4 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const _ of $range(1, 3)) map.ListItemsAsync(5);
			});
			expect(fixture.status(() => map.ListItemsAsync(5))).to.equal("PartitionRequestsOverLimit");
			expect(fixture.status(() => map.GetAsync("a"))).to.equal("PartitionRequestsOverLimit");
		});

		it("is 50,000 unless told otherwise", () => {
			const fixture = new MemoryFixture();
			fixture.call(() => fixture.service().GetHashMap("m").GetAsync("a"));
			for (const { name, limit } of fixture.cloud.getStatistics().limits) {
				if (name === "requests of a memory partition") expect(limit).to.equal(50000);
			}
		});
	});

	describe("a server that was over a request limit", () => {
		it("sends no more for as long as the option says: RequestThrottled", () => {
			const fixture = new MemoryFixture({ memoryThrottleSeconds: 5, memoryStructureUnits: 1 });
			const [here, there] = [fixture.service(), fixture.service()];
			fixture.call(() => here.GetHashMap("m").GetAsync("a"));
			expect(fixture.status(() => here.GetHashMap("m").GetAsync("a"))).to.equal("DataStructureRequestsOverLimit");
			const units = fixture.units();
			expect(fixture.status(() => here.GetHashMap("n").GetAsync("a"))).to.equal("RequestThrottled");
			expect(fixture.units()).to.equal(units);
			expect(fixture.status(() => there.GetHashMap("n").GetAsync("a"))).to.equal("Success");
			fixture.run(5);
			expect(fixture.status(() => here.GetHashMap("o").GetAsync("a"))).to.equal("Success");
		});

		it("sends on otherwise", () => {
			const fixture = new MemoryFixture({ memoryThrottleSeconds: 0, memoryStructureUnits: 1 });
			const service = fixture.service();
			fixture.call(() => service.GetHashMap("m").GetAsync("a"));
			expect(fixture.status(() => service.GetHashMap("m").GetAsync("a"))).to.equal(
				"DataStructureRequestsOverLimit",
			);
			expect(fixture.status(() => service.GetHashMap("n").GetAsync("a"))).to.equal("Success");
		});
	});
};
