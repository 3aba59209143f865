/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

const DAY_SECONDS = 24 * 3600;

/** A value that takes that many bytes under a key of one character. */
function sized(bytes: number): string {
	// Two quotes, and three bytes for the key.
	return string.rep("x", bytes - 5);
}

export = () => {
	describe("the memory of a game", () => {
		it("is 64 KB and 1.2 KB for each user", () => {
			const fixture = new MemoryFixture();
			fixture.attach();
			expect(fixture.cloud.getStatistics().quotaBytes).to.equal(65536);
			fixture.users = 100;
			expect(fixture.cloud.getStatistics().quotaBytes).to.be.near(65536 + 122880, 1e-6);
		});

		it("has smaller kilobytes where the option says so", () => {
			const fixture = new MemoryFixture({ memoryKilobyteBytes: 1000, countedUsers: 10 });
			expect(fixture.cloud.getStatistics().quotaBytes).to.be.near(76000, 1e-6);
		});

		it("is what keys, sort keys and values have as JSON", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			fixture.call(() => service.GetHashMap("m").SetAsync("ab", { n: 5 }, 60));
			expect(fixture.bytes()).to.equal(4 + 7);
			fixture.call(() => service.GetSortedMap("m").SetAsync("a", true, 60, '"'));
			expect(fixture.bytes()).to.equal(11 + 3 + 4 + 4);
			fixture.call(() => service.GetSortedMap("m").SetAsync("a", true, 60, 5));
			expect(fixture.bytes()).to.equal(11 + 3 + 4 + 8);
			fixture.call(() => service.GetQueue("q").AddAsync([], 60));
			expect(fixture.bytes()).to.equal(26 + 2);
		});

		it("counts more for each item where the option says so", () => {
			const fixture = new MemoryFixture({ memoryItemBytes: 100 });
			const service = fixture.service();
			fixture.call(() => {
				service.GetHashMap("m").SetAsync("a", 1, 60);
				service.GetQueue("q").AddAsync(1, 60);
			});
			expect(fixture.bytes()).to.equal(4 + 1 + 200);
		});

		it("fails every write that grows it when it is full, of all structures", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			fixture.call(() => {
				map.SetAsync("a", sized(32000), 600);
				map.SetAsync("b", sized(32000), 600);
				map.SetAsync("c", sized(1536), 600);
			});
			expect(fixture.bytes()).to.equal(65536);
			expect(fixture.status(() => map.SetAsync("d", 1, 60))).to.equal("TotalMemoryOverLimit");
			expect(fixture.status(() => map.SetAsync("c", sized(1537), 60))).to.equal("TotalMemoryOverLimit");
			expect(fixture.status(() => map.UpdateAsync("d", () => 1, 60))).to.equal("TotalMemoryOverLimit");
			expect(fixture.status(() => sorted.SetAsync("d", 1, 60))).to.equal("TotalMemoryOverLimit");
			expect(fixture.status(() => queue.AddAsync(1, 60))).to.equal("TotalMemoryOverLimit");
			expect(fixture.bytes()).to.equal(65536);
		});

		it("takes writes that shrink it or leave it, also when it is more than full", () => {
			const fixture = new MemoryFixture();
			fixture.users = 1000;
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const key of ["a", "b", "c"]) map.SetAsync(key, sized(30000), 100 * DAY_SECONDS * 0.4);
			});
			fixture.users = 0;
			fixture.run(9 * DAY_SECONDS);
			expect(fixture.cloud.getStatistics().quotaBytes).to.equal(65536);
			expect(fixture.status(() => map.SetAsync("a", sized(30000), DAY_SECONDS))).to.equal("Success");
			expect(fixture.status(() => map.SetAsync("a", sized(29000), DAY_SECONDS))).to.equal("Success");
			expect(fixture.status(() => map.SetAsync("a", sized(29001), DAY_SECONDS))).to.equal("TotalMemoryOverLimit");
			expect(fixture.status(() => map.RemoveAsync("b"))).to.equal("Success");
			expect(fixture.status(() => map.SetAsync("a", sized(29001), DAY_SECONDS))).to.equal("Success");
		});

		it("has room again when items expire", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				for (const key of ["a", "b"]) map.SetAsync(key, sized(32700), 60);
			});
			const set = (): string => fixture.status(() => map.SetAsync("c", sized(30000), 60));
			expect(set()).to.equal("TotalMemoryOverLimit");
			fixture.run(60);
			expect(set()).to.equal("Success");
		});

		it("grows at once when users come, and shrinks eight days after they left", () => {
			const fixture = new MemoryFixture();
			const quota = (): number => fixture.cloud.getStatistics().quotaBytes;
			const link = fixture.attach();
			fixture.users = 1000;
			expect(quota()).to.be.near(65536 + 1000 * 1228.8, 1e-6);
			fixture.run(DAY_SECONDS);
			fixture.cloud.noteUsers(link);
			fixture.users = 10;
			fixture.run(8 * DAY_SECONDS - 1);
			expect(quota()).to.be.near(65536 + 1000 * 1228.8, 1e-6);
			fixture.run(2);
			expect(quota()).to.be.near(65536 + 10 * 1228.8, 1e-6);
		});

		it("remembers the users of a server that ended", () => {
			const fixture = new MemoryFixture();
			const link = fixture.attach();
			fixture.users = 100;
			fixture.run(DAY_SECONDS);
			fixture.cloud.detach(link);
			fixture.run(7 * DAY_SECONDS);
			expect(fixture.cloud.getStatistics().quotaBytes).to.be.near(65536 + 122880, 1e-6);
			fixture.run(DAY_SECONDS + 1);
			expect(fixture.cloud.getStatistics().quotaBytes).to.equal(65536);
		});
	});

	describe("one sorted map or queue", () => {
		it("has as many items as allowed, and hash maps have more", () => {
			const fixture = new MemoryFixture({ memoryStructureItems: 3 });
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			for (const key of ["a", "b", "c"]) {
				expect(fixture.status(() => map.SetAsync(key, 1, 60))).to.equal("Success");
				expect(fixture.status(() => sorted.SetAsync(key, 1, 60))).to.equal("Success");
				expect(fixture.status(() => queue.AddAsync(key, 60))).to.equal("Success");
			}
			expect(fixture.status(() => map.SetAsync("d", 1, 60))).to.equal("Success");
			expect(fixture.status(() => sorted.SetAsync("d", 1, 60))).to.equal("DataStructureItemsOverLimit");
			expect(fixture.status(() => sorted.UpdateAsync("d", () => 1, 60))).to.equal("DataStructureItemsOverLimit");
			expect(fixture.status(() => queue.AddAsync(1, 60))).to.equal("DataStructureItemsOverLimit");
			expect(fixture.status(() => sorted.SetAsync("a", "other", 60))).to.equal("Success");
			expect(fixture.status(() => service.GetSortedMap("t").SetAsync("d", 1, 60))).to.equal("Success");
		});

		it("has as many bytes as allowed, and hash maps have more", () => {
			const fixture = new MemoryFixture({ memoryStructureKilobytes: 10 });
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			expect(fixture.status(() => map.SetAsync("a", sized(20000), 60))).to.equal("Success");
			expect(fixture.status(() => sorted.SetAsync("a", sized(10240), 60))).to.equal("Success");
			expect(fixture.status(() => sorted.SetAsync("a", sized(10241), 60))).to.equal(
				"DataStructureMemoryOverLimit",
			);
			expect(fixture.status(() => sorted.SetAsync("b", 1, 60))).to.equal("DataStructureMemoryOverLimit");
			expect(fixture.status(() => queue.AddAsync(sized(10240), 60))).to.equal("Success");
			expect(fixture.status(() => queue.AddAsync(sized(100), 60))).to.equal("DataStructureMemoryOverLimit");
		});

		it("has 1,000,000 items and 100 MB unless told otherwise", () => {
			const fixture = new MemoryFixture();
			fixture.call(() => fixture.service().GetQueue("q").AddAsync(1, 60));
			const limits = new Map<string, number>();
			for (const { name, limit } of fixture.cloud.getStatistics().limits) limits.set(name, limit);
			expect(limits.get("items of a memory structure")).to.equal(1000000);
			expect(limits.get("bytes of a memory structure")).to.equal(100 * 1024 * 1024);
		});
	});
};
