/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

/** All items of a hash map, read page by page, and how many pages that took. */
function listAll(map: MemoryStoreHashMap, count: number): { keys: string[]; pages: number } {
	const keys = new Array<string>();
	const pages = map.ListItemsAsync(count);
	let pageCount = 1;
	while (true) {
		for (const { key } of pages.GetCurrentPage() as { key: string }[]) keys.push(key);
		if (pages.IsFinished) return { keys, pages: pageCount };
		pages.AdvanceToNextPageAsync();
		pageCount += 1;
	}
}

function fill(map: MemoryStoreHashMap, count: number): void {
	for (const index of $range(1, count)) map.SetAsync(`key ${index}`, index, 600);
}

export = () => {
	describe("a hash map", () => {
		it("gives nothing for a key that is not there", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
		});

		it("says whether a key was there when it is set", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			expect(fixture.call(() => map.SetAsync("a", 1, 60))).to.equal(false);
			expect(fixture.call(() => map.SetAsync("a", 2, 60))).to.equal(true);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(2);
		});

		it("removes a key, and nothing where there is none", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => {
				map.SetAsync("a", 1, 60);
				map.RemoveAsync("a");
				map.RemoveAsync("a");
			});
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
			expect(fixture.bytes()).to.equal(0);
		});

		it("is the same for all servers, by its name", () => {
			const fixture = new MemoryFixture();
			const [here, there] = [fixture.service(), fixture.service()];
			fixture.call(() => here.GetHashMap("m").SetAsync("a", "hello", 60));
			expect(fixture.call(() => there.GetHashMap("m").GetAsync("a"))).to.equal("hello");
			expect(fixture.call(() => there.GetHashMap("n").GetAsync("a"))).to.equal(undefined);
		});

		it("has nothing in common with a sorted map or queue of its name", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			fixture.call(() => service.GetHashMap("m").SetAsync("a", 1, 60));
			expect(fixture.call(() => service.GetSortedMap("m").GetSizeAsync())).to.equal(0);
			expect(fixture.call(() => service.GetQueue("m").GetSizeAsync())).to.equal(0);
		});

		it("lists all items in pages of at most as many as asked for, each once", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => fill(map, 95));
			const { keys, pages } = fixture.call(() => listAll(map, 10));
			expect(pages).to.equal(10);
			expect(keys.size()).to.equal(95);
			expect(new Set(keys).size()).to.equal(95);
		});

		it("lists in no order that keys have", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => fill(map, 20));
			const { keys } = fixture.call(() => listAll(map, 200));
			const sorted = [...keys].sort();
			expect(keys.join()).never.to.equal(sorted.join());
		});

		it("has one page that is finished when it is empty", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			const pages = fixture.call(() => map.ListItemsAsync(5));
			expect(pages.GetCurrentPage().size()).to.equal(0);
			expect(pages.IsFinished).to.equal(true);
		});

		it("throws when the last page is advanced", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			const pages = fixture.call(() => map.ListItemsAsync(5));
			expect(() => fixture.call(() => pages.AdvanceToNextPageAsync())).to.throw("No pages to advance to");
		});

		it("goes on after the last item of a page when items changed meanwhile", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => fill(map, 30));
			const keys = fixture.call(() => {
				const seen = new Set<string>();
				const pages = map.ListItemsAsync(7);
				while (true) {
					const page = pages.GetCurrentPage() as { key: string }[];
					for (const { key } of page) {
						assert(!seen.has(key), "an item was listed twice");
						seen.add(key);
						map.RemoveAsync(key);
					}
					if (pages.IsFinished) return seen;
					pages.AdvanceToNextPageAsync();
				}
			});
			expect(keys.size()).to.equal(30);
		});

		it("lists 1 to 200 items a page", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			for (const count of [0, 201, 1.5, -1]) {
				expect(fixture.status(() => map.ListItemsAsync(count))).to.equal("InvalidRequest");
			}
			for (const count of [1, 200]) expect(fixture.status(() => map.ListItemsAsync(count))).to.equal("Success");
		});

		it("ends pages with their partition where the option says so: some are short although more follow", () => {
			const fixture = new MemoryFixture({ memoryShortPages: true, memoryPartitions: 8 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => fill(map, 40));
			const { keys, pages } = fixture.call(() => listAll(map, 200));
			expect(keys.size()).to.equal(40);
			expect(pages).to.equal(8);
		});

		it("fills pages across partitions otherwise", () => {
			const fixture = new MemoryFixture({ memoryShortPages: false, memoryPartitions: 8 });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => fill(map, 40));
			expect(fixture.call(() => listAll(map, 200)).pages).to.equal(1);
		});
	});
};
