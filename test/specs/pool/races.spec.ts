/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";

/** A removal and a claim meet most closely when one arrives while the other waits to be sent: about a second apart here. */
const FIRST_OFFSET_SECONDS = -0.3;
const LAST_OFFSET_SECONDS = 1.6;
const STEP_SECONDS = 0.02;

/** Two servers, of which the second owns the key, and a delivery that always takes a second; then `race` at every offset. */
function atEveryOffset(race: (world: World, first: Peer, second: Peer, offset: number) => void): void {
	inWorld({ seed: 1, delaySeconds: [1, 1] }, (world) => {
		const [first, second] = world.start(3);
		let number = 0;
		for (const offset of $range(FIRST_OFFSET_SECONDS, LAST_OFFSET_SECONDS, STEP_SECONDS)) {
			number += 1;
			race(world, first!, second!, offset);
			// Apart from each other, so that none waits for the budget.
			if (number % 5 === 0) world.run(20);
		}
		world.run(40);
	});
}

/** Runs one action now, the other so many seconds later, or earlier. */
function apart(world: World, offset: number, one: () => void, other: () => void): void {
	const start = 0.5;
	world.after(start, one);
	world.after(start + offset, other);
	world.run(3);
}

export = () => {
	describe("a key", () => {
		it("stays with whoever claimed it, at whatever moment its former owner removes it", () => {
			atEveryOffset((world, first, second, offset) => {
				const key = string.format("k%.2f", offset);
				second.put(key, "old");
				world.run(3);
				let claimed = false;
				let removedBefore = false;
				apart(
					world,
					offset,
					() => {
						first.put(key, "new");
						claimed = true;
					},
					() => {
						if (second.remove(key)) removedBefore = !claimed;
					},
				);
				world.run(3);
				for (const peer of world.live()) {
					if (peer.get(key) !== "new") {
						error(
							`at ${offset} s, removed ${removedBefore ? "before" : "after"}: ${peer.number} has ${peer.get(key)}`,
						);
					}
					expect(peer.pool.GetOwner(key)).to.equal(first.id);
				}
			});
		});

		it("has the same owner and value everywhere, at whatever moment two servers claim it", () => {
			atEveryOffset((world, first, second, offset) => {
				const key = string.format("k%.2f", offset);
				apart(
					world,
					offset,
					() => first.put(key, "first"),
					() => second.put(key, "second"),
				);
				world.run(3);
				const later = offset > 0 ? second : first;
				if (offset !== 0) for (const peer of world.live()) expect(peer.pool.GetOwner(key)).to.equal(later.id);
				expect(world.isAgreed()).to.equal(true);
			});
		});

		it("comes back with the value that was contributed right after it was removed", () => {
			atEveryOffset((world, first, _second, offset) => {
				const key = string.format("k%.2f", offset);
				first.put(key, "old");
				world.run(3);
				first.remove(key);
				world.run(math.max(0, offset));
				first.put(key, "new");
				world.run(3);
				for (const peer of world.live()) expect(peer.get(key)).to.equal("new");
			});
		});
	});
};
