/// <reference types="@rbxts/testez/globals" />
import { MemoryFaults } from "../../../../src/testing/memory-store/memory-options";
import { MemoryFixture } from "./memory-fixture";

/** Sets that many keys of a hash map on one server: how many of the calls failed, and how many keys are there. */
function setMany(faults: MemoryFaults, calls = 500): { failed: number; stored: number; fixture: MemoryFixture } {
	const fixture = new MemoryFixture({ countedUsers: 100, ...faults });
	const service = fixture.service();
	let failed = 0;
	for (const index of $range(1, calls)) {
		if (fixture.status(() => service.GetHashMap("m").SetAsync(`${index}`, index, 600)) !== "Success") failed += 1;
	}
	return { failed, stored: fixture.cloud.getStatistics().items, fixture };
}

export = () => {
	describe("faults of the memory store", () => {
		it("are none by default", () => {
			const { failed, stored } = setMany({});
			expect(failed).to.equal(0);
			expect(stored).to.equal(500);
		});

		it("make a call last as long as the option says, and take effect in the middle", () => {
			const fixture = new MemoryFixture({ memorySeconds: [2, 2] });
			const [here, there] = [fixture.service().GetHashMap("m"), fixture.service().GetHashMap("m")];
			const set = fixture.start(() => here.SetAsync("a", 1, 60));
			fixture.run(0.5);
			const read = fixture.start(() => there.GetAsync("a"));
			fixture.run(1.4);
			expect(set.done).to.equal(false);
			fixture.run(0.1);
			expect(set.done).to.equal(true);
			fixture.run(0.5);
			expect(read.result).to.equal(1);
		});

		it("let calls overtake each other when they take differently long", () => {
			const fixture = new MemoryFixture({ memorySeconds: [0, 5] });
			const queue = fixture.service().GetQueue("q");
			for (const index of $range(1, 20)) fixture.start(() => queue.AddAsync(index, 600));
			fixture.run(5);
			const values = fixture.call(() => queue.ReadAsync(20)[0]) as number[];
			expect(values.size()).to.equal(20);
			expect(values.join()).never.to.equal([...values].sort().join());
		});

		it("fail calls before they take effect", () => {
			const { failed, stored } = setMany({ memoryErrors: 0.3, memoryErrorsAfterEffect: 0 });
			expect(failed).to.be.near(150, 40);
			expect(stored).to.equal(500 - failed);
		});

		it("fail calls that took effect all the same", () => {
			const { failed, stored, fixture } = setMany({ memoryErrors: 0.3, memoryErrorsAfterEffect: 1 });
			expect(failed).to.be.near(150, 40);
			expect(stored).to.equal(500);
			const { failedByFault, appliedButFailed } = fixture.cloud.getStatistics();
			expect(failedByFault).to.equal(failed);
			expect(appliedButFailed).to.equal(failed);
		});

		it("fail every call", () => {
			expect(setMany({ memoryErrors: 1 }, 20).failed).to.equal(20);
		});

		it("hide items that a failed read has read", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fixture.call(() => queue.AddAsync("a", 600));
			fixture.cloud.setFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 1 });
			expect(fixture.status(() => queue.ReadAsync(1, false, 0))).to.equal("InternalError");
			fixture.cloud.setFaults({ memoryErrors: 0 });
			expect(fixture.call(() => queue.GetSizeAsync(true))).to.equal(0);
			fixture.run(30);
			expect(fixture.call(() => queue.GetSizeAsync(true))).to.equal(1);
		});

		it("hang calls for as long as the option says, half of which take effect", () => {
			const fixture = new MemoryFixture({ memoryHangs: 1, memoryHangSeconds: 30 });
			const map = fixture.service().GetHashMap("m");
			const ended = fixture.start(() => map.SetAsync("a", 1, 600));
			for (const index of $range(1, 99)) fixture.start(() => map.SetAsync(`${index}`, 1, 600));
			fixture.run(29.9);
			expect(ended.done).to.equal(false);
			fixture.run(0.1);
			expect(ended.failure).to.equal("MemoryStoreService: InternalError. API: HashMap.Set");
			expect(fixture.cloud.getStatistics().items).to.be.near(50, 20);
		});

		it("hang calls for ever", () => {
			const fixture = new MemoryFixture({ memoryHangs: 1, memoryHangSeconds: math.huge });
			const ended = fixture.start(() => fixture.service().GetHashMap("m").GetAsync("a"));
			fixture.run(100000);
			expect(ended.done).to.equal(false);
		});

		it("make conflicts that nobody caused", () => {
			const fixture = new MemoryFixture({ memoryConflicts: 0.5, memoryUpdateRetries: 50 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const _ of $range(1, 100)) map.UpdateAsync("a", (value?: number) => (value ?? 0) + 1, 60);
			});
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(100);
			expect(fixture.cloud.getStatistics().conflictsByFault).to.be.near(100, 40);
		});

		it("show reads what was there before the last write, for as long as the option says", () => {
			const fixture = new MemoryFixture({ memoryStaleReads: 1, memoryStaleSeconds: 10 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", "old", 600));
			fixture.run(20);
			fixture.call(() => map.SetAsync("a", "new", 600));
			const seen = new Set<unknown>();
			fixture.run(5);
			for (const _ of $range(1, 20)) seen.add(fixture.call(() => map.GetAsync("a")));
			expect(seen.has("old") && seen.has("new")).to.equal(true);
			expect(fixture.cloud.getStatistics().staleReads > 0).to.equal(true);
			fixture.run(5);
			for (const _ of $range(1, 20)) expect(fixture.call(() => map.GetAsync("a"))).to.equal("new");
		});

		it("show reads nothing of a key that is new, and a key that is removed", () => {
			const fixture = new MemoryFixture({ memoryStaleReads: 1, memoryStaleSeconds: 1e6 });
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => map.SetAsync("a", "new", 60));
			expect(fixture.call(() => map.GetAsync("a")[0])).to.equal(undefined);
			fixture.call(() => map.RemoveAsync("a"));
			expect(fixture.call(() => map.GetAsync("a")[0])).to.equal("new");
		});

		it("show no update anything stale", () => {
			const fixture = new MemoryFixture({ memoryStaleReads: 1, memoryStaleSeconds: 100 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const _ of $range(1, 20)) map.UpdateAsync("a", (value?: number) => (value ?? 0) + 1, 60);
			});
			fixture.run(101);
			fixture.cloud.setFaults({ memoryStaleReads: 0 });
			fixture.call(() => map.SetAsync("b", 1, 60));
			expect(fixture.cloud.getStatistics().staleReads).to.equal(0);
		});

		it("do not disturb each other: with conflicts and hangs or without, the same calls fail", () => {
			const failuresWith = (faults: MemoryFaults): string => {
				const fixture = new MemoryFixture({ countedUsers: 1000, memoryErrors: 0.3, ...faults });
				const map = fixture.service().GetHashMap("m");
				const failures = new Array<string>();
				for (const index of $range(1, 200)) {
					fixture.status(() => map.UpdateAsync("u", () => 1, 60));
					if (fixture.status(() => map.SetAsync("a", 1, 60)) !== "Success") failures.push(`${index}`);
				}
				return failures.join();
			};
			const plain = failuresWith({});
			expect(
				failuresWith({ memoryConflicts: 0.5, memoryExpirySeconds: [-1, 1], memorySeconds: [0, 3] }),
			).to.equal(plain);
			expect(failuresWith({ memoryErrorsAfterEffect: 0 })).to.equal(plain);
		});

		it("of one server do not depend on what others do", () => {
			const failures = [false, true].map((busy) => {
				const fixture = new MemoryFixture({ countedUsers: 1000, memoryErrors: 0.3 });
				const [map, other] = [fixture.service().GetHashMap("m"), fixture.service().GetHashMap("m")];
				const statuses = new Array<string>();
				for (const _ of $range(1, 100)) {
					if (busy) fixture.status(() => other.GetAsync("b"));
					statuses.push(fixture.status(() => map.GetAsync("a")));
				}
				return statuses.join();
			});
			expect(failures[0]).to.equal(failures[1]);
		});
	});
};
