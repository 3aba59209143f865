/// <reference types="@rbxts/testez/globals" />
import { RandomStream, draw, drawBetween, drawGuid, hashText, mix, streamKey } from "../../../src/testing/random";

export = () => {
	describe("random draws", () => {
		it("depend on seed, stream and number, and on nothing else", () => {
			const key = streamKey(42, "loss");
			const drawn = draw(key, 1000);
			for (const counter of $range(1, 100)) draw(key, counter);
			expect(draw(streamKey(42, "loss"), 1000)).to.equal(drawn);
			expect(draw(streamKey(43, "loss"), 1000) === drawn).to.equal(false);
			expect(draw(streamKey(42, "delay"), 1000) === drawn).to.equal(false);
			expect(draw(key, 1001) === drawn).to.equal(false);
		});

		it("are the same on every machine", () => {
			expect(hashText("")).to.equal(2696557840);
			expect(hashText("loss")).to.equal(3023777670);
			expect(mix(1, 2)).to.equal(2996576681);
			expect(mix(0xffffffff, 0xfffffffe)).to.equal(4110698930);
		});

		it("are 32-bit numbers", () => {
			let value = 0xffffffff;
			for (const counter of $range(1, 1000)) {
				value = mix(value, 0xffffffff - counter);
				expect(value >= 0 && value <= 0xffffffff && value === math.floor(value)).to.equal(true);
			}
		});

		it("are uniform", () => {
			// Chi-squared of 100 buckets: above 150 happens to one stream in a thousand. These are fixed streams.
			for (const name of ["loss", "delay", "a", "b"]) {
				const key = streamKey(7, name);
				const buckets = new Array<number>(100, 0);
				for (const counter of $range(1, 10000)) buckets[math.floor(draw(key, counter) * 100)]! += 1;
				let chiSquared = 0;
				for (const inBucket of buckets) chiSquared += (inBucket - 100) ** 2 / 100;
				expect(chiSquared < 150).to.equal(true);
				expect(chiSquared > 55).to.equal(true);
			}
		});

		it("do not depend on the draw before, nor on the same draw of a neighbouring key", () => {
			const key = streamKey(7, "correlation");
			let withNext = 0;
			let withNeighbour = 0;
			for (const counter of $range(1, 10000)) {
				const value = draw(key, counter) - 0.5;
				withNext += value * (draw(key, counter + 1) - 0.5);
				withNeighbour += value * (draw((key + 1) % 2 ** 32, counter) - 0.5);
			}
			// The standard deviation of these sums is 8.3.
			expect(math.abs(withNext) < 30).to.equal(true);
			expect(math.abs(withNeighbour) < 30).to.equal(true);
		});

		it("stay between the bounds asked for", () => {
			for (const counter of $range(1, 1000)) {
				const value = drawBetween(5, counter, [0.3, 2]);
				expect(value >= 0.3 && value < 2).to.equal(true);
			}
		});
	});

	describe("GUIDs", () => {
		it("have the shape of real ones, and differ", () => {
			const seen = new Set<string>();
			for (const counter of $range(1, 1000)) {
				const guid = drawGuid(1, counter);
				const [first] = string.find(guid, "^%x+%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x+$");
				expect(first).to.equal(1);
				expect(guid.size()).to.equal(36);
				expect(seen.has(guid)).to.equal(false);
				seen.add(guid);
			}
		});
	});

	describe("RandomStream", () => {
		it("repeats itself for the same seed and name", () => {
			const [one, two] = [new RandomStream(3, "x"), new RandomStream(3, "x")];
			for (const _ of $range(1, 10)) expect(one.next()).to.equal(two.next());
			expect(one.nextGuid()).to.equal(two.nextGuid());
		});
	});
};
