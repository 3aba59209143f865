/// <reference types="@rbxts/testez/globals" />
import { BROADCAST_TOPIC, dropped, droppedInAll, injectAnything, ofVersion } from "../support/forgery";
import { Generator } from "../support/generators";
import { SeenMessage, messagesOf } from "../support/messages";
import { Peer, World, inWorld } from "../support/world";

/** Three servers with some contributions, and every message that made them. Garbage may be more than a topic can take. */
function lively(seed: number, scenario: (world: World, peers: Peer[], messages: SeenMessage[]) => void): void {
	inWorld({ seed, overLimit: "allow", breaksLimits: true }, (world) => {
		const seen = messagesOf(world);
		const peers = world.start(3);
		for (const peer of peers) for (const index of $range(1, 5)) peer.put(`${peer.number}-${index}`, `v${index}`);
		peers[0]!.put("large", string.rep("x", 2500));
		world.run(10);
		peers[0]!.remove("1-1");
		world.start(1);
		world.run(20);
		world.heal();
		world.agreed();
		scenario(world, world.live(), [...seen.broadcasts, ...seen.addressed]);
	});
}

/** Changes a message somewhere. Undefined if it came out as it was, or as what JSON cannot carry. */
function mutated(generate: Generator, text: string): string | undefined {
	const size = text.size();
	const at = generate.integer(1, size);
	const kind = generate.integer(1, 5);
	let changed = text;
	if (kind === 1) changed = string.sub(text, 1, at - 1);
	else if (kind === 2) {
		const byte = bit32.bxor(string.byte(text, at)[0]!, bit32.lshift(1, generate.integer(0, 6)));
		changed = string.sub(text, 1, at - 1) + string.char(byte) + string.sub(text, at + 1);
	} else if (kind === 3) {
		changed = string.sub(text, 1, at) + string.char(generate.integer(33, 126)) + string.sub(text, at + 1);
	} else if (kind === 4) {
		const other = generate.integer(1, size);
		const [low, high] = [math.min(at, other), math.max(at, other)];
		changed = string.sub(text, 1, low - 1) + string.sub(text, high) + string.sub(text, low, high - 1);
	} else changed = string.rep(text, 2);
	return changed === text || utf8.len(changed)[0] === undefined ? undefined : changed;
}

export = () => {
	/** Runs what injects, and fails unless every message was dropped and counted, and nothing has changed. */
	function expectDropped(world: World, peers: Peer[], inject: () => number): void {
		const view = world.agreed();
		const before = peers.map((peer) => droppedInAll(peer));
		const signals = peers.map((peer) => peer.fold.signals());
		const servers = peers.map((peer) => peer.sees());
		const injected = inject();
		world.run(10);
		peers.forEach((peer, index) => {
			expect(droppedInAll(peer) - before[index]! >= injected).to.equal(true);
			expect(peer.fold.signals()).to.equal(signals[index]);
			expect(peer.sees()).to.equal(servers[index]);
			expect(peer.server.Cluster.GetStatistics().Servers).to.equal(peers.size());
		});
		world.expectAll(view);
		world.run(120);
		world.expectAll(view);
	}

	describe("is dropped and counted, and changes nothing:", () => {
		it("a message that is no string", () => {
			lively(1, (world, peers) => {
				const values = [5, true, { a: 1 }, [1, 2, 3], -1.5, {}];
				expectDropped(world, peers, () => {
					for (const value of values) injectAnything(world, BROADCAST_TOPIC, value);
					return values.size();
				});
				expect(dropped(peers[0]!)["type"]).to.equal(6);
			});
		});

		it("random text of any length", () => {
			lively(2, (world, peers) => {
				const generate = new Generator(2);
				expectDropped(world, peers, () => {
					let injected = 0;
					for (const index of $range(1, 2000)) {
						const text = generate.text(0, generate.magnitude(900));
						if (world.emulated.Inject(`net-server-sync/1/all/${index % 3}`, text) === undefined)
							injected += 1;
						if (index % 50 === 0) world.run(1);
					}
					return injected;
				});
			});
		});

		for (const seed of $range(3, 6)) {
			it(`any change to any message that was ever sent (seed ${seed})`, () => {
				lively(seed, (world, peers, messages) => {
					const generate = new Generator(seed);
					expectDropped(world, peers, () => {
						let injected = 0;
						for (const index of $range(1, 1500)) {
							const { text } = generate.pick(messages);
							const changed = mutated(generate, text);
							if (changed === undefined || changed.size() > 1000) continue;
							// Too long for what a message may be: the cloud refuses it.
							if (world.emulated.Inject(BROADCAST_TOPIC, changed) === undefined) injected += 1;
							if (index % 50 === 0) world.run(1);
						}
						return injected;
					});
				});
			});
		}

		it("a message of another version of the wire", () => {
			lively(7, (world, peers, messages) => {
				expectDropped(world, peers, () => {
					for (const { text } of messages) {
						world.emulated.Inject(BROADCAST_TOPIC, ofVersion(text, 2));
						world.emulated.Inject(BROADCAST_TOPIC, ofVersion(text, 0));
					}
					return messages.size() * 2;
				});
				expect(dropped(peers[0]!)["version"]).to.equal(messages.size() * 2);
			});
		});

		it("a message for another server, and one for nobody on an inbox", () => {
			lively(8, (world, peers, messages) => {
				const toSecond = messages.filter((message) => message.to === 2);
				const toAll = messages.filter((message) => message.to === 0);
				expect(toSecond.size() > 0 && toAll.size() > 0).to.equal(true);
				const before = dropped(peers[0]!)["addressee"]!;
				for (const { text } of toSecond) world.emulated.Inject(BROADCAST_TOPIC, text);
				world.run(5);
				expect(dropped(peers[0]!)["addressee"]! - before).to.equal(toSecond.size());
				const inbox = toSecond[0]!.topic;
				const beforeSecond = dropped(peers[1]!)["addressee"]!;
				for (const { text } of toAll) world.emulated.Inject(inbox, text);
				world.run(5);
				expect(dropped(peers[1]!)["addressee"]! - beforeSecond >= toAll.size()).to.equal(true);
				world.agreed();
			});
		});
	});

	describe("a flood of garbage", () => {
		it("does not keep anything from working", () => {
			lively(9, (world, peers) => {
				const generate = new Generator(9);
				for (const tenth of $range(1, 600)) {
					world.after(tenth / 10, () => {
						for (const _ of $range(1, 10)) {
							world.emulated.Inject(
								`net-server-sync/1/all/${generate.integer(0, 2)}`,
								generate.text(0, 900),
							);
						}
					});
				}
				world.after(30, () => peers[1]!.put("during", "it"));
				world.run(60);
				for (const peer of peers) expect(peer.get("during")).to.equal("it");
				expect(peers[0]!.server.Cluster.GetServers().size()).to.equal(4);
			});
		});
	});
};
