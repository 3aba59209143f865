/// <reference types="@rbxts/testez/globals" />
import { VirtualGame, VirtualServer } from "../../../src/testing";

/** Announcement, spread, intention and the time in which an answer would have come, with a claim that is heard by its author. */
const ALONE_WITHIN_SECONDS = 8.6;
const REPEATED_AFTER_SECONDS = 2.2;

function becomesReady(server: VirtualServer): () => boolean {
	let isReady = false;
	server.Do(() => {
		server.Cluster.WaitUntilReady().then(() => (isReady = true));
	});
	return () => isReady;
}

export = () => {
	describe("a server that is alone", () => {
		it("takes its claim for unanswered once it came back, and does not wait for that of the repetition", () => {
			for (const seed of $range(1, 30)) {
				const world = VirtualGame({ seed, loss: 0 });
				const server = world.AddServer({ players: 20 });
				expect(world.RunUntil(becomesReady(server), 20)).to.equal(true);
				if (world.Now() > ALONE_WITHIN_SECONDS) error(`seed ${seed}: ready after ${world.Now()} s`);
				world.Destroy();
			}
		});

		it("waits for the repetition where the claim did not come back", () => {
			const world = VirtualGame({ seed: 1, loss: 0 });
			let claimedAtSeconds: number | undefined;
			world.SetFilter((_sender, _receiver, topic) => {
				if (string.match(topic, "/all/(%d+)$")[0] === undefined) return "deliver";
				claimedAtSeconds ??= world.Now();
				return world.Now() < claimedAtSeconds + 1 ? "drop" : "deliver";
			});
			const server = world.AddServer({ players: 20 });
			expect(world.RunUntil(becomesReady(server), 20)).to.equal(true);
			expect(world.Now() - claimedAtSeconds! > REPEATED_AFTER_SECONDS + 2).to.equal(true);
			world.Destroy();
		});
	});
};
