/// <reference types="@rbxts/testez/globals" />
import { MemoryFixture } from "./memory-fixture";

function fill(fixture: MemoryFixture, queue: MemoryStoreQueue, values: readonly string[]): void {
	fixture.call(() => {
		for (const value of values) queue.AddAsync(value, 600);
	});
}

function joined(values: readonly unknown[]): string {
	return (values as readonly defined[]).join("");
}

/** What one read without waiting gives, joined. */
function read(fixture: MemoryFixture, queue: MemoryStoreQueue, count: number, allOrNothing = false): string {
	return fixture.call(() => joined(queue.ReadAsync(count, allOrNothing, 0)[0]));
}

export = () => {
	describe("a queue", () => {
		it("gives items in the order in which they were added", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fill(fixture, queue, ["a", "b", "c"]);
			expect(read(fixture, queue, 2)).to.equal("ab");
			expect(read(fixture, queue, 2)).to.equal("c");
		});

		it("gives items of higher priority first", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fixture.call(() => {
				queue.AddAsync("c", 600);
				queue.AddAsync("d", 600, -0.5);
				queue.AddAsync("a", 600, 2.5);
				queue.AddAsync("b", 600, 2.5);
			});
			expect(read(fixture, queue, 10)).to.equal("abcd");
		});

		it("refuses a priority that is no number", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			expect(fixture.status(() => queue.AddAsync("a", 60, 0 / 0))).to.equal("InvalidRequest");
			expect(fixture.status(() => queue.AddAsync("a", 60, "1" as never))).to.equal("InvalidRequest");
		});

		it("hides what was read from everybody, for 30 s", () => {
			const fixture = new MemoryFixture();
			const [here, there] = [fixture.service().GetQueue("q"), fixture.service().GetQueue("q")];
			fill(fixture, here, ["a"]);
			expect(read(fixture, here, 1)).to.equal("a");
			fixture.run(29.9);
			expect(read(fixture, there, 1)).to.equal("");
			fixture.run(0.1);
			expect(read(fixture, there, 1)).to.equal("a");
		});

		it("hides for as long as the handle that reads says, whatever others say", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const [short, long] = [service.GetQueue("q", 5), service.GetQueue("q", 500)];
			fill(fixture, long, ["a", "b"]);
			expect(read(fixture, long, 1)).to.equal("a");
			expect(read(fixture, short, 1)).to.equal("b");
			fixture.run(6);
			expect(read(fixture, long, 2)).to.equal("b");
		});

		it("hides nothing with a timeout of 0, and refuses one below", () => {
			const fixture = new MemoryFixture();
			const service = fixture.service();
			const queue = service.GetQueue("q", 0);
			fill(fixture, queue, ["a"]);
			expect(read(fixture, queue, 1)).to.equal("a");
			expect(read(fixture, queue, 1)).to.equal("a");
			expect(fixture.status(() => service.GetQueue("q", -1).ReadAsync(1, false, 0))).to.equal("InvalidRequest");
		});

		it("keeps the order when what was read comes back", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q", 10);
			fill(fixture, queue, ["a", "b", "c"]);
			expect(read(fixture, queue, 2)).to.equal("ab");
			fixture.run(10);
			expect(read(fixture, queue, 3)).to.equal("abc");
		});

		it("removes what was read, by the id of the reading, from any server", () => {
			const fixture = new MemoryFixture();
			const [here, there] = [fixture.service().GetQueue("q"), fixture.service().GetQueue("q")];
			fill(fixture, here, ["a", "b", "c"]);
			fixture.call(() => {
				const [, id] = here.ReadAsync(2, false, 0);
				there.RemoveAsync(id);
			});
			fixture.run(100);
			expect(read(fixture, here, 10)).to.equal("c");
		});

		it("does nothing when something is removed that is visible again, read by another or not", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q", 10);
			fill(fixture, queue, ["a", "b"]);
			const id = fixture.call(() => queue.ReadAsync(2, false, 0)[1]);
			fixture.run(10);
			fixture.call(() => queue.RemoveAsync(id));
			expect(read(fixture, queue, 1)).to.equal("a");
			fixture.call(() => queue.RemoveAsync(id));
			expect(fixture.call(() => queue.GetSizeAsync())).to.equal(2);
		});

		it("does nothing for an id that is unknown or used up, and refuses what is none", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fill(fixture, queue, ["a", "b"]);
			fixture.call(() => {
				const [, id] = queue.ReadAsync(1, false, 0);
				queue.RemoveAsync(id);
				queue.RemoveAsync(id);
				queue.RemoveAsync("unknown");
			});
			expect(fixture.call(() => queue.GetSizeAsync())).to.equal(1);
			expect(fixture.status(() => queue.RemoveAsync(""))).to.equal("InvalidRequest");
			expect(fixture.status(() => queue.RemoveAsync(undefined as never))).to.equal("InvalidRequest");
		});

		it("counts all items, or those that are visible", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fill(fixture, queue, ["a", "b", "c"]);
			read(fixture, queue, 2);
			expect(fixture.call(() => queue.GetSizeAsync())).to.equal(3);
			expect(fixture.call(() => queue.GetSizeAsync(false))).to.equal(3);
			expect(fixture.call(() => queue.GetSizeAsync(true))).to.equal(1);
		});

		it("loses items that expire, also while they are hidden", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fixture.call(() => {
				queue.AddAsync("a", 10);
				queue.AddAsync("b", 600);
			});
			expect(read(fixture, queue, 2)).to.equal("ab");
			fixture.run(10);
			expect(fixture.call(() => queue.GetSizeAsync())).to.equal(1);
			fixture.run(30);
			expect(read(fixture, queue, 2)).to.equal("b");
		});

		it("reads 1 to 100 items at once", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			for (const count of [0, 101, 1.5]) {
				expect(fixture.status(() => queue.ReadAsync(count, false, 0))).to.equal("InvalidRequest");
			}
			for (const count of [1, 100])
				expect(fixture.status(() => queue.ReadAsync(count, false, 0))).to.equal("Success");
		});

		it("gives all or nothing where asked to, and hides nothing then", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fill(fixture, queue, ["a", "b"]);
			expect(read(fixture, queue, 3, true)).to.equal("");
			expect(read(fixture, queue, 2, true)).to.equal("ab");
		});

		it("gives no items and no id when there are none and it does not wait", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			const [values, id] = fixture.call(() => {
				const [items, reading] = queue.ReadAsync(1, false, 0);
				return [items, reading] as const;
			});
			expect(values.size()).to.equal(0);
			expect(id).to.equal(undefined);
			expect(fixture.scheduler.now()).to.equal(0);
		});
	});

	describe("a waiting read", () => {
		it("tries every two seconds and returns what came meanwhile", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			const ended = fixture.start(() => joined(queue.ReadAsync(5, false, 20)[0]));
			fixture.run(2.5);
			fill(fixture, queue, ["a", "b"]);
			fixture.run(1.4);
			expect(ended.done).to.equal(false);
			fixture.run(0.1);
			expect(ended.result).to.equal("ab");
			expect(fixture.count("NoItemFound")).to.equal(2);
		});

		it("gives up when its time is over, with no items", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			const ended = fixture.start(() => queue.ReadAsync(5, false, 5)[0].size());
			fixture.run(4.9);
			expect(ended.done).to.equal(false);
			fixture.run(0.1);
			expect(ended.result).to.equal(0);
			expect(fixture.count("NoItemFound")).to.equal(3);
		});

		it("waits without end unless told otherwise", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			const [plain, negative] = [
				fixture.start(() => queue.ReadAsync(1)[0].size()),
				fixture.start(() => queue.ReadAsync(1, false, -1)[0].size()),
			];
			fixture.run(3600);
			expect(plain.done).to.equal(false);
			fill(fixture, queue, ["a", "b"]);
			fixture.run(2);
			expect(plain.result).to.equal(1);
			expect(negative.result).to.equal(1);
		});

		it("waits for all where it is all or nothing", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			fill(fixture, queue, ["a"]);
			const ended = fixture.start(() => joined(queue.ReadAsync(2, true, 60)[0]));
			fixture.run(10);
			expect(ended.done).to.equal(false);
			fill(fixture, queue, ["b"]);
			fixture.run(2);
			expect(ended.result).to.equal("ab");
		});

		it("gives each item to one of those who wait", () => {
			const fixture = new MemoryFixture();
			const waiting = [1, 2, 3].map(() => {
				const queue = fixture.service().GetQueue("q");
				return fixture.start(() => queue.ReadAsync(1)[0][0]);
			});
			fill(fixture, fixture.service().GetQueue("q"), ["a", "b", "c"]);
			fixture.run(3);
			expect(
				waiting
					.map(({ result }) => tostring(result))
					.sort()
					.join(""),
			).to.equal("abc");
		});

		it("ends with the failure of one of its tries", () => {
			const fixture = new MemoryFixture();
			const queue = fixture.service().GetQueue("q");
			const ended = fixture.start(() => queue.ReadAsync(1));
			fixture.run(5);
			fixture.cloud.setFaults({ memoryErrors: 1 });
			fixture.run(2);
			expect(ended.failure).to.equal("MemoryStoreService: InternalError. API: Queue.Read");
		});
	});
};
