/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

const LONGEST_SECONDS = 3888000;

export = () => {
	describe("expiration", () => {
		it("is 0 to 3,888,000 seconds; anything else is refused before it is sent", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const status = (expiration: unknown): string => {
				const seconds = expiration as number;
				const statuses = [
					fixture.status(() => service.GetHashMap("m").SetAsync("a", 1, seconds)),
					fixture.status(() => service.GetHashMap("m").UpdateAsync("a", () => 1, seconds)),
					fixture.status(() => service.GetSortedMap("m").SetAsync("a", 1, seconds)),
					fixture.status(() => service.GetSortedMap("m").UpdateAsync("a", () => 1, seconds)),
					fixture.status(() => service.GetQueue("q").AddAsync(1, seconds)),
				];
				for (const other of statuses) expect(other).to.equal(statuses[0]);
				return statuses[0]!;
			};
			for (const bad of [-1, LONGEST_SECONDS + 1, 0 / 0, math.huge, "60"]) {
				expect(status(bad)).to.equal("InvalidExpirationTime");
			}
			expect(status(undefined)).to.equal("InvalidExpirationTime");
			expect(fixture.units()).to.equal(0);
			expect(fixture.cloud.getStatistics().requests).to.equal(0);
			for (const good of [0, 1, LONGEST_SECONDS]) expect(status(good)).to.equal("Success");
		});

		it("takes the item away at its time, from every kind of read, and gives its memory back", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const [map, sorted, queue] = [service.GetHashMap("m"), service.GetSortedMap("s"), service.GetQueue("q")];
			fixture.call(() => {
				map.SetAsync("a", 1, 60);
				sorted.SetAsync("a", 1, 60, 1);
				queue.AddAsync(1, 60);
			});
			const seen = (): number =>
				fixture.call(() => {
					let items = map.GetAsync("a") === undefined ? 0 : 1;
					items += map.ListItemsAsync(5).GetCurrentPage().size();
					items += sorted.GetAsync("a")[0] === undefined ? 0 : 1;
					items += sorted.GetRangeAsync("Ascending", 5).size();
					items += sorted.GetSizeAsync();
					items += queue.GetSizeAsync() + queue.GetSizeAsync(true);
					return items + queue.ReadAsync(1, false, 0)[0].size();
				});
			fixture.run(59.9);
			expect(seen()).to.equal(8);
			fixture.run(0.1);
			expect(seen()).to.equal(0);
			expect(fixture.bytes()).to.equal(0);
			expect(fixture.cloud.getStatistics().expired).to.equal(3);
		});

		it("starts anew with each write", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 10));
			fixture.run(9);
			fixture.call(() => map.SetAsync("a", 2, 10));
			fixture.run(9);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(2);
			fixture.run(1);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
		});

		it("takes whole seconds", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 2.9));
			fixture.run(2);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
		});

		it("lasts up to 45 days", () => {
			const fixture = new MemoryFixture();
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, LONGEST_SECONDS));
			fixture.run(LONGEST_SECONDS - 1);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(1);
			fixture.run(1);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
		});

		it("of 0 takes the item away at once", () => {
			const fixture = new MemoryFixture({ memoryZeroExpiration: "at once" });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 60));
			expect(fixture.call(() => map.SetAsync("a", 1, 0))).to.equal(true);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(undefined);
		});

		it("of 0 means the longest where the option says so", () => {
			const fixture = new MemoryFixture({ memoryZeroExpiration: "longest" });
			const map = fixture.service().GetHashMap("m");
			fixture.call(() => map.SetAsync("a", 1, 0));
			fixture.run(LONGEST_SECONDS - 1);
			expect(fixture.call(() => map.GetAsync("a"))).to.equal(1);
		});

		it("is up to a second early or late where the option says so", () => {
			const fixture = new MemoryFixture({ memoryExpirySeconds: [-1, 1], countedUsers: 100 });
			const map = fixture.service().GetSortedMap("m");
			fixture.call(() => {
				for (const index of $range(1, 200)) map.SetAsync(`${index}`, 1, 60);
			});
			const size = (): number => fixture.call(() => map.GetSizeAsync());
			fixture.run(59);
			expect(size() >= 199).to.equal(true);
			fixture.run(1);
			expect(size()).to.be.near(100, 30);
			fixture.run(1);
			expect(size()).to.equal(0);
		});
	});
};
