/// <reference types="@rbxts/testez/globals" />
import { messagesOf } from "../support/messages";
import { inWorld } from "../support/world";
import { fill, join, memoryOf, WITH, writersOf, writingNow } from "./scenario";

export = () => {
	describe("a server that joins where the state is kept in MemoryStoreService", () => {
		it("has it within three seconds, and asks nobody", () => {
			inWorld({ seed: 1 }, (world) => {
				const peers = world.start(8, WITH);
				fill(peers, 200, 40);
				world.run(40);
				const seen = messagesOf(world);
				for (const _ of $range(1, 4)) {
					const { peer, seconds } = join(world);
					expect(memoryOf(peer).Joined).to.equal(true);
					expect(seconds <= 3).to.equal(true);
					expect(peer.pool.Size()).to.equal(200);
				}
				world.run(20);
				for (const { kinds } of [...seen.broadcasts, ...seen.addressed]) {
					expect(kinds.includes("join")).to.equal(false);
					expect(kinds.includes("page")).to.equal(false);
				}
				world.heal();
				world.agreed();
			});
		});

		it("has it within three seconds where a hub broadcasts for 40 servers with 100 kB", () => {
			inWorld({ seed: 2 }, (world) => {
				// Players enough that MemoryStoreService takes the state twice.
				const crowded = { ...WITH, players: 25 };
				// One after the other: it is not their start that is looked at.
				world.start(12, crowded);
				for (const _ of $range(1, 4)) {
					world.add(7, crowded);
					world.run(8);
				}
				fill(world.live(), 1260, 60);
				world.run(170);
				world.agreed();
				const [writer] = writingNow(world);
				const { Bytes } = memoryOf(writer!);
				if (Bytes < 100_000) error(`${Bytes} bytes`);
				for (const _ of $range(1, 4)) {
					const { peer, seconds } = join(world, crowded);
					const { Joined, Units } = memoryOf(peer);
					if (!Joined || seconds > 3) error(`joined ${Joined} after ${seconds} s, with ${Units} units`);
					expect(peer.pool.Size()).to.equal(1260);
				}
				world.run(40);
				world.agreed();
			});
		});

		it("has what was contributed while it started, by anybody", () => {
			for (const servers of [5, 16]) {
				inWorld({ seed: 3, loss: 0.02 }, (world) => {
					const peers = world.start(servers, WITH);
					fill(peers, 100, 40);
					world.run(40);
					for (const tenth of $range(0, 80)) {
						const peer = peers[tenth % servers]!;
						world.after(tenth / 10, () => peer.put(`moving${tenth % 7}`, tostring(tenth)));
						if (tenth % 4 === 0) world.after(tenth / 10, () => peer.remove(`key-${tenth}`));
					}
					world.run(2);
					const { peer } = join(world);
					peer.put("mine", "first");
					expect(memoryOf(peer).Joined).to.equal(true);
					world.run(60);
					world.agreed();
					expect(peer.get("mine")).to.equal("first");
				});
			}
		});

		it("gives what it contributed before it had the state", () => {
			inWorld({ seed: 4 }, (world) => {
				const [first] = world.start(4, WITH);
				first!.put("key", "old");
				world.run(20);
				const [peer] = world.add(1, WITH);
				peer!.put("key", "new");
				world.run(20);
				expect(memoryOf(peer!).Joined).to.equal(true);
				world.expectAll("key=new@5");
			});
		});

		it("finds nothing where the option is not set, and nothing is asked for", () => {
			inWorld({ seed: 5 }, (world) => {
				fill(world.start(4), 50, 40);
				world.run(60);
				expect(world.emulated.GetStatistics().memory.requests).to.equal(0);
				const { peer } = join(world);
				expect(memoryOf(peer).Joined).to.equal(false);
				expect(memoryOf(peer).Reads).to.equal(1);
			});
		});

		it("does with the option and without, side by side", () => {
			inWorld({ seed: 6 }, (world) => {
				const old = world.start(3);
				fill(old, 50, 40);
				// Those that have the option are not the oldest.
				const recent = world.start(3, WITH);
				world.run(60);
				const [writer] = writersOf(world);
				expect(recent.includes(writer!)).to.equal(true);
				expect(memoryOf(join(world).peer).Joined).to.equal(true);
				const { peer } = join(world, {});
				expect(memoryOf(peer).Joined).to.equal(false);
				expect(memoryOf(peer).Units).to.equal(0);
				for (const { server } of old) expect(server.Cluster.GetStatistics().MemoryStore.Units).to.equal(0);
				world.run(20);
				world.agreed();
			});
		});
	});

	describe("pools with the option and without", () => {
		/** The same happenings; what all servers see in the end. */
		function play(stored: boolean, servers: number): string {
			let view = "";
			inWorld({ seed: 7 }, (world) => {
				const options = stored ? WITH : {};
				const peers = world.start(servers, options);
				for (const step of $range(0, 119)) {
					const peer = peers[step % servers]!;
					world.after(step, () => peer.isLive() && peer.put(`key${step % 31}`, `value ${step}`));
					if (step % 5 === 0) world.after(step + 0.5, () => peer.isLive() && peer.remove(`key${step % 31}`));
				}
				for (const second of [35, 50, 52, 80]) world.after(second, () => world.add(1, options));
				world.after(60, () => peers[0]!.server.Crash());
				world.after(70, () => peers[1]!.server.Close());
				world.run(200);
				view = world.agreed();
			});
			return view;
		}

		it("end alike", () => {
			for (const servers of [5, 14]) {
				const view = play(false, servers);
				expect(view.size() > 100).to.equal(true);
				expect(play(true, servers)).to.equal(view);
			}
		});
	});
};
