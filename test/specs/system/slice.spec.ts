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

		it("works in a game in which one server broadcasts for all", () => {
			inArena({ servers: 16, seed: 2 }, (arena) => {
				const [first] = arena.servers;
				arena.until("a hub", 120, () => first!.Cluster.GetStatistics().Regime === "hub");
				arena.setDisplays(arena.servers[3]!, ["d1", "d2", "d3", "d4", "d5", "d6"]);
				arena.untilStable(120);
				const caller = arena.otherThan(arena.mustHost("d4"));
				const { told } = arena.follow(caller, 4, "input");
				const call = caller.Do(() =>
					arena.module(caller, 4).Call("switch_input", ["dp"], { deadlineSeconds: 20 }),
				);
				expect(arena.world.Settle(call, 25)).to.equal("d4 dp");
				arena.until("told", 20, () => told.size() > 0);
				expect(told.join(", ")).to.equal("dp current");
			});
		});
	});
};
