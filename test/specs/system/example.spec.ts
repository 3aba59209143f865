/// <reference types="@rbxts/testez/globals" />
import { DefineModule, Fn, Parameter, System, Systems } from "../../../src/system";
import { VirtualGame, VirtualServer } from "../../../src/testing";
import { isNumber, isString } from "../support/arena";

// The example of docs/guides/systems.md, with what comes of it.

/** What every server of the game runs when it starts. */
function startArena() {
	const Display = DefineModule(
		"Display",
		{
			implements: ["Powerable"],
			status: { input: isString },
			functions: { show: Fn([Parameter("input", isString)], isString) },
			requirements: { Camera: ["Movable"] },
		},
		(module) => {
			module.Status.Set("input", "logo");
			return {
				show: ({ input }) => {
					module.Status.Set("input", input);
					return `${module.Id} shows ${input}`;
				},
			};
		},
	);
	const Camera = DefineModule(
		"Camera",
		{
			implements: ["Movable"],
			status: { angle: isNumber },
			functions: { turn: Fn([Parameter("degrees", isNumber)], isNumber) },
		},
		(module) => ({
			turn: ({ degrees }) => {
				const angle = ((module.Status.TryGet("angle") ?? 0) + degrees) % 360;
				module.Status.Set("angle", angle);
				return angle;
			},
		}),
	);
	System("arena").SetModules([
		{ id: "north", module: Display },
		{ id: "south", module: Display },
		{ id: "east", module: Display },
		{ id: "crane", module: Camera },
		{ id: "drone", module: Camera },
	]);
	return { Display, Camera };
}

export = () => {
	describe("an arena whose displays and cameras run on several servers", () => {
		it("goes on when one of them crashes", () => {
			const world = VirtualGame({ seed: 12, loss: 0.02 });
			const definitions = new Map<VirtualServer, ReturnType<typeof startArena>>();
			const servers = new Array<VirtualServer>();
			for (const _ of $range(1, 4)) {
				const server = world.AddServer({ players: 10 });
				definitions.set(server, server.Do(startArena));
				servers.push(server);
			}
			const [first] = servers as [VirtualServer];
			world.Settle(first.Do(() => Systems().WaitFor("stable")));
			const { Display, Camera } = definitions.get(first)!;
			const arena = first.Do(() => System("arena"));
			expect(arena.GetUnmetRequirements().size()).to.equal(0);
			expect(arena.Count("Display")).to.equal(3);

			// The modules are spread over the servers; the first one calls them wherever they are.
			const shown = world.Settle(first.Do(() => arena.CallAll(Display, "show", { input: "score" })));
			expect(shown.map((result) => (result.success ? result.value : "failed")).join(", ")).to.equal(
				"north shows score, south shows score, east shows score",
			);
			expect(world.Settle(first.Do(() => arena.Module(Camera, 2).Call("turn", [90])))).to.equal(90);

			// A module of another server, and that server crashes.
			const away = arena.Modules().find((proxy) => proxy.GetHost() !== first.ServerId)!;
			const host = servers.find((server) => server.ServerId === away.GetHost())!;
			const version = first.Do(() => Systems().GetVersion());
			host.Crash();
			const isStable = (): boolean =>
				first.Do(() => Systems().GetState() === "stable" && Systems().GetVersion() > version);
			expect(world.RunUntil(isStable, 120)).to.equal(true);
			for (const proxy of arena.Modules()) {
				expect(proxy.GetState()).to.equal("ready");
				expect(proxy.GetHost() === host.ServerId).to.equal(false);
			}
			expect(world.Settle(first.Do(() => arena.Module(Display).Call("show", ["finale"])))).to.equal(
				"north shows finale",
			);
			expect(world.Errors.size()).to.equal(0);
			world.Destroy();
		});
	});
};
