/// <reference types="@rbxts/testez/globals" />
import { decodeJson, encodeJson } from "../../../../src/testing/engine/json";
import { asJson } from "../../../../src/testing/memory-store/json-value";
import { RandomStream } from "../../../../src/testing/random";
import { MemoryFixture } from "./memory-fixture";

/** What a value has become when it is read again. */
function roundTrip(value: unknown): unknown {
	const fixture = new MemoryFixture();
	const map = fixture.service().GetHashMap("m");
	return fixture.call(() => {
		map.SetAsync("a", value, 60);
		return map.GetAsync("a");
	});
}

function entries(value: unknown): string {
	const list = new Array<string>();
	for (const [key, element] of pairs(value as Map<unknown, unknown>)) list.push(`${key}=${element}`);
	return list.sort().join(" ");
}

/** Everything in a table, all the way down. */
function deepEntries(value: unknown): string {
	if (!typeIs(value, "table")) return `${typeOf(value)} ${value}`;
	const list = new Array<string>();
	for (const [key, element] of pairs(value as Map<unknown, unknown>)) list.push(`${key}=${deepEntries(element)}`);
	return `{${list.sort().join(" ")}}`;
}

/** Something that JSON may be able to carry. */
function someValue(random: RandomStream, depth = 0): unknown {
	const dice = math.floor(random.next() * (depth < 3 ? 9 : 6));
	if (dice === 0) return random.next() < 0.5;
	if (dice === 1) return (random.next() - 0.5) * 10 ** math.floor(random.next() * 30);
	if (dice === 2) return math.floor(random.next() * 1000);
	if (dice === 3) return string.char(math.floor(random.next() * 127) + 1);
	if (dice === 4) return 'ä€"\\\n';
	if (dice === 5) return random.next() < 0.5 ? print : math.huge;
	const made = new Map<unknown, unknown>();
	for (const position of $range(1, math.floor(random.next() * 5))) {
		const isListed = dice === 6 || (dice === 7 && random.next() < 0.9);
		made.set(isListed ? position : `key ${position}`, someValue(random, depth + 1));
	}
	return made;
}

