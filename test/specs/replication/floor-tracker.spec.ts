/// <reference types="@rbxts/testez/globals" />
import { FloorTracker } from "../../../src/replication/floor-tracker";
import { property } from "../support/generators";

export = () => {
	describe("the floor of what has been sent", () => {
		it("is below everything that waits, and never falls", () => {
			property(500, (generate) => {
				const tracker = new FloorTracker();
				const waiting = new Array<{ stamp: number; generation: number }>();
				let now = 1000;
				let floor = 0;
				for (const _ of $range(1, 150)) {
					now += generate.integer(0, 20);
					const kind = generate.integer(1, 4);
					if (kind <= 2) waiting.push({ stamp: now, generation: tracker.enqueued() });
					else if (kind === 3 && !waiting.isEmpty()) {
						const index = generate.integer(0, waiting.size() - 1);
						tracker.left(waiting.remove(index)!.generation);
					} else {
						const stated = tracker.floor(now);
						for (const { stamp } of waiting) {
							if (stated >= stamp) error(`${stated} is stated while ${stamp} waits`);
						}
						if (stated >= now) error(`${stated} is not before the present, ${now}`);
						if (stated < floor) error(`fell from ${floor} to ${stated}`);
						floor = stated;
					}
				}
			});
		});

		it("is the present, but for what is to come, when nothing waits", () => {
			const tracker = new FloorTracker();
			expect(tracker.floor(500)).to.equal(499);
			tracker.left(tracker.enqueued());
			expect(tracker.floor(900)).to.equal(899);
		});

		it("advances though the queue is never empty", () => {
			const tracker = new FloorTracker();
			let generation = tracker.enqueued();
			for (const now of $range(1000, 20000, 100)) {
				const later = tracker.enqueued();
				tracker.left(generation);
				generation = later;
				const floor = tracker.floor(now);
				if (now > 2000) expect(floor >= now - 301).to.equal(true);
			}
		});

		it("stays where it is while one thing waits for long", () => {
			const tracker = new FloorTracker();
			tracker.floor(1000);
			const stuck = tracker.enqueued();
			for (const now of $range(1100, 9000, 100)) {
				tracker.left(tracker.enqueued());
				expect(tracker.floor(now) < 1100).to.equal(true);
			}
			tracker.left(stuck);
			tracker.floor(9100);
			expect(tracker.floor(9200)).to.equal(9199);
		});

		it("begins anew with a new stream, and waits for what that says again", () => {
			const tracker = new FloorTracker();
			expect(tracker.floor(5000)).to.equal(4999);
			tracker.restart();
			expect(tracker.floor(6000)).to.equal(0);
			const again = tracker.enqueued();
			tracker.release();
			expect(tracker.floor(6100)).to.equal(0);
			tracker.left(again);
			tracker.floor(6200);
			expect(tracker.floor(6300)).to.equal(6299);
		});
	});
};
