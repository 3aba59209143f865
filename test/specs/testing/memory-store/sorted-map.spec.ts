/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

type SortKey = string | number;
interface Bound {
	key?: string;
	sortKey?: SortKey;
}

/** A sorted map of items `key=sortKey`, or just `key`, each with its key as value. */
function mapOf(
	fixture: MemoryFixture,
	items: readonly (readonly [key: string, sortKey?: SortKey])[],
): MemoryStoreSortedMap {
	const map = fixture.service().GetSortedMap("m");
	fixture.call(() => {
		for (const [key, sortKey] of items) map.SetAsync(key, key, 600, sortKey);
	});
	return map;
}

/** The keys of a range, joined. */
function range(
	fixture: MemoryFixture,
	map: MemoryStoreSortedMap,
	direction: "Ascending" | "Descending",
	count: number,
	lower?: Bound,
	upper?: Bound,
): string {
	const items = fixture.call(() => map.GetRangeAsync(direction, count, lower, upper));
	return items.map(({ key }) => key).join("");
}

const MIXED: [string, SortKey?][] = [
	["p", "b"],
	["d", 1],
	["n"],
	["b", -1],
	["e", 3.14],
	["q", "B"],
	["c", 1],
	["m"],
	["a", 20],
];

export = () => {
	describe("a sorted map", () => {
		it("gives a value and its sort key, or nothing", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [["a", 5], ["b"]]);
			const read = (key: string): string =>
				fixture.call(() => {
					const [value, sortKey] = map.GetAsync(key);
					return `${value} ${sortKey}`;
				});
			expect(read("a")).to.equal("a 5");
			expect(read("b")).to.equal("b nil");
			expect(read("c")).to.equal("nil nil");
		});

		it("replaces value and sort key, and says whether the key was there", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetSortedMap("m");
			expect(fixture.call(() => map.SetAsync("a", 1, 60, 5))).to.equal(false);
			expect(fixture.call(() => map.SetAsync("a", 2, 60))).to.equal(true);
			const [items] = [fixture.call(() => map.GetRangeAsync("Ascending", 5))];
			expect(items.size()).to.equal(1);
			expect(items[0]!.value).to.equal(2);
			expect(items[0]!.sortKey).to.equal(undefined);
		});

		it("removes a key, and nothing where there is none", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [
				["a", 1],
				["b", 1],
			]);
			fixture.call(() => {
				map.RemoveAsync("a");
				map.RemoveAsync("a");
			});
			expect(range(fixture, map, "Ascending", 10)).to.equal("b");
		});

		it("knows its size", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [["a"], ["b"], ["a"]]);
			expect(fixture.call(() => map.GetSizeAsync())).to.equal(2);
		});

		it("orders by sort key, numbers before texts before none, then by key", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 200)).to.equal("bcdeaqpmn");
			expect(range(fixture, map, "Descending", 200)).to.equal("nmpqaedcb");
		});

		it("takes the direction as the engine does: as an enum item, its name or its number", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [["a"], ["b"]]);
			for (const direction of [Enum.SortDirection.Descending, "Descending" as const, 1 as const]) {
				expect(fixture.call(() => map.GetRangeAsync(direction, 1)[0]!.key)).to.equal("b");
			}
			for (const direction of [Enum.SortDirection.Ascending, "Ascending" as const, 0 as const]) {
				expect(fixture.call(() => map.GetRangeAsync(direction, 1)[0]!.key)).to.equal("a");
			}
		});

		it("gives at most as many items as asked for, from the end that the direction names", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 3)).to.equal("bcd");
			expect(range(fixture, map, "Descending", 3)).to.equal("nmp");
		});

		it("gives 1 to 200 items a call", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [["a"]]);
			for (const count of [0, 201, 2.5]) {
				expect(fixture.status(() => map.GetRangeAsync("Ascending", count))).to.equal("InvalidRequest");
			}
			for (const count of [1, 200]) {
				expect(fixture.status(() => map.GetRangeAsync("Ascending", count))).to.equal("Success");
			}
		});

		it("excludes the bounds of a range", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			const [lower, upper] = [
				{ key: "c", sortKey: 1 },
				{ key: "p", sortKey: "b" },
			];
			expect(range(fixture, map, "Ascending", 200, lower)).to.equal("deaqpmn");
			expect(range(fixture, map, "Ascending", 200, undefined, upper)).to.equal("bcdeaq");
			expect(range(fixture, map, "Ascending", 200, lower, upper)).to.equal("deaq");
			expect(range(fixture, map, "Descending", 2, lower, upper)).to.equal("qa");
		});

		it("includes them where the option says so", () => {
			const fixture = new MemoryFixture({ memoryBounds: "inclusive" });
			const map = mapOf(fixture, MIXED);
			const [lower, upper] = [
				{ key: "c", sortKey: 1 },
				{ key: "p", sortKey: "b" },
			];
			expect(range(fixture, map, "Ascending", 200, lower, upper)).to.equal("cdeaqp");
			expect(range(fixture, map, "Descending", 2, lower, upper)).to.equal("pq");
		});

		it("takes bounds that no item is at", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			const between = range(fixture, map, "Ascending", 200, { key: "x", sortKey: 1 }, { key: "x", sortKey: 4 });
			expect(between).to.equal("e");
			expect(range(fixture, map, "Ascending", 200, { key: "z" })).to.equal("");
		});

		it("has keys without sort keys after all others for a bound that is only a key", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 200, { key: "m" })).to.equal("n");
			expect(range(fixture, map, "Ascending", 200, undefined, { key: "m" })).to.equal("bcdeaqp");
		});

		it("leaves out all items of a sort key that stands alone as a bound", () => {
			const fixture = new MemoryFixture({ memorySortKeyBound: "group" });
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 200, { sortKey: 1 })).to.equal("eaqpmn");
			expect(range(fixture, map, "Ascending", 200, undefined, { sortKey: 1 })).to.equal("b");
		});

		it("takes it as the place before the first of them where the option says so", () => {
			const fixture = new MemoryFixture({ memorySortKeyBound: "before" });
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 200, { sortKey: 1 })).to.equal("cdeaqpmn");
			expect(range(fixture, map, "Ascending", 200, undefined, { sortKey: 1 })).to.equal("b");
		});

		it("takes a bound without anything as none", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, MIXED);
			expect(range(fixture, map, "Ascending", 200, {}, {})).to.equal("bcdeaqpmn");
		});

		it("can be read in pages, with the last item of one as the lower bound of the following", () => {
			const fixture = new MemoryFixture();
			const items = new Array<[string, SortKey?]>();
			for (const index of $range(1, 95)) items.push([`key ${index}`, index % 7]);
			const map = mapOf(fixture, items);
			const seen = new Set<string>();
			fixture.call(() => {
				let lower: Bound | undefined;
				while (true) {
					const page = map.GetRangeAsync("Ascending", 10, lower);
					for (const { key } of page) seen.add(key);
					if (page.size() < 10) return;
					const last = page[page.size() - 1]!;
					lower = { key: last.key, sortKey: last.sortKey! };
				}
			});
			expect(seen.size()).to.equal(95);
		});

		it("refuses bounds that could be of no item", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, [["a"]]);
			const bad = [
				{ key: "" },
				{ key: 5 },
				{ sortKey: true },
				{ sortKey: "" },
				{ key: string.rep("k", 129) },
				"a",
			];
			for (const bound of bad) {
				const status = fixture.status(() => map.GetRangeAsync("Ascending", 1, bound as Bound));
				expect(status).to.equal("InvalidRequest");
			}
		});

		it("refuses sort keys that are neither numbers nor texts", () => {
			const fixture = new MemoryFixture();
			const map = mapOf(fixture, []);
			for (const sortKey of [true, {}, 0 / 0, "", string.rep("k", 129)]) {
				const status = fixture.status(() => map.SetAsync("a", 1, 60, sortKey as string));
				expect(status).to.equal("InvalidRequest");
			}
			for (const sortKey of [string.rep("k", 128), -1e300, 0]) {
				expect(fixture.status(() => map.SetAsync("a", 1, 60, sortKey))).to.equal("Success");
			}
		});
	});
};
