/// <reference types="@rbxts/testez/globals" />
import { inArena } from "../support/arena";

export = () => {
	describe("a system over several servers", () => {
		it("is found, followed and called from each of them", () => {
			inArena({ servers: 3, seed: 1 }, (arena) => {
				arena.world.Run(5);
				arena.setDisplays(arena.servers[0]!, ["d1", "d2", "d3"]);
				arena.untilStable();
				const host = arena.mustHost("d2");
				const follower = arena.otherThan(host);
				const told = new Array<string>();
				const proxy = arena.module(follower, 2);
				follower.Do(() =>
					proxy.Subscribe("input", (value, about) => {
						told.push(`${value} ${about.Reason} ${about.ModuleId}`);
					}),
				);
				const answer = arena.world.Settle(
					follower.Do(() => proxy.Call("switch_input", { input: "hdmi" })),
					10,
				);
				expect(answer).to.equal("d2 hdmi");
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("hdmi current d2");
				expect(proxy.GetHost()).to.equal(host.ServerId);
				expect(arena.runs.get("d2 hdmi")).to.equal(1);
			});
		});
	});
};
