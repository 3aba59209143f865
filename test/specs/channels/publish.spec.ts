/// <reference types="@rbxts/testez/globals" />
import { Chat } from "../support/chat";
import { World, inWorld } from "../support/world";

/** Somebody says something every second, now and then at length; and there are other changes too. */
function talk(world: World, chat: Chat, seconds: number): void {
	const { peers } = world;
	for (const second of $range(1, seconds)) {
		world.after(second, () => {
			const peer = peers[(second * 7) % peers.size()]!;
			if (second % 4 === 0) peer.put("key", tostring(second));
			chat.say(peer, second % 6 === 0 ? string.rep("long ", 600) : undefined);
		});
	}
	world.run(seconds);
}

export = () => {
	describe("what a server publishes", () => {
		it("reaches every server once, in order, itself included", () => {
			inWorld({ seed: 1 }, (world) => {
				const peers = world.start(4);
				const chat = new Chat(world);
				chat.join(...peers);
				for (const count of $range(1, 5)) {
					for (const peer of peers) world.after(count * 0.3, () => chat.say(peer));
				}
				world.run(2);
				expect(chat.untilHeard(10) <= 3).to.equal(true);
				for (const peer of peers) {
					expect(chat.of(peer).heard.size()).to.equal(20);
					expect(chat.statistics(peer).Missed).to.equal(0);
					expect(chat.statistics(peer).Published).to.equal(5);
				}
			});
		});

		it("is no state: nobody has anything of it after its time to live", () => {
			inWorld({ seed: 2 }, (world) => {
				const peers = world.start(3);
				const chat = new Chat(world);
				chat.join(...peers);
				for (const peer of peers) chat.say(peer, string.rep("x", 2_000));
				chat.untilHeard(10);
				for (const peer of peers) expect(chat.statistics(peer).HeldBytes > 6_000).to.equal(true);
				world.run(40);
				for (const peer of peers) {
					const statistics = peer.server.Cluster.GetStatistics();
					expect(statistics.Channels.HeldBytes).to.equal(0);
					expect(statistics.Records).to.equal(0);
					expect(statistics.Pools).to.equal(0);
					expect(statistics.Repair.Resyncs).to.equal(0);
				}
			});
		});

		for (const loss of [0, 0.05, 0.2]) {
			for (const servers of [2, 6, 16]) {
				it(`reaches everybody, ${servers} servers, ${loss * 100} % loss`, () => {
					for (const seed of $range(11, 12)) {
						inWorld({ seed, loss, duplication: loss / 2 }, (world) => {
							const peers = world.start(servers);
							const chat = new Chat(world, "Chat", { timeToLiveSeconds: 300 });
							chat.join(...peers);
							talk(world, chat, 20);
							chat.untilHeard(250);
							for (const peer of peers) expect(chat.statistics(peer).Missed).to.equal(0);
						});
					}
				});
			}
		}

		it("reaches every server, or is counted as missed there, however little time it has", () => {
			for (const servers of [6, 16]) {
				for (const seed of $range(21, 22)) {
					inWorld({ seed, loss: 0.2 }, (world) => {
						const peers = world.start(servers);
						const chat = new Chat(world, "Chat", { timeToLiveSeconds: 4 });
						chat.join(...peers);
						talk(world, chat, 40);
						world.run(10);
						world.emulated.SetFaults({ loss: 0 });
						// What a server has missed shows with the next message, whatever channel that is of.
						const last = new Chat(world, "Last");
						last.join(...peers);
						for (const peer of peers) last.say(peer);
						last.untilHeard(20);
						chat.check();
						let missed = 0;
						for (const peer of peers) {
							const { Missed, Delivered } = chat.statistics(peer);
							let said = 0;
							for (const other of peers) if (other !== peer) said += chat.of(other).said;
							const heard = Delivered - (servers - 1);
							expect(Missed + heard).to.equal(said);
							expect(chat.of(peer).heard.size()).to.equal(heard + chat.of(peer).said);
							missed += Missed;
						}
						expect(missed > 0).to.equal(true);
					});
				}
			}
		});
	});
};
