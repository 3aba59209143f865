/// <reference types="@rbxts/testez/globals" />
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { Peer, World, inWorld } from "../support/world";

function tombstones(peer: Peer): number {
	return peer.server.Cluster.GetStatistics().Tombstones;
}

/** From now on one server gets none of another's records, though it hears of them. */
function withhold(world: World, from: Peer, to: Peer): void {
	world.emulated.SetFilter((sender, receiver, _topic, message) => {
		if (receiver !== to.id) return "deliver";
		const frame = readFrame(message, 0);
		if (isDropReason(frame)) return "deliver";
		for (const section of frame.sections) {
			if (section.kind === "records" && (sender === from.id || section.stream !== undefined)) return "drop";
		}
		return "deliver";
	});
}

export = () => {
	describe("what is kept of removed contributions", () => {
		it("is let go within a minute or so, once every server knows", () => {
			for (const seed of $range(1, 3)) {
				inWorld({ seed, loss: 0.05 }, (world) => {
					const peers = world.start(6);
					for (const peer of peers) for (const index of $range(1, 20)) peer.put(`${peer.number}-${index}`);
					world.run(30);
					for (const peer of peers) for (const index of $range(1, 20)) peer.remove(`${peer.number}-${index}`);
					world.run(5);
					expect(tombstones(peers[0]!) > 0).to.equal(true);
					world.until("no tombstones are left", 120, () => {
						for (const peer of peers) if (tombstones(peer) > 0) return false;
						return true;
					});
				});
			}
		});

		it("does not grow when a key comes and goes for ten minutes", () => {
			inWorld({ seed: 4 }, (world) => {
				const peers = world.start(4);
				for (const second of $range(1, 600)) {
					world.after(second, () => {
						const peer = peers[second % 4]!;
						if (!peer.remove(`k${second % 9}`)) peer.put(`k${second % 9}`);
						else peer.remove(`k${(second + 1) % 9}`);
					});
				}
				let most = 0;
				for (const _ of $range(1, 60)) {
					world.run(10);
					for (const peer of peers) most = math.max(most, tombstones(peer));
				}
				expect(most <= 9).to.equal(true);
				world.run(180);
				for (const peer of peers) expect(tombstones(peer)).to.equal(0);
				world.agreed();
			});
		});

		it("is kept while one server is missing, and let go once that is given up", () => {
			inWorld({ seed: 5 }, (world) => {
				const peers = world.start(4);
				peers[0]!.put("key");
				world.run(20);
				peers[3]!.server.Crash();
				peers[0]!.remove("key");
				world.run(8);
				expect(tombstones(peers[1]!)).to.equal(1);
				world.run(120);
				for (const peer of world.live()) expect(tombstones(peer)).to.equal(0);
			});
		});
	});

	describe("a live server that no longer gets everything", () => {
		for (const servers of [2, 5]) {
			it(`does not hold up the others, in a game of ${servers}`, () => {
				inWorld({ seed: 10 + servers }, (world) => {
					const peers = world.start(servers);
					const [first, second] = peers;
					first!.put("removed");
					world.run(20);
					withhold(world, first!, second!);
					first!.put("kept");
					first!.remove("removed");
					world.run(40);
					expect(tombstones(first!)).to.equal(1);
					world.until("the others have let go", 200, () => tombstones(first!) === 0);
					world.heal();
					world.until("all agree", 120, () => world.isAgreed());
					world.run(120);
					world.expectAll("kept=1@1");
					for (const peer of peers) expect(tombstones(peer)).to.equal(0);
				});
			});
		}

		it("is not taken for one that is long in coming back, which all of them wait for", () => {
			inWorld({ seed: 22 }, (world) => {
				const peers = world.start(12);
				const last = peers[11]!;
				last.put("own");
				world.run(30);
				last.server.SetMute(true);
				world.run(60);
				expect(peers[0]!.view()).to.equal("");
				last.server.SetMute(false);
				// Whoever it asks for the state, it gets none: only the end of everybody's patience ends that.
				world.emulated.SetFilter((_sender, receiver, _topic, message) => {
					if (receiver !== last.id) return "deliver";
					const frame = readFrame(message, 0);
					if (isDropReason(frame)) return "deliver";
					return frame.sections.some((section) => section.kind === "page") ? "drop" : "deliver";
				});
				world.until("it is back", 240, () => peers[0]!.view() === "own=1@12");
				world.heal();
				world.run(120);
				for (const peer of peers) {
					if (peer !== last) expect(peer.server.Cluster.GetStatistics().Repair.Resyncs).to.equal(0);
				}
				expect(last.server.Cluster.GetStatistics().Repair.Resyncs).to.equal(1);
			});
		});

		it("keeps its own contributions through that", () => {
			inWorld({ seed: 21 }, (world) => {
				const [first, second] = world.start(4);
				second!.put("own");
				world.run(20);
				withhold(world, first!, second!);
				first!.put("unheard");
				world.run(200);
				world.heal();
				world.run(120);
				world.expectAll("own=1@2 unheard=1@1");
				for (const peer of world.live()) expect(peer.fold.removed).to.equal(0);
			});
		});
	});
};
