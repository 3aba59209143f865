/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";

/** Six servers with a contribution each; something happens to the third; in the end all have everything again. */
function disturbed(seed: number, disturb: (world: World, third: Peer) => void): void {
	inWorld({ seed, loss: 0.01 }, (world) => {
		const peers = world.start(6);
		for (const peer of peers) peer.put(`own${peer.number}`);
		world.run(20);
		disturb(world, peers[2]!);
		world.until("all is as before", 90, () => world.isAgreed() && world.live()[0]!.pool.Size() === 6);
		world.run(60);
		world.expectAll("own1=1@1 own2=1@2 own3=1@3 own4=1@4 own5=1@5 own6=1@6");
		for (const peer of peers) {
			if (peer.sees() !== "1 2 3 4 5 6") error(`server ${peer.number} sees ${peer.sees()}`);
		}
	});
}

export = () => {
	describe("nothing is lost in the end, and nothing comes back, when a server", () => {
		for (const seconds of [5, 20, 60, 180]) {
			it(`freezes for ${seconds} s`, () => {
				for (const seed of $range(1, 3)) {
					disturbed(seed, (world, third) => {
						third.server.Freeze(seconds);
						world.run(seconds + 1);
					});
				}
			});

			it(`is deaf for ${seconds} s`, () => {
				for (const seed of $range(11, 13)) {
					disturbed(seed, (world, third) => {
						third.server.SetDeaf(true);
						world.run(seconds);
						third.server.SetDeaf(false);
					});
				}
			});

			it(`is mute for ${seconds} s`, () => {
				for (const seed of $range(21, 23)) {
					disturbed(seed, (world, third) => {
						third.server.SetMute(true);
						world.run(seconds);
						third.server.SetMute(false);
					});
				}
			});
		}

		it("is deaf, then frozen, then mute, again and again", () => {
			for (const seed of $range(31, 33)) {
				disturbed(seed, (world, third) => {
					for (const round of $range(1, 4)) {
						third.server.SetDeaf(true);
						world.run(10 + round * 5);
						third.server.SetDeaf(false);
						third.server.Freeze(round * 10);
						world.run(5 + round * 10);
						third.server.SetMute(true);
						world.run(20 + round * 5);
						third.server.SetMute(false);
					}
				});
			}
		});
	});

	describe("a server that freezes for a minute", () => {
		it("gives up nobody when it goes on: what others said is still on its way to it", () => {
			inWorld({ seed: 41 }, (world) => {
				const [first] = world.start(5);
				let left = 0;
				first!.server.Cluster.ServerLeft.Connect(() => (left += 1));
				world.run(20);
				first!.server.Freeze(60);
				world.run(90);
				expect(left).to.equal(0);
			});
		});
	});

	describe("a server that hears nothing at all", () => {
		it("accuses nobody", () => {
			inWorld({ seed: 42 }, (world) => {
				const [first] = world.start(5);
				let left = 0;
				for (const peer of world.peers) peer.server.Cluster.ServerLeft.Connect(() => (left += 1));
				world.run(20);
				first!.server.SetDeaf(true);
				world.run(45);
				first!.server.SetDeaf(false);
				world.run(60);
				expect(left).to.equal(0);
			});
		});
	});

	describe("when nothing reaches anybody for a minute and a half", () => {
		it("nobody is given up afterwards", () => {
			inWorld({ seed: 46 }, (world) => {
				world.start(16);
				let left = 0;
				for (const peer of world.peers) peer.server.Cluster.ServerLeft.Connect(() => (left += 1));
				world.run(60);
				world.emulated.SetFaults({ loss: 1 });
				world.run(95);
				world.emulated.SetFaults({ loss: 0 });
				world.run(60);
				expect(left).to.equal(0);
			});
		});
	});

	describe("where the cloud does not let a server hear itself", () => {
		it("the last one of two notes that the other is gone, all the same", () => {
			inWorld({ seed: 47, selfDelivery: false }, (world) => {
				const [first, second] = world.start(2);
				first!.put("key");
				world.run(20);
				first!.server.Crash();
				world.until("it is gone", 120, () => second!.sees() === "2" && second!.view() === "");
			});
		});
	});

	describe("a server given up for dead that speaks again", () => {
		it("is asked before its contributions return", () => {
			inWorld({ seed: 43 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key");
				world.run(20);
				first!.server.SetMute(true);
				world.run(60);
				expect(second!.view()).to.equal("");
				expect(second!.sees()).to.equal("2 3");
				// Its answers are lost: what it broadcasts is not enough.
				world.emulated.SetFilter((sender, _receiver, topic) =>
					sender === first!.id && string.find(topic, "/to/", 1, true)[0] !== undefined ? "drop" : "deliver",
				);
				first!.server.SetMute(false);
				const probes = second!.server.Cluster.GetStatistics().Repair.Probes;
				world.run(60);
				expect(second!.view()).to.equal("");
				expect(second!.server.Cluster.GetStatistics().Repair.Probes > probes).to.equal(true);
				expect(second!.server.Cluster.GetStatistics().Dropped.departed > 0).to.equal(true);
				world.heal();
				world.until("it is back", 40, () => second!.view() === "key=1@1");
			});
		});

		it("does not lose what it contributed while nobody heard it", () => {
			inWorld({ seed: 44 }, (world) => {
				const [first] = world.start(3);
				first!.put("changed", "old");
				first!.put("removed");
				world.run(20);
				first!.server.SetMute(true);
				world.run(45);
				first!.put("changed", "new");
				first!.put("added");
				first!.remove("removed");
				world.run(20);
				first!.server.SetMute(false);
				world.run(60);
				world.expectAll("added=1@1 changed=new@1");
			});
		});

		it("yields to what others contributed meanwhile", () => {
			inWorld({ seed: 45 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key", "first's");
				world.run(20);
				first!.server.SetDeaf(true);
				first!.server.SetMute(true);
				world.run(60);
				second!.put("key", "second's");
				world.run(30);
				first!.server.SetDeaf(false);
				first!.server.SetMute(false);
				world.run(60);
				world.expectAll("key=second's@2");
				expect(first!.fold.ownershipLost).to.equal(1);
			});
		});
	});
};
