/// <reference types="@rbxts/testez/globals" />
import { Generator } from "../support/generators";
import { inWorld } from "../support/world";

/** A contribution's text is its key, "=" and the value. */
const MOST_VALUE_BYTES = 8192 - "large=".size();

export = () => {
	describe("a value of 8 kB", () => {
		for (const seed of $range(1, 4)) {
			it(`arrives whole on every server at 5 % loss (seed ${seed})`, () => {
				inWorld({ seed, loss: 0.05, duplication: 0.05, reorderSeconds: 2 }, (world) => {
					const value = new Generator(seed).text(MOST_VALUE_BYTES - 3, MOST_VALUE_BYTES - 3);
					const peers = world.start(5);
					peers[0]!.put("large", value);
					world.until("everybody has it", 60, () => {
						for (const peer of peers) if (peer.get("large") !== value) return false;
						return true;
					});
					for (const peer of peers) expect(peer.fold.signals()).to.equal(1);
				});
			});
		}

		it("is the last one, though it was replaced before all of it was sent", () => {
			for (const seed of $range(11, 16)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const [first] = world.start(4);
					const values = ["a", "b", "c", "d"].map((letter) => string.rep(letter, 6000 + seed));
					values.forEach((value, index) => world.after(index * 0.7, () => first!.put("large", value)));
					world.run(60);
					for (const peer of world.live()) expect(peer.get("large")).to.equal(values[3]);
				});
			}
		});

		it("gives way to a short one, and a short one to it", () => {
			for (const seed of $range(21, 24)) {
				inWorld({ seed, loss: 0.1, reorderSeconds: 3 }, (world) => {
					const [first] = world.start(3);
					const large = string.rep("x", 5000);
					for (const index of $range(1, 12)) {
						first!.put("large", index % 2 === 0 ? `${index}${large}` : tostring(index));
						world.run(index);
					}
					world.run(40);
					for (const peer of world.live()) expect(peer.get("large")).to.equal(`12${large}`);
					first!.put("large", "short");
					world.run(30);
					world.expectAll("large=short@1");
				});
			}
		});

		it("is removed everywhere, though only parts of it had arrived", () => {
			inWorld({ seed: 31, loss: 0.2 }, (world) => {
				const [first] = world.start(4);
				first!.put("large", string.rep("x", 8000));
				world.run(1.3);
				first!.remove("large");
				world.run(60);
				world.expectAll("");
			});
		});

		it("can be had by the server that contributed another one at the same time", () => {
			for (const seed of $range(41, 44)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const [first, second] = world.start(4);
					first!.put("large", string.rep("1", 7000));
					second!.put("large", string.rep("2", 7000));
					world.run(60);
					world.agreed();
					expect(world.live()[0]!.pool.Size()).to.equal(1);
				});
			}
		});

		it("reaches a server that joins while it is being sent", () => {
			for (const seed of $range(51, 54)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const [first] = world.start(3);
					first!.put("large", string.rep("x", 8000));
					world.run(1 + (seed % 4) / 2);
					const [joiner] = world.add();
					world.run(60);
					expect(joiner!.get("large")).to.equal(string.rep("x", 8000));
				});
			}
		});

		it("does not hold up what is contributed after it for long", () => {
			inWorld({ seed: 61 }, (world) => {
				const [first, second] = world.start(4);
				for (const index of $range(1, 5)) first!.put(`large${index}`, string.rep("x", 8000));
				first!.put("short", "late");
				world.until("the short one is there", 70, () => second!.get("short") === "late");
				world.run(120);
				expect(second!.pool.Size()).to.equal(6);
				world.agreed();
			});
		});
	});
};
