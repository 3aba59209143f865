/// <reference types="@rbxts/testez/globals" />
import { Channel } from "../../../src/cluster";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { Peer, World, inWorld } from "../support/world";

type Note = { readonly text: string };

/** One server's channel for notes, what came in, and what became of what it sent. */
class Correspondent {
	public readonly channel: Channel<Note>;
	public readonly got = new Array<string>();
	public readonly outcomes = new Map<string, string>();

	constructor(
		private readonly world: World,
		public readonly peer: Peer,
		validate?: (value: unknown) => value is Note,
		timeToLiveSeconds = 30,
	) {
		const options = validate ? { validate, timeToLiveSeconds } : { timeToLiveSeconds };
		this.channel = peer.server.Do(() => peer.server.Cluster.Channel<Note>("Notes", options));
		this.channel.Received.Connect(({ text }, sender) => this.got.push(`${world.numberOf(sender)}:${text}`));
	}

	public send(to: string, text: string, filler = ""): void {
		this.peer.server
			.Do(() => this.channel.Send(to, { text: text + filler }))
			.then((sent) => {
				if (this.outcomes.has(text)) error(`settled twice: ${text}`);
				this.outcomes.set(text, `${sent} at ${math.round(this.world.emulated.Now())}`);
			});
	}

	public outcomeOf(text: string): string | undefined {
		const outcome = this.outcomes.get(text);
		return outcome === undefined ? undefined : string.split(outcome, " ")[0];
	}

	public times(from: number, text: string): number {
		return this.got.filter((note) => note === `${from}:${text}`).size();
	}
}

function inOffice(
	seed: number,
	servers: number,
	loss: number,
	scenario: (world: World, all: Correspondent[]) => void,
	timeToLiveSeconds?: number,
): void {
	inWorld({ seed, loss }, (world) => {
		const all = world.start(servers).map((peer) => new Correspondent(world, peer, undefined, timeToLiveSeconds));
		world.run(5);
		scenario(world, all);
	});
}

/** Drops what games send to each other, as a server would that does not know such sections; and counts it. */
function withoutLetters(world: World, to: Peer, kind: "letter" | "receipt"): { count: number } {
	const counted = { count: 0 };
	world.emulated.SetFilter((_sender, receiver, _topic, message) => {
		const frame = readFrame(message, 0);
		if (isDropReason(frame) || !frame.sections.some((section) => section.kind === kind)) return "deliver";
		if (receiver !== to.id) return "deliver";
		counted.count += 1;
		return "drop";
	});
	return counted;
}

