/// <reference types="@rbxts/testez/globals" />
import { MinuteWindow } from "../../../src/testing/minute-window";
import { RandomStream } from "../../../src/testing/random";

export = () => {
	describe("MinuteWindow", () => {
		it("counts what happened in the last sixty seconds, like a list of everything would", () => {
			for (const seed of $range(1, 20)) {
				const random = new RandomStream(seed, "window");
				const window = new MinuteWindow("sliding");
				const everything = new Array<{ time: number; count: number }>();
				let now = 0;
				for (const _ of $range(1, 300)) {
					if (random.next() < 0.7) now += random.next() * 5;
					const count = math.floor(random.next() * 10);
					window.add(now, count);
					everything.push({ time: now, count });
					let expected = 0;
					for (const event of everything) if (now - event.time < 60) expected += event.count;
					expect(window.used(now)).to.equal(expected);
				}
			}
		});

		it("lets go of a minute exactly when it has passed", () => {
			const window = new MinuteWindow("sliding");
			window.add(1, 5);
			expect(window.used(60.999)).to.equal(5);
			expect(window.used(61)).to.equal(0);
		});

		it("with fixed minutes starts anew each minute, and still measures sliding ones", () => {
			const window = new MinuteWindow("fixed");
			window.add(59, 5);
			window.add(61, 3);
			expect(window.used(61)).to.equal(3);
			expect(window.lastMinute(61)).to.equal(8);
			expect(window.used(120)).to.equal(0);
		});
	});
};
