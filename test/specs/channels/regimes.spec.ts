/// <reference types="@rbxts/testez/globals" />
import { Chat } from "../support/chat";
import { Peer, World, inWorld } from "../support/world";

/** Messages live for longer than it takes to repair whatever is lost. */
const TIME_TO_LIVE_SECONDS = 200;
/** So many servers start before the others. */
const OLDEST = 3;
const LONG = string.rep("long ", 400);

/** Some servers publish in turn, now and then something of several parts, and a pool changes in between. */
function talk(world: World, chat: Chat, peers: Peer[], seconds: number): void {
	for (const index of $range(1, math.floor(seconds / 0.7))) {
		world.after(index * 0.7, () => {
			const peer = peers[(index * 7) % peers.size()]!;
			if (!peer.isLive()) return;
			chat.say(peer, index % 12 === 0 ? LONG : undefined);
			if (index % 3 === 0) peer.put(`k${peer.number}`, tostring(index));
		});
	}
}

/** Whom all servers follow, 0 where each broadcasts for itself; undefined while they do not agree. */
function hubNumber(world: World): number | undefined {
	let agreed: number | undefined;
	for (const { server } of world.live()) {
		const { Hub } = server.Cluster.GetStatistics();
		const number = Hub === undefined ? 0 : world.numberOf(Hub);
		if (agreed !== undefined && agreed !== number) return undefined;
		agreed = number;
	}
	return agreed;
}

/** The hub, once all follow the same one, which lives. */
function untilHub(world: World, limitSeconds: number): Peer {
	const find = () => world.live().find((peer) => peer.number === hubNumber(world));
	world.until("all follow one hub", limitSeconds, () => find() !== undefined);
	return find()!;
}

function untilDirect(world: World, limitSeconds: number): void {
	world.until("each broadcasts for itself", limitSeconds, () => hubNumber(world) === 0);
}

/** Everybody hears everything, and counts it so: nothing missed, whatever a server published that lives. */
function expectAllHeard(world: World, chat: Chat): void {
	chat.untilHeard(120);
	for (const peer of world.live()) {
		const { Missed, Unsent, Waiting } = chat.statistics(peer);
		if (Missed > 0 || Unsent > 0 || Waiting > 0) {
			error(`server ${peer.number}: missed ${Missed}, unsent ${Unsent}, waiting ${Waiting}`, 2);
		}
	}
}

function inChat(seed: number, loss: number, servers: number, scenario: (world: World, chat: Chat) => void): void {
	inWorld({ seed, loss }, (world) => {
		world.start(OLDEST);
		world.start(servers - OLDEST);
		const chat = new Chat(world, "Chat", { timeToLiveSeconds: TIME_TO_LIVE_SECONDS });
		chat.join(...world.peers);
		scenario(world, chat);
	});
}

export = () => {
	for (const loss of [0.05, 0.2]) {
		describe(`at ${loss * 100} % loss`, () => {
			it("nothing is lost where a hub rises, and dissolves", () => {
				for (const seed of $range(201, 202)) {
					inChat(seed, loss, 7, (world, chat) => {
						const peers = [...world.peers];
						talk(world, chat, peers, 150);
						world.run(5);
						expect(hubNumber(world)).to.equal(0);
						const guests = world.add(8);
						untilHub(world, 60);
						world.run(20);
						for (const { server } of guests) server.Close();
						untilDirect(world, 120);
						world.run(20);
						expectAllHeard(world, chat);
					});
				}
			});

			it("nothing is lost where hubs crash", () => {
				for (const seed of $range(211, 212)) {
					inChat(seed, loss, 15, (world, chat) => {
						let hub = untilHub(world, 60);
						// What a server says just before it crashes may go with it: the oldest, of which each hub is one, keep silent.
						talk(
							world,
							chat,
							world.peers.filter(({ number }) => number > OLDEST),
							100,
						);
						for (const seconds of [20.3, 10.3]) {
							world.run(seconds);
							hub.server.Crash();
							world.until("it is found lost", 120, () =>
								world.live().every(({ server }) => server.Cluster.GetStatistics().Hub !== hub.id),
							);
							hub = untilHub(world, 120);
						}
						world.run(60);
						expectAllHeard(world, chat);
					});
				}
			});

			it("nothing is lost where hubs close", () => {
				for (const seed of $range(221, 222)) {
					inChat(seed, loss, 15, (world, chat) => {
						untilHub(world, 60);
						talk(world, chat, [...world.peers], 60);
						for (const _ of $range(1, 2)) {
							world.run(15.3);
							untilHub(world, 60).server.Close();
						}
						untilHub(world, 60);
						world.run(40);
						expectAllHeard(world, chat);
					});
				}
			});
		});
	}

	it("a hub that knows a stream as state only does not say that it has no messages", () => {
		for (const seed of $range(241, 243)) {
			inWorld({ seed, loss: 0 }, (world) => {
				const peers = world.start(14, { clockSkewSeconds: 25 });
				const chat = new Chat(world, "Chat", { timeToLiveSeconds: TIME_TO_LIVE_SECONDS });
				chat.join(...peers);
				const hub = untilHub(world, 10);
				const others = hub.server.Cluster.GetServers().map(({ ServerId }) => world.numberOf(ServerId));
				// The youngest do not take part in what follows when the hub is gone.
				const [publisher, listener] = [13, 12].map((index) => peers[others[index]! - 1]);
				// What the hub casts now, one server does not hear.
				world.emulated.SetFilter((sender, receiver) =>
					sender === hub.id && receiver === listener!.id ? "drop" : "deliver",
				);
				publisher!.put("before");
				world.run(3);
				chat.say(publisher!);
				world.run(3);
				publisher!.put("after");
				world.run(1);
				// By its clock it is older than all others.
				const [heir] = world.add(1, { clockSkewSeconds: -25 });
				world.until("it has the state", 20, () => heir!.pool.IsSynced());
				world.run(3);
				hub.server.Crash();
				world.emulated.SetFilter(undefined);
				world.until("it is the hub", 60, () => hubNumber(world) === heir!.number);
				expectAllHeard(world, chat);
			});
		}
	});

	describe("a server that was cut off, but not for as long as messages live,", () => {
		for (const servers of [6, 15]) {
			for (const seconds of [20, 60]) {
				it(`has all of them, after ${seconds} s, among ${servers} servers`, () => {
					for (const seed of $range(231, 232)) {
						inChat(seed, 0.05, servers, (world, chat) => {
							if (servers > 12) untilHub(world, 60);
							const peers = [...world.peers];
							talk(world, chat, peers, seconds + 20);
							world.run(10);
							world.partition((number) => (number === 4 ? 1 : 0));
							world.run(seconds);
							world.heal();
							world.run(30);
							expectAllHeard(world, chat);
						});
					}
				});
			}
		}
	});
};
