/// <reference types="@rbxts/testez/globals" />
import { Generator } from "../support/generators";
import { inWorld } from "../support/world";
import { courseOf, ending } from "./courses";

const DAY_SECONDS = 24 * 3600;

export = () => {
	describe("clocks that are all shifted alike", () => {
		it("change nothing: the same messages at the same times, and the same state", () => {
			const course = { servers: 4, seconds: 40, deeds: courseOf(1, 4, 40, 50) };
			const faults = { loss: 0.1, duplication: 0.1 };
			const present = ending({ seed: 3 }, course, faults);
			for (const shift of [-3 * 365 * DAY_SECONDS, -1, 17 * 365 * DAY_SECONDS]) {
				const shifted = ending({ seed: 3, clockSkewSeconds: [shift, shift] }, course, faults);
				expect(shifted.view).to.equal(present.view);
				expect(shifted.publishes).to.equal(present.publishes);
				expect(shifted.hash).to.equal(present.hash);
			}
		});
	});

	describe("a clock that is wrong", () => {
		for (const skew of [-300, -20, 20, 300]) {
			it(`by ${skew} s reorders nothing that follows from something else`, () => {
				inWorld({ seed: 7 + skew }, (world) => {
					const draw = new Generator(1000 + skew);
					const [wrong] = world.start(1, { clockSkewSeconds: skew });
					const peers = [wrong!, ...world.start(2)];
					for (const round of $range(1, 12)) {
						const peer = draw.pick(peers);
						const before = peer.get("key");
						// It may change its mind before anybody heard of it.
						if (draw.oneIn(3)) peer.put("key", `draft ${round}`);
						if (draw.oneIn(3) && peer.get("key") !== before) peer.remove("key");
						peer.put("key", `v${round}`);
						world.run(draw.integer(6, 9));
						world.expectAll(`key=v${round}@${peer.number}`);
					}
				});
			});
		}

		it("reorders what is done apart from each other by no more than it is wrong", () => {
			for (const skew of [-20, 20]) {
				inWorld({ seed: 30 + skew }, (world) => {
					const [wrong] = world.start(1, { clockSkewSeconds: skew });
					const [right] = world.start(1);
					// Nobody hears of anything for a while; what comes before and after is the same whatever the clocks say.
					for (const [key, first, second] of [
						["early", wrong!, right!],
						["late", right!, wrong!],
					] as const) {
						world.partition((number) => number);
						first.put(key, "first");
						world.run(21);
						second.put(key, "second");
						world.run(1);
						world.heal();
						world.run(20);
						expect(wrong!.get(key)).to.equal("second");
						expect(right!.get(key)).to.equal("second");
					}
				});
			}
		});

		it("does not keep what its server contributes right after a removal from winning over what it removed", () => {
			inWorld({ seed: 5 }, (world) => {
				const [behind] = world.start(1, { clockSkewSeconds: -200 });
				const [ahead] = world.start(1, { clockSkewSeconds: 200 });
				ahead!.put("other");
				for (const round of $range(1, 5)) {
					world.run(8);
					behind!.put("key", `old ${round}`);
					world.run(0.4);
					behind!.remove("key");
					behind!.put("key", `new ${round}`);
					world.run(6);
					world.expectAll(`key=new ${round}@1 other=1@2`);
				}
			});
		});
	});
};