export = () => {
	describe("what is sent to one server", () => {
		it("arrives there only, and is acknowledged", () => {
			inOffice(1, 4, 0, (world, all) => {
				all[0]!.send(all[2]!.peer.id, "hello");
				world.run(5);
				expect(all[2]!.got.join(" ")).to.equal("1:hello");
				for (const other of [all[0]!, all[1]!, all[3]!]) expect(other.got.size()).to.equal(0);
				expect(all[0]!.outcomeOf("hello")).to.equal("acknowledged");
				const { Sends, Acknowledged } = all[0]!.peer.server.Cluster.GetStatistics().Channels;
				expect(Sends).to.equal(1);
				expect(Acknowledged).to.equal(1);
			});
		});

		it("costs two deliveries", () => {
			inOffice(2, 4, 0, (world, all) => {
				// Where a letter and its receipt take longer than 3.5 s it is sent again.
				world.emulated.SetFaults({ delaySeconds: [0.3, 1.5] });
				world.run(60);
				const before = all.map(({ peer }) => peer.server.Cluster.GetStatistics().Sent.Unicasts);
				for (const index of $range(1, 5)) all[0]!.send(all[1]!.peer.id, `note ${index}`);
				world.run(10);
				const after = all.map(({ peer }) => peer.server.Cluster.GetStatistics().Sent.Unicasts);
				expect(after[0]! - before[0]!).to.equal(5);
				// Receipts that are due at the same time share a message.
				expect(after[1]! - before[1]! <= 5).to.equal(true);
				expect(all[1]!.got.size()).to.equal(5);
			});
		});

		for (const [servers, loss] of [
			[4, 0.05],
			[4, 0.2],
			[16, 0.05],
			[16, 0.2],
		] as const) {
			it(`arrives once, small or large, among ${servers} servers at ${loss * 100} % loss`, () => {
				for (const seed of $range(11, 12)) {
					inWorld({ seed, loss, duplication: 0.1, reorderSeconds: 2 }, (world) => {
						const all = world.start(servers).map((peer) => new Correspondent(world, peer, undefined, 90));
						world.run(5);
						for (const index of $range(1, 12)) {
							const [from, to] = [all[index % servers]!, all[(index * 5 + 1) % servers]!];
							world.after(index, () =>
								from.send(
									to.peer.id,
									`note${index}`,
									index % 4 === 0 ? string.rep(" long", 1_000) : "",
								),
							);
						}
						world.run(102);
						for (const index of $range(1, 12)) {
							const [from, to] = [all[index % servers]!, all[(index * 5 + 1) % servers]!];
							expect(from.outcomeOf(`note${index}`)).to.equal("acknowledged");
							const text = `note${index}${index % 4 === 0 ? string.rep(" long", 1_000) : ""}`;
							expect(to.times(from.peer.number, text)).to.equal(1);
						}
					});
				}
			});
		}

		it("to this server itself arrives without MessagingService", () => {
			inOffice(21, 2, 0, (world, all) => {
				all[0]!.peer.server.SetMute(true);
				all[0]!.send(all[0]!.peer.id, "self");
				expect(all[0]!.got.size()).to.equal(0);
				expect(all[0]!.outcomeOf("self")).to.equal(undefined);
				world.run(0.1);
				expect(all[0]!.got.join()).to.equal("1:self");
				expect(all[0]!.outcomeOf("self")).to.equal("acknowledged");
				all[0]!.peer.server.SetMute(false);
			});
		});

		it("waits while this server is joining", () => {
			inOffice(22, 3, 0, (world, all) => {
				const [peer] = world.add(1);
				const newcomer = new Correspondent(world, peer!);
				newcomer.send(all[1]!.peer.id, "early");
				world.run(15);
				expect(newcomer.outcomeOf("early")).to.equal("acknowledged");
				expect(all[1]!.got.join()).to.equal("4:early");
			});
		});

		it("arrives though the channel is made there only later", () => {
			inWorld({ seed: 23 }, (world) => {
				const [first, second] = world.start(2);
				const sender = new Correspondent(world, first!);
				sender.send(second!.id, "soon");
				world.run(10);
				expect(sender.outcomeOf("soon")).to.equal(undefined);
				const receiver = new Correspondent(world, second!);
				world.run(15);
				expect(sender.outcomeOf("soon")).to.equal("acknowledged");
				expect(receiver.got.join()).to.equal("1:soon");
			});
		});
	});

	describe("the outcome is", () => {
		it('"gone" soon for a server that there is not', () => {
			inOffice(31, 2, 0, (world, all) => {
				all[0]!.send("nobody", "x");
				world.run(10);
				expect(all[0]!.outcomeOf("x")).to.equal(undefined);
				world.run(3);
				expect(all[0]!.outcomeOf("x")).to.equal("gone");
			});
		});

		it('"gone" when the server closes or crashes meanwhile', () => {
			inOffice(
				32,
				4,
				0,
				(world, all) => {
					withoutLetters(world, all[1]!.peer, "letter");
					all[0]!.send(all[1]!.peer.id, "close");
					world.run(10);
					expect(all[0]!.outcomeOf("close")).to.equal(undefined);
					all[1]!.peer.server.Close();
					world.run(10);
					expect(all[0]!.outcomeOf("close")).to.equal("gone");
					all[2]!.peer.server.Crash();
					all[0]!.send(all[2]!.peer.id, "crash");
					world.run(60);
					expect(all[0]!.outcomeOf("crash")).to.equal("gone");
					expect(all[0]!.peer.server.Cluster.GetStatistics().Channels.Gone).to.equal(2);
				},
				120,
			);
		});

		it('"timeout" when a server does not know such messages, after a few attempts', () => {
			inOffice(33, 4, 0, (world, all) => {
				const tries = withoutLetters(world, all[1]!.peer, "letter");
				all[0]!.send(all[1]!.peer.id, "x");
				world.run(29);
				expect(all[0]!.outcomeOf("x")).to.equal(undefined);
				world.run(2);
				expect(all[0]!.outcomeOf("x")).to.equal("timeout");
				expect(tries.count >= 3 && tries.count <= 7).to.equal(true);
			});
		});

		it('"timeout" when it arrived but no receipt comes back, and it is handed over once', () => {
			inOffice(34, 4, 0, (world, all) => {
				withoutLetters(world, all[0]!.peer, "receipt");
				all[0]!.send(all[1]!.peer.id, "x");
				world.run(40);
				expect(all[0]!.outcomeOf("x")).to.equal("timeout");
				expect(all[1]!.times(1, "x")).to.equal(1);
			});
		});

		it('"timeout" where the check there refuses it, which is counted once', () => {
			inWorld({ seed: 35 }, (world) => {
				const [first, second] = world.start(2);
				const sender = new Correspondent(world, first!);
				const receiver = new Correspondent(world, second!, (value): value is Note => typeIs(value, "number"));
				sender.send(second!.id, "x");
				world.run(40);
				expect(sender.outcomeOf("x")).to.equal("timeout");
				expect(receiver.got.size()).to.equal(0);
				expect(second!.server.Cluster.GetStatistics().Channels.Refused).to.equal(1);
			});
		});

		it('"timeout" when this server closes first', () => {
			inOffice(36, 3, 0, (world, all) => {
				withoutLetters(world, all[1]!.peer, "letter");
				all[0]!.send(all[1]!.peer.id, "x");
				world.run(1);
				all[0]!.peer.server.Do(() => all[0]!.peer.server.Cluster.Close());
				world.run(10);
				expect(all[0]!.outcomeOf("x")).to.equal("timeout");
			});
		});
	});

	it("hundreds at once arrive one after the other, within the limits", () => {
		inOffice(
			41,
			3,
			0.02,
			(world, all) => {
				for (const index of $range(1, 150)) all[0]!.send(all[1]!.peer.id, `n${index}`);
				world.run(250);
				let acknowledged = 0;
				for (const index of $range(1, 150)) {
					const times = all[1]!.times(1, `n${index}`);
					expect(times <= 1).to.equal(true);
					if (all[0]!.outcomeOf(`n${index}`) === "acknowledged") {
						acknowledged += 1;
						expect(times).to.equal(1);
					}
				}
				expect(acknowledged).to.equal(150);
			},
			240,
		);
	});

	it("survives that its sender is taken for lost and comes back", () => {
		inOffice(
			42,
			4,
			0,
			(world, all) => {
				const accused = all[2]!.peer;
				accused.server.SetMute(true);
				world.after(35, () => accused.server.SetMute(false));
				world.run(33);
				all[2]!.send(all[0]!.peer.id, "back");
				world.run(60);
				expect(all[2]!.outcomeOf("back")).to.equal("acknowledged");
				expect(all[0]!.times(3, "back")).to.equal(1);
			},
			90,
		);
	});
};
