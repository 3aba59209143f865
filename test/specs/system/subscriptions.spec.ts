/// <reference types="@rbxts/testez/globals" />
import { SubscriptionOwner, Systems } from "../../../src/system";
import { VirtualServer } from "../../../src/testing";
import { Arena, inArena } from "../support/arena";

/** Two servers; the module is followed on the one that does not run it. */
function apart(
	seed: number,
	ids: ReadonlyArray<string>,
	scenario: (arena: Arena, follower: VirtualServer) => void,
	allowsErrors = false,
): void {
	inArena(
		{ servers: 2, seed },
		(arena) => {
			arena.setDisplays(arena.servers[0]!, ids);
			arena.untilStable();
			scenario(arena, arena.otherThan(arena.mustHost(ids[0]!)));
		},
		allowsErrors,
	);
}

export = () => {
	describe("a subscriber", () => {
		it("P-10: is told the present value once", () => {
			apart(1, ["d1"], (arena, follower) => {
				arena.change("d1", (status) => status.Set("input", "hdmi"));
				arena.world.Run(5);
				const { told } = arena.follow(follower, 1, "input");
				expect(told.size()).to.equal(0);
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("hdmi current");
			});
		});

		it("P-11: is always told a value that is set right after it subscribed, twenty times", () => {
			apart(2, ["d1"], (arena, follower) => {
				for (const round of $range(1, 20)) {
					const host = arena.mustHost("d1");
					arena.change("d1", (status) => status.Set("count", undefined));
					arena.world.Run(4);
					const far = arena.follow(follower, 1, "count");
					const near = arena.follow(host, 1, "count");
					arena.change("d1", (status) => status.Set("count", round));
					arena.world.Run(4);
					expect(far.told.join(", ")).to.equal(`${round} current`);
					expect(near.told.join(", ")).to.equal(`${round} current`);
					far.stop();
					near.stop();
				}
			});
		});

		it("P-13: may follow what does not exist yet", () => {
			apart(3, ["d1"], (arena, follower) => {
				const { told } = arena.follow(follower, 2, "input");
				arena.world.Run(5);
				expect(arena.module(follower, 2).GetId()).to.equal(undefined);
				expect(told.size()).to.equal(0);
				arena.setDisplays(follower, ["d1", "d2"]);
				arena.untilStable();
				arena.change("d2", (status) => status.Set("input", "dp"));
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("dp current");
			});
		});

		it("P-14: is moved to the module that has the place now, and hears nothing more of the former one", () => {
			apart(4, ["m1", "m2"], (arena, follower) => {
				arena.change("m1", (status) => status.Set("input", "one"));
				arena.change("m2", (status) => status.Set("input", "two"));
				arena.world.Run(5);
				const { told } = arena.follow(follower, 1, "input");
				arena.world.Run(1);
				arena.setDisplays(follower, ["m2", "m1"]);
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("one current, two remapped");
				arena.change("m1", (status) => status.Set("input", "one more"));
				arena.world.Run(5);
				expect(told.size()).to.equal(2);
				arena.change("m2", (status) => status.Set("input", "two more"));
				arena.world.Run(5);
				expect(told[2]).to.equal("two more changed");
			});
		});

		it("is told undefined where the place has no module any more, or one without the value", () => {
			apart(5, ["m1", "m2"], (arena, follower) => {
				arena.change("m1", (status) => status.Set("input", "one"));
				arena.world.Run(5);
				const { told } = arena.follow(follower, 1, "input");
				arena.world.Run(1);
				arena.setDisplays(follower, ["m2", "m1"]);
				arena.world.Run(5);
				arena.setDisplays(follower, ["m1", "m2"]);
				arena.world.Run(5);
				arena.setDisplays(follower, []);
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("one current, nil remapped, one remapped, nil unmapped");
			});
		});

		it("P-17: is told nothing where its place stays as it was", () => {
			apart(6, ["m1", "m2", "m3"], (arena, follower) => {
				arena.change("m1", (status) => status.Set("input", "one"));
				arena.world.Run(5);
				const { told } = arena.follow(follower, 1, "input");
				arena.world.Run(1);
				arena.setDisplays(follower, ["m1", "m3", "m2"]);
				arena.untilStable();
				expect(told.join(", ")).to.equal("one current");
			});
		});

		it("P-19: is moved though another one waits for ever", () => {
			apart(7, ["m1", "m2"], (arena, follower) => {
				arena.change("m2", (status) => {
					status.Set("input", "two");
					status.Set("count", 2);
					status.Set("power", true);
				});
				arena.world.Run(5);
				const proxy = arena.module(follower, 1);
				follower.Do(() => proxy.Subscribe("input", () => coroutine.yield()));
				const others = [arena.follow(follower, 1, "count"), arena.follow(follower, 1, "power")];
				arena.setDisplays(follower, ["m2", "m1"]);
				arena.world.Run(1);
				expect(others.map(({ told }) => told.join(" ")).join(", ")).to.equal("2 current, true current");
			});
		});

		it("P-20: shares what it follows with others, and the last one ends it", () => {
			apart(8, ["d1"], (arena, follower) => {
				const first = arena.follow(follower, 1, "input");
				const second = arena.follow(follower, 1, "input");
				const { subscriptions } = arena.systems(follower);
				expect(subscriptions.bindingCount()).to.equal(1);
				first.stop();
				first.stop();
				arena.change("d1", (status) => status.Set("input", "dp"));
				arena.world.Run(5);
				expect(first.told.size()).to.equal(0);
				expect(second.told.join(", ")).to.equal("dp current");
				second.stop();
				expect(subscriptions.bindingCount()).to.equal(0);
			});
		});

		it("P-25: that throws is reported, and told the next value all the same, as others are", () => {
			apart(
				9,
				["d1"],
				(arena, follower) => {
					const got = new Array<string>();
					const proxy = arena.module(follower, 1);
					follower.Do(() =>
						proxy.Subscribe("count", (value) => {
							got.push(tostring(value));
							error("oh no", 0);
						}),
					);
					const other = arena.follow(follower, 1, "count");
					for (const count of $range(1, 2)) {
						arena.change("d1", (status) => status.Set("count", count));
						arena.world.Run(5);
					}
					expect(got.join(" ")).to.equal("1 2");
					expect(other.told.size()).to.equal(2);
					expect(arena.world.Errors.size()).to.equal(2);
				},
				true,
			);
		});

		it("P-26: hears nothing more once its owner is terminated, and with that owner there are no new ones", () => {
			apart(10, ["d1", "d2"], (arena, follower) => {
				const owner = SubscriptionOwner();
				const first = arena.follow(follower, 1, "count", owner);
				const second = arena.follow(follower, 2, "count", owner);
				const kept = arena.follow(follower, 1, "count");
				owner.Terminate();
				arena.change("d1", (status) => status.Set("count", 1));
				arena.change("d2", (status) => status.Set("count", 2));
				arena.world.Run(5);
				expect(first.told.size() + second.told.size()).to.equal(0);
				expect(kept.told.size()).to.equal(1);
				expect(owner.IsTerminated()).to.equal(true);
				expect(() => arena.follow(follower, 1, "count", owner)).to.throw();
			});
		});

		it("P-27: is told values in order however slow it is, the last one always", () => {
			apart(11, ["d1"], (arena) => {
				const host = arena.mustHost("d1");
				const got = new Array<number>();
				const proxy = arena.module(host, 1);
				host.Do(() =>
					proxy.Subscribe("count", (value) => {
						host.Engine.task.wait(0.5);
						got.push(value!);
					}),
				);
				for (const count of $range(1, 100)) {
					arena.change("d1", (status) => status.Set("count", count));
					arena.world.Run(0.02);
				}
				arena.world.Run(60);
				expect(got[got.size() - 1]).to.equal(100);
				for (const index of $range(1, got.size() - 1)) expect(got[index]! > got[index - 1]!).to.equal(true);
				expect(arena.systems(host).GetStatistics().Overflowed > 0).to.equal(true);
			});
		});

		it("P-28: may set the very value that it follows, which it is told afterwards", () => {
			apart(12, ["d1"], (arena) => {
				const host = arena.mustHost("d1");
				const got = new Array<string>();
				const status = arena.status("d1");
				const proxy = arena.module(host, 1);
				let depth = 0;
				host.Do(() =>
					proxy.Subscribe("count", (value) => {
						depth += 1;
						got.push(`${value}@${depth}`);
						if (value! < 5) status.Set("count", value! + 1);
						depth -= 1;
					}),
				);
				arena.change("d1", () => status.Set("count", 1));
				arena.world.Run(5);
				expect(got.join(" ")).to.equal("1@1 2@1 3@1 4@1 5@1");
			});
		});
	});

	describe("following while things go wrong", () => {
		it("P-23: a value that cannot be read disturbs no other, and is told once it can", () => {
			apart(13, ["d1"], (arena, follower) => {
				const { told } = arena.follow(follower, 1, "count");
				const other = arena.follow(follower, 1, "input");
				const systems = arena.systems(arena.mustHost("d1"));
				const term = systems.hosting.find("d1")!.term;
				arena.mustHost("d1").Do(() => {
					// Of another version: not what this server's definition allows.
					systems.directory.status.put("d1", "count", `${string.format("%.0f", term)} 500="many"`);
					arena.status("d1").Set("input", "dp");
				});
				arena.world.Run(5);
				expect(told.size()).to.equal(0);
				expect(other.told.join(", ")).to.equal("dp current");
				arena
					.mustHost("d1")
					.Do(() => systems.directory.status.put("d1", "count", `${string.format("%.0f", term)} 501=7`));
				arena.world.Run(5);
				expect(told.join(", ")).to.equal("7 current");
			});
		});

		it("P-24: a server that was deaf catches up, and counts it", () => {
			apart(14, ["d1"], (arena, follower) => {
				const { told } = arena.follow(follower, 1, "count");
				follower.SetDeaf(true);
				arena.change("d1", (status) => status.Set("count", 1));
				arena.world.Run(60);
				follower.SetDeaf(false);
				arena.until("told", 60, () => told.size() > 0);
				arena.world.Run(30);
				expect(arena.module(follower).TryGet("count")).to.equal(arena.status("d1").TryGet("count"));
				expect(arena.systems(follower).GetStatistics().Recoveries > 0).to.equal(true);
			});
		});

		it("a value stays, marked stale, while nobody runs its module, and is fresh once somebody does again", () => {
			apart(15, ["d1"], (arena, follower) => {
				arena.change("d1", (status) => status.Set("count", 3));
				arena.world.Run(5);
				const proxy = arena.module(follower);
				expect(proxy.IsStale("count")).to.equal(false);
				const { told } = arena.follow(follower, 1, "count");
				follower.Do(() => Systems().SetWeight(0));
				arena.world.Run(5);
				arena.mustHost("d1").Crash();
				arena.until("stale", 60, () => proxy.IsStale("count"));
				expect(proxy.TryGet("count")).to.equal(3);
				expect(proxy.GetState()).to.equal("waiting");
				arena.world.Run(30);
				expect(proxy.IsStale("count")).to.equal(true);
				follower.Do(() => Systems().SetWeight(1));
				arena.until("it runs here", 60, () => arena.hostOf("d1") === follower);
				arena.world.Run(1);
				// A clean slate: what the new time of running did not set is gone.
				expect(proxy.TryGet("count")).to.equal(undefined);
				arena.change("d1", (status) => status.Set("count", 4));
				expect(proxy.IsStale("count")).to.equal(false);
				arena.world.Run(1);
				expect(told.join(", ")).to.equal("3 current, nil deleted, 4 changed");
			});
		});
	});
};
