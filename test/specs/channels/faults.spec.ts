/// <reference types="@rbxts/testez/globals" />
import { Chat } from "../support/chat";
import { Peer, World, inWorld } from "../support/world";

/** A game whose servers are all in one channel. */
function inChat(
	seed: number,
	servers: number,
	scenario: (world: World, chat: Chat, peers: Peer[]) => void,
	options: { loss?: number; timeToLiveSeconds?: number; breaksLimits?: boolean } = {},
): void {
	const { loss = 0.01, timeToLiveSeconds = 30, breaksLimits = false } = options;
	inWorld({ seed, loss, breaksLimits }, (world) => {
		const peers = world.start(servers);
		const chat = new Chat(world, "Chat", { timeToLiveSeconds });
		chat.join(...peers);
		world.run(5);
		scenario(world, chat, peers);
		chat.check();
	});
}

/** One after the other says something every `everySeconds`, as long as it lives. */
function chatter(world: World, chat: Chat, peers: Peer[], seconds: number, everySeconds = 1): void {
	for (const index of $range(1, math.floor(seconds / everySeconds))) {
		world.after(index * everySeconds, () => {
			const peer = peers[(index * 7) % peers.size()]!;
			if (peer.isLive() && !peer.server.IsFrozen())
				chat.say(peer, index % 10 === 0 ? string.rep("long ", 400) : undefined);
		});
	}
}

/** Fails unless every live server got what the live servers said since it is in the channel, or counts it as missed. */
function expectAccounted(world: World, chat: Chat): void {
	const live = world.live();
	for (const peer of live) {
		const { Missed, Delivered } = chat.statistics(peer);
		let [said, heard] = [0, 0];
		for (const other of world.peers) if (other !== peer) said += chat.of(other).said;
		for (const line of chat.of(peer).heard) {
			if (string.split(line, ":")[0] !== tostring(peer.number)) heard += 1;
		}
		if (heard !== Delivered) error(`server ${peer.number} heard ${heard}, and counts ${Delivered}`, 2);
		if (Missed + Delivered !== said) {
			error(`server ${peer.number} has ${Delivered} and misses ${Missed} of ${said}`, 2);
		}
	}
}

