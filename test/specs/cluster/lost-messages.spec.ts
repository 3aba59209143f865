/// <reference types="@rbxts/testez/globals" />
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { messagesOf } from "../support/messages";
import { Peer, World, inWorld, quantile } from "../support/world";

/** Drops every broadcast of a server that says something new of its own, for the receivers chosen, for so long. */
function loseRecords(world: World, from: Peer, seconds: number, isLostAt: (number: number) => boolean): void {
	world.emulated.SetFilter((sender, receiver, _topic, message) => {
		if (sender !== from.id || !isLostAt(world.numberOf(receiver))) return "deliver";
		const frame = readFrame(message, 0);
		if (isDropReason(frame) || frame.addressee !== undefined) return "deliver";
		return frame.sections.find((section) => section.kind === "records") ? "drop" : "deliver";
	});
	world.after(seconds, () => world.heal());
}

/** Seconds until all servers agree again. */
function repairSeconds(world: World, what: string): number {
	return world.until(what, 60, () => world.isAgreed());
}

export = () => {
	describe("a lost message", () => {
		it("is made up for, whichever of a burst it is", () => {
			for (const lost of [0, 0.4, 0.8, 1.2]) {
				inWorld({ seed: 1 + lost * 10 }, (world) => {
					const [first] = world.start(5);
					for (const index of $range(0, 4)) {
						world.after(index * 0.4, () => first!.put(`k${index}`, string.rep("v", 100)));
					}
					world.after(lost, () => loseRecords(world, first!, 0.4, (number) => number === 3));
					world.run(2);
					expect(repairSeconds(world, "the message is made up for") <= 8).to.equal(true);
					expect(world.live()[2]!.pool.Size()).to.equal(5);
				});
			}
		});

		it("that is the last of a burst is made up for within 4 s, mostly, for one server and for all", () => {
			const samples = new Array<number>();
			for (const seed of $range(1, 24)) {
				inWorld({ seed }, (world) => {
					const [first] = world.start(8);
					for (const index of $range(1, 5)) first!.put(`k${index}`);
					world.run(70);
					loseRecords(world, first!, 0.5, (number) => seed % 2 === 0 || number === 4);
					first!.put("last");
					world.run(0.5);
					samples.push(0.5 + repairSeconds(world, "the last message is made up for"));
				});
			}
			expect(quantile(samples, 0.95) <= 4).to.equal(true);
		});

		it("that is a removal is made up for", () => {
			for (const seed of $range(51, 56)) {
				inWorld({ seed }, (world) => {
					const [first] = world.start(5);
					first!.put("key");
					world.run(10);
					loseRecords(world, first!, 0.5, (number) => number !== 1);
					first!.remove("key");
					world.run(0.5);
					expect(repairSeconds(world, "the removal is everywhere") <= 10).to.equal(true);
					world.expectAll("");
				});
			}
		});

		it("is made up for though all repeats of it are lost for a quarter of a minute", () => {
			for (const seed of $range(61, 64)) {
				inWorld({ seed }, (world) => {
					const [first] = world.start(5);
					first!.put("key", "old");
					world.run(20);
					loseRecords(world, first!, 15, (number) => number === 2);
					first!.put("key", "new");
					first!.put("other");
					world.run(15);
					expect(repairSeconds(world, "all is made up for") <= 20).to.equal(true);
					world.expectAll("key=new@1 other=1@1");
				});
			}
		});

		for (const loss of [0.05, 0.2, 0.5]) {
			it(`is made up for at ${loss * 100} % loss, whatever is lost`, () => {
				for (const seed of $range(71, 73)) {
					inWorld({ seed, loss }, (world) => {
						const peers = world.start(6);
						for (const second of $range(1, 60)) {
							world.after(second, () => {
								const peer = peers[(second * 5) % 6]!;
								if (second % 7 === 0) peer.remove(`k${second % 5}`);
								else peer.put(`k${second % 5}`, tostring(second));
							});
						}
						world.run(60);
						// Where half of everything is lost, live servers are given up now and then, and come back.
						if (loss > 0.2) world.emulated.SetFaults({ loss: 0.05 });
						expect(repairSeconds(world, "all agree") <= 60).to.equal(true);
					});
				}
			});
		}
	});

	describe("after a change", () => {
		it("its message is repeated one and two seconds later, and then there is quiet", () => {
			inWorld({ seed: 91 }, (world) => {
				const [first] = world.start(2);
				world.run(70);
				const seen = messagesOf(world);
				const start = world.emulated.Now();
				first!.put("key");
				world.run(9);
				const moments = seen.broadcasts
					.filter(({ from, kinds }) => from === 1 && kinds.includes("records"))
					.map(({ atSeconds }) => atSeconds - start);
				expect(moments.size() >= 3 && moments.size() <= 4).to.equal(true);
				expect(moments[0]! < 0.7).to.equal(true);
				expect(moments[1]! > 0.9 && moments[1]! < 2).to.equal(true);
				expect(moments[2]! > 1.8 && moments[2]! < 4).to.equal(true);
			});
		});

		it("others repeat it, so that it reaches a server that does not hear its owner at all", () => {
			for (const seed of $range(92, 95)) {
				inWorld({ seed }, (world) => {
					const peers = world.start(5);
					world.run(30);
					world.emulated.SetFilter((sender, receiver) =>
						sender === peers[0]!.id && receiver === peers[1]!.id ? "drop" : "deliver",
					);
					peers[0]!.put("key");
					for (const second of $range(1, 5))
						world.after(second, () => peers[2]!.put("other", tostring(second)));
					world.until("it has come", 15, () => peers[1]!.get("key") === "1");
				});
			}
		});
	});

	describe("after 30 s in which one server neither heard nor was heard", () => {
		for (const seed of $range(81, 86)) {
			it(`everything is as it should be (seed ${seed})`, () => {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(6);
					for (const peer of peers) peer.put(`own${peer.number}`);
					peers[0]!.put("removed");
					world.run(20);
					const silent = peers[2]!;
					silent.server.SetDeaf(true);
					silent.server.SetMute(true);
					world.after(5, () => silent.put("said", "in silence"));
					world.after(10, () => peers[0]!.remove("removed"));
					world.after(15, () => peers[1]!.put("unheard"));
					world.after(20, () => silent.put("own3", "2"));
					world.run(30);
					silent.server.SetDeaf(false);
					silent.server.SetMute(false);
					expect(repairSeconds(world, "all agree") <= 45).to.equal(true);
					world.run(60);
					world.expectAll(
						"own1=1@1 own2=1@2 own3=2@3 own4=1@4 own5=1@5 own6=1@6 said=in silence@3 unheard=1@2",
					);
				});
			});
		}
	});
};
