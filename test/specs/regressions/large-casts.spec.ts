/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	describe("values in parts of several servers that wait at the hub at once", () => {
		it("are cast one after the other", () => {
			for (const seed of $range(1, 4)) {
				inWorld({ seed }, (world) => {
					const peers = world.start(16);
					world.run(10);
					for (const index of [4, 7, 10]) peers[index]!.put(`k${index}`, string.rep("long ", 600));
					world.until("all have them", 60, () => world.isAgreed() && peers[0]!.pool.Size() === 3);
				});
			}
		});
	});
};