export = () => {
	describe("what a server published just before it crashed", () => {
		for (const servers of [5, 16]) {
			it(`reaches all others or none of them, among ${servers} servers`, () => {
				let reached = 0;
				for (const seed of $range(1, servers > 10 ? 6 : 12)) {
					inChat(seed, servers, (world, chat, peers) => {
						const last = peers[servers - 1]!;
						chat.say(last);
						world.run(0.2 * seed);
						last.server.Crash();
						world.run(60);
						let heard = 0;
						for (const peer of world.live()) if (chat.of(peer).heard.includes(`${servers}:1`)) heard += 1;
						expect(heard === 0 || heard === servers - 1).to.equal(true);
						if (heard > 0) reached += 1;
					});
				}
				expect(reached > 0).to.equal(true);
			});
		}
	});

	it("a server that crashes takes nothing with it that others said", () => {
		for (const seed of $range(21, 24)) {
			inChat(seed, 6, (world, chat, peers) => {
				chatter(world, chat, peers, 40);
				world.after(10, () => peers[2]!.server.Crash());
				world.after(25, () => peers[4]!.server.Crash());
				world.run(41);
				chat.untilHeard(30);
			});
		}
	});

	describe("while the game grows and shrinks", () => {
		it("everything is heard once, from direct to hub and back", () => {
			for (const seed of $range(31, 32)) {
				inChat(seed, 9, (world, chat, peers) => {
					chatter(world, chat, peers, 150);
					world.after(10, () => chat.join(...world.add(8)));
					world.after(70, () => {
						for (const peer of world.peers) if (peer.number > 9) peer.server.Close();
					});
					world.run(151);
					chat.untilHeard(30);
					for (const peer of peers) expect(chat.statistics(peer).Missed).to.equal(0);
				});
			}
		});

		it("the hub crashes, and another takes over", () => {
			for (const seed of $range(41, 42)) {
				inChat(
					seed,
					16,
					(world, chat, peers) => {
						chatter(world, chat, peers, 80);
						world.after(20.3, () => peers[0]!.server.Crash());
						world.after(50.3, () => peers[1]!.server.Crash());
						world.run(81);
						chat.untilHeard(60);
					},
					{ timeToLiveSeconds: 120 },
				);
			}
		});
	});

	it("a new server hears what is said from then on, and nothing from before", () => {
		for (const seed of $range(51, 54)) {
			inChat(seed, 4, (world, chat, peers) => {
				chatter(world, chat, peers, 60, 0.5);
				world.after(20, () => chat.join(...world.add(1)));
				world.run(61);
				chat.untilHeard(20);
				const newcomer = chat.of(world.peers[4]!);
				expect(newcomer.heard.includes("1:1")).to.equal(false);
				expect(newcomer.heard.size() > 60).to.equal(true);
				expect(chat.statistics(newcomer.peer).Missed).to.equal(0);
			});
		}
	});

	describe("after a partition", () => {
		for (const servers of [6, 16]) {
			it(`of a few seconds everything is heard, among ${servers} servers`, () => {
				for (const seed of $range(61, 62)) {
					inChat(seed, servers, (world, chat, peers) => {
						chatter(world, chat, peers, 40);
						world.after(10, () => world.partition((number) => number % 2));
						world.after(16, () => world.heal());
						world.run(41);
						chat.untilHeard(40);
					});
				}
			});
		}

		it("that was long, what was said meanwhile is counted as missed on the other side", () => {
			for (const seed of $range(71, 73)) {
				inChat(seed, 6, (world, chat, peers) => {
					chatter(world, chat, peers, 240);
					world.after(20, () => world.partition((number) => number % 2));
					world.after(150, () => world.heal());
					world.run(241);
					world.run(60);
					for (const peer of peers) chat.say(peer);
					world.run(40);
					expectAccounted(world, chat);
					for (const peer of peers) expect(chat.statistics(peer).Missed > 0).to.equal(true);
				});
			}
		});
	});

	it("a server that was taken for lost says again what others may have missed, once", () => {
		let again = 0;
		for (const seed of $range(81, 84)) {
			inChat(
				seed,
				5,
				(world, chat, peers) => {
					const accused = peers[2]!;
					world.after(10, () => accused.server.SetMute(true));
					for (const second of $range(1, 40)) world.after(second, () => chat.say(accused));
					world.after(38, () => accused.server.SetMute(false));
					world.run(120);
					chat.untilHeard(30);
					again += accused.server.Cluster.GetStatistics().Repair.Resyncs;
					expectAccounted(world, chat);
				},
				{ timeToLiveSeconds: 120 },
			);
		}
		expect(again > 0).to.equal(true);
	});

	describe("what a server publishes as it closes", () => {
		for (const [servers, closing] of [
			[4, 1],
			[16, 9],
			[16, 0],
		] as const) {
			it(`reaches the others: the ${closing + 1}. of ${servers}`, () => {
				for (const seed of [91, 92, 93, 107, 113, 116]) {
					inChat(seed, servers, (world, chat, peers) => {
						const peer = peers[closing]!;
						world.run(20);
						peer.server.Close();
						chat.say(peer);
						world.run(40);
						let heard = 0;
						for (const other of world.live()) {
							if (chat.of(other).heard.includes(`${peer.number}:1`)) heard += 1;
						}
						expect(heard).to.equal(servers - 1);
					});
				}
			});
		}
	});

	it("copies that come minutes late change nothing", () => {
		inWorld({ seed: 101, loss: 0.02, lateDeliveries: 0.1, lateSeconds: 200, duplication: 0.1 }, (world) => {
			const peers = world.start(5);
			const chat = new Chat(world);
			chat.join(...peers);
			chatter(world, chat, peers, 200);
			world.run(500);
			chat.check();
			expect(chat.unheard().size() <= 5).to.equal(true);
		});
	});

	it("the cloud fails now and then, and everything is heard all the same", () => {
		inWorld({ seed: 111, publishErrors: 0.2, publishErrorsAfterEffect: 0.5, loss: 0.02 }, (world) => {
			const peers = world.start(5);
			const chat = new Chat(world, "Chat", { timeToLiveSeconds: 200 });
			chat.join(...peers);
			chatter(world, chat, peers, 60);
			world.run(61);
			chat.untilHeard(150);
		});
	});

	describe("more than the budget allows", () => {
		for (const servers of [4, 16]) {
			it(`is given up in order, and counted, among ${servers} servers`, () => {
				inChat(121, servers, (world, chat, peers) => {
					for (const index of $range(1, 400)) {
						world.after(index * 0.1, () => {
							for (const peer of [peers[0]!, peers[1]!]) chat.say(peer, string.rep("x", 500));
						});
					}
					world.run(140);
					for (const peer of peers) chat.say(peer);
					world.run(60);
					expect(chat.statistics(peers[1]!).Unsent > 0).to.equal(true);
					expectAccounted(world, chat);
					for (const peer of peers) {
						const { Delivered, HeldBytes, Waiting } = chat.statistics(peer);
						expect(Delivered > 30).to.equal(true);
						expect(Waiting).to.equal(0);
						expect(HeldBytes < 100_000).to.equal(true);
					}
				});
			});
		}
	});
};
