/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { shortIdOf } from "../../../src/wire/short-id";
import { inWorld } from "../support/world";

interface Insides {
	readonly context: ServerCluster["context"];
	readonly repairer: { watch(stream: unknown): void; readonly pending: defined[] };
	comeBack(source: string): void;
}

export = () => {
	describe("sending", () => {
		it("a large value that changes every second arrives now and then, and lets others through", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				let others = 0;
				let large = 0;
				for (const index of $range(1, 180)) {
					first!.put("large", `${index}:` + string.rep("x", 7900));
					if (index === 20) first!.put("small", "1");
					world.run(1);
					if (second!.get("small") !== undefined) others += 1;
					if (second!.get("large") !== undefined) large += 1;
				}
				expect(`small ${others > 100}, large ${large > 100}`).to.equal("small true, large true");
			});
		});

		it("servers that close together with much unsent keep to the documented limits", () => {
			inWorld({ seed: 1, onOwnerGone: "adopt" }, (world) => {
				const peers = world.start(12);
				for (const peer of peers) {
					for (const index of $range(1, 60)) peer.put(`k${peer.number}-${index}`, string.rep("x", 700));
				}
				world.run(1);
				for (const peer of peers) peer.server.Close();
				world.emulated.Run(40);
			});
		});

		it("a gap in a stream that has been replaced is not asked for for ever", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("a");
				world.run(20);
				const one = first!.server.Cluster as unknown as Insides;
				const two = second!.server.Cluster as unknown as Insides;
				const stream = two.context.membership.get(shortIdOf(first!.id))!.stream;
				// Second knows of a message it has not got, when first begins a new stream.
				stream.extend(stream.highest + 1);
				second!.server.Do(() => two.repairer.watch(stream));
				first!.server.Do(() => one.comeBack(shortIdOf(second!.id)));
				world.run(60);
				const before = second!.server.Cluster.GetStatistics().Repair.Requested;
				world.run(600);
				const after = second!.server.Cluster.GetStatistics().Repair.Requested;
				expect(after - before < 3).to.equal(true);
			});
		});

		it("the last changes of a closing server reach others although publishing sometimes fails", () => {
			let lost = 0;
			for (const seed of $range(1, 10)) {
				inWorld({ seed, onOwnerGone: "adopt" }, (world) => {
					const [first, second] = world.start(3);
					world.emulated.SetFaults({ publishErrors: 0.3, publishErrorsAfterEffect: 0 });
					for (const index of $range(1, 20)) first!.put(`k${index}`, string.rep("x", 300));
					first!.server.Close();
					world.run(60);
					for (const index of $range(1, 20)) if (second!.get(`k${index}`) === undefined) lost += 1;
				});
			}
			expect(lost).to.equal(0);
		});
	});
};
