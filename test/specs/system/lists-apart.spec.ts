/// <reference types="@rbxts/testez/globals" />
import { DefineModule, System, Systems } from "../../../src/system";
import { VirtualGame } from "../../../src/testing";

export = () => {
	describe("a system whose list is set by servers that do not know each other yet", () => {
		it("comes to the same list everywhere, though clocks differ", () => {
			for (const seed of $range(1, 8)) {
				const world = VirtualGame({ seed });
				const servers = [1, 2, 3].map((number) => {
					const server = world.AddServer();
					// The one that says it last has the earliest time.
					server.JumpClock(-2 * number);
					server.Do(() => {
						const Display = DefineModule("Display", {}, () => ({}));
						System("arena").SetModules([{ id: "display", module: Display }]);
					});
					world.Run(0.5);
					return server;
				});
				const isSettled = () =>
					servers.every((server) =>
						server.Do(() => System("arena").IsIndexed() && Systems().GetState() === "stable"),
					);
				expect(world.RunUntil(isSettled, 60)).to.equal(true);
				expect(world.Errors.size()).to.equal(0);
				world.Destroy();
			}
		});
	});
};
