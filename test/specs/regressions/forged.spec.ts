/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { broadcastTopic } from "../../../src/cluster/topics";
import { StringPool } from "../../../src/pool/pools";
import { writeFrame } from "../../../src/wire/frame-writer";
import { RecordsWriter } from "../../../src/wire/records-writer";
import { writeBeat } from "../../../src/wire/section-writers";
import { shortIdOf } from "../../../src/wire/short-id";
import { inWorld, Peer, World } from "../support/world";

function contextOf(peer: Peer): ServerCluster["context"] {
	return (peer.server.Cluster as unknown as ServerCluster).context;
}

/** Publishes as somebody who knows the format and imitates a server. */
function forge(world: World, owner: Peer, make: (upTo: number, baseStamp: number) => string): void {
	const context = contextOf(owner);
	const baseStamp = context.nowStamp();
	const header = {
		addressee: undefined,
		sender: shortIdOf(owner.id),
		incarnation: context.incarnation,
		counter: 50,
		baseStamp,
		unicasts: 0,
	};
	const text = writeFrame(header, [make(context.sequencer.upTo(), baseStamp)], 0);
	const refusal = world.emulated.Inject(broadcastTopic(0), text);
	if (refusal !== undefined) error(refusal);
}

export = () => {
	describe("one forged message in a server's name", () => {
		it("that names versions which do not exist does not spoil its stream for ever", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("a");
				world.run(20);
				forge(world, first!, (upTo, baseStamp) =>
					writeBeat(
						{
							synced: true,
							upTo: upTo + 1000,
							floor: baseStamp - 1000,
							frontier: baseStamp - 10000,
							nextSeconds: 10,
							lossPercent: 0,
							digest: 0,
						},
						baseStamp,
					),
				);
				world.run(300);

				world.run(600);
				const after = second!.server.Cluster.GetStatistics();
				expect(`${after.Repair.Missing} ${after.LagSeconds < 120}`).to.equal("0 true");
			});
		});

		it("that contributes in its name is refuted by it", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("a");
				world.run(20);
				forge(world, first!, (upTo, baseStamp) => {
					const writer = new RecordsWriter(
						500,
						{ stream: undefined, after: upTo, complete: true, dense: true },
						baseStamp,
					);
					writer.add({
						version: upTo + 1,
						reference: 77,
						stamp: baseStamp,
						defining: true,
						pool: "State",
						policy: "remove",
						key: "forged",
						value: "forged=1",
						withdrawn: undefined,
					});
					return writer.finish();
				});
				world.run(5);
				first!.put("b");
				world.run(300);

				world.run(600);

				expect(second!.view()).to.equal("a=1@1 b=1@1");
			});
		});

		it("the same, with nothing contributed afterwards", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("a");
				world.run(20);
				forge(world, first!, (upTo, baseStamp) => {
					const writer = new RecordsWriter(
						500,
						{ stream: undefined, after: upTo, complete: true, dense: true },
						baseStamp,
					);
					writer.add({
						version: upTo + 1,
						reference: 77,
						stamp: baseStamp,
						defining: true,
						pool: "State",
						policy: "remove",
						key: "forged",
						value: "forged=1",
						withdrawn: undefined,
					});
					return writer.finish();
				});
				world.run(900);
				expect(second!.view()).to.equal("a=1@1");
			});
		});
	});

	describe("pools that come and go", () => {
		it("leave nothing behind", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(2);
				for (const index of $range(1, 200)) {
					first!.server.Do(() => StringPool(`Match${index}`).Destroy());
				}
				world.run(200);
				const { Pools } = first!.server.Cluster.GetStatistics();
				expect(Pools < 5).to.equal(true);
			});
		});
	});
};
