import { HEAD_START_SECONDS, OutboxQueue, Slot } from "../../../src/outbox/queue";
import { Generator, property } from "../support/generators";

/** The same queue as a plain list that is searched from end to end. */
class ListQueue {
	public slots = new Array<{ key: string; value: number; priority: number; at: number; sequence: number }>();
	private sequence = 0;

	public put(key: string, priority: number, at: number, value: number): void {
		const waiting = this.slots.find((slot) => slot.key === key);
		this.sequence += 1;
		if (waiting) waiting.value = value;
		else this.slots.push({ key, value, priority, at, sequence: this.sequence });
	}

	public first(): number | undefined {
		let best: number | undefined;
		for (const index of $range(0, this.slots.size() - 1)) {
			if (best === undefined || this.goesBefore(this.slots[index]!, this.slots[best]!)) best = index;
		}
		return best;
	}

	public oldestAgeSeconds(now: number): number {
		let age = 0;
		for (const slot of this.slots) age = math.max(age, now - slot.at);
		return age;
	}

	private goesBefore(left: ListQueue["slots"][number], right: ListQueue["slots"][number]): boolean {
		const leftRank = left.at - left.priority * HEAD_START_SECONDS;
		const rightRank = right.at - right.priority * HEAD_START_SECONDS;
		return leftRank < rightRank || (leftRank === rightRank && left.sequence < right.sequence);
	}
}

function sameSlot(slot: Slot<number> | undefined, expected: ListQueue["slots"][number] | undefined): boolean {
	if (!slot || !expected) return slot === undefined && expected === undefined;
	return (
		slot.key === expected.key &&
		slot.value === expected.value &&
		slot.priority === expected.priority &&
		slot.enqueuedAtSeconds === expected.at
	);
}

function playAgainstList(generate: Generator): void {
	const queue = new OutboxQueue<number>();
	const list = new ListQueue();
	let now = generate.integer(0, 1000);
	const keys = generate.pick([3, 20, 200]);
	const taken = new Array<{ slot: Slot<number>; twin: ListQueue["slots"][number] }>();
	for (const step of $range(1, generate.integer(1, 120))) {
		if (generate.oneIn(3)) now += generate.pick([0.25, 1, 10, 40]);
		const key = `k${generate.integer(1, keys)}`;
		const operation = generate.integer(1, 8);
		if (operation <= 4) {
			const priority = generate.integer(-2, 4);
			queue.put(key, priority, now, step);
			list.put(key, priority, now, step);
		} else if (operation <= 6) {
			const index = list.first();
			const twin = index === undefined ? undefined : list.slots[index];
			assert(sameSlot(queue.peek(), twin), "peek");
			const slot = queue.take();
			assert(sameSlot(slot, twin), "take");
			if (slot && twin) {
				list.slots = list.slots.filter((other) => other !== twin);
				taken.push({ slot, twin });
			}
		} else if (operation === 7) {
			const last = taken.pop();
			if (!last) continue;
			queue.putBack(last.slot);
			const waiting = list.slots.find((slot) => slot.key === last.slot.key);
			list.slots = list.slots.filter((slot) => slot !== waiting);
			list.slots.push({ ...last.twin, value: waiting ? waiting.value : last.twin.value });
		} else {
			const had = list.slots.some((slot) => slot.key === key);
			assert(queue.remove(key) === had, "remove");
			list.slots = list.slots.filter((slot) => slot.key !== key);
		}
		assert(queue.size() === list.slots.size(), "size");
		assert(queue.get(key) === list.slots.find((slot) => slot.key === key)?.value, "get");
		assert(math.abs(queue.oldestAgeSeconds(now) - list.oldestAgeSeconds(now)) < 1e-9, "age");
	}
}

export = () => {
	describe("OutboxQueue", () => {
		it("behaves like a sorted list", () => {
			property(2000, playAgainstList);
		});

		it("replaces a waiting value in place, with the older one's priority and age", () => {
			const queue = new OutboxQueue<string>();
			queue.put("first", 0, 0, "old");
			queue.put("second", 0, 1, "other");
			queue.put("first", 9, 5, "new");
			expect(queue.size()).to.equal(2);
			const slot = queue.take()!;
			expect(slot.key).to.equal("first");
			expect(slot.value).to.equal("new");
			expect(slot.priority).to.equal(0);
			expect(slot.enqueuedAtSeconds).to.equal(0);
		});

		it("sends higher priorities first", () => {
			const queue = new OutboxQueue<number>();
			queue.put("low", 0, 0, 1);
			queue.put("high", 1, 9, 2);
			expect(queue.take()!.key).to.equal("high");
		});

		it("starves nothing: after its head start, a higher priority no longer goes first", () => {
			const queue = new OutboxQueue<number>();
			queue.put("patient", 0, 0, 0);
			let sentBefore = 0;
			for (const second of $range(0, 100)) {
				queue.put(`urgent${second}`, 3, second, 0);
				if (queue.take()!.key === "patient") break;
				sentBefore += 1;
			}
			// Thirty seconds of head start; at thirty the ranks are equal, and who came first goes first.
			expect(sentBefore).to.equal(30);
		});

		it("keeps the place of what is put back, and the newer value if there is one", () => {
			const queue = new OutboxQueue<string>();
			queue.put("a", 0, 0, "a1");
			queue.put("b", 0, 1, "b1");
			const slot = queue.take()!;
			queue.put("a", 0, 2, "a2");
			queue.putBack(slot);
			expect(queue.size()).to.equal(2);
			expect(queue.oldestAgeSeconds(2)).to.equal(2);
			const again = queue.take()!;
			expect(again.key).to.equal("a");
			expect(again.value).to.equal("a2");
			expect(again.enqueuedAtSeconds).to.equal(0);
		});

		it("holds ten thousand keys in order", () => {
			const queue = new OutboxQueue<number>();
			const generate = new Generator(1);
			for (const index of $range(1, 10_000)) queue.put(`k${index}`, generate.integer(0, 5), index / 100, index);
			for (const index of $range(1, 10_000, 3)) queue.remove(`k${index}`);
			let former = -math.huge;
			while (queue.size() > 0) {
				const slot = queue.take()!;
				const rank = slot.enqueuedAtSeconds - slot.priority * HEAD_START_SECONDS;
				assert(rank >= former, "ranks ascend");
				former = rank;
			}
			expect(queue.take()).to.equal(undefined);
			expect(queue.oldestAgeSeconds(0)).to.equal(0);
		});
	});
};
