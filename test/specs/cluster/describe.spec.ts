/// <reference types="@rbxts/testez/globals" />
import { LeaderElection } from "../../../src/election";
import { inWorld } from "../support/world";

function expectLine(text: string, part: string): void {
	if (string.find(text, part, 1, true)[0] === undefined) error(`"${part}" is not in:\n${text}`);
}

export = () => {
	describe("Describe", () => {
		it("tells health, servers, regime, queue, budget, traffic and leaders", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				for (const { server } of [first!, second!]) server.Do(() => LeaderElection("boss", { mode: "lease" }));
				first!.put("a", "1");
				world.run(30);
				const text = first!.server.Cluster.Describe();
				expectLine(text, `server ${first!.id}: synced, healthy`);
				expectLine(text, "servers: 2 (oldest first)");
				expectLine(text, "ago, this one");
				expectLine(text, `  ${second!.id}: place version 1, started`);
				expectLine(text, "regime: direct");
				expectLine(text, "queue: 0 changes, oldest unsent 0 s");
				expectLine(text, "(share 50 %), slowed to 100 %");
				expectLine(text, "dropped: ");
				expectLine(text, 'leader of "boss" (lease): ');
			});
		});

		it("names the hub, and counts servers beyond a dozen", () => {
			inWorld({ seed: 2 }, (world) => {
				const peers = world.start(20);
				world.run(30);
				const text = peers[3]!.server.Cluster.Describe();
				const hub = peers[3]!.server.Cluster.GetStatistics().Hub!;
				expectLine(text, `regime: hub ${hub} broadcasts for all (epoch 1)`);
				expectLine(text, "  and 8 more");
			});
		});

		it("tells of a server that is cut off why it is", () => {
			inWorld({ seed: 3 }, (world) => {
				const peers = world.start(3);
				world.run(20);
				peers[0]!.server.SetDeaf(true);
				world.run(16);
				expectLine(peers[0]!.server.Cluster.Describe(), "isolated (silence): nothing has come in for");
			});
		});
	});
};
