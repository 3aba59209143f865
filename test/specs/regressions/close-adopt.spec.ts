/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	for (const delay of [0.3, 1])
		it(`R23c the last changes of a closing server reach others, delays of ${delay} to 2 s less that, no loss`, () => {
			let lost = 0;
			const words = new Array<string>();
			for (const seed of $range(1, 20)) {
				inWorld({ seed, onOwnerGone: "adopt" }, (world) => {
					const [first, second] = world.start(3);
					world.emulated.SetFaults({ loss: 0, delaySeconds: [delay, 2 - delay] });
					for (const index of $range(1, 20)) first!.put(`k${index}`, string.rep("x", 300));
					first!.server.Close();
					world.run(10);
					const early = second!.pool.Size();
					const early3 = world.peers[2]!.pool.Size();
					world.run(200);
					lost += 20 - second!.pool.Size();
					words.push(`${early},${early3}:${second!.pool.Size()}`);
				});
			}
			expect(lost).to.equal(0);
		});
};