export = () => {
	describe("values", () => {
		it("are texts, numbers and booleans, tables of those, and infinities", () => {
			for (const value of ["", 'text \n"\\', 0.1, -5, 1e300, math.huge, -math.huge, true, false]) {
				expect(roundTrip(value)).to.equal(value);
			}
			const nan = roundTrip(0 / 0);
			expect(nan === nan).to.equal(false);
		});

		it("are copies: what a server does to its table changes no other's", () => {
			const fixture = new MemoryFixture();
			const [here, there] = [fixture.service().GetHashMap("m"), fixture.service().GetHashMap("m")];
			const value = { inner: { n: 1 } };
			const read = (): { inner: { n: number } } => there.GetAsync("a") as typeof value;
			fixture.call(() => {
				here.SetAsync("a", value, 60);
				value.inner.n = 2;
				const seen = read();
				expect(seen.inner.n).to.equal(1);
				seen.inner.n = 3;
				expect(read().inner.n).to.equal(1);
			});
		});

		it("lose string keys where there is an array, and what follows its first gap", () => {
			const mixed = new Map<unknown, unknown>([
				[1, "a"],
				[2, "b"],
				[4, "d"],
				["key", "lost"],
			]);
			expect(entries(roundTrip(mixed))).to.equal("1=a 2=b");
		});

		it("have nothing where there was a function", () => {
			expect(entries(roundTrip({ kept: 1, lost: print }))).to.equal("kept=1");
			expect(entries(roundTrip([1, print, 3] as defined[]))).to.equal("1=1 3=3");
		});

		it("may be empty tables", () => {
			expect(entries(roundTrip({}))).to.equal("");
			expect(entries(roundTrip({ list: [] }) as object).find("list=")[0]).to.equal(1);
		});

		it("are refused if JSON cannot carry them", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const cyclic = new Map<string, unknown>();
			cyclic.set("self", [cyclic]);
			const sparse = new Map<unknown, unknown>([[2, "b"]]);
			const twoKinds = new Map<unknown, unknown>([
				[true, 1],
				["a", 1],
			]);
			const bad = [undefined, print, cyclic, sparse, twoKinds, "\xff", { key: "\xff" }, "a\0b"];
			const map = service.GetHashMap("m");
			// Not a for loop over the elements: the first is nothing.
			for (const index of $range(0, 7)) {
				expect(fixture.status(() => map.SetAsync("a", bad[index], 60))).to.equal("InvalidRequest");
				const queue = service.GetQueue("q");
				expect(fixture.status(() => queue.AddAsync(bad[index], 60))).to.equal("InvalidRequest");
			}
			expect(fixture.units()).to.equal(0);
		});

		it("agree with what JSONEncode and JSONDecode make of them", () => {
			const random = new RandomStream(1, "values");
			let refused = 0;
			for (const _ of $range(1, 2000)) {
				const value = someValue(random);
				const [success, text] = pcall(encodeJson, value);
				const converted = asJson(value);
				expect(converted !== undefined).to.equal(success && text !== "null");
				if (!converted) {
					refused += 1;
					continue;
				}
				expect(converted.bytes).to.equal((text as string).size());
				expect(deepEntries(converted.value)).to.equal(deepEntries(decodeJson(text as string)));
			}
			expect(refused > 10 && refused < 1000).to.equal(true);
		});

		it("may have the same table twice", () => {
			const shared = [1];
			expect(entries(roundTrip({ a: shared, b: shared })).size() > 0).to.equal(true);
		});

		it("have 32 KB as JSON, quotes and escapes included", () => {
			const fixture = new MemoryFixture({ countedUsers: 1000 });
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			const status = (value: unknown): string => {
				const statuses = [
					fixture.status(() => map.SetAsync("a", value, 60)),
					fixture.status(() => map.UpdateAsync("a", () => value, 60)),
					fixture.status(() => sorted.SetAsync("a", value, 60)),
					fixture.status(() => queue.AddAsync(value, 60)),
				];
				for (const other of statuses) expect(other).to.equal(statuses[0]);
				return statuses[0]!;
			};
			expect(status(string.rep("x", 32766))).to.equal("Success");
			expect(status(string.rep("x", 32767))).to.equal("ItemValueSizeTooLarge");
			expect(status(string.rep('"', 16383))).to.equal("Success");
			expect(status(string.rep('"', 16384))).to.equal("ItemValueSizeTooLarge");
			// {"a":"..."}
			expect(status({ a: string.rep("x", 32760) })).to.equal("Success");
			expect(status({ a: string.rep("x", 32761) })).to.equal("ItemValueSizeTooLarge");
			// [1,1,...,1]
			expect(status(table.create(16383, 1))).to.equal("Success");
			expect(status(table.create(16384, 1))).to.equal("ItemValueSizeTooLarge");
		});

		it("have 32,000 bytes where a kilobyte has 1,000", () => {
			const fixture = new MemoryFixture({ memoryKilobyteBytes: 1000 });
			const map = fixture.service().GetHashMap("m");
			const status = (size: number): string => fixture.status(() => map.SetAsync("a", string.rep("x", size), 60));
			expect(status(31998)).to.equal("Success");
			expect(status(31999)).to.equal("ItemValueSizeTooLarge");
		});
	});

	describe("keys and names", () => {
		/** What setting `key` in all kinds of places ends with. */
		const statusOfKey = (fixture: MemoryFixture, key: string): string => {
			const service = fixture.service();
			const statuses = [
				fixture.status(() => service.GetHashMap("m").SetAsync(key, 1, 60)),
				fixture.status(() => service.GetHashMap("m").GetAsync(key)),
				fixture.status(() => service.GetHashMap("m").RemoveAsync(key)),
				fixture.status(() => service.GetHashMap("m").UpdateAsync(key, () => 1, 60)),
				fixture.status(() => service.GetSortedMap("m").SetAsync(key, 1, 60)),
				fixture.status(() => service.GetSortedMap("m").SetAsync("a", 1, 60, key)),
				fixture.status(() => service.GetHashMap(key).SetAsync("a", 1, 60)),
				fixture.status(() => service.GetHashMap(key).ListItemsAsync(1)),
				fixture.status(() => service.GetSortedMap(key).GetSizeAsync()),
				fixture.status(() => service.GetQueue(key).AddAsync(1, 60)),
			];
			for (const status of statuses) expect(status).to.equal(statuses[0]);
			return statuses[0]!;
		};

		it("have 1 to 128 bytes", () => {
			const fixture = new MemoryFixture();
			expect(statusOfKey(fixture, "")).to.equal("InvalidRequest");
			expect(statusOfKey(fixture, "k")).to.equal("Success");
			expect(statusOfKey(fixture, string.rep("k", 128))).to.equal("Success");
			expect(statusOfKey(fixture, string.rep("k", 129))).to.equal("InvalidRequest");
			expect(statusOfKey(fixture, string.rep("ä", 65))).to.equal("InvalidRequest");
		});

		it("have 128 characters where the option says so", () => {
			const fixture = new MemoryFixture({ memoryKeySize: "characters" });
			expect(statusOfKey(fixture, string.rep("ä", 128))).to.equal("Success");
			expect(statusOfKey(fixture, string.rep("ä", 129))).to.equal("InvalidRequest");
		});

		it("have 128 bytes as JSON where the option says so", () => {
			const fixture = new MemoryFixture({ memoryKeySize: "json" });
			expect(statusOfKey(fixture, string.rep('"', 64))).to.equal("Success");
			expect(statusOfKey(fixture, string.rep('"', 65))).to.equal("InvalidRequest");
			expect(statusOfKey(fixture, string.rep("k", 128))).to.equal("Success");
		});

		it("are text that JSON can carry", () => {
			expect(statusOfKey(new MemoryFixture(), "\xff")).to.equal("InvalidRequest");
		});
	});
};
