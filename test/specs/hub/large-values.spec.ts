/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

const SERVERS = 14;

export = () => {
	describe("a value of several messages, where a hub broadcasts for all", () => {
		for (const [who, number] of [
			["the hub", 1],
			["another server", 5],
		] as const) {
			it(`arrives everywhere from ${who}`, () => {
				for (const length of [1216, 1670, 5000]) {
					inWorld({ seed: 1 }, (world) => {
						const peers = world.start(SERVERS);
						world.run(30);
						const value = string.rep("x", length);
						peers[number - 1]!.put("long", value);
						world.until("all have it", 40, () => peers.every((peer) => peer.get("long") === value));
					});
				}
			});
		}
	});
};
